// The readers drawn in millimetres, after the makers' sizes; where a maker states no detail the drawing is plain.

import { drawn } from "./dom.js";

const CARD = { width: 85.6, height: 54 };

/**
 * Width and height of the body, the screen, camera and lamp in it, and where the ledge for the card lies.
 * Sizes are those of the product table; a screen has its diagonal. What lies where is a sketch.
 */
const UNITS = {
  caora: { name: "Caora PD-CA01", size: [170, 200], screen: [30, 66, 110, 62], camera: [85, 34], lamp: [85, 150, 60], hood: true, round: 14 },
  stfr2: { name: "XC-STFR2JMN", size: [148, 276], screen: [30, 62, 88, 155], camera: [74, 32], lamp: [74, 246, 46], round: 16 },
  "sma-pa": { name: "Sma-pa CPS-100W", size: [354, 139], screen: [24, 18, 172, 103], camera: [232, 34], lamp: [296, 34, 70], beside: [222, 62], round: 12 },
  "hi-cara": { name: "Hi-CARA UFT-S190S(NU)", size: [98, 242], screen: [18, 62, 62, 111], camera: [49, 34], lamp: [49, 204, 50], round: 24 },
  "exc-9000": { name: "EXC-9000", size: [268, 356], portrait: [183, 397], screen: [25, 60, 218, 136], portraitScreen: [24, 58, 135, 218], camera: [134, 32], lamp: [134, 300, 60], round: 12 },
};

/** @param {string} model */
export const unitName = (model) => UNITS[model]?.name ?? model;

/** @param {string} model */
export const shortName = (model) => unitName(model).split(" ")[0];

/**
 * @param {any} state the reader's state @param {any} words @param {string} id makes the title's id one of its own
 * @returns {SVGElement}
 */
export function drawUnit(state, words, id) {
  const unit = UNITS[state.model] ?? UNITS.caora;
  const upright = state.portrait && unit.portrait;
  const [width, height] = upright ? unit.portrait : unit.size;
  const [sx, sy, sw, sh] = upright ? unit.portraitScreen : unit.screen;
  const across = width / unit.size[0];
  const [cx, cy] = [unit.camera[0] * (upright ? across : 1), unit.camera[1]];
  const [lx, ly, long] = [unit.lamp[0] * (upright ? across : 1), upright ? height - 60 : unit.lamp[1], unit.lamp[2]];
  const ledge = unit.beside ? 0 : 74;
  const frame = { x: -24, y: -16, width: Math.max(width, 120) + 48, height: height + ledge + 34 };
  const left = (Math.max(width, 120) - width) / 2;
  const [tx, ty] = unit.beside ?? [left + width / 2 - 50, height + 8];
  const picture = drawn("svg", {
    viewBox: `${frame.x} ${frame.y} ${frame.width} ${frame.height}`, role: "img", "aria-labelledby": id, class: "unit",
  }, drawn("title", { id, text: described(state, words) }));
  const body = drawn("g", { transform: `translate(${left} 0)` },
    drawn("rect", { class: "body", width, height, rx: unit.round }),
    unit.hood ? drawn("path", { class: "hood", d: `M 12 ${height - 60} V 44 Q 12 12 ${width / 2} 12 Q ${width - 12} 12 ${width - 12} 44 V ${height - 60} Z` }) : "",
    drawn("circle", { class: "camera", cx, cy, r: 9 }),
    drawn("circle", { class: state.camera ? "eye seen" : "eye", cx, cy, r: 4 }),
    drawn("rect", { class: lit(state) ? "glass lit" : "glass", x: sx, y: sy, width: sw, height: sh, rx: 4 }),
    ...screenText(state, words, [sx, sy, sw, sh]),
    drawn("rect", { class: `lamp ${state.lamp}`, x: lx - long / 2, y: ly - 5, width: long, height: 10, rx: 5 }),
  );
  picture.append(cable(state, left, height, unit), body, tray(state, tx, ty));
  if (state.slot_in_sun) picture.append(sun(tx + 100, ty - 4));
  return picture;
}

const lit = (state) => state.plugged !== null && state.screen !== "dark" && state.screen !== "";

/** What an image says to whoever does not see it. */
function described(state, words) {
  const card = state.tray ? (state.turned_over ? words.card_down : words.card_up) : words.card_none;
  return [
    `${state.label} ${unitName(state.model)}`,
    `${words.screen}: ${words.notices[state.screen] ?? state.screen}`,
    `${words.lamp}: ${words.lamps[state.lamp] ?? state.lamp}`,
    `${words.tray}: ${card}`,
    `${words.cable}: ${state.plugged ? words.plugged : words.unplugged}`,
  ].join(", ");
}

function screenText(state, words, [x, y, width, height]) {
  if (!lit(state)) return [];
  const asked = state.asked.what;
  const notice = words.notices_short[state.screen] ?? state.screen.replace(/^([A-Z]+)_(.+)$/, "$1_\n$2");
  const lines = (asked === "nothing" ? notice : words.asked[asked]).split("\n");
  const longest = Math.max(...lines.map((line) => [...line].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 1 : 0.58), 0)));
  const size = Math.min(height / (lines.length + 2.2), (width - 8) / longest, 30);
  const middle = y + height / 2 - ((lines.length - 1) * size * 1.25) / 2;
  const written = lines.map((text, at) =>
    drawn("text", { x: x + width / 2, y: middle + at * size * 1.25 + size * 0.35, "font-size": size, class: /^[A-Z]/.test(state.screen) && asked === "nothing" ? "written bad" : "written", text }));
  return [
    ...written,
    drawn("text", { x: x + width - 4, y: y + 12, "font-size": 9, class: "tongue", text: state.language }),
  ];
}

function tray(state, x, y) {
  const ledge = drawn("g", { transform: `translate(${x} ${y})` },
    drawn("rect", { class: "tray", width: 100, height: 66, rx: 5 }),
    drawn("rect", { class: "tray-edge", x: 5, y: 4, width: 90, height: 58, rx: 3 }));
  if (!state.tray) {
    if (state.slot.card) ledge.append(card(7.2, 6, "slot"));
    return ledge;
  }
  ledge.append(card(7.2, 6, state.turned_over ? "down" : "up"));
  return ledge;
}

/** Printed side up it shows a portrait; turned over, lines and the chip; in the slot only, no more than an outline. */
function card(x, y, way) {
  const made = drawn("g", { transform: `translate(${x} ${y})` },
    drawn("rect", { class: `card ${way}`, width: CARD.width, height: CARD.height, rx: 4 }));
  if (way === "up") {
    made.append(
      drawn("rect", { class: "print", x: 6, y: 12, width: 20, height: 26, rx: 2 }),
      drawn("circle", { class: "portrait", cx: 16, cy: 21, r: 5 }),
      drawn("path", { class: "portrait", d: "M 8 38 Q 16 25 24 38 Z" }),
      drawn("path", { class: "lines", d: "M 32 15 h 40 M 32 23 h 44 M 32 31 h 30 M 32 41 h 46" }));
  }
  if (way === "down") {
    made.append(
      drawn("rect", { class: "chip", x: 10, y: 18, width: 14, height: 12, rx: 2 }),
      drawn("path", { class: "lines", d: "M 34 12 h 44 M 34 42 h 44" }));
  }
  return made;
}

function cable(state, left, height, unit) {
  const y = unit.beside ? height - 18 : height - 26;
  const plug = drawn("g", { class: state.plugged ? "cable" : "cable off" },
    drawn("path", { d: `M ${left} ${y} h ${state.plugged ? -24 : -9}` }));
  if (!state.plugged) plug.append(drawn("path", { d: `M ${left - 15} ${y} h -9` }), drawn("path", { class: "cross", d: `M ${left - 16} ${y - 5} l 8 10 m 0 -10 l -8 10` }));
  return plug;
}

function sun(x, y) {
  const rays = [0, 45, 90, 135, 180, 225, 270, 315].map((turn) =>
    drawn("path", { d: "M 0 -13 v -7", transform: `rotate(${turn})` }));
  return drawn("g", { class: "sun", transform: `translate(${x} ${y})` }, drawn("circle", { r: 9 }), ...rays);
}
