// All readers at a glance: a small drawing of each, what it shows, and which one is selected.

import { element } from "./dom.js";
import { button } from "./bench-form.js";
import { drawUnit, shortName } from "./bench-units.js";

/** @param {any} bench */
export function strip(bench) {
  const { store, words } = bench;
  const list = element("ul", { class: "strip" });
  const node = element("nav", { "aria-label": words.readers }, list);
  /** @type {Map<string, { tile: HTMLElement, drawn: string }>} */
  const tiles = new Map();

  const draw = () => {
    for (const state of store.readers.values()) {
      if (!tiles.has(state.id)) {
        const tile = button({ class: "tile" }, () => store.select(state.id));
        tiles.set(state.id, { tile, drawn: "" });
        list.append(element("li", {}, tile));
      }
      const known = tiles.get(state.id);
      known.tile.setAttribute("aria-pressed", String(state.id === store.reader));
      const look = JSON.stringify([state.screen, state.asked.what, state.language, state.lamp, state.tray, state.turned_over, state.plugged, state.camera, state.slot_in_sun, state.portrait, state.slot.card]);
      if (look === known.drawn) continue;
      known.drawn = look;
      const picture = drawUnit(state, words, `unit-${state.id}`);
      picture.setAttribute("aria-hidden", "true");
      const asks = words.asked[state.asked.what];
      known.tile.replaceChildren(picture, element("span", { class: "tile-words" },
        element("strong", { lang: "ja", text: state.label }),
        element("span", { class: "soft", text: shortName(state.model) }),
        element("span", { class: `lamp-word ${state.lamp}`, text: asks ? `${words.asks}: ${asks}` : words.notices[state.screen] ?? state.screen })));
    }
  };
  store.on(["readers", "reader", "selected"], draw);
  return node;
}
