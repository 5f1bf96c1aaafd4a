// What a technician does to the selected reader: faults, cable, room, certificate.

import { element } from "./dom.js";
import { Doing, check, choice, folded, input, labelled, number, row } from "./bench-form.js";

/** Lines of a certificate to begin with: an invented one. */
const SAMPLE = "kind=shikaku_kakunin\ninsurer=99990018\nsymbol=見本\nnumber=1234567\nbranch=00\nname=見本　花子\nbirth=19800217";

/** @param {any} bench */
export function controlsPanel(bench) {
  const { words } = bench;
  return element("section", { class: "panel", "aria-labelledby": "controls-title" },
    element("div", { class: "panel-head" }, element("h2", { id: "controls-title", text: words.technician })),
    ...faults(bench), ...surroundings(bench));
}

function faults({ store, words }) {
  const doing = new Doing(words);
  const post = (body) => doing.post(`/v1/readers/${store.reader}/faults`, body);
  const switches = ["silent", "babble", "frozen"].map((name) => {
    const { field, node } = check(words[name]);
    field.addEventListener("change", () => post({ [name]: field.checked }));
    return { name, field, node };
  });
  const slow = input({ type: "number", min: "0", max: "60000", value: "0", inputmode: "numeric" });
  const corrupt = input({ type: "number", min: "1", max: "1000", value: "1", inputmode: "numeric" });
  const report = input({ type: "number", min: "1", max: "99", value: "1", inputmode: "numeric" });
  const selfTest = input({ type: "number", min: "0", max: "99", value: "0", inputmode: "numeric" });
  const reading = choice(Object.entries(words.readings));
  reading.addEventListener("change", () => post({ reading: reading.value }));
  const active = element("p", { class: "said" });
  store.on(["reader", "selected"], () => {
    const faults = store.selected?.faults;
    if (!faults) return;
    for (const { name, field } of switches) field.checked = faults[name];
    if (document.activeElement !== reading) reading.value = faults.reading;
    const now = [
      ...switches.filter(({ name }) => faults[name]).map(({ name }) => words[name]),
      faults.slow_ms ? `${words.slow} ${faults.slow_ms}` : "", faults.self_test ? `${words.self_test}: ${faults.self_test}` : "",
      faults.reading === "right" ? "" : `${words.reading}: ${words.readings[faults.reading]}`,
    ].filter(Boolean);
    active.textContent = now.length ? `${words.active}: ${now.join("・")}` : "";
    active.dataset.how = "bad";
  });
  const field = (label, what, send, text = words.set) => element("div", { class: "row end" }, labelled(label, what), doing.button(text, send, { class: "small" }));
  return [active, folded(words.reader_faults,
    ...switches.map(({ node }) => node),
    field(words.slow, slow, () => post({ slow_ms: number(slow) ?? 0 })),
    field(words.corrupt, corrupt, () => post({ corrupt_next_frames: number(corrupt) ?? 1 }), words.do_it),
    labelled(words.reading, reading),
    field(words.report, report, () => post({ report: number(report) ?? 1 }), words.do_it),
    field(words.self_test, selfTest, () => post({ self_test: number(selfTest) ?? 0 })),
    row(doing.button(words.restart, () => post({ restart: true })),
      doing.button(words.all_well, () => post({ silent: false, babble: false, frozen: false, slow_ms: 0, reading: "right", self_test: 0 }))),
    doing.node)];
}

function surroundings({ store, words }) {
  const doing = new Doing(words);
  const at = (deed) => `/v1/readers/${store.reader}/${deed}`;
  const lux = input({ type: "number", min: "0", max: "2000", value: "300", step: "10", inputmode: "numeric" });
  const sunny = check(words.sun_on);
  sunny.field.addEventListener("change", () => doing.post(at("room"), { slot_in_sun: sunny.field.checked }));
  const cable = doing.button("", () => doing.post(at(store.selected?.plugged ? "unplug" : "replug")));
  const rotate = doing.button(words.rotate, () => doing.post(at("room"), { rotate: true }));
  const rotatesNot = element("p", { class: "soft", text: words.rotates_not });
  const lines = /** @type {HTMLTextAreaElement} */ (element("textarea", { rows: "7", spellcheck: "false", text: SAMPLE }));
  const paper = element("div", {}, labelled(words.document_lines, lines),
    row(doing.button(words.lay, () => doing.post(at("document"), { lines: lines.value })), doing.button(words.take_document, () => doing.post(at("document"), {}))));
  const noPaper = element("p", { class: "soft", text: words.document_only });
  store.on(["reader", "selected"], () => {
    const state = store.selected;
    if (!state) return;
    cable.textContent = state.plugged ? words.unplug : words.replug;
    sunny.field.checked = state.slot_in_sun;
    rotate.hidden = state.model !== "exc-9000";
    rotatesNot.hidden = !rotate.hidden;
    paper.hidden = state.model !== "sma-pa";
    noPaper.hidden = !paper.hidden;
  });
  return [folded(words.cable_and_room,
    row(cable),
    element("div", { class: "row end" }, labelled(words.lux, lux), doing.button(words.set, () => doing.post(at("room"), { face_lux: number(lux) ?? 300 }), { class: "small" })),
    sunny.node, row(rotate), rotatesNot, paper, noPaper, doing.node)];
}
