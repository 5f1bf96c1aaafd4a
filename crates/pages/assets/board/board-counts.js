// Counts of a day and of a month. They hold nothing of anybody, and are this terminal's own.

import { ask, Refused } from "./api.js";
import { element } from "./dom.js";
import { entry, refusal } from "./board-ask.js";
import { lying, standing } from "./board-chart.js";
import { dayOf } from "./board-dates.js";
import { button } from "./board-elements.js";
import { gravity } from "./board-result.js";
import { manner } from "./board-store.js";
import { of, say } from "./board-words.js";

let dialog = null;
let state = null;

export function countsFrame() {
  state = null;
  dialog = element("dialog", {
    class: "counts",
    "aria-labelledby": "counts-title",
    onclose: () => {
      state = null;
      dialog.replaceChildren();
    },
  });
  return dialog;
}

export function openCounts() {
  state = { kind: "day", at: dayOf(), counts: null, days: null, refused: null };
  drawCounts();
  dialog.showModal();
  load();
}

/** Draws it in the language of now. */
export function drawCounts() {
  if (!state) return;
  const focused = dialog.contains(document.activeElement) ? document.activeElement.dataset.act : null;
  dialog.replaceChildren(
    element(
      "div",
      { class: "panel-head" },
      element("h2", { id: "counts-title", text: say("counts") }),
      button("counts-close", say("close"), () => dialog.close(), { class: "plain" }),
    ),
    element(
      "div",
      { class: "counts-head" },
      element(
        "div",
        { role: "group", "aria-label": say("counts_kind"), class: "switch" },
        ...["day", "month"].map((kind) =>
          button(`counts-${kind}`, say(`counts_${kind}`), () => turn({ kind, at: kind === "day" ? dayOf() : dayOf().slice(0, 7) }), {
            "aria-pressed": String(state.kind === kind),
          }),
        ),
      ),
      button("counts-before", say(`before_${state.kind}`), () => turn({ at: stepped(-1) })),
      element("p", { class: "at", "aria-live": "polite", text: state.at }),
      button("counts-after", say(`after_${state.kind}`), () => turn({ at: stepped(1) }), { disabled: stepped(1) > dayOf() }),
    ),
    ...(state.refused ? [element("p", { role: "alert", class: "said bad", text: of(state.refused) })] : []),
    ...(state.counts ? body(state.counts, state.days) : [element("p", { class: "soft", text: state.refused ? "" : say("loading") })]),
    element("p", { class: "soft", text: say("counts_own") }),
  );
  if (focused)
    (dialog.querySelector(`[data-act="${focused}"]:not(:disabled)`) ?? dialog.querySelector('[data-act="counts-close"]')).focus();
}

function turn(to) {
  Object.assign(state, to, { counts: null, days: null, refused: null });
  drawCounts();
  load();
}

/** The day or month so many steps away. */
function stepped(by) {
  const [year, month, day] = state.at.split("-").map(Number);
  const made = new Date(Date.UTC(year, month - 1 + (day ? 0 : by), day ? day + by : 1)).toISOString();
  return made.slice(0, day ? 10 : 7);
}

async function load() {
  const now = state;
  const { kind, at } = now;
  try {
    const said = await ask("GET", `/v1/counts/${kind}s/${at}`);
    if (state !== now || now.at !== at) return;
    Object.assign(now, { counts: said.counts, days: said.days ?? null });
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    now.refused = await refusal(refused);
  }
  if (state === now) drawCounts();
}

function body(counts, days) {
  const sum = (all) => all.reduce((total, one) => total + one.count, 0);
  const { card_to_result: spread } = counts;
  const middle = spread.count ? (spread.seconds / spread.count).toFixed(1) : null;
  const figures = [
    [say("n_results"), sum(counts.validities)],
    [say("n_answers"), sum(counts.answers)],
    [say("n_failures"), sum(counts.failures)],
    [say("n_expiring"), counts.expiring],
    [say("middle"), middle === null ? say("nothing") : say("seconds", { n: middle })],
  ];
  return [
    element(
      "dl",
      { class: "figures" },
      ...figures.map(([term, value]) => element("div", {}, element("dt", { text: term }), element("dd", { text: String(value) }))),
    ),
    element(
      "div",
      { class: "charts" },
      ...(days
        ? [
            standing(
              say("by_day"),
              days.map(({ day, counts: of }) => [
                day,
                sum(of.validities),
                [1, 8, 15, 22, 29].includes(Number(day.slice(8))) ? String(Number(day.slice(8))) : "",
              ]),
            ),
          ]
        : []),
      lying(
        say("by_verification"),
        counts.verifications.map((one) => [say(`verification_${one.verification}`), one.count]),
      ),
      lying(
        say("by_validity"),
        counts.validities.map((one) => [say(`validity_${one.validity}`), one.count, gravity(one.validity)]),
      ),
      standing(say("card_to_result"), within(spread)),
      lying(
        say("by_failure"),
        [...counts.failures]
          .sort((one, other) => other.count - one.count)
          .map((one) => [entry(one.code) ? of(entry(one.code).cause) : one.code, one.count, "bad"]),
      ),
    ),
  ];
}

/** From "at most so long" to "between": each bar is one span. */
function within(spread) {
  let before = 0;
  const spans = spread.within.map(({ seconds, count }) => {
    const own = count - before;
    before = count;
    return [say("up_to_seconds", { n: seconds }), own, `${seconds}`];
  });
  return [...spans, [say("longer"), spread.count - before, manner.lang === "ja" ? "超" : "more"]];
}
