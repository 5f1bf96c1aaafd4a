// The eligibility centre: how it behaves, what it knows, how it asks, and what it remembers.

import { element } from "./dom.js";
import { ask, Refused } from "./api.js";
import { Doing, check, choice, folded, input, labelled, number, row } from "./bench-form.js";
import { MISBEHAVIOURS, OPERATIONS, STEPS } from "./bench-terms.js";

/** The institution of the simulated site. */
const USUAL_SITE = "9991234567";

/** @param {any} bench */
export function centrePanel(bench) {
  const { words } = bench;
  return element("section", { class: "panel", "aria-labelledby": "centre-title" },
    element("div", { class: "panel-head" }, element("h2", { id: "centre-title", text: words.centre })),
    settings(bench), misbehave(bench), patient(bench), manner(bench), site(bench), times(bench), tls(bench), line(bench), records(bench));
}

/** What is other than usual. */
function settings({ store, words, column }) {
  const said = element("p", { class: "said" });
  store.on(["switches"], () => {
    const set = store.switches;
    const kind = typeof set.misbehave === "object" && set.misbehave ? "silent_at" : set.misbehave;
    const manner = set.manner ?? {};
    const now = [
      kind ? `${words.misbehave}: ${MISBEHAVIOURS[kind]?.[column] ?? kind}${kind === "silent_at" ? `（${STEPS[set.misbehave.silent_at]?.[column]}）` : ""}` : "",
      set.stopped ? words.stop_centre : "", set.logins_refused ? words.refuse_logins : "",
      set.maintenance ? words.maintenance : "", set.processing?.times ? `${words.processing} ${set.processing.times}` : "",
      set.tls && (set.tls.versions !== "both" || set.tls.certificate !== "own") ? `TLS ${words.tls_versions[set.tls.versions]}・${words.certificates[set.tls.certificate]}` : "",
      manner.bundling === "one_by_one" ? words.one_by_one : "", manner.six_infos ? words.six_infos : "", manner.prescriptions ? words.prescriptions : "", manner.carry_over ? words.carry_over : "", manner.note ? `${words.note}: ${manner.note}` : "",
      set.institution && set.institution !== USUAL_SITE ? `${words.institution} ${set.institution}` : "",
    ].filter(Boolean);
    said.textContent = now.length ? `${words.settings}: ${now.join("・")}` : words.centre_well;
    said.dataset.how = now.length ? "warn" : "good";
  });
  return said;
}

function misbehave({ words, column }) {
  const doing = new Doing(words);
  const kind = choice(Object.entries(MISBEHAVIOURS).map(([value, names]) => [value, names[column]]));
  const step = choice(Object.entries(STEPS).map(([value, names]) => [value, names[column]]));
  const at = labelled(words.silent_step, step);
  const only = () => { at.hidden = kind.value !== "silent_at"; };
  kind.addEventListener("change", only);
  only();
  const begin = () => doing.post("/v1/centre/misbehave", { kind: kind.value === "silent_at" ? { silent_at: step.value } : kind.value });
  return folded(words.misbehave, labelled(words.misbehave_kind, kind), at,
    row(doing.button(words.start_it, begin), doing.button(words.behave, () => doing.post("/v1/centre/misbehave", { kind: null }))), doing.node);
}

function patient({ store, words }) {
  const doing = new Doing(words);
  const persona = choice(store.personas.map((one) => [one.id, one.name]), store.persona);
  const validity = choice([...Object.entries(words.validities), ["", words.nobody_insured]]);
  const registered = choice([["", words.as_persona], ["true", words.is_registered], ["false", words.not_registered]]);
  store.on(["chosen"], () => { persona.value = store.persona; });
  const set = () => doing.post("/v1/centre/patient", {
    persona: persona.value, validity: validity.value || null, ...(registered.value ? { registered: registered.value === "true" } : {}),
  }).then((answer) => answer !== undefined && doing.say(words.done));
  return folded(words.patient_validity, labelled(words.persona, persona), labelled(words.validity, validity), labelled(words.registered, registered),
    row(doing.button(words.set, set)), doing.node);
}

function manner({ store, words }) {
  const doing = new Doing(words);
  const bundling = choice([["bundled", words.bundled], ["one_by_one", words.one_by_one]]);
  const boxes = ["six_infos", "prescriptions", "carry_over"].map((name) => ({ name, ...check(words[name]) }));
  const note = input({ type: "text", autocomplete: "off", spellcheck: "false", pattern: "[a-z0-9_]*" });
  store.on(["switches"], () => {
    const now = store.switches.manner ?? {};
    bundling.value = now.bundling ?? "bundled";
    for (const { name, field } of boxes) field.checked = Boolean(now[name]);
    if (document.activeElement !== note) note.value = now.note ?? "";
  });
  const set = () => doing.post("/v1/centre/manner", {
    bundling: bundling.value, ...Object.fromEntries(boxes.map(({ name, field }) => [name, field.checked])), note: note.value || null,
  });
  return folded(words.manner, labelled(words.bundling, bundling), ...boxes.map(({ node }) => node), labelled(words.note, note), row(doing.button(words.set, set)), doing.node);
}

function site({ words }) {
  const doing = new Doing(words);
  const code = input({ type: "text", value: USUAL_SITE, inputmode: "numeric", maxlength: "10", autocomplete: "off" });
  const preset = (text, institution) => doing.button(text, () => { code.value = institution; doing.post("/v1/centre/site", { institution }); }, { class: "small" });
  return folded(words.site, row(preset(words.medical, "9911234567"), preset(words.dental, "9931234567"), preset(words.pharmacy, "9941234567")),
    element("div", { class: "row end" }, labelled(words.institution, code), doing.button(words.set, () => doing.post("/v1/centre/site", { institution: code.value }), { class: "small" })), doing.node);
}

function times({ words }) {
  const doing = new Doing(words);
  const starts = input({ type: "number", value: "0", min: "-3600", max: "86400" });
  const lasts = input({ type: "number", value: "60", min: "1", max: "86400" });
  const often = input({ type: "number", value: "0", min: "0", max: "1000" });
  const again = input({ type: "number", value: "1000", min: "100", max: "60000" });
  const window = () => doing.post("/v1/centre/maintenance", { window: { starts_in_ms: (number(starts) ?? 0) * 1000, lasts_ms: (number(lasts) ?? 60) * 1000 } });
  return folded(`${words.maintenance}・${words.processing}`,
    element("h3", { text: words.maintenance }), row(labelled(words.starts_in, starts), labelled(words.lasts, lasts)),
    row(doing.button(words.set, window), doing.button(words.no_maintenance, () => doing.post("/v1/centre/maintenance", { window: null }))),
    element("h3", { text: words.processing }), row(labelled(words.times, often), labelled(words.again_after, again)),
    row(doing.button(words.set, () => doing.post("/v1/centre/processing", { times: number(often) ?? 0, again_after_ms: number(again) ?? 1000 }))), doing.node);
}

function tls({ store, words }) {
  const doing = new Doing(words);
  const versions = choice(Object.entries(words.tls_versions));
  const certificate = choice(Object.entries(words.certificates));
  store.on(["switches"], () => {
    versions.value = store.switches.tls?.versions ?? "both";
    certificate.value = store.switches.tls?.certificate ?? "own";
  });
  return folded(words.tls, labelled(words.versions, versions), labelled(words.certificate, certificate),
    row(doing.button(words.set, () => doing.post("/v1/centre/tls", { versions: versions.value, certificate: certificate.value }))), doing.node);
}

function line({ words }) {
  const doing = new Doing(words);
  const button = (text, path, body) => doing.button(text, () => doing.post(`/v1/centre/${path}`, body));
  return folded(words.logins,
    row(button(words.stop_centre, "stop"), button(words.start_centre, "start")),
    row(button(words.refuse_logins, "logins", { refused: true }), button(words.take_logins, "logins", { refused: false }), button(words.forget_logins, "forget-logins")), doing.node);
}

/** What the centre remembers, when it is asked for. */
function records({ store, words, column }) {
  const doing = new Doing(words);
  const shown = element("div", { class: "records", tabindex: "0", role: "region", "aria-label": words.records });
  shown.hidden = true;
  const show = async (what, rows) => {
    try {
      const body = await ask("GET", `/v1/centre/${what}`);
      shown.hidden = false;
      shown.replaceChildren(...rows(body));
      doing.say("");
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      doing.refusal(refused);
    }
  };
  const table = (entries, cells) => entries.length
    ? [element("table", {}, element("tbody", {}, ...entries.slice(-100).reverse().map((entry) => element("tr", {}, ...cells(entry).map((text) => element("td", { text }))))))]
    : [element("p", { class: "soft", text: words.records_none })];
  const time = (at) => new Date(at).toLocaleTimeString("ja-JP");
  const person = (serial) => store.personas.find((one) => one.serial === serial)?.name ?? (serial === null ? "—" : String(serial));
  const outcome = (what) => Object.entries(what).map(([how, more]) => `${how}: ${words.validities[more] ?? more}`).join();
  return folded(words.records,
    row(
      doing.button(words.oracle, () => show("oracle", (all) => table(all, (entry) => [time(entry.at), person(entry.serial), OPERATIONS[`relay ${entry.operation}`]?.[column] ?? entry.operation, outcome(entry.outcome)]))),
      doing.button(words.queries, () => show("queries", (all) => table(all, (entry) => [time(entry.at), person(entry.serial), entry.kind, entry.opened.join(", ")]))),
      doing.button(words.line, () => show("line", (all) => table(Object.entries(all), ([name, many]) => [name, String(many)])))),
    shown, doing.node);
}
