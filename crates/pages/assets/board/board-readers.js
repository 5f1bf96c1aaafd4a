// Beside the list: each reader with its state in words and its visual check, and how everything behind it stands.

import { element } from "./dom.js";
import { entry } from "./board-ask.js";
import { countdown, momentLine } from "./board-dates.js";
import { button, keyed, pill, sign } from "./board-elements.js";
import { everyLine, lineWords } from "./board-lines.js";
import { arm, disarm } from "./board-staff.js";
import { manner, store } from "./board-store.js";
import { of, say, stepWord } from "./board-words.js";

const STATES = {
  starting: ["plain", "wait"],
  idle: ["good", "good"],
  visual_check_armed: ["note", "eye"],
  in_visit: ["note", "wait"],
  card_left: ["act", "card"],
  out_of_order: ["bad", "bad"],
};

// Steps of a visit that staff have taken over.
const BY_SIGHT = ["confirming", "typing_passcode", "checking_passcode"];

let parts = null;

export function readersFrame() {
  parts = {
    title: element("h2", { id: "readers-title" }),
    list: element("ul", { class: "readers", "aria-labelledby": "readers-title", onkeydown: walk }),
    byLabel: element("label", { for: "by" }),
    by: element("input", {
      id: "by",
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
      maxlength: "32",
      "aria-describedby": "by-hint",
      onchange: named,
    }),
    byHint: element("p", { id: "by-hint", class: "soft" }),
    linesTitle: element("h2", { id: "lines-title" }),
    lines: element("ul", { class: "lines", "aria-labelledby": "lines-title" }),
  };
  return [
    element("section", {}, parts.title, parts.list, element("div", { class: "by" }, parts.byLabel, parts.by, parts.byHint)),
    element("section", {}, parts.linesTitle, parts.lines),
  ];
}

/** The audit names staff by small letters, digits and hyphens: what is typed is brought into that. */
function named(event) {
  const name = event.target.value
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, "")
    .slice(0, 32);
  store.by = name || "board";
  event.target.value = store.by;
}

export function drawReaders() {
  parts.title.textContent = say("readers");
  parts.byLabel.textContent = say("by");
  parts.byHint.textContent = say("by_hint");
  if (document.activeElement !== parts.by) parts.by.value = store.by;
  keyed(
    parts.list,
    [...store.stations.values()].map((station) => ({
      key: station.reader,
      sign: JSON.stringify([
        manner.lang,
        store.connected,
        station,
        Boolean(station.failure && entry(station.failure.code)),
        Boolean(station.line.code && entry(station.line.code)),
        store.centre?.state,
      ]),
      make: () => reader(station),
    })),
  );
  parts.linesTitle.textContent = say("lines");
  const lines = store.connected ? everyLine() : [];
  parts.linesTitle.parentElement.hidden = lines.length === 0;
  keyed(
    parts.lines,
    lines.map(([key, kind, name, text, more]) => ({
      key,
      sign: JSON.stringify([manner.lang, kind, name, text, more]),
      make: () =>
        element(
          "li",
          { class: kind },
          sign(kind === "plain" ? "wait" : kind),
          element("span", { class: "term", text: name }),
          element("span", { class: "value" }, element("span", { text }), ...(more ? [element("p", { class: "more", text: more })] : [])),
        ),
    })),
  );
}

function reader(station) {
  // Without the stream nobody knows: what was last heard is not shown as if it were so.
  const state = store.connected ? station.state : "unheard";
  const [kind, shape] = STATES[state] ?? ["plain", "wait"];
  const armed = station.state === "visual_check_armed" || BY_SIGHT.includes(station.step);
  const failure = station.failure && entry(station.failure.code);
  const press = armed
    ? button("visual", say("visual_end"), () => disarm(station), { "aria-label": say("visual_end_at", { label: station.label }) })
    : button("visual", say("visual"), () => arm(station), {
        "aria-label": say("visual_at", { label: station.label }),
        disabled: ["unheard", "starting", "out_of_order", "card_left"].includes(state),
      });
  return element(
    "li",
    { class: `reader ${kind}` },
    element(
      "div",
      { class: "reader-head" },
      element("h3", {}, station.label, " ", element("span", { class: "soft", text: station.lane })),
      press,
    ),
    element(
      "p",
      { class: "state" },
      pill(kind, say(`state_${state}`), shape),
      ...(station.step && store.connected ? [element("span", { text: stepWord(station.step) })] : []),
    ),
    ...(station.settling ? [element("p", { class: "soft", text: say("settling", { n: station.settling }) })] : []),
    ...(failure ? [trouble(station, failure)] : []),
    ...(station.line.state === "down" && store.centre?.state !== "down"
      ? [element("p", { class: "line" }, sign("act"), element("span", { text: `${say("line")}${say("colon")}${lineWords(station.line)}` }))]
      : []),
    element(
      "p",
      { class: "model" },
      element("span", { class: "soft", text: `${station.model}・${station.reader}` }),
      " ",
      element("span", { class: "maturity", title: say(`maturity_${station.maturity}_hint`), text: say(`maturity_${station.maturity}`) }),
    ),
  );
}

/** The last thing that went wrong, with what reception does; unfolded while the reader is closed. */
function trouble(station, failure) {
  return element(
    "details",
    { class: "trouble", open: station.state === "out_of_order" },
    element("summary", {}, element("span", { class: "soft", text: `${momentLine(station.failure.at, manner.lang)} ` }), of(failure.cause)),
    element("p", { text: of(failure.reception) }),
  );
}

function walk(event) {
  const all = [...parts.list.querySelectorAll('[data-act="visual"]:not(:disabled)')];
  const at = all.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
  if (at < 0 || to === undefined || !all[to]) return;
  event.preventDefault();
  all[to].focus();
}

/** Begins the visual check where there is one reader only; else the focus goes to the choice. */
export function visualByKey() {
  const ready = [...store.stations.values()].filter((station) => ["idle", "in_visit"].includes(station.state));
  if (store.stations.size === 1 && ready.length === 1) return arm(ready[0]);
  (parts.list.querySelector('[data-act="visual"]:not(:disabled)') ?? parts.list).focus();
}

/** A banner for each reader on which staff check the next card. */
export function banners() {
  return [...store.stations.values()]
    .filter((station) => station.state === "visual_check_armed")
    .map((station) => ({
      key: `armed-${station.reader}`,
      sign: JSON.stringify([manner.lang, station.label, station.lane, station.armed_until]),
      make: () =>
        element(
          "li",
          { class: "armed" },
          sign("eye"),
          element(
            "p",
            {},
            element("strong", { text: say("armed", { label: [station.label, station.lane].filter(Boolean).join("・") }) }),
            " ",
            say("armed_hint"),
          ),
          ...(station.armed_until
            ? [
                element(
                  "p",
                  { class: "timer" },
                  element("span", { class: "soft", text: say("armed_left") }),
                  " ",
                  element("span", {
                    class: "digits",
                    role: "timer",
                    "aria-live": "off",
                    "data-until": station.armed_until,
                    text: countdown(station.armed_until),
                  }),
                ),
              ]
            : []),
          button("disarm", say("visual_end"), () => disarm(station), { class: "main" }),
        ),
    }));
}
