// The selected reader: its drawing, and its screen to be touched with the mouse.

import { element } from "./dom.js";
import { Doing } from "./bench-form.js";
import { ITEMS } from "./bench-terms.js";
import { drawUnit, unitName } from "./bench-units.js";

/** Models whose screens speak more than Japanese, and their languages. */
const TONGUES = { "exc-9000": ["ja", "en", "zh", "ko"], stfr2: ["ja", "en", "zh", "ko"] };
const TONGUE_NAMES = { ja: "日本語", en: "English", zh: "中文", ko: "한국어" };

/** Questions about one item that have answers of their own. */
const ANSWERS = {
  registration: ["agree_registration", "refuse_registration"], carry_over: ["same", "again"], electronic_prescription: ["electronic", "paper"],
  medical_assistance: ["use", "use_not"], subsidy_certificates: ["use", "use_not"],
};

/** @param {any} bench */
export function screenPanel(bench) {
  const { store, words } = bench;
  const figure = element("figure", { class: "figure" });
  const title = element("h2", { id: "reader-title", lang: "ja" });
  const model = element("p", { class: "soft" });
  const screen = element("div", { class: "screen", role: "group", "aria-labelledby": "screen-title", tabindex: "-1" });
  const facts = element("dl", { class: "facts" });
  const doing = new Doing(words);
  let shown = "";
  let factsShown = "";
  let picture = "";

  const draw = () => {
    const state = store.selected;
    if (!state) return;
    title.textContent = `${state.label}・${state.lane}`;
    model.textContent = `${state.id} ${unitName(state.model)}`;
    const look = JSON.stringify([state.id, state.screen, state.asked.what, state.language, state.lamp, state.tray, state.turned_over, state.plugged, state.camera, state.slot_in_sun, state.portrait, state.slot.card]);
    if (look !== picture) {
      picture = look;
      figure.replaceChildren(drawUnit(state, words, "unit-selected"));
    }
    const facing = JSON.stringify([state.id, state.screen, state.asked, state.language, store.desk, store.persona]);
    if (facing !== shown) {
      shown = facing;
      const hadFocus = screen.contains(document.activeElement);
      screen.replaceChildren(...faceOf(bench, state, doing));
      if (hadFocus) (screen.querySelector("button") ?? screen).focus();
    }
    const told = JSON.stringify(state);
    if (told !== factsShown) {
      factsShown = told;
      facts.replaceChildren(...factsOf(state, words, store));
    }
  };
  const node = element("section", { class: "panel reader-panel", "aria-labelledby": "reader-title" },
    element("div", { class: "panel-head" }, title, model), figure, element("h3", { id: "screen-title", text: words.screen }), screen, doing.node, facts);
  store.on(["reader", "readers", "selected", "desk", "chosen"], draw);
  return node;
}

/** What the screen says, and what on it can be touched. */
function faceOf(bench, state, doing) {
  const { store, words, column } = bench;
  const at = `/v1/readers/${state.id}`;
  const entry = store.failures.get(state.screen);
  // A question stands over a notice, but not over a failure.
  const asks = words.questions[state.asked.what];
  const faces = [];
  if (entry || !asks) faces.push(element("p", { class: entry ? "notice bad" : "notice", text: words.notices[state.screen] ?? entry?.cause[column ? "en" : "ja"] ?? state.screen }));
  if (entry) {
    faces.push(element("p", { class: "soft" }, element("code", { text: state.screen }), ` ${words.technician}: ${entry.technician[column ? "en" : "ja"]}`));
  }
  if (asks) faces.push(element("p", { class: "notice", text: asks }));
  faces.push(...question(bench, state, doing, at));
  const tongues = TONGUES[state.model];
  if (tongues) {
    faces.push(element("div", { class: "row tongues", role: "group", "aria-label": words.screen_language },
      ...tongues.map((tongue) => doing.button(TONGUE_NAMES[tongue], () => doing.post(`${at}/language`, { language: tongue }),
        { class: "small", lang: tongue, "aria-pressed": String(tongue === state.language) }))));
  }
  if (state.model === "stfr2") {
    faces.push(element("p", { class: "soft", text: words.terminal_draws }));
    if (store.desk) faces.push(element("p", {}, link(`${store.desk}/kiosk/${state.id}`, words.open_kiosk, words)));
  }
  return faces;
}

/** @param {string} href @param {string} text @param {any} words */
export const link = (href, text, words) =>
  element("a", { href, target: "_blank", rel: "noreferrer" }, text, element("span", { class: "visually-hidden", text: words.new_window }));

function question(bench, state, doing, at) {
  const { words } = bench;
  const asked = state.asked;
  switch (asked.what) {
    case "methods":
      return [element("div", { class: "row" }, ...asked.offered.map((method) =>
        doing.button(words.methods[method] ?? method, () => doing.post(`${at}/choose`, { method }), { class: "main" })))];
    case "face":
      return [element("p", { class: "soft", text: asked.comparing ? words.comparing : words.reading_card }), element("p", { class: "soft", text: words.look_camera })];
    case "pin":
    case "passcode":
      return [pad(bench, state, doing, at)];
    case "consent":
      return consent(bench, asked, doing, at);
    case "document":
      return [element("p", { class: "soft", text: words.lay_document })];
    default:
      return [];
  }
}

/** The unit's own pad in its own order: four digits are pressed and handed over at once, and forgotten. */
function pad({ store, words }, state, doing, at) {
  const { asked } = state;
  const order = asked.pad ?? [1, 2, 3, 4, 5, 6, 7, 8, 9, 0];
  let pressed = "";
  const dots = element("output", { class: "dots", "aria-label": words.typed });
  const show = () => { dots.textContent = "●".repeat(pressed.length) + "○".repeat(4 - pressed.length); };
  const press = (digit) => {
    if (pressed.length === 4) return;
    pressed += digit;
    show();
    if (pressed.length < 4) return;
    const digits = pressed;
    pressed = "";
    doing.post(`${at}/type`, { digits }).then(show);
  };
  const keys = order.map((digit) => doing.button(String(digit), () => press(String(digit)), { class: "key" }));
  const last = keys.pop() ?? "";
  show();
  const person = asked.what === "pin" && store.personas.find((persona) => persona.id === (state.slot.card ?? store.persona));
  const hint = asked.what === "passcode" ? words.staff_pad
    : person ? (person.pin ? `${words.pad_hint}: ${person.pin}` : words.pad_none) : words.pad;
  return element("div", { class: "pad" },
    element("p", { class: "soft", text: hint }),
    asked.what === "pin" ? element("p", { text: `${words.tries_left}: ${asked.tries_left}` }) : "",
    dots,
    element("div", { class: "keys", role: "group", "aria-label": words.pad }, ...keys,
      doing.button(words.clear, () => { pressed = ""; show(); }, { class: "small" }), last,
      doing.button(words.cancel, () => doing.post(`${at}/cancel`), { class: "small" })));
}

function consent({ words, column }, asked, doing, at) {
  const [yes, no] = (asked.items.length === 1 && ANSWERS[asked.items[0]]) || ["agree", "refuse"];
  return [
    element("ul", { class: "items" }, ...asked.items.map((item) => element("li", { text: ITEMS[item]?.[column] ?? item }))),
    element("div", { class: "row" },
      doing.button(words[yes], () => doing.post(`${at}/consent`, { decision: "agree", screen: asked.screen }), { class: "main" }),
      doing.button(words[no], () => doing.post(`${at}/consent`, { decision: "refuse", screen: asked.screen }))),
  ];
}

function factsOf(state, words, store) {
  const card = state.tray ? (state.turned_over ? words.card_down : words.card_up) : words.card_none;
  const before = state.before ? `${store.personas.find((one) => one.id === state.before.persona)?.name ?? state.before.persona}・${words.scenes[state.before.scene]}` : words.nobody;
  const inSlot = store.personas.find((one) => one.id === state.slot.card);
  const pairs = [
    [words.lamp, words.lamps[state.lamp] ?? state.lamp, state.lamp],
    [words.sound, state.sound ? `${words.sound_names[state.sound] ?? state.sound}（${state.sounds} ${words.sounds}）` : words.none],
    [words.tray, card],
    [words.slot, inSlot?.name ?? state.slot.card ?? words.empty, "", "long"],
    [words.camera, before, "", "long"],
    [words.light, `${state.face_lux} lx`],
    [words.sun, state.slot_in_sun ? words.in_sun : words.in_shade],
    [words.cable, state.plugged ? words.plugged : words.unplugged],
    [words.power, words.powers[state.power] ?? state.power],
  ];
  if (state.document) pairs.push([words.document, words.document_lies]);
  return pairs.map(([name, value, lamp, length]) =>
    element("div", {}, element("dt", { text: name }), element("dd", { class: lamp ? `lamp-word ${lamp}` : length, text: value })));
}
