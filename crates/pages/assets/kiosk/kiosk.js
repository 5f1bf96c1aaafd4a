// The patient's page: draws what the desk says of this reader's panel and tells what was touched. Where the unit has a screen
// of its own the page is a guide beside it. It keeps nothing: each panel is drawn from what came, and the next patient finds
// Japanese and the usual size again.

import { at, element } from "./dom.js";
import { ask, follow, Refused } from "./api.js";
import { pairByAddress, pairingForm } from "./pairing.js";
import { forgetTyped } from "./kiosk-pad.js";
import { noticed, screenOf } from "./kiosk-screens.js";
import { drawLanguages, drawSettings, forgetSettings } from "./kiosk-settings.js";
import { WORDS } from "./kiosk-words.js";

const reader = location.pathname.split("/").pop();
/** Notices at which a patient begins. */
const BEGINNINGS = ["place_card", "visual_armed"];
let shown = null;
/** The language of a guide, which the unit's own screen does not know of; null follows the panel. */
let guideLanguage = null;
let step = 0;
let drawnQuestion = "";
let stream = null;
let unattended = 0;
/** What became of the code in the address, for the form that asks for another. */
let byAddress = "none";

/** Settings that somebody left before placing a card are not the next patient's. */
const ATTENDED = 60_000;
/** A desk that is busy is asked again. */
const AGAIN = 2_000;

let lastLanguage = "ja";
const language = () => guideLanguage ?? shown?.language ?? lastLanguage;
const words = () => WORDS[language()] ?? WORDS.ja;

async function touch(what) {
  const panel = shown;
  try {
    await ask("POST", `/v1/kiosk/${reader}/touch`, { nonce: panel.nonce, touch: what });
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    // A touch on a panel that is gone is no fault of the patient's: the new panel is on its way.
    if (shown !== panel) return;
    drawnQuestion = "";
    draw(panel);
  }
}

function chooseLanguage(id) {
  if (shown?.unit.touch) return touch({ kind: "language", language: id });
  guideLanguage = id;
  if (shown) draw(shown);
  else say("out_of_order");
}

function draw(panel) {
  if (!panel.question && BEGINNINGS.includes(panel.notice.kind) && shown?.notice.kind !== panel.notice.kind) newPatient();
  shown = panel;
  lastLanguage = panel.language;
  if (!["pin", "passcode"].includes(panel.question?.kind)) forgetTyped();
  const failure = panel.notice.kind === "failure" ? panel.notice.text[language()] : "";
  const screen = screenOf(panel, words(), language(), touch);
  if (!panel.question && failure) Object.assign(screen, { title: failure, detail: "" });
  show(panel.question?.kind ?? panel.notice.kind, screen, panel.question ? failure : "");
}

/** What is said while no panel is there. */
function say(kind) {
  shown = null;
  forgetTyped();
  show(kind, noticed(kind, words()), "");
}

/** Begins to count anew until whoever was here is taken to have gone. */
function attend() {
  clearTimeout(unattended);
  unattended = setTimeout(() => {
    if (!shown || shown.question || !BEGINNINGS.includes(shown.notice.kind)) return;
    newPatient();
    draw(shown);
  }, ATTENDED);
}

function newPatient() {
  guideLanguage = null;
  step = 0;
  forgetSettings();
}

function show(state, screen, trouble) {
  const said = words();
  document.documentElement.lang = language();
  document.title = said.page;
  Object.assign(at("panel").dataset, { state, panel: shown?.nonce ?? "" });
  at("unit").textContent = shown?.unit.label ?? "";
  setText("notice", screen.title);
  setText("detail", screen.detail);
  setText("trouble", trouble || (screen.strong ?? ""));
  at("picture").replaceChildren(...(screen.picture ? [screen.picture] : []));
  drawQuestion(screen.controls ?? []);
  drawSteps(screen.step);
  drawLanguages(language(), chooseLanguage);
  drawSettings(said);
}

/** The same question stays as it is: neither what was typed nor where the keyboard stands is lost to a reminder. */
function drawQuestion(controls) {
  const question = JSON.stringify([shown?.question ?? null, shown?.unit.touch, language(), controls.length]);
  if (question === drawnQuestion) return;
  drawnQuestion = question;
  const wasInside = at("question").contains(document.activeElement);
  at("question").replaceChildren(...controls);
  at("question").hidden = controls.length === 0;
  if (wasInside) at("notice").focus();
}

function drawSteps(now) {
  step = now ?? step;
  const list = at("steps");
  list.setAttribute("aria-label", words().steps_label);
  list.replaceChildren(...words().steps.map((name, at) =>
    element("li", { text: name, "aria-current": at === step ? "step" : null, class: at < step ? "past" : null })));
}

function setText(id, text) {
  // Writing the same text again would have it read aloud again.
  if (at(id).textContent !== text) at(id).textContent = text;
}

function askForCode() {
  shown = null;
  const { pairing } = words();
  const hint = pairing.hint.replace("{reader}", reader);
  const form = pairingForm({ ...pairing, hint }, () => { form.remove(); listen(); }, byAddress);
  show("code", { step: 0, title: words().page, detail: "" }, "");
  drawnQuestion = "";
  at("question").hidden = false;
  at("question").replaceChildren(form);
  form.querySelector("input").focus();
}

/** A browser has six connections for all its pages: one that nobody sees leaves its own to the others. */
function seen() {
  if (!document.hidden) return stream ?? listen();
  stream?.close();
  stream = null;
}

/** A desk that is busy is not one that knows this browser no more. */
async function refused() {
  stream = null;
  const asking = new AbortController();
  const status = await fetch(`/v1/kiosk/${reader}/panel`, { signal: asking.signal }).then((answer) => answer.status, () => 0);
  asking.abort();
  if ([401, 403].includes(status)) return askForCode();
  say("out_of_order");
  setTimeout(seen, AGAIN);
}

function listen() {
  stream = follow(`/v1/kiosk/${reader}/panel`, {
    on: { panel: draw, dark: () => say("out_of_order") },
    lost: () => say("connecting"),
    refused,
  });
}

async function begin() {
  say("connecting");
  // A code that is used or over is no reason to stop: the cookie may be here already.
  byAddress = await pairByAddress();
  seen();
}

for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, attend, { passive: true });
document.addEventListener("visibilitychange", () => { if (at("panel").dataset.state !== "code") seen(); });
// A code that is put behind the address of an open page loads nothing by itself.
addEventListener("hashchange", () => location.reload());
begin();
