// The board's frame: its head with what can be begun from anywhere, and the places that the other modules fill.

import { element } from "./dom.js";
import { countsFrame, drawCounts, openCounts } from "./board-counts.js";
import { todayLine } from "./board-dates.js";
import { button } from "./board-elements.js";
import { drawHelp, helpFrame, openHelp } from "./board-keys.js";
import { languageButton } from "./board-language.js";
import { lockButton } from "./board-lock.js";
import { closeLookup, drawLookup, lookupFrame, openLookup } from "./board-lookup.js";
import { drawReaders, readersFrame } from "./board-readers.js";
import { manner } from "./board-store.js";
import { drawStrips, stripsFrame } from "./board-strips.js";
import { drawVisits, visitsFrame } from "./board-visits.js";
import { say } from "./board-words.js";

/**
 * The whole of it.
 * @param {{ lock: () => void, redraw: () => void }} acts
 */
export function frame({ lock, redraw }) {
  const head = element("header", {});
  const skip = element("a", {
    class: "skip",
    href: "#visits",
    // What stands behind the # of the address is a code.
    onclick: (event) => {
      event.preventDefault();
      document.getElementById("visits").focus();
    },
  });
  const live = element("p", { id: "live", class: "visually-hidden", role: "status" });
  const aside = element("aside", {}, lookupFrame(), ...readersFrame());
  const parts = [skip, head, stripsFrame(), element("div", { class: "columns" }, visitsFrame(), aside), countsFrame(), helpFrame(), live];
  const drawHead = () => {
    skip.textContent = say("skip");
    aside.setAttribute("aria-label", say("aside"));
    head.replaceChildren(
      element("h1", { text: say("board") }),
      element("p", { class: "day", text: todayLine(manner.lang) }),
      element(
        "nav",
        { "aria-label": say("tools") },
        button("open-lookup", say("lookup"), openLookup, { class: "main", "aria-keyshortcuts": "/" }),
        button("open-counts", say("counts"), openCounts, { "aria-keyshortcuts": "c" }),
        button("open-help", say("help_short"), openHelp, { "aria-keyshortcuts": "?" }),
        languageButton(redraw),
        lockButton(lock),
      ),
    );
  };
  drawHead();
  return {
    parts,
    /** @param {string | null} locking */
    draw(locking) {
      drawStrips(locking);
      drawVisits();
      drawReaders();
      drawCounts();
    },
    /** All of it anew, after a change of the language. */
    drawAll(locking) {
      drawHead();
      this.draw(locking);
      drawLookup();
      drawHelp();
    },
    say(text) {
      live.textContent = text;
    },
    close: closeLookup,
  };
}
