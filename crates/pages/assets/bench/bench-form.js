// Fields and buttons of the bench, and the one way in which the page does something.

import { element } from "./dom.js";
import { ask, Refused } from "./api.js";

let drawn = 0;

/** A label above a field. @param {string} text @param {HTMLElement} field @param {string} [hint] */
export function labelled(text, field, hint) {
  drawn += 1;
  field.id = `field-${drawn}`;
  const said = hint ? [element("small", { id: `hint-${drawn}`, text: hint })] : [];
  if (hint) field.setAttribute("aria-describedby", `hint-${drawn}`);
  return element("div", { class: "field" }, element("label", { for: field.id, text }), field, ...said);
}

/** A field with its label beside it. @param {string} text @param {boolean} [checked] */
export function check(text, checked = false) {
  const field = /** @type {HTMLInputElement} */ (element("input", { type: "checkbox", checked }));
  return { field, node: element("label", { class: "check" }, field, element("span", { text })) };
}

/** @param {[string, string][]} options value and words @param {string} [chosen] */
export function choice(options, chosen) {
  const made = options.map(([value, text]) => element("option", { value, text, selected: value === chosen }));
  return /** @type {HTMLSelectElement} */ (element("select", {}, ...made));
}

/** @param {Record<string, unknown>} attributes */
export const input = (attributes) => /** @type {HTMLInputElement} */ (element("input", attributes));

/** A number, or nothing if the field is empty. @param {HTMLInputElement} field */
export const number = (field) => (field.value.trim() === "" ? null : Number(field.value));

/** @param {Record<string, unknown>} attributes @param {() => unknown} act @param {...(Node | string)} children */
export function button(attributes, act, ...children) {
  const made = /** @type {HTMLButtonElement} */ (element("button", { type: "button", ...attributes }, ...children));
  made.addEventListener("click", act);
  return made;
}

/** A group that is closed until it is wanted. @param {string} text @param {...(Node | string)} children */
export const folded = (text, ...children) =>
  element("details", {}, element("summary", { text }), element("div", { class: "folded" }, ...children));

/** @param {...Node} children */
export const row = (...children) => element("div", { class: "row" }, ...children);

/**
 * Does things at the bench and says beside the button how it went.
 * @param {any} words
 */
export class Doing {
  constructor(words) {
    this.words = words;
    this.node = element("p", { class: "said", role: "status" });
  }

  /** @param {string} path @param {unknown} [body] @returns {Promise<any>} what was answered; `undefined` if it was refused */
  async post(path, body = {}) {
    this.node.textContent = "";
    try {
      const answer = await ask("POST", path, body);
      this.say("");
      return answer;
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      this.refusal(refused);
      return undefined;
    }
  }

  /** @param {Refused} refused */
  refusal(refused) {
    const { status, problem } = refused;
    if (status === 0) this.say(this.words.away, "bad");
    else this.say([this.words.refused_now, problem?.title && `(${[problem.title, problem.detail].filter(Boolean).join(": ")})`].filter(Boolean).join(" "), "bad");
  }

  /** @param {string} text @param {string} [how] */
  say(text, how = "good") {
    this.node.textContent = text;
    this.node.dataset.how = how;
  }

  /** A button that does it. @param {string} text @param {() => unknown} act @param {Record<string, unknown>} [attributes] */
  button(text, act, attributes = {}) {
    return button({ text, ...attributes }, act);
  }
}
