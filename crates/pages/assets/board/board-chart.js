// Small charts: bars with their numbers written beside them, and the same as a table for who does not see them.

import { drawn, element } from "./dom.js";
import { say } from "./board-words.js";

const WIDE = 320;

/**
 * Bars that lie, one for each line.
 * @param {string} title
 * @param {[string, number, string?][]} lines name, number, kind
 */
export function lying(title, lines) {
  const most = Math.max(1, ...lines.map(([, count]) => count));
  return figure(
    title,
    lines,
    element(
      "div",
      { class: "lying", "aria-hidden": "true" },
      ...lines.map(([name, count, kind]) =>
        element(
          "div",
          { class: "bar-line" },
          element("span", { class: "bar-name", text: name }),
          drawn(
            "svg",
            { class: `bar ${kind ?? ""}`, viewBox: "0 0 100 10", preserveAspectRatio: "none" },
            drawn("rect", { class: "ground", width: 100, height: 10 }),
            drawn("rect", { class: "part", width: (100 * count) / most, height: 10 }),
          ),
          element("span", { class: "bar-count", text: String(count) }),
        ),
      ),
    ),
  );
}

/**
 * Bars that stand, one for each step of a scale.
 * @param {string} title
 * @param {[string, number, string?][]} lines name, number, what stands below (not under each: there may be 31)
 */
export function standing(title, lines) {
  const most = Math.max(1, ...lines.map(([, count]) => count));
  const step = WIDE / Math.max(1, lines.length);
  const bars = lines.flatMap(([, count, below], at) => {
    const tall = (84 * count) / most;
    const middle = step * at + step / 2;
    return [
      drawn("rect", { class: "part", x: step * at + step * 0.12, y: 100 - tall, width: step * 0.76, height: tall }),
      ...(count && step > 14 ? [drawn("text", { x: middle, y: 96 - tall, class: "over" }, String(count))] : []),
      ...(below ? [drawn("text", { x: middle, y: 114, class: "below" }, below)] : []),
    ];
  });
  return figure(
    title,
    lines,
    drawn(
      "svg",
      { class: "standing", viewBox: `0 0 ${WIDE} 118`, "aria-hidden": "true" },
      drawn("line", { class: "axis", x1: 0, x2: WIDE, y1: 100.5, y2: 100.5 }),
      ...bars,
    ),
  );
}

function figure(title, lines, chart) {
  const sum = lines.reduce((all, [, count]) => all + count, 0);
  return element(
    "figure",
    { class: "chart" },
    element("figcaption", {}, element("h3", { text: title })),
    ...(sum ? [chart] : [element("p", { class: "soft", text: say("none_counted") })]),
    element(
      "table",
      { class: "visually-hidden" },
      element("caption", { text: title }),
      element(
        "thead",
        {},
        element("tr", {}, element("th", { scope: "col", text: say("what") }), element("th", { scope: "col", text: say("how_many") })),
      ),
      element(
        "tbody",
        {},
        ...lines.map(([name, count]) =>
          element("tr", {}, element("th", { scope: "row", text: name }), element("td", { text: String(count) })),
        ),
      ),
    ),
  );
}
