// What is typed from a 資格確認書, brought into the form that is asked of the centre: any width, any hyphen, with or
// without spaces. Each gives the value, or null if it has no such form; nothing at all gives "".

import { readDay } from "./board-dates.js";

// What keyboards and papers have for a hyphen; a long vowel between digits is one too.
const HYPHENS = /[‐‑‒–—―−ー－ｰ]/g;

const plain = (text) => text.normalize("NFKC").trim();
const digits = (text) =>
  text
    .normalize("NFKC")
    .replace(HYPHENS, "-")
    .replace(/[\s\-/・.]/g, "");

/** 保険者番号: 6 or 8 digits. */
export function insurerNumber(text) {
  const found = digits(text);
  return found === "" ? "" : /^(\d{6}|\d{8})$/.test(found) ? found : null;
}

/** 記号 or 番号: half-width digits and letters, whole kana; marks stay. At most 20 characters. */
export function cardText(text) {
  const found = plain(text)
    .replace(/[‐‑‒–—―−]|(?<![ァ-ヶぁ-ゖー])ー/g, "-")
    .replace(/\s+/g, " ");
  return [...found].length <= 20 ? found : null;
}

/** 枝番: two digits; one is led by a zero. */
export function branch(text) {
  const found = digits(text);
  return found === "" ? "" : /^\d{1,2}$/.test(found) ? found.padStart(2, "0") : null;
}

/** 生年月日 as eight digits. */
export const birthDate = (text) => (plain(text) === "" ? "" : readDay(text));
