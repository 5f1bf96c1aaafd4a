// The scenarios: found, played at the selected reader, and judged.

import { element } from "./dom.js";
import { ask } from "./api.js";
import { Doing, button, input, labelled, number, row } from "./bench-form.js";
import { shortName } from "./bench-units.js";

/** @param {any} bench */
export function scenariosPanel(bench) {
  const { store, words, column } = bench;
  const title = column ? "title_en" : "title_ja";
  const find = input({ type: "search", placeholder: words.scenario_find_hint, autocomplete: "off" });
  const list = element("ul", { class: "scenario-list", "aria-label": words.scenarios });
  const count = element("p", { class: "soft count", "aria-live": "polite" });
  const chosen = element("div", { class: "scenario" });
  const doing = new Doing(words);
  const seed = input({ type: "number", min: "0", max: "4294967295", placeholder: words.seed_hint, inputmode: "numeric" });
  const seedField = labelled(words.seed, seed);
  const verdict = element("p", { class: "verdict", role: "status" });
  const script = element("ol", { class: "script" });

  const drawList = () => {
    const wanted = find.value.normalize("NFKC").toLowerCase();
    const told = (one) => [one.name, one.title_ja, one.title_en, one.code ?? ""].join(" ").normalize("NFKC").toLowerCase();
    const shown = store.scenarios.filter((one) => told(one).includes(wanted));
    count.textContent = `${shown.length} ${words.found}`;
    const focused = list.contains(document.activeElement);
    list.replaceChildren(...shown.map((one) => element("li", {}, button(
      { class: "scenario-choice", "aria-pressed": String(one.name === bench.scenario) }, () => choose(one.name),
      element("span", { text: one[title] }), element("code", { class: "soft", text: one.name })))));
    if (focused) list.querySelector('[aria-pressed="true"]')?.focus();
  };
  const choose = async (name) => {
    bench.scenario = name;
    drawList();
    drawChosen();
    const { text } = await ask("GET", `/v1/scenarios/${name}`);
    if (bench.scenario !== name) return;
    script.replaceChildren(...text.trimEnd().split("\n").map((line) => element("li", {}, element("span", { class: "tick" }), element("code", { text: line }), element("span", { class: "soft" }))));
    drawPlay();
  };
  const play = doing.button(words.play, async () => {
    verdict.textContent = "";
    const answer = await doing.post(`/v1/scenarios/${bench.scenario}/play`, { reader: store.reader, seed: number(seed) ?? undefined });
    if (answer) doing.say(`${words.seed_used}: ${answer.seed}`);
  }, { class: "main" });
  const stop = doing.button(words.stop_play, () => doing.post("/v1/scenarios/stop"));

  const drawChosen = () => {
    const one = store.scenarios.find((one) => one.name === bench.scenario);
    if (!one) {
      chosen.replaceChildren(element("p", { class: "soft", text: words.choose_scenario }));
      return;
    }
    const fits = one.models.includes(store.selected?.model);
    chosen.replaceChildren(
      element("h3", { text: one[title] }),
      element("p", { class: "soft" }, element("code", { text: one.name }), one.code ? element("code", { text: ` ${one.code}` }) : ""),
      one.models.length < 5 ? element("p", { class: "soft", text: `${words.needs}: ${one.models.map(shortName).join("、")}` }) : "",
      one.own_desk
        ? element("p", { class: "said", "data-how": "warn" }, `${words.own_desk} `, element("code", { text: `cargo xtask scenario ${one.name}` }))
        : element("p", { class: fits ? "soft" : "said", "data-how": "warn", text: fits ? `${store.selected?.label ?? ""} — ${words.play_note}` : words.other_model }),
      ...(one.own_desk ? [] : [element("div", { class: "row end" }, seedField, play, stop)]),
      doing.node, verdict, element("h4", { text: words.script }), script);
    drawPlay();
  };
  const drawPlay = () => {
    const now = store.play;
    const one = store.scenarios.find((one) => one.name === bench.scenario);
    play.disabled = Boolean(store.playing) || !one?.models.includes(store.selected?.model);
    stop.disabled = !store.playing;
    const ours = now && now.begun.scenario === bench.scenario ? now : null;
    for (const [at, item] of [...script.children].entries()) {
      const done = ours?.lines.find((line) => line.line === at + 1);
      const missed = ours?.end?.missed?.line === at + 1;
      item.className = done ? "done" : missed ? "missed" : "";
      const [tick, , time] = item.children;
      tick.textContent = done ? "✓" : missed ? "✕" : "";
      time.textContent = done ? `${(done.at_ms / 1000).toFixed(2)} s` : "";
    }
    if (!ours) verdict.textContent = now && store.playing ? `${words.playing}: ${now.begun.scenario}` : "";
    else if (!ours.end) verdict.textContent = `${words.playing}（${words.seed} ${ours.begun.seed}）`;
    else verdict.textContent = judged(ours.end, words);
    verdict.dataset.how = !ours?.end ? "" : ours.end.passed ? "good" : "bad";
  };
  find.addEventListener("input", drawList);
  store.on(["scenarios"], drawList);
  store.on(["selected", "readers"], drawChosen);
  store.on(["play"], drawPlay);
  if (bench.scenario) choose(bench.scenario);
  return element("section", { class: "panel scenarios", "aria-labelledby": "scenarios-title" },
    element("div", { class: "panel-head" }, element("h2", { id: "scenarios-title", text: words.scenarios })),
    element("div", { class: "scenario-columns" }, element("div", {}, labelled(words.scenario_find, find), count, list), chosen));
}

function judged({ passed, missed, seconds, seed }, words) {
  const head = `${passed ? words.passed : words.failed}（${seconds.toFixed(1)} ${words.seconds}、${words.seed} ${seed}）`;
  return missed ? `${head} ${missed.line ? `${missed.line} ${words.missed_line}: ` : ""}${missed.wanted} ${missed.fault}` : head;
}
