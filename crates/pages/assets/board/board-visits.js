// The list: visits in progress on top, then today's results, the newest first. One row at a time has the focus; arrows go up
// and down, Enter unfolds.

import { element } from "./dom.js";
import { entry } from "./board-ask.js";
import { timeOf } from "./board-dates.js";
import { detail } from "./board-detail.js";
import { button, keyed, pill, sign } from "./board-elements.js";
import { birthOf, cardLies, consentLine, firstOf, flags, nameLines, place, remedy, standing, validityPill } from "./board-result.js";
import { askAgain, cancel, confirm } from "./board-staff.js";
import { changed, manner, store } from "./board-store.js";
import { of, say, stepWord } from "./board-words.js";

// Steps at which there is nothing left to end.
const ENDING = ["settling", "advising", "done", "failed"];

let parts = null;
// The row that Tab comes to.
let rover = null;

/** The list's frame; `drawVisits` fills it. */
export function visitsFrame() {
  parts = {
    title: element("h2", { id: "visits-title" }),
    count: element("p", { class: "soft count" }),
    place: element("select", {
      id: "place",
      "data-act": "place",
      onchange: (event) => {
        store.filter.place = event.target.value;
        changed();
      },
    }),
    placeLabel: element("label", { for: "place", class: "visually-hidden" }),
    act: element("input", {
      type: "checkbox",
      id: "only-act",
      "data-act": "only-act",
      onchange: (event) => {
        store.filter.act = event.target.checked;
        changed();
      },
    }),
    actLabel: element("label", { for: "only-act" }),
    progressTitle: element("h2", { id: "progress-title" }),
    progress: element("ul", { class: "progress", "aria-labelledby": "progress-title" }),
    list: element("ul", {
      class: "visits",
      "aria-labelledby": "visits-title",
      onkeydown: walk,
      onfocusin: (event) => rove(event.target.closest(".row")),
    }),
    empty: element("p", { class: "empty" }),
  };
  return element(
    "main",
    { id: "visits", tabindex: "-1" },
    element("section", { class: "in-progress" }, parts.progressTitle, parts.progress),
    element(
      "section",
      {},
      element(
        "div",
        { class: "list-head" },
        parts.title,
        parts.count,
        element("div", { class: "filters" }, parts.placeLabel, parts.place, element("span", { class: "check" }, parts.act, parts.actLabel)),
      ),
      parts.list,
      parts.empty,
    ),
  );
}

/** Draws what changed. */
export function drawVisits() {
  // What was in progress when the stream broke off is not known to be so any more.
  const now = store.connected ? [...store.stations.values()].filter((station) => station.visit || station.state === "card_left") : [];
  parts.progressTitle.textContent = say("in_progress");
  parts.progressTitle.parentElement.hidden = now.length === 0;
  keyed(
    parts.progress,
    now.map((station) => ({
      key: station.reader,
      sign: JSON.stringify([manner.lang, station, Boolean(adviceFor(station))]),
      make: () => inProgress(station),
    })),
  );
  drawFilters();
  const all = [...store.results.values()].sort((one, other) => other.id - one.id);
  const shown = all.filter((result) => fits(result) && (!store.filter.act || standing(result) !== "good"));
  parts.title.textContent = say("today");
  parts.count.textContent = say(shown.length === all.length ? "count" : "count_of", { n: shown.length, all: all.length });
  parts.empty.hidden = shown.length > 0;
  parts.empty.textContent = !store.loaded ? say("loading") : say(all.length ? "none_fits" : "nobody_yet");
  keyed(
    parts.list,
    shown.map((result) => ({
      key: String(result.id),
      sign: JSON.stringify([
        manner.lang,
        place(result.reader),
        cardLies(result),
        store.open.has(result.id),
        store.asked.get(result.id) ?? null,
        Boolean(remedy(result)),
        store.stations.get(result.reader)?.visit === result.visit,
      ]),
      make: () => row(result),
    })),
  );
  rove(parts.list.querySelector(`[data-key="${rover}"] .row`) ?? parts.list.querySelector(".row"), false);
}

function drawFilters() {
  parts.placeLabel.textContent = say("filter_place");
  parts.actLabel.textContent = say("filter_act");
  parts.act.checked = store.filter.act;
  const stations = [...store.stations.values()];
  const lanes = [...new Set(stations.map((station) => station.lane).filter(Boolean))];
  const choices = [
    ["", say("everywhere")],
    ...(lanes.length > 1 ? lanes.map((lane) => [`lane:${lane}`, say("lane", { lane })]) : []),
    ...stations.map((station) => [`reader:${station.reader}`, [station.label, station.lane].filter(Boolean).join("・")]),
  ];
  const mark = JSON.stringify([manner.lang, choices]);
  if (parts.place.dataset.sign !== mark) {
    parts.place.dataset.sign = mark;
    parts.place.replaceChildren(...choices.map(([value, text]) => element("option", { value, text })));
    if (!choices.some(([value]) => value === store.filter.place)) store.filter.place = "";
  }
  parts.place.value = store.filter.place;
}

function fits(result) {
  const [kind, ...rest] = store.filter.place.split(":");
  const wanted = rest.join(":");
  return kind === "" || (kind === "reader" ? result.reader === wanted : store.stations.get(result.reader)?.lane === wanted);
}

function row(result) {
  const open = store.open.has(result.id);
  const told = remedy(result);
  const marks = flags(result).map(([how, shape, text]) => pill(how, text, shape));
  if (cardLies(result)) marks.unshift(pill("act", say("card_lies"), "card"));
  const head = button("row", "", () => toggle(result), {
    class: "row",
    "aria-expanded": String(open),
    "aria-controls": `visit-${result.id}`,
    tabindex: "-1",
  });
  head.append(
    element(
      "span",
      { class: "when" },
      element("span", { class: "time", text: timeOf(result.received_at) }),
      element("span", { class: "where", text: place(result.reader) }),
    ),
    element("span", { class: "who" }, ...nameLines(result), birthOf(result) ?? ""),
    element("span", { class: "how" }, element("span", { text: of(result.for_staff.verified) }), ...consentLine(result)),
    element("span", { class: "what" }, validityPill(result.validity), ...marks),
  );
  if (told) head.append(element("span", { class: "todo" }, sign("act"), element("span", { text: firstOf(of(told.reception)) })));
  return element(
    "li",
    { class: `visit ${standing(result)}` },
    head,
    element("div", { id: `visit-${result.id}`, class: "unfolded", hidden: !open }, ...(open ? [detail(result)] : [])),
  );
}

function toggle(result) {
  if (!store.open.delete(result.id)) store.open.add(result.id);
  changed();
}

/** The catalogue's entry of what reception does at this station now. */
function adviceFor(station) {
  const code = station.state === "card_left" ? "CARD_LEFT" : station.failure?.code;
  return code ? entry(code) : null;
}

function inProgress(station) {
  const left = station.state === "card_left";
  const told = adviceFor(station);
  const acts = [];
  if (station.step === "confirming") {
    acts.push(
      button("same", say("same_person"), () => confirm(station, true), { class: "main" }),
      button("other", say("other_person"), () => confirm(station, false)),
    );
  }
  if (station.step === "asking") acts.push(button("ask-again", say("ask_again"), () => askAgain(station)));
  if (station.visit && !ENDING.includes(station.step))
    acts.push(button("cancel", say("cancel_visit"), (event) => sure(event.target, () => cancel(station))));
  const [kind, shape] = left
    ? ["act", "card"]
    : ({ confirming: ["act", "eye"], failed: ["act", "act"], done: ["", "card"], advising: ["", "card"] }[station.step] ?? ["", "wait"]);
  return element(
    "li",
    { class: `now ${kind}` },
    element(
      "p",
      { class: "where" },
      element("strong", { text: station.label }),
      " ",
      element("span", { class: "soft", text: station.lane }),
    ),
    element("p", { class: "step" }, sign(shape), element("span", { text: left ? say("card_lies") : stepWord(station.step) })),
    element(
      "p",
      { class: "do" },
      ...(station.step === "confirming" ? [say("compare")] : []),
      ...(told ? [`${left ? "" : of(told.cause)}${of(told.reception)}`] : []),
    ),
    element("div", { class: "acts" }, ...acts),
  );
}

/** A second press, for what is not taken back. */
function sure(pressed, act) {
  if (pressed.dataset.sure) {
    // The second click of a double one, or a key held down, is no second thought.
    if (performance.now() - Number(pressed.dataset.sure) > 600) act();
    return;
  }
  pressed.dataset.sure = String(performance.now());
  pressed.textContent = say("cancel_sure");
}

function rove(head, take = true) {
  if (!head) return;
  for (const other of parts.list.querySelectorAll('.row[tabindex="0"]')) other.tabIndex = -1;
  head.tabIndex = 0;
  if (take) rover = head.closest("[data-key]").dataset.key;
}

function walk(event) {
  const heads = [...parts.list.querySelectorAll(".row")];
  const at = heads.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: heads.length - 1 }[event.key];
  if (at < 0 || to === undefined || !heads[to]) return;
  event.preventDefault();
  heads[to].focus();
}

/** Puts the focus on the newest visit. */
export function toList() {
  (parts.list.querySelector('.row[tabindex="0"]') ?? document.getElementById("visits")).focus();
}
