// The panel of one reader: draws what the terminal says and tells it what was touched. Nothing is kept: the positions
// touched on the pad live until the fourth or until the pad goes, and go over the wire without the digits that stood there.

import { LANGUAGES, WORDS, ITEMS } from "./kiosk-words.js";

const reader = decodeURIComponent(location.pathname.split("/").pop());
const at = (id) => document.getElementById(id);
let shown = null;
// The keys touched so far, and on which pad: a notice that comes meanwhile draws the same pad again.
let typing = { pad: "", positions: [] };

function words() {
  return WORDS[shown?.language] ?? WORDS.ja;
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function button(text, id, act, main = false) {
  const made = element("button", text, { type: "button", "data-touch": id });
  if (main) made.className = "main";
  made.addEventListener("click", act);
  return made;
}

function show(state, notice, detail = "", ...question) {
  Object.assign(at("panel").dataset, { state, panel: shown?.nonce ?? "" });
  at("notice").textContent = notice;
  at("detail").textContent = detail;
  at("question").replaceChildren(...question);
}

async function touch(what) {
  const panel = shown;
  const answer = await fetch(`/v1/kiosk/${encodeURIComponent(reader)}/touch`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ nonce: panel.nonce, touch: what }),
  }).catch(() => null);
  // A touch on a panel that is gone is no fault of the patient's: the new panel is on its way.
  if (!answer?.ok && shown === panel) draw(panel);
}

function drawLanguages() {
  at("languages").replaceChildren(
    ...Object.entries(LANGUAGES)
      .filter(() => shown?.question && !["face", "passcode"].includes(shown.question.kind))
      .map(([id, name]) => button(name, `language-${id}`, () => touch({ kind: "language", language: id }))),
  );
}

function choices(...buttons) {
  const made = element("div", "", { class: "choices" });
  made.append(...buttons);
  return made;
}

function methods(question) {
  const made = question.offered.map((method) =>
    button(words()[method], `method-${method}`, () => touch({ kind: "method", method }), true),
  );
  return [words().methods, "", choices(...made)];
}

function pad(question, title, detail) {
  const same = JSON.stringify(question);
  if (typing.pad !== same) typing = { pad: same, positions: [] };
  const { positions } = typing;
  const typed = element("p", "○○○○", { class: "typed", "aria-hidden": "true" });
  const say = () => { typed.textContent = "●".repeat(positions.length) + "○".repeat(4 - positions.length); };
  const press = (position) => {
    if (positions.length === 4) return;
    positions.push(position);
    say();
    if (positions.length === 4) {
      touch({ kind: "pad", positions: [...positions] });
      positions.length = 0;
    }
  };
  const keys = question.keys.map((digit, position) => button(String(digit), `key-${position}`, () => press(position)));
  const grid = element("div", "", { class: "pad" });
  const clear = button(words().clear, "clear", () => { positions.length = 0; say(); });
  // The tenth key stands alone in the last row, between the two ways back.
  grid.append(...keys.slice(0, 9), clear, keys[9], button(words().cancel, "cancel", () => touch({ kind: "pad_cancel" })));
  say();
  return [title, detail, typed, grid];
}

const pin = (question) => pad(question, words().pad, `${words().tries}: ${question.tries_left}`);
const passcode = (question) => pad(question, words().staff_pad, words().staff_only);

function consent(question) {
  const answer = (decision) => () => touch({ kind: "consent", screen: question.screen, decision });
  const choice = question.items.length === 1 && words().choices[question.items[0]];
  if (choice) {
    const [asked, yes, no] = choice;
    // Neither of two ways of giving the same thing is the main one.
    const equal = question.items[0] === "electronic_prescription";
    return [asked, "", choices(button(yes, "agree", answer("agreed"), !equal), button(no, "refuse", answer("refused")))];
  }
  const list = document.createElement("ul");
  const column = shown.language === "ja" ? 0 : 1;
  list.append(...question.items.map((item) => element("li", ITEMS[item]?.[column] ?? item)));
  return [
    words().consent,
    "",
    list,
    choices(
      button(words().agree, "agree", answer("agreed"), true),
      button(words().refuse, "refuse", answer("refused")),
    ),
  ];
}

const QUESTIONS = { methods, pin, passcode, consent, face: () => [words().look, ""] };

function draw(panel) {
  shown = panel;
  document.documentElement.lang = panel.language;
  const { question, notice } = panel;
  if (!["pin", "passcode"].includes(question?.kind)) typing = { pad: "", positions: [] };
  const failure = notice.kind === "failure" ? (panel.language === "ja" ? notice.text.ja : notice.text.en) : "";
  if (question) {
    const [title, detail, ...body] = QUESTIONS[question.kind](question);
    show(question.kind, title, [failure, detail].filter(Boolean).join(" "), ...body);
  } else {
    show(notice.kind, failure || words()[notice.kind]);
  }
  drawLanguages();
}

function askForCode(wrong) {
  shown = null;
  drawLanguages();
  const form = element("form", "", { class: "choices" });
  const input = element("input", "", { name: "code", autocomplete: "off", "aria-label": WORDS.ja.code });
  form.append(input, button(WORDS.ja.pair, "pair", () => form.requestSubmit(), true));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch("/v1/pairings", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code: input.value }),
    }).catch(() => null);
    if (answer?.ok) listen();
    else askForCode(true);
  });
  show("code", WORDS.ja.code, wrong ? WORDS.ja.wrong_code : WORDS.en.code, form);
}

function listen() {
  const stream = new EventSource(`/v1/kiosk/${encodeURIComponent(reader)}/panel`);
  stream.addEventListener("panel", (event) => draw(JSON.parse(event.data)));
  stream.addEventListener("dark", () => { shown = null; show("connecting", words().connecting); drawLanguages(); });
  stream.onerror = () => {
    shown = null;
    drawLanguages();
    // A stream that was refused stays closed; one that broke off is opened again by the browser.
    if (stream.readyState === EventSource.CLOSED) askForCode(false);
    else show("connecting", WORDS.ja.connecting);
  };
}

listen();
