// Japanese and English, changed at once.

import { button } from "./board-elements.js";
import { manner } from "./board-store.js";
import { say } from "./board-words.js";

/** The button that changes the language; it says so in the other one. @param {() => void} redraw */
export function languageButton(redraw) {
  const other = manner.lang === "ja" ? "en" : "ja";
  return button(
    "language",
    other === "en" ? "English" : "日本語",
    () => {
      changeLanguage(redraw);
      document.querySelector('[data-act="language"]')?.focus();
    },
    { lang: other, class: "plain", "aria-keyshortcuts": "t" },
  );
}

export function changeLanguage(redraw) {
  manner.lang = manner.lang === "ja" ? "en" : "ja";
  redraw();
}

/** Title and language of the document. @param {"open" | "locked" | "pairing" | "away"} stand */
export function entitle(stand) {
  document.documentElement.lang = manner.lang;
  document.title = say(`title_${stand}`);
}
