// The pad for PIN and passcode. Its order comes with the panel; what goes back are positions, never digits. What was touched
// lives until the fourth key or until the pad goes, and is neither shown nor spoken: a key's name for a screen reader is its
// place, since a digit read aloud in a waiting room is a PIN given away. Who cannot see the pad has the face check or staff.

import { element } from "./dom.js";

const LENGTH = 4;
/** The keys touched so far, and on which pad: a notice that comes meanwhile draws the same pad again. */
let typing = { pad: "", positions: [] };

export function forgetTyped() {
  typing.positions.fill(0);
  typing = { pad: "", positions: [] };
}

/**
 * @param {{ kind: string, keys: number[] }} question
 * @param {any} words
 * @param {(touch: object) => void} touch
 */
export function pad(question, words, touch) {
  const same = JSON.stringify(question);
  if (typing.pad !== same) {
    forgetTyped();
    typing.pad = same;
  }
  const typed = element("p", { class: "typed", "aria-hidden": "true" });
  const counted = element("p", { class: "visually-hidden", role: "status" });
  const show = () => {
    const count = typing.positions.length;
    typed.textContent = "●".repeat(count) + "○".repeat(LENGTH - count);
    counted.textContent = count ? `${count} ${words.typed}` : "";
  };
  const press = (position) => {
    if (typing.positions.length === LENGTH) return;
    typing.positions.push(position);
    show();
    if (typing.positions.length === LENGTH) {
      touch({ kind: "pad", positions: [...typing.positions] });
      typing.positions.length = 0;
    }
  };
  const clear = () => {
    typing.positions.length = 0;
    show();
  };
  const key = (digit, position) => element("button", {
    type: "button", class: "key", "data-touch": `key-${position}`, "aria-label": placeName(position, words),
    text: digit, onclick: () => press(position),
  });
  const keys = question.keys.map(key);
  const grid = element("div", { class: "pad" });
  // The tenth key stands alone in the last row, between the two ways back.
  grid.append(
    ...keys.slice(0, 9),
    element("button", { type: "button", "data-touch": "clear", text: words.clear, onclick: clear }),
    keys[9],
    element("button", { type: "button", "data-touch": "cancel", text: words.cancel, onclick: () => touch({ kind: "pad_cancel" }) }),
  );
  // A keyboard's digits touch the key on which they stand.
  grid.addEventListener("keydown", (event) => {
    const position = question.keys.indexOf(Number(event.key));
    if (/^[0-9]$/.test(event.key) && position >= 0) press(position);
    else if (event.key === "Backspace") clear();
    else return;
    event.preventDefault();
  });
  show();
  return [typed, counted, grid];
}

function placeName(position, words) {
  const row = words.key_rows[Math.floor(position / 3)];
  return `${row} ${words.key_places[position === 9 ? 1 : position % 3]}`;
}
