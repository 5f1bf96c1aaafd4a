// Drawings: how the card goes to this unit, what to do before the camera, and one sign for each other thing that is said.
//
// The outlines follow the makers' published measures (readers.md section 7). How a card lies in a real unit no source
// states but that it differs: drawn is what the simulated units take, the printed side up. It is a drawing, not a promise.

import { drawn } from "./dom.js";

/** Width and height of each unit's front in millimetres, diagonal of its screen in inches, and how the card gets there. */
const UNITS = {
  "caora": { wide: 170, high: 200, inches: 5, card: "cave" },
  "stfr2": { wide: 148, high: 276, inches: 7, card: "below" },
  "sma-pa": { wide: 354, high: 139, inches: 8, card: "beside" },
  "hi-cara": { wide: 98, high: 242, inches: 5, card: "below" },
  "exc-9000": { wide: 268, high: 356, inches: 10, card: "below" },
};
/** ISO/IEC 7810, ID-1. */
const CARD = { wide: 85.6, high: 54 };

const picture = (box, ...parts) => drawn("svg", { viewBox: box, class: "picture", focusable: "false" }, ...parts);
const rect = (x, y, width, height, round, kind) => drawn("rect", { x, y, width, height, rx: round, class: kind });
const path = (d, kind = "stroke") => drawn("path", { d, class: kind });
const circle = (cx, cy, r, kind = "stroke") => drawn("circle", { cx, cy, r, class: kind });

/** A My Number Card, its printed side up: the photo stands on the left. */
function card(x, y, kind = "") {
  return drawn("g", { class: `card ${kind}`.trim(), transform: `translate(${x} ${y})` },
    rect(0, 0, CARD.wide, CARD.high, 4, "sheet"),
    rect(6, 16, 20, 26, 2, "photo"),
    drawn("circle", { cx: 16, cy: 25, r: 5, class: "ink" }),
    path("M8.5 42c0-6 3-9 7.5-9s7.5 3 7.5 9", "ink"),
    path("M32 18h46M32 27h38M32 36h42M6 9h34", "thin"),
  );
}

/** @param {string} driver */
export function placing(driver) {
  const unit = UNITS[driver] ?? UNITS.caora;
  const side = unit.inches * 25.4;
  const lying = unit.card === "beside";
  const screen = unit.wide >= unit.high ? { wide: side * 0.8, high: side * 0.5 } : { wide: side * 0.5, high: side * 0.8 };
  const fit = Math.min(1, (unit.wide * 0.84) / screen.wide, (unit.high * (lying ? 0.8 : 0.58)) / screen.high);
  const [wide, high] = [screen.wide * fit, screen.high * fit];
  const gap = 14;
  const body = lying ? unit.wide : Math.max(unit.wide, CARD.wide + 2 * gap);
  const tray = CARD.high + 2 * gap;
  const screenX = lying ? gap : (body - wide) / 2;
  const screenY = lying ? (unit.high - high) / 2 : gap;
  const trayX = lying ? unit.wide - CARD.wide - 3 * gap : (body - CARD.wide) / 2 - gap;
  const trayY = lying ? (unit.high - tray) / 2 : Math.max(unit.high - tray, gap + high + gap);
  const whole = lying ? unit.high : trayY + tray;
  const [cardX, cardY] = [trayX + gap, trayY + gap];
  return picture(`-10 -10 ${body + 20} ${whole + 46}`,
    rect(0, 0, body, whole, 10, "unit"),
    rect(screenX, screenY, wide, high, 4, "screen"),
    circle(screenX + wide / 2, Math.max(screenY - 7, 5), 2.5, "ink"),
    rect(trayX, trayY, CARD.wide + 2 * gap, tray, 6, "tray"),
    rect(cardX, cardY, CARD.wide, CARD.high, 4, "place"),
    card(cardX, cardY, "coming"),
  );
}

/** A card that leaves. */
export const taking = () => picture("-10 -10 150 150",
  rect(10, 92, 110, 26, 6, "tray"), card(22, 30, "going"), path("M65 26V0M53 11 65 -2 77 11", "arrow"));

/** A face in the ring of the camera's picture. */
export const face = () => picture("0 0 160 160",
  circle(80, 80, 70, "ring"),
  drawn("ellipse", { cx: 80, cy: 78, rx: 32, ry: 40, class: "stroke" }),
  circle(68, 72, 3, "ink"), circle(92, 72, 3, "ink"),
  path("M80 76v10h-5M70 98q10 7 20 0M52 66q4-34 28-34t28 34"),
);

/** Dots that follow one another: something goes on. */
export const waiting = () => picture("0 0 160 60", circle(40, 30, 12, "dot one"), circle(80, 30, 12, "dot two"), circle(120, 30, 12, "dot three"));

export const done = () => picture("0 0 160 160", circle(80, 80, 62, "good"), path("M50 82 72 104 112 58", "good"));

/** Somebody at a desk who helps. */
export const reception = () => picture("0 0 160 150",
  circle(80, 40, 24), path("M36 112c2-32 18-44 44-44s42 12 44 44"), path("M10 114h140M20 114v28M140 114v28"));

/** Somebody who compares a face with a card. */
export const comparing = () => picture("0 0 230 130",
  circle(62, 40, 26), path("M16 122c2-38 18-50 46-50s44 12 46 50"), path("M118 62h20M128 52v20", "thin"), card(146, 36));

/** The sign of a method. */
export const METHOD_SIGNS = {
  face: () => picture("0 0 48 48", path("M6 16V6h10M32 6h10v10M42 32v10H32M16 42H6V32"), circle(24, 21, 8), path("M12 38c1-7 5-10 12-10s11 3 12 10")),
  pin: () => picture("0 0 48 48", ...[10, 24, 38].flatMap((y) => [10, 24, 38].map((x) => circle(x, y, 3.5, "ink")))),
  visual: () => picture("0 0 48 48", path("M4 24c6-10 13-14 20-14s14 4 20 14c-6 10-13 14-20 14S10 34 4 24z"), circle(24, 24, 6, "ink")),
};

/** What is drawn beside each notice. */
export const NOTICE_PICTURES = {
  connecting: waiting, wait: waiting, done, take_card: taking, card_left: taking, out_of_order: reception,
  failure: reception, staff_check: comparing, visual_armed: comparing,
};
