// What the catalogue says of a code, and what is said of a refusal: what happened and what reception does next.

import { ask, Refused } from "./api.js";
import { changed } from "./board-store.js";
import { WORDS, pair } from "./board-words.js";

/** Entries of the catalogue by their codes; nothing of a patient is in them. */
const entries = new Map();

/**
 * The entry of a code; null until it is here, and then the board is drawn anew.
 * @param {string} code
 * @returns {null | { code: string, cause: { ja: string, en: string }, reception: { ja: string, en: string } }}
 */
export function entry(code) {
  if (!entries.has(code)) {
    entries.set(code, null);
    ask("GET", `/v1/failures/${code}`).then(
      (said) => {
        entries.set(code, said);
        changed();
      },
      () => entries.delete(code),
    );
  }
  return entries.get(code);
}

/** What a refusal says, in both languages. @param {unknown} refused @returns {Promise<{ ja: string, en: string }>} */
export async function refusal(refused) {
  if (!(refused instanceof Refused)) throw refused;
  const { problem, code, status } = refused;
  if (status === 0) return pair("away_now");
  if (status === 401) return pair("locked_now");
  if (problem?.reason) return { ja: problem.detail, en: problem.detail_en };
  if (WORDS[`code_${code}`]) return pair(`code_${code}`);
  const said = code && (entries.get(code) ?? (await ask("GET", `/v1/failures/${code}`).catch(() => null)));
  if (!said) return pair("away_now");
  return { ja: said.cause.ja + said.reception.ja, en: `${said.cause.en} ${said.reception.en}` };
}
