// Language and how the page is best seen and reached. What a patient has set goes with the patient.

import { at, element } from "./dom.js";
import { LANGUAGES } from "./kiosk-words.js";

const SETTINGS = ["larger", "contrast", "lower"];

/** @param {string} shown @param {(language: string) => void} choose */
export function drawLanguages(shown, choose) {
  const made = at("languages");
  const has = made.childElementCount;
  if (!has) {
    made.append(...Object.entries(LANGUAGES).map(([id, name]) => element("button", {
      type: "button", lang: id, "data-touch": `language-${id}`, text: name, onclick: () => choose(id),
    })));
  }
  for (const button of made.children) button.setAttribute("aria-pressed", String(button.lang === shown));
}

/** @param {any} words */
export function drawSettings(words) {
  const made = at("settings");
  made.setAttribute("aria-label", words.settings);
  if (!made.childElementCount) {
    made.append(...SETTINGS.map((setting) => element("button", {
      type: "button", "data-setting": setting, "aria-pressed": "false", onclick: (event) => toggle(event.currentTarget, setting),
    })));
  }
  for (const button of made.children) button.textContent = words[button.dataset.setting];
}

export function forgetSettings() {
  for (const setting of SETTINGS) delete document.documentElement.dataset[setting];
  for (const button of at("settings").children) button.setAttribute("aria-pressed", "false");
}

function toggle(button, setting) {
  const { dataset } = document.documentElement;
  const on = !(setting in dataset);
  if (on) dataset[setting] = "";
  else delete dataset[setting];
  button.setAttribute("aria-pressed", String(on));
}
