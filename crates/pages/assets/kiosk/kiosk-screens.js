// What each question and notice looks like: title, detail, picture and controls. One question, one screen.

import { element } from "./dom.js";
import { ITEMS } from "./kiosk-items.js";
import { pad } from "./kiosk-pad.js";
import { METHOD_SIGNS, NOTICE_PICTURES, comparing, face, placing } from "./kiosk-pictures.js";

/**
 * @typedef {{ step: number | null, title: string, detail: string, picture?: Node, controls?: Node[], strong?: string }} Screen
 * `step` is the step of the visit that it belongs to; null leaves the one before.
 */

/**
 * @param {any} panel as the desk tells it
 * @param {any} words in the panel's language
 * @param {string} language
 * @param {(touch: object) => void} touch
 * @returns {Screen}
 */
export function screenOf(panel, words, language, touch) {
  const { question, notice } = panel;
  if (!question) return noticed(notice.kind, words, panel.unit?.driver, notice.text);
  const screen = QUESTIONS[question.kind](question, words, language, touch, panel);
  if (panel.unit.touch) return screen;
  return { ...screen, detail: question.kind === "face" ? "" : words.at_reader };
}

/** Whether a failure's words send the patient back to placing the card: then the picture does, too. */
const toPlace = (text) => Boolean(text?.ja.includes("カードを置"));

/** @returns {Screen} */
export function noticed(kind, words, driver, text) {
  const picture = kind === "place_card" || toPlace(text) ? placing(driver) : NOTICE_PICTURES[kind]?.();
  return { step: STEP_OF_NOTICE[kind] ?? null, title: words[kind], detail: words[`${kind}_detail`] ?? "", picture };
}

const STEP_OF_NOTICE = { place_card: 0, visual_armed: 0, staff_check: 1, done: 3, take_card: 3, card_left: 3 };

const QUESTIONS = { methods, face: looking, pin, passcode, consent };

function methods(question, words, language, touch, panel) {
  const controls = question.offered.map((method) => choice({
    touchable: panel.unit.touch, id: `method-${method}`, title: words[method], detail: words[`${method}_detail`],
    sign: METHOD_SIGNS[method](), act: () => touch({ kind: "method", method }),
  }));
  return { step: 1, title: words.methods, detail: words.methods_detail, controls: [choices(...controls)] };
}

function looking(question, words) {
  const tips = element("ul", { class: "tips" }, ...words.look_tips.map((tip) => element("li", { text: tip })));
  return { step: 1, title: words.look, detail: words.look_detail, picture: face(), controls: [tips] };
}

function pin(question, words, language, touch, panel) {
  const left = `${words.tries} ${question.tries_left} ${words.tries_after}`.trim();
  const strong = question.tries_left === 1 ? words.last_try : "";
  const controls = panel.unit.touch ? pad(question, words, touch) : [];
  const picture = panel.unit.touch ? undefined : METHOD_SIGNS.pin();
  return { step: 1, title: words.pad, detail: words.pad_detail, picture, strong, controls: [element("p", { class: "tries", text: left }), ...controls] };
}

function passcode(question, words, language, touch, panel) {
  const controls = panel.unit.touch ? pad(question, words, touch) : [];
  const picture = panel.unit.touch ? undefined : comparing();
  return { step: 1, title: words.staff_pad, detail: words.staff_only, picture, controls };
}

/** Both answers look alike: neither is the one to be taken. */
function consent(question, words, language, touch, panel) {
  const answer = (id, text, decision) => choice({
    touchable: panel.unit.touch, id, title: text, act: () => touch({ kind: "consent", screen: question.screen, decision }),
  });
  const asked = question.items.length === 1 && words.choices[question.items[0]];
  if (asked) {
    const [title, detail, yes, no] = asked;
    return { step: 2, title, detail, controls: [choices(answer("agree", yes, "agreed"), answer("refuse", no, "refused"))] };
  }
  const many = question.items.length > 1;
  const list = element("ul", { class: "items" }, ...question.items.map((item) => {
    const [name, plain] = ITEMS[item]?.[language] ?? [item, ""];
    return element("li", {}, element("strong", { text: name }), element("span", { text: plain }));
  }));
  const both = choices(
    answer("agree", many ? words.agree_all : words.agree, "agreed"),
    answer("refuse", many ? words.refuse_all : words.refuse, "refused"),
  );
  return { step: 2, title: many ? words.consent_many : words.consent, detail: words.consent_detail, controls: [list, both] };
}

/** A big button; on a guide the same without touch. */
function choice({ touchable, id, title, detail, sign, act }) {
  const inside = [
    ...(sign ? [sign] : []),
    element("span", { class: "label" }, element("span", { class: "name", text: title }), ...(detail ? [element("span", { class: "plain", text: detail })] : [])),
  ];
  if (!touchable) return element("li", { class: "choice shown" }, ...inside);
  return element("button", { type: "button", class: "choice", "data-touch": id, onclick: act }, ...inside);
}

function choices(...inside) {
  const shown = inside.some((one) => one.localName === "li");
  return element(shown ? "ul" : "div", { class: "choices" }, ...inside);
}
