// The code that staff made for this browser: typed, or brought along behind the # of the address, which no server sees and
// which is wiped at once. It is good once and is exchanged for a cookie that no script can read.

import { element } from "./dom.js";
import { ask, Refused } from "./api.js";

/** The code in the address, if any; the address is without it from then on. What cannot be a code is left alone. */
function takeCodeFromAddress() {
  const code = location.hash.slice(1);
  if (!/^[A-Z0-9]{8}$/.test(code)) return "";
  history.replaceState(null, "", location.pathname);
  return code;
}

/** @param {string} code */
const redeem = (code) => ask("POST", "/v1/pairings", { code });

/**
 * Pairs by the code in the address, if there is one.
 * @returns {Promise<"none" | "paired" | "refused" | "away">} a refused one was wrong, used or over
 */
export async function pairByAddress() {
  const code = takeCodeFromAddress();
  if (!code) return "none";
  try {
    await redeem(code);
    return "paired";
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    return refused.status === 403 ? "refused" : "away";
  }
}

/**
 * The form that asks for the code.
 * @param {{ title: string, hint: string, label: string, button: string, wrong: string, away: string }} words
 * @param {() => void} paired
 * @param {"none" | "paired" | "refused" | "away"} [address] what became of the code in the address
 */
export function pairingForm(words, paired, address = "none") {
  const said = element("p", { role: "alert", text: { refused: words.wrong, away: words.away }[address] ?? "" });
  const code = element("input", { name: "code", id: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
  const form = element("form", { class: "pairing" },
    element("h1", { text: words.title }),
    element("p", { text: words.hint }),
    element("label", { for: "code", text: words.label }),
    code,
    element("button", { type: "submit", class: "main", "data-touch": "pair", text: words.button }),
    said,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await redeem(code.value);
      paired();
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      said.textContent = refused.status === 403 ? words.wrong : words.away;
      code.value = "";
      code.focus();
    }
  });
  return form;
}
