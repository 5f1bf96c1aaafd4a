// What staff do at a reader from here. Whoever stands under `by` is named in the audit; the station judges whether it is
// possible now, and says why not.

import { ask } from "./api.js";
import { refusal } from "./board-ask.js";
import { changed, store } from "./board-store.js";
import { pair } from "./board-words.js";

const at = (station) => `/v1/readers/${encodeURIComponent(station.reader)}`;
const by = () => encodeURIComponent(store.by);

// So long is it said that something was done; what was refused stays until it is dismissed.
const READ = 10_000;

function gone(message) {
  if (!message || store.message !== message) return;
  store.message = null;
  changed();
}

async function act(done, method, path, body) {
  try {
    await ask(method, path, body);
    store.message = done ? { kind: "good", text: pair(done) } : null;
    setTimeout(gone, READ, store.message);
  } catch (refused) {
    store.message = { kind: "bad", text: await refusal(refused) };
  }
  changed();
}

export const arm = (station) => act(null, "PUT", `${at(station)}/visual-check`, { by: store.by });
export const disarm = (station) => act("disarmed", "DELETE", `${at(station)}/visual-check?by=${by()}`);
export const confirm = (station, same) =>
  act(null, "POST", `${at(station)}/visits/${station.visit}/confirmation`, { by: store.by, same_person: same });
export const askAgain = (station) =>
  act("asked_again", "POST", `${at(station)}/visits/${station.visit}/consents/asked-again`, { by: store.by });
export const cancel = (station) => act("cancelled", "DELETE", `${at(station)}/visits/${station.visit}?by=${by()}`);
