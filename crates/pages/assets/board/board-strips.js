// Above everything: the visual check while it is armed, a stream that is away, and what must not be overlooked.

import { element } from "./dom.js";
import { entry } from "./board-ask.js";
import { daysUntil } from "./board-dates.js";
import { button, keyed, sign } from "./board-elements.js";
import { isBehind } from "./board-live.js";
import { PRESSING } from "./board-lines.js";
import { banners } from "./board-readers.js";
import { changed, manner, store } from "./board-store.js";
import { of, say } from "./board-words.js";

// The face folder is a consumer of this name.
const FOLDER = "face-folder";

let list = null;

export function stripsFrame() {
  list = element("ul", { class: "strips" });
  return element("div", { "aria-live": "polite", "aria-atomic": "false" }, list);
}

/** @param {string | null} locking what is said shortly before the board locks itself */
export function drawStrips(locking) {
  const strips = [];
  const strip = (key, kind, text, ...more) =>
    strips.push({
      key,
      sign: JSON.stringify([manner.lang, kind, text]),
      make: () => element("li", { class: kind }, sign(kind === "plain" ? "wait" : kind), element("p", { text }), ...more),
    });
  if (locking) strip("locking", "note", locking);
  if (store.loaded && !store.connected) strip("away", "act", say("away"));
  strips.push(...banners());
  const { message } = store;
  if (message)
    strip(
      "message",
      message.kind,
      of(message.text),
      button(
        "dismiss",
        say("dismiss"),
        () => {
          store.message = null;
          changed();
        },
        { class: "plain" },
      ),
    );
  const { centre } = store;
  if (store.connected && centre?.state === "down") strip("centre", "bad", failed(say("centre"), centre.code));
  for (const { folder, trouble } of store.folders.values())
    if (store.connected && trouble) strip(`folder-${folder}`, "act", failed(say(`folder_${folder}`), trouble.code));
  // What stays so is said until somebody has read it, and again when it is more.
  const until = (key, kind, text) => {
    if (!store.read.has(text))
      strip(
        key,
        kind,
        text,
        button(
          `read-${key}`,
          say("read"),
          () => {
            store.read.add(text);
            changed();
          },
          { class: "plain" },
        ),
      );
  };
  if (store.damaged.size)
    until(
      "damaged",
      "bad",
      say("damaged", { n: store.damaged.size, ids: [...store.damaged].sort((one, other) => one - other).join(say("comma")) }),
    );
  for (const [consumer, count] of missed()) until(`untold-${consumer}`, "bad", say("untold", { consumer: who(consumer), n: count }));
  for (const one of store.consumers.filter(isBehind))
    strip(`behind-${one.consumer}`, "act", say(one.consumer === FOLDER ? "behind_folder" : "behind", { consumer: who(one.consumer), n: one.waiting }));
  if (centre?.certificate_until && daysUntil(centre.certificate_until) <= PRESSING) {
    const days = daysUntil(centre.certificate_until);
    const how = days < 0 ? say("certificate_over") : `${say("certificate")}${say("colon")}${say("certificate_days", { n: days })}`;
    strip("certificate", "bad", `${how}${say("stop")}${say(days < 0 ? "certificate_over_hint" : "certificate_hint")}`);
  }
  keyed(list, strips);
}

/** What is away, why, and what reception does meanwhile. */
function failed(what, code) {
  const said = entry(code);
  return `${what}${say("colon")}${said ? `${of(said.cause)}${manner.lang === "ja" ? "" : " "}${of(said.reception)}` : code}`;
}

const who = (consumer) => (consumer === FOLDER ? say("folder_face") : consumer);

/** How many results each consumer never got: as it is counted for it, or as it was told since. */
function missed() {
  const counted = new Map(store.consumers.filter((one) => one.missed > 0).map((one) => [one.consumer, one.missed]));
  for (const { consumer, count } of store.untold) {
    const told = store.untold.filter((one) => one.consumer === consumer).reduce((sum, one) => sum + one.count, 0);
    counted.set(consumer, Math.max(counted.get(consumer) ?? 0, told, count));
  }
  return counted;
}
