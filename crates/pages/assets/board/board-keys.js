// The keyboard: what the letters do, and the page that says so. Letters can be switched off, for who dictates or mistypes.

import { element } from "./dom.js";
import { button } from "./board-elements.js";
import { manner } from "./board-store.js";
import { say } from "./board-words.js";

let dialog = null;

/** @type {[string[], string][]} */
const KEYS = [
  [["/"], "key_lookup"],
  [["n"], "key_list"],
  [["↑", "↓", "Home", "End"], "key_arrows"],
  [["Enter"], "key_enter"],
  [["f"], "key_filter"],
  [["v"], "key_visual"],
  [["c"], "key_counts"],
  [["t"], "key_language"],
  [["l"], "key_lock"],
  [["Esc"], "key_escape"],
  [["?"], "key_help"],
];

export function helpFrame() {
  dialog = element("dialog", { class: "help", "aria-labelledby": "help-title", onclose: () => dialog.replaceChildren() });
  return dialog;
}

export function openHelp() {
  drawHelp(true);
  dialog.showModal();
}

/** Draws it in the language of now, if it is open. */
export function drawHelp(opening = false) {
  if (!opening && !dialog.open) return;
  dialog.replaceChildren(
    element(
      "div",
      { class: "panel-head" },
      element("h2", { id: "help-title", text: say("help") }),
      button("help-close", say("close"), () => dialog.close(), { class: "plain" }),
    ),
    element(
      "dl",
      { class: "keys" },
      ...KEYS.map(([keys, word]) =>
        element("div", {}, element("dt", {}, ...keys.map((key) => element("kbd", { text: key }))), element("dd", { text: say(word) })),
      ),
    ),
    element(
      "p",
      { class: "check" },
      element("input", {
        type: "checkbox",
        id: "letters",
        checked: manner.letters,
        onchange: (event) => {
          manner.letters = event.target.checked;
        },
      }),
      element("label", { for: "letters", text: say("letters") }),
    ),
    element("h3", { text: say("help_signs") }),
    element("p", { text: say("help_list") }),
    element("p", { text: say("help_lock", { n: manner.minutes }) }),
  );
}

/**
 * Listens for the letters. @param {Record<string, () => void>} acts
 * @returns {() => void} ends it
 */
export function listenToKeys(acts) {
  const heard = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const within = event.target instanceof Element ? event.target : document.body;
    if (within.closest("input:not([type=checkbox]), select, textarea, dialog")) return;
    const act = acts[event.key] ?? acts[event.key.toLowerCase()];
    if (!act || !manner.letters) return;
    event.preventDefault();
    act();
  };
  document.addEventListener("keydown", heard);
  return () => document.removeEventListener("keydown", heard);
}
