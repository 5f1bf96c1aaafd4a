// The patient: which card, how it lies, who stands before the camera, and a whole visit in one go.

import { element } from "./dom.js";
import { Doing, button, check, choice, folded, input, labelled, number, row } from "./bench-form.js";
import { CARD_FAULTS, TRAITS } from "./bench-terms.js";

/** @param {any} bench */
export function patientPanel(bench) {
  const { words } = bench;
  return element("section", { class: "panel", "aria-labelledby": "patient-title" },
    element("div", { class: "panel-head" }, element("h2", { id: "patient-title", text: words.patient })),
    ...cards(bench), ...placing(bench), ...camera(bench), whole(bench));
}

/** The cards, and where each lies. */
function cards({ store, words, column }) {
  const find = input({ type: "search", placeholder: words.find_hint, autocomplete: "off" });
  const list = element("ul", { class: "cards" });
  const count = element("p", { class: "soft count", "aria-live": "polite" });
  let drawn = "";
  const draw = () => {
    const wanted = find.value.normalize("NFKC").toLowerCase();
    const told = (persona) => [persona.id, persona.name, persona.kana, ...(TRAITS[persona.id] ?? [])].join(" ").normalize("NFKC").toLowerCase();
    const shown = store.personas.filter((persona) => told(persona).includes(wanted));
    const look = JSON.stringify([shown.map((persona) => [persona.id, store.placeOf(persona.id)]), store.persona]);
    if (look === drawn) return;
    drawn = look;
    count.textContent = `${shown.length} ${words.found}`;
    const focused = list.contains(document.activeElement);
    list.replaceChildren(...shown.map((persona) => {
      const place = store.placeOf(persona.id);
      const label = place ? store.readers.get(place)?.label ?? place : words.at_hand;
      return element("li", {}, button(
        { class: "card-choice", "aria-pressed": String(persona.id === store.persona) }, () => store.choose(persona.id),
      element("span", { class: "card-name" }, element("strong", { lang: "ja", text: persona.name }), element("span", { class: "soft", lang: "ja", text: persona.kana })),
      element("span", { class: "card-trait", text: TRAITS[persona.id]?.[column] ?? persona.id }),
      element("span", { class: place ? "card-place there" : "card-place", text: label })));
    }));
    const chosen = /** @type {HTMLElement | null} */ (list.querySelector('[aria-pressed="true"]'));
    if (focused) chosen?.focus();
    // Within the list only: the page itself must not jump.
    if (chosen && chosen.offsetTop + chosen.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = chosen.offsetTop - list.clientHeight / 2;
    if (chosen && chosen.offsetTop < list.scrollTop) list.scrollTop = chosen.offsetTop - 8;
  };
  find.addEventListener("input", draw);
  store.on(["chosen", "reader", "readers", "personas"], draw);
  return [labelled(words.find, find), count, list];
}

function placing({ store, words, column }) {
  const doing = new Doing(words);
  const turned = check(words.turned_over);
  const fresh = check(words.fresh);
  const only = choice([["", words.both], ["tray", words.tray_only], ["slot", words.slot_only]]);
  const faults = CARD_FAULTS.map(([value, ...names]) => ({ value, ...check(names[column]) }));
  const nth = input({ type: "number", min: "1", max: "500", value: "1", inputmode: "numeric" });
  const at = () => `/v1/readers/${store.reader}`;
  // Who was put before the camera here, by nobody's choice.
  let stands = null;
  const where = () => (only.value ? { only: only.value } : {});
  const place = async () => {
    await ownerStands();
    await doing.post(`${at()}/place`, {
      persona: store.persona, turned_over: turned.field.checked, fresh: fresh.field.checked,
      faults: faults.filter(({ field }) => field.checked).map(({ value }) => value), ...where(),
    });
  };
  /** Whoever places the card looks into the camera, unless somebody was chosen to. */
  const ownerStands = async () => {
    const before = store.selected?.before;
    if (before && (before.scene !== "right" || before.persona !== stands)) return;
    stands = store.persona;
    await doing.post(`${at()}/face`, { persona: stands, scene: "right" });
  };
  const lay = doing.button(words.place, place, { class: "main" });
  const take = doing.button(words.pull, () => doing.post(`${at()}/pull`, where()));
  return [
    row(lay, take), element("p", { class: "soft", text: words.place_hint }), doing.node,
    folded(words.place_how, turned.node, fresh.node, labelled(words.only, only),
      element("fieldset", {}, element("legend", { text: words.card_faults }), element("p", { class: "soft", text: words.card_faults_hint }),
        ...faults.map(({ node }) => node)),
      row(labelled(words.mid_apdu_label, nth), doing.button(words.pull_then, () => doing.post(`${at()}/pull`, { mid_apdu_after: number(nth) ?? 1, ...where() })))),
  ];
}

function camera({ store, words }) {
  const doing = new Doing(words);
  const whose = choice([]);
  const seed = input({ type: "number", min: "0", placeholder: words.seed_hint, inputmode: "numeric" });
  const used = element("p", { class: "soft" });
  const show = async (scene) => {
    const persona = scene === "none" ? undefined : whose.value || store.persona;
    const answer = await doing.post(`/v1/readers/${store.reader}/face`, { persona, scene, seed: number(seed) ?? undefined });
    used.textContent = answer?.seed === null || answer?.seed === undefined ? "" : `${words.seed_used}: ${answer.seed}`;
  };
  const buttons = Object.entries(words.scenes).map(([scene, text]) => ({ scene, node: doing.button(text, () => show(scene), { class: "small" }) }));
  store.on(["personas"], () => whose.replaceChildren(
    element("option", { value: "", text: words.own_face }),
    ...store.personas.map((persona) => element("option", { value: persona.id, text: persona.name }))));
  store.on(["reader", "selected"], () => {
    const scene = store.selected?.before?.scene ?? "none";
    for (const { scene: own, node } of buttons) node.setAttribute("aria-pressed", String(own === scene));
  });
  return [
    element("h3", { id: "camera-title", text: words.before_camera }),
    element("div", { class: "row", role: "group", "aria-labelledby": "camera-title" }, ...buttons.map(({ node }) => node)),
    row(labelled(words.whose_face, whose), labelled(words.seed, seed)), used, doing.node,
  ];
}

function whole({ store, words }) {
  const doing = new Doing(words);
  const method = choice(Object.entries(words.methods));
  const consents = choice([["agree", words.all_agree], ["refuse", words.all_refuse]]);
  const take = check(words.take_at_end, true);
  const steps = element("ol", { class: "steps" });
  const go = doing.button(words.whole_go, async () => {
    go.disabled = true;
    steps.replaceChildren();
    doing.say(words.whole_running);
    const timeline = await doing.post(`/v1/readers/${store.reader}/visit`, {
      persona: store.persona, method: method.value, consents: consents.value, take: take.field.checked,
    });
    go.disabled = false;
    if (!timeline) return;
    doing.say([words.ended[timeline.ended] ?? timeline.ended, timeline.failure].filter(Boolean).join(" "), timeline.ended === "take_card" ? "good" : "bad");
    steps.replaceChildren(...timeline.steps.map(({ step, at_ms }) =>
      element("li", {}, element("span", { text: `${(at_ms / 1000).toFixed(2)} s` }), element("span", { text: step }))));
  }, { class: "main" });
  return element("div", { class: "whole" }, element("h3", { text: words.whole }), element("p", { class: "soft", text: words.whole_hint }),
    row(labelled(words.whole_method, method), labelled(words.whole_consents, consents)), take.node, row(go), doing.node, steps);
}
