// What the board knows, in this page's memory and nowhere else; all of it is forgotten when the board is locked.

/** @typedef {"ja" | "en"} Lang */

const fresh = () => ({
  /** Today's results by their ids. @type {Map<number, any>} */
  results: new Map(),
  /** Stations by their readers, in the order of the configuration. @type {Map<string, any>} */
  stations: new Map(),
  centre: null,
  /** @type {Map<string, any>} */
  folders: new Map(),
  consumers: [],
  /** Ids of results whose row cannot be read. @type {Set<number>} */
  damaged: new Set(),
  /** What consumers were not told, as it was told today. @type {any[]} */
  untold: [],
  /** Whether the day's results are all here. */
  loaded: false,
  /** Whether the stream is up. */
  connected: false,
  /** What was found out about a result on demand, by its id. @type {Map<number, any>} */
  asked: new Map(),
  /** Which results are unfolded. @type {Set<number>} */
  open: new Set(),
  filter: { place: "", act: false },
  /** What came of the last thing that staff did, to be read. @type {null | { kind: "bad" | "good", text: { ja: string, en: string } }} */
  message: null,
  /** Strips that somebody has read and put away, by their words. @type {Set<string>} */
  read: new Set(),
  /** Who acts, as the audit names them. */
  by: "board",
});

export const store = fresh();

/** @type {{ lang: Lang, letters: boolean, minutes: number }} Outlive the lock: none is of anybody. */
export const manner = { lang: "ja", letters: true, minutes: 3 };

const listeners = new Set();
let due = false;

/** Calls back after changes, once for all that came together. @param {() => void} act */
export function onChange(act) {
  listeners.add(act);
  return () => listeners.delete(act);
}

/** Something changed. */
export function changed() {
  if (due) return;
  due = true;
  setTimeout(() => {
    due = false;
    for (const act of [...listeners]) act();
  }, 0);
}

/** Nothing of anybody is left. */
export function forget() {
  Object.assign(store, fresh());
}
