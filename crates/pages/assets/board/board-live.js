// From the desk to the board: today's results, then what happens from there on. A stream that breaks off goes on where it
// was; one that is refused is told to whoever listens.

import { ask, follow, Refused } from "./api.js";
import { dayOf } from "./board-dates.js";
import { changed, store } from "./board-store.js";

const PAGE = 100;
// Time for a stream that is up again to name every reader there is.
const TOLD_WITHIN = 2000;
const CONSUMERS_EVERY = 60_000;
// So long may results wait for a consumer before that is said.
const WAITING = 120_000;

/**
 * Begins. `refused` is told once, when the stream may not go on.
 * @param {{ refused: () => void, arrived: (result: any) => void }} listener
 */
export function goLive({ refused, arrived }) {
  let over = false;
  let stream = null;
  let told = new Set();
  const end = () => {
    if (!over) {
      close();
      refused();
    }
  };
  const close = () => {
    over = true;
    stream?.close();
    clearInterval(asking);
  };
  const listen = (after) => {
    if (over) return;
    stream = follow(`/v1/events?after=${after}`, {
      on: {
        result: (result) => {
          take(result);
          arrived(result);
          changed();
        },
        damaged: ({ id }) => {
          store.damaged.add(id);
          changed();
        },
        station: (station) => {
          told.add(station.reader);
          store.stations.set(station.reader, station);
          changed();
        },
        centre: (centre) => {
          store.centre = centre;
          changed();
        },
        folder: (folder) => {
          store.folders.set(folder.folder, folder);
          changed();
        },
        untold: (what) => {
          store.untold.push(what);
          consumers();
          changed();
        },
        problem: end,
      },
      lost: () => {
        store.connected = false;
        changed();
      },
      refused: end,
    });
    stream.onopen = () => {
      store.connected = true;
      told = new Set();
      setTimeout(() => {
        if (over) return;
        for (const reader of store.stations.keys()) if (!told.has(reader) && store.connected) store.stations.delete(reader);
        changed();
      }, TOLD_WITHIN);
      consumers();
      changed();
    };
  };
  const asking = setInterval(() => {
    if (store.connected) consumers();
  }, CONSUMERS_EVERY);
  today(() => over).then(
    (next) => {
      if (!over) {
        store.loaded = true;
        changed();
        listen(next);
      }
    },
    (fault) => {
      if (!(fault instanceof Refused)) throw fault;
      end();
    },
  );
  return { close };
}

/** Takes today's results; gives the id from where the stream goes on. */
/** @param {() => boolean} over whether the page was left meanwhile */
async function today(over) {
  let since = null;
  for (;;) {
    const page = await ask("GET", `/v1/results?day=${dayOf()}${since === null ? "" : `&since=${since}`}`);
    if (over()) return since;
    page.results.forEach(take);
    page.damaged.forEach((id) => store.damaged.add(id));
    since = Math.max(page.next, page.oldest - 1);
    if (page.results.length < PAGE) return since;
  }
}

/** Each result once, by its id, and today's only. */
function take(result) {
  if (dayOf(new Date(result.received_at)) === dayOf()) store.results.set(result.id, result);
}

/** Lets yesterday's results go, when it has become that. */
export function onlyToday() {
  for (const [id, result] of store.results) {
    if (dayOf(new Date(result.received_at)) === dayOf()) continue;
    store.results.delete(id);
    store.asked.delete(id);
    store.open.delete(id);
    changed();
  }
}

/** How far the receipt computers are. */
async function consumers() {
  const said = await ask("GET", "/v1/consumers").catch(() => null);
  if (!said) return;
  store.consumers = said.consumers;
  changed();
}

/** Whether results wait for a consumer for longer than it takes to fetch them, today's or those of days before. */
export function isBehind({ waiting, up_to: upTo }) {
  if (!waiting) return false;
  const open = [...store.results.values()].filter((result) => result.id > upTo);
  return open.length < waiting || open.some((result) => Date.now() - new Date(result.received_at).getTime() > WAITING);
}
