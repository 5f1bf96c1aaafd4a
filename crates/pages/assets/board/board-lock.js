// The lock: a board that nobody touches lets go of everything, and wants the site's passcode before it shows anything again.

import { ask, Refused } from "./api.js";
import { element } from "./dom.js";
import { button, sign } from "./board-elements.js";
import { languageButton } from "./board-language.js";
import { say } from "./board-words.js";

/** So long before the lock it is said that it comes. */
const SAID = 20_000;

/**
 * Watches for hands. `due` is called when none were there for so long; by the clock, so that a machine that slept locks at once.
 * @param {{ idle: number, due: () => void, saying: (seconds: number | null) => void }} listener `idle` in seconds
 */
export function watchHands({ idle, due, saying }) {
  let last = Date.now();
  let said = false;
  const look = () => {
    const left = last + idle * 1000 - Date.now();
    if (left <= 0) return due();
    if (left <= SAID !== said) {
      said = left <= SAID;
      saying(said ? Math.ceil(SAID / 1000) : null);
    }
  };
  const touched = () => {
    if (last + idle * 1000 <= Date.now()) return due();
    last = Date.now();
    look();
  };
  const signs = ["pointerdown", "pointermove", "keydown", "wheel", "input", "touchstart"];
  for (const name of signs) document.addEventListener(name, touched, { passive: true, capture: true });
  document.addEventListener("visibilitychange", look);
  const ticking = setInterval(look, 1000);
  return () => {
    clearInterval(ticking);
    document.removeEventListener("visibilitychange", look);
    for (const name of signs) document.removeEventListener(name, touched, { capture: true });
  };
}

/**
 * The screen of a locked board.
 * @param {{ passcode: boolean, pending: () => Promise<void>, opened: () => void, redraw: () => void }} about `pending` gives the
 * board's cookie back if the desk did not hear of the lock yet
 */
export function lockScreen({ passcode, pending, opened, redraw }) {
  const said = element("p", { role: "alert", class: "said" });
  const input = element("input", {
    id: "passcode",
    // Not a password's field: browsers would offer to keep it.
    type: "text",
    class: "secret",
    inputmode: "numeric",
    maxlength: "4",
    autocomplete: "one-time-code",
    "aria-describedby": "passcode-hint",
  });
  const send = element("button", { type: "submit", class: "main", "data-act": "unlock", text: say("unlock") });
  const form = element(
    "form",
    {
      class: "pairing locked",
      novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        const typed = input.value.normalize("NFKC").replace(/\D/g, "");
        input.value = "";
        said.textContent = "";
        if (passcode && typed.length !== 4) return tell("passcode_form");
        send.disabled = true;
        try {
          await pending();
          await ask("POST", "/v1/board/unlock", passcode ? { passcode: typed } : {});
          return opened();
        } catch (refused) {
          if (!(refused instanceof Refused)) throw refused;
          tell(
            { PASSCODE_WRONG: "passcode_wrong", PASSCODE_LOCKED: "passcode_locked" }[refused.code] ??
              (refused.status === 401 ? "pair_again" : "away_lock"),
          );
        }
        send.disabled = false;
      },
    },
    sign("lock"),
    element("h1", { text: say("locked") }),
    element("p", { text: say("locked_hint") }),
    ...(passcode
      ? [
          element("label", { for: "passcode", text: say("passcode") }),
          input,
          element("p", { id: "passcode-hint", class: "soft", text: say("passcode_hint") }),
        ]
      : [
          element("p", { class: "soft", text: say("no_passcode") }),
          element("p", { class: "command" }, element("code", { text: "uketsuke passcode set /etc/uketsuke/passcode" })),
          element("p", { class: "soft", text: say("no_passcode_then") }),
        ]),
    send,
    said,
  );
  const tell = (word) => {
    said.textContent = say(word);
    (passcode ? input : send).focus();
  };
  queueMicrotask(() => (passcode ? input : send).focus());
  return element("main", { class: "alone" }, form, element("p", { class: "alone-foot" }, languageButton(redraw)));
}

/** A button that locks. */
export const lockButton = (lock) => {
  const made = button("lock", say("lock"), lock, { "aria-keyshortcuts": "l" });
  made.prepend(sign("lock"), " ");
  return made;
};
