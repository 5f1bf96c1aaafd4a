// Looking a person up by what stands on a 資格確認書. Every field forgives the width, and shows what it was read as.

import { ask, Refused } from "./api.js";
import { at, element } from "./dom.js";
import { answer } from "./board-answer.js";
import { refusal } from "./board-ask.js";
import { dayLine } from "./board-dates.js";
import { button } from "./board-elements.js";
import { branch, birthDate, cardText, insurerNumber } from "./board-forgiving.js";
import { manner } from "./board-store.js";
import { of, say } from "./board-words.js";

const FIELDS = [
  { name: "insurer_number", read: insurerNumber, needed: true, mode: "numeric" },
  { name: "symbol", read: cardText, needed: false, mode: "text" },
  { name: "number", read: cardText, needed: true, mode: "text" },
  { name: "branch", read: branch, needed: false, mode: "numeric" },
  { name: "birth_date", read: birthDate, needed: true, mode: "text" },
];

let frame = null;
// What is typed and what came of it, while the panel is open: over a change of language, not over its closing.
let state = null;
let before = null;

export function lookupFrame() {
  frame = element("section", {
    id: "lookup",
    class: "lookup",
    hidden: true,
    "aria-labelledby": "lookup-title",
    onkeydown: (event) => {
      if (event.key === "Escape") closeLookup();
    },
  });
  state = null;
  return frame;
}

/** Opens the panel, with the focus on its first field. */
export function openLookup() {
  if (!state) {
    before = document.activeElement;
    state = { typed: {}, limit: false, faults: {}, refused: null, said: null, busy: false };
  }
  frame.hidden = false;
  drawLookup();
  at("lookup-insurer_number").focus();
}

/** Closes it: nothing that was typed or told stays. */
export function closeLookup() {
  state = null;
  frame.hidden = true;
  frame.replaceChildren();
  if (before?.isConnected && before !== document.body) before.focus();
  else at("visits")?.focus();
  before = null;
}

/** Draws it in the language of now. */
export function drawLookup() {
  if (!state) return;
  frame.replaceChildren(
    element(
      "div",
      { class: "panel-head" },
      element("h2", { id: "lookup-title", text: say("lookup") }),
      button("lookup-close", say("close"), closeLookup, { class: "plain" }),
    ),
    element("p", { class: "soft", text: say("lookup_hint") }),
    element(
      "form",
      { novalidate: true, onsubmit: send },
      ...FIELDS.map(field),
      element(
        "p",
        { class: "check" },
        element("input", {
          type: "checkbox",
          id: "lookup-limit",
          checked: state.limit,
          onchange: (event) => {
            state.limit = event.target.checked;
          },
        }),
        element("label", { for: "lookup-limit", text: say("lookup_limit") }),
      ),
      element("button", {
        type: "submit",
        class: "main",
        "data-act": "lookup-send",
        disabled: state.busy,
        text: say(state.busy ? "lookup_busy" : "lookup_send"),
      }),
    ),
    element(
      "div",
      { role: "status" },
      ...(state.refused ? [element("p", { class: "said bad", text: of(state.refused) })] : []),
      ...(state.said
        ? [
            answer(state.said, say("lookup_answer"), () => {
              state.said = null;
              drawLookup();
              at("lookup-insurer_number").focus();
            }),
          ]
        : []),
    ),
  );
}

function field({ name, read, needed, mode }) {
  const fault = state.faults[name];
  const shown = element("output", {
    id: `lookup-${name}-as`,
    for: `lookup-${name}`,
    text: fault ? "" : readAs(name, read, state.typed[name] ?? ""),
  });
  const input = element("input", {
    id: `lookup-${name}`,
    name,
    inputmode: mode,
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    value: state.typed[name] ?? "",
    "aria-required": String(needed),
    "aria-invalid": fault ? "true" : false,
    "aria-describedby": `lookup-${name}-hint${fault ? ` lookup-${name}-fault` : ""}`,
    oninput: (event) => {
      state.typed[name] = event.target.value;
      shown.textContent = readAs(name, read, event.target.value);
    },
    onchange: (event) => {
      const value = read(event.target.value);
      if (value !== null) event.target.value = state.typed[name] = value;
      shown.textContent = readAs(name, read, event.target.value);
      if (fault && value) mended(name);
    },
  });
  return element(
    "div",
    { class: fault ? "field faulty" : "field" },
    element(
      "label",
      { for: `lookup-${name}` },
      say(`field_${name}`),
      " ",
      element("span", { class: "soft", text: say(needed ? "needed" : "if_any") }),
    ),
    input,
    element("p", { id: `lookup-${name}-hint`, class: "soft", text: say(`hint_${name}`) }),
    ...(fault ? [element("p", { id: `lookup-${name}-fault`, class: "fault", text: say(fault) })] : []),
    shown,
  );
}

/** The fault goes from the field; nothing else moves under the hands of who types on. */
function mended(name) {
  delete state.faults[name];
  const input = at(`lookup-${name}`);
  input.removeAttribute("aria-invalid");
  input.setAttribute("aria-describedby", `lookup-${name}-hint`);
  input.parentElement.classList.remove("faulty");
  at(`lookup-${name}-fault`)?.remove();
}

/** What a field is read as, where that is not what stands there already. */
function readAs(name, read, text) {
  const value = read(text);
  if (!value) return text.trim() && value === null ? say("not_yet") : "";
  if (name === "birth_date") return `${value}　${dayLine(value, manner.lang)}`;
  return value === text ? "" : `→ ${value}`;
}

async function send(event) {
  event.preventDefault();
  const now = state;
  const values = {};
  now.faults = {};
  for (const { name, read, needed } of FIELDS) {
    const value = read(now.typed[name] ?? "");
    if (value === null || (value === "" && needed)) now.faults[name] = value === null ? `fault_${name}` : "fault_empty";
    else if (value !== "") values[name] = value;
  }
  Object.assign(now, { refused: null, said: null });
  if (Object.keys(now.faults).length) return faulty(now);
  now.busy = true;
  drawLookup();
  try {
    now.said = await ask("POST", "/v1/lookups", { ...values, limit_certificate: now.limit });
  } catch (refused) {
    const name = refused instanceof Refused && refused.problem?.field;
    if (name) now.faults[name] = `fault_${name}`;
    else now.refused = await refusal(refused);
  }
  now.busy = false;
  if (state !== now) return;
  if (Object.keys(now.faults).length) return faulty(now);
  drawLookup();
  (frame.querySelector(".answer") ?? frame.querySelector('[data-act="lookup-send"]')).focus();
}

function faulty(now) {
  drawLookup();
  at(`lookup-${FIELDS.find(({ name }) => now.faults[name]).name}`).focus();
}
