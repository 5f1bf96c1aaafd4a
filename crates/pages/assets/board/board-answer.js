// An answer of the centre without a card: shown as what it is, with its remedies, and never among the results.

import { element } from "./dom.js";
import { button } from "./board-elements.js";
import { birthOf, insurance, nameLines, remarks, remedy, validityPill } from "./board-result.js";
import { of, say } from "./board-words.js";

/**
 * @param {any} said the answer
 * @param {string} title
 * @param {() => void} close
 */
export function answer(said, title, close) {
  const told = remedy(said);
  const beside = remarks(said);
  return element(
    "section",
    { class: "answer", tabindex: "-1", "aria-label": title },
    element("p", { class: "answer-title", text: title }),
    element("p", { class: "soft", text: say("answer_is") }),
    element("p", { class: "who" }, ...nameLines(said), birthOf(said) ?? ""),
    element("p", {}, validityPill(said.validity)),
    ...(told ? [element("p", { class: "cause", text: of(told.cause) }), element("p", { text: of(told.reception) })] : []),
    ...(beside.length ? [element("ul", { class: "beside" }, ...beside)] : []),
    ...insurance(said),
    button("answer-close", say("answer_close"), close),
  );
}
