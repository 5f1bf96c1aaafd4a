// What passes: the readers' wires frame by frame, the slots' commands, the centre's questions, and what is done here.

import { element } from "./dom.js";
import { button, check, choice, labelled } from "./bench-form.js";
import { DEEDS, FRAMES, LINKS, OPERATIONS, about, outcome, status } from "./bench-terms.js";
import { TRAFFIC } from "./bench-store.js";

/** Lines that stand on the page at once. */
const MOST_SHOWN = 300;

/** @param {any} bench */
export function trafficPanel(bench) {
  const { store, words } = bench;
  let tab = TRAFFIC[0];
  let paused = false;
  let last = 0;
  const list = element("ol", { class: "lines", tabindex: "0", "aria-label": words.traffic });
  const empty = element("p", { class: "soft empty", text: words.waiting });
  const note = element("p", { class: "said", role: "status" });
  const only = choice([]);
  const idle = check(words.with_idle);

  const shows = (line) => (!only.value || !line.reader || line.reader === only.value) && (idle.field.checked || !line.idle);
  const draw = () => {
    if (paused) return;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    const news = store.traffic[tab].filter((line) => line.line > last && shows(line));
    last = store.traffic[tab].at(-1)?.line ?? last;
    list.append(...news.slice(-MOST_SHOWN).map((line) => drawLine(bench, tab, line)));
    while (list.childElementCount > MOST_SHOWN) list.firstElementChild?.remove();
    empty.hidden = list.childElementCount > 0;
    if (news.length && atEnd) list.scrollTop = list.scrollHeight;
    note.textContent = store.missed ? `${words.missed}: ${store.missed}` : "";
  };
  // As often as the browser draws, and no more.
  let due = false;
  const soon = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; draw(); });
  };
  const anew = () => {
    last = 0;
    list.replaceChildren();
    draw();
    list.scrollTop = list.scrollHeight;
  };
  const tabs = TRAFFIC.map((name) => button({
    role: "tab", id: `tab-${name}`, "aria-controls": "traffic-lines", text: words.tabs[name],
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = (TRAFFIC.indexOf(name) + step + TRAFFIC.length) % TRAFFIC.length;
      choose(TRAFFIC[next]);
      tabs[next].focus();
    },
  }, () => choose(name)));
  const choose = (name) => {
    tab = name;
    TRAFFIC.forEach((other, at) => {
      tabs[at].setAttribute("aria-selected", String(other === name));
      tabs[at].tabIndex = other === name ? 0 : -1;
    });
    sheet.setAttribute("aria-labelledby", `tab-${name}`);
    idle.node.hidden = name !== "frames";
    anew();
  };
  const pause = button({ class: "small", "aria-pressed": "false", text: words.pause }, () => {
    paused = !paused;
    pause.textContent = paused ? words.resume : words.pause;
    pause.setAttribute("aria-pressed", String(paused));
    note.textContent = paused ? words.paused : "";
    soon();
  });
  const wipe = button({ class: "small", text: words.wipe }, () => {
    store.traffic[tab].length = 0;
    store.missed = 0;
    anew();
  });
  only.addEventListener("change", anew);
  idle.field.addEventListener("change", anew);
  store.on(["readers"], () => {
    const chosen = only.value;
    only.replaceChildren(element("option", { value: "", text: words.all_readers }),
      ...[...store.readers.values()].map((reader) => element("option", { value: reader.id, text: `${reader.label}（${reader.id}）` })));
    only.value = chosen;
  });
  const sheet = element("div", { id: "traffic-lines", role: "tabpanel", class: "sheet" }, empty, list);
  choose(tab);
  store.on(["traffic"], soon);
  return element("section", { class: "panel traffic", "aria-labelledby": "traffic-title" },
    element("div", { class: "panel-head" }, element("h2", { id: "traffic-title", text: words.traffic })),
    element("div", { class: "tabs", role: "tablist", "aria-label": words.traffic }, ...tabs),
    element("div", { class: "row end traffic-tools" }, labelled(words.only_reader, only), pause, wipe, idle.node), note, sheet);
}

function drawLine(bench, tab, line) {
  const { store, words } = bench;
  const time = new Date(line.at);
  const clock = `${time.toLocaleTimeString("ja-JP", { hour12: false })}.${String(time.getMilliseconds()).padStart(3, "0")}`;
  const { way, what, text, aside, bad } = { frames: frame, apdus: apdu, centre, deeds: deed }[tab](bench, line);
  const reader = line.reader ? store.readers.get(line.reader)?.label ?? line.reader : "";
  return element("li", { class: bad ? "line bad" : "line" },
    element("span", { class: "line-time", text: clock }),
    element("span", { class: "line-reader", text: reader }),
    element("span", { class: "line-what" }, way ? element("span", { class: "way", role: "img", "aria-label": way[1], text: way[0] }) : "", element("strong", { text: what })),
    element("span", { class: "line-aside", text: aside }),
    text ? element("code", { class: "line-text", text }) : "");
}

function frame({ words, column }, line) {
  if (!line.to) return { what: LINKS[line.what]?.[column] ?? line.what, aside: "" };
  const way = line.to === "reader" ? ["→", words.to_reader] : ["←", words.to_terminal];
  const idle = line.idle_before ? `（${words.idle_before} +${line.idle_before}）` : "";
  return { way, what: FRAMES[line.what]?.[column] ?? line.what, text: line.text, aside: `${line.bytes} ${words.bytes}${idle}`, bad: ["noise", "fault", "refused", "again"].includes(line.what) };
}

function apdu({ words, column }, line) {
  if (!line.command) return { what: LINKS[line.what]?.[column] ?? line.what, aside: "" };
  const meaning = line.status ? `${line.status} ${status(line.status, column)}` : words.silence;
  const size = `${words.command_data} ${line.sent}・${words.answer_data} ${line.answered} ${words.bytes}・${line.ms} ms`;
  return {
    what: line.command, text: `${line.header} ${about(line.about, column)}（${size}）`, aside: meaning,
    bad: line.status !== "9000" && !line.status?.startsWith("63C"),
  };
}

function centre({ words, column }, line) {
  const way = { to_centre: ["→", words.to_centre], to_terminal: ["←", words.from_centre] }[line.way];
  const first = line.outcome.split(" ")[0];
  return {
    way, what: OPERATIONS[line.operation]?.[column] ?? line.operation, text: outcome(line.outcome, column), aside: line.ms === null ? "" : `${line.ms} ms`,
    bad: ["failed", "timed_out", "no_answer", "half_answer", "garbage", "refused", "refuse", "silence", "no_message"].includes(first) || /refused|maintenance|unknown/.test(first),
  };
}

function deed({ words, column }, line) {
  const said = line.said && Object.entries(line.said).filter(([, value]) => value !== null && value !== false && !(Array.isArray(value) && !value.length));
  const told = said?.map(([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`).join(" ");
  return {
    what: DEEDS[line.deed]?.[column] ?? line.deed, text: told, bad: Boolean(line.refused),
    aside: [line.by === "page" ? words.by_page : words.by_program, line.refused && `${words.refused} ${line.refused}`].filter(Boolean).join("・"),
  };
}
