// The bench: the technician's page of the simulator. Everything on it is done over the simulator's own API.

import { element } from "./dom.js";
import { Refused } from "./api.js";
import { pairByAddress, pairingForm } from "./pairing.js";
import { centrePanel } from "./bench-centre.js";
import { button } from "./bench-form.js";
import { controlsPanel } from "./bench-controls.js";
import { patientPanel } from "./bench-patient.js";
import { scenariosPanel } from "./bench-scenarios.js";
import { link, screenPanel } from "./bench-screen.js";
import { Store } from "./bench-store.js";
import { strip } from "./bench-strip.js";
import { trafficPanel } from "./bench-traffic.js";
import { LANGUAGES, WORDS } from "./bench-words.js";

const store = new Store();
let language = "ja";
let scenario = "";
/** Whether this browser may; until then the page asks for a code. */
let paired = false;
/** What became of the code in the address, for the form that asks for another. */
let byAddress = "none";

/** Draws the page in the language chosen. */
function draw() {
  store.forgetListeners();
  document.documentElement.lang = language;
  const words = WORDS[language];
  document.title = `${words.title} — ${words.subtitle}`;
  const bench = {
    store, words, column: language === "ja" ? 0 : 1,
    get scenario() { return scenario; },
    set scenario(name) { scenario = name; },
  };
  document.body.replaceChildren(head(words), element("main", {},
    strip(bench),
    element("div", { class: "columns" },
      element("div", { class: "column" }, screenPanel(bench), controlsPanel(bench)),
      element("div", { class: "column" }, patientPanel(bench), centrePanel(bench)),
      element("div", { class: "column wide" }, trafficPanel(bench), scenariosPanel(bench))),
  ));
}

function head(words) {
  const links = element("nav", { class: "links", "aria-label": `${words.board}・${words.kiosk}` });
  const connection = element("p", { class: "connection", role: "status" });
  store.on(["desk", "readers"], () => {
    const url = store.desk;
    const kiosks = [...store.readers.values()];
    links.replaceChildren(...(url
      ? [link(`${url}/`, words.board, words), ...kiosks.map((reader) => link(`${url}/kiosk/${reader.id}`, `${words.kiosk} ${reader.label}`, words))]
      : [element("span", { class: "soft", text: words.no_desk })]));
  });
  store.on(["connection"], () => {
    connection.textContent = store.connected ? words.connected : words.lost;
    connection.dataset.how = store.connected ? "good" : "bad";
  });
  const tongues = element("div", { class: "tongue-choice", role: "group", "aria-label": words.language },
    ...Object.entries(LANGUAGES).map(([id, text]) => button(
      { class: "small", lang: id, text, "aria-pressed": String(id === language) }, () => { language = id; draw(); })));
  return element("header", { class: "head" },
    element("h1", {}, words.title, " ", element("small", { text: words.subtitle })), links, connection, tongues);
}

/** Shows the bench to a browser that may. */
async function begin() {
  try {
    await store.load();
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    // Another try may have been let in meanwhile.
    if (!paired) unpaired();
    return;
  }
  if (paired) return;
  paired = true;
  draw();
  store.follow(unpaired);
}

function unpaired() {
  paired = false;
  store.forgetListeners();
  document.documentElement.lang = language;
  const words = WORDS[language];
  document.title = `${words.title} — ${words.subtitle}`;
  document.body.replaceChildren(element("main", {}, pairingForm(words.pairing, begin, byAddress)));
}

// A code that is put behind the address of an open page loads nothing by itself.
addEventListener("hashchange", async () => {
  const became = await pairByAddress();
  if (became === "none" || paired) return;
  byAddress = became;
  begin();
});
byAddress = await pairByAddress();
begin();
