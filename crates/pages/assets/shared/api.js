// The desk's own API, as the pages call it: the page's cookie goes along by itself.

/** A refusal, with the desk's code and words if it gave any. */
export class Refused extends Error {
  /** @param {number} status @param {any} problem */
  constructor(status, problem) {
    super(problem?.code ?? String(status));
    this.status = status;
    this.code = problem?.code ?? null;
    this.problem = problem;
  }
}

/**
 * Asks, and gives the JSON of the answer (null if it has none).
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @throws {Refused} with status 0 when the desk does not answer at all.
 */
export async function ask(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => null);
  if (!answer) throw new Refused(0, null);
  const said = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, said);
  return said;
}

/**
 * Follows a stream of events until `close` of what it gives. A stream that breaks off is opened again by the browser; one
 * that is refused (the cookie is no longer good) is not, and `refused` is told.
 * @param {string} path
 * @param {{ on: Record<string, (data: any, id: string) => void>, lost: () => void, refused: () => void }} listener
 * @returns {EventSource}
 */
export function follow(path, { on, lost, refused }) {
  const stream = new EventSource(path);
  for (const [kind, act] of Object.entries(on)) {
    stream.addEventListener(kind, (event) => act(JSON.parse(event.data), event.lastEventId));
  }
  stream.onerror = () => (stream.readyState === EventSource.CLOSED ? refused() : lost());
  return stream;
}
