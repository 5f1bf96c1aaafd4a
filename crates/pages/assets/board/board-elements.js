// What the board draws again and again: keyed lists, signs, pills.

import { drawn, element } from "./dom.js";

// What each child was made of: beside the document, not in it.
const signs = new WeakMap();

/**
 * Makes the children of `parent` those of `items`, in their order. A child whose `sign` is as before stays as it is, with its
 * focus, selection and unfolded parts; what replaces one that had the focus gets it back.
 * @param {HTMLElement} parent
 * @param {{ key: string, sign: string, make: () => HTMLElement }[]} items
 */
export function keyed(parent, items) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const wanted = items.map(({ key, sign, make }) => {
    const before = known.get(key);
    if (before && signs.get(before) === sign) return before;
    const made = make();
    made.dataset.key = key;
    signs.set(made, sign);
    const focused = before?.contains(document.activeElement) && document.activeElement.dataset.act;
    if (focused)
      queueMicrotask(() => (made.querySelector(`[data-act="${focused}"]`) ?? made.querySelector("button"))?.focus({ preventScroll: true }));
    return made;
  });
  for (const child of [...parent.children]) if (!wanted.includes(child)) child.remove();
  wanted.forEach((child, at) => {
    if (parent.children[at] !== child) parent.insertBefore(child, parent.children[at] ?? null);
  });
}

// Signs differ in shape, never in colour alone. On a field of 16.
const SIGNS = {
  good: [["path", { d: "M3 8.5 6.5 12 13 4.5", class: "stroke" }]],
  note: [
    ["circle", { cx: 8, cy: 8, r: 6.2, class: "stroke" }],
    ["path", { d: "M8 7.2v4M8 4.6v.6", class: "stroke" }],
  ],
  act: [
    ["path", { d: "M8 1.8 15 14H1Z", class: "stroke" }],
    ["path", { d: "M8 6v4M8 11.8v.5", class: "stroke" }],
  ],
  bad: [
    ["circle", { cx: 8, cy: 8, r: 6.2, class: "stroke" }],
    ["path", { d: "m5.4 5.4 5.2 5.2M10.6 5.4l-5.2 5.2", class: "stroke" }],
  ],
  card: [
    ["rect", { x: 1.5, y: 3.5, width: 13, height: 9, rx: 1.5, class: "stroke" }],
    ["path", { d: "M9.5 6.5h3M9.5 9h3M3.8 6.2h3v3.6h-3z", class: "stroke" }],
  ],
  clock: [
    ["circle", { cx: 8, cy: 8, r: 6.2, class: "stroke" }],
    ["path", { d: "M8 4.4V8l2.6 1.8", class: "stroke" }],
  ],
  eye: [
    ["path", { d: "M1.5 8C4 3.8 12 3.8 14.5 8 12 12.2 4 12.2 1.5 8Z", class: "stroke" }],
    ["circle", { cx: 8, cy: 8, r: 1.9, class: "stroke" }],
  ],
  wait: [["path", { d: "M8 1.8a6.2 6.2 0 1 1-6.2 6.2", class: "stroke" }]],
  blank: [
    ["circle", { cx: 8, cy: 8, r: 4.2, class: "fill" }],
    ["rect", { x: 1.5, y: 1.5, width: 13, height: 13, class: "stroke" }],
  ],
  lock: [
    ["rect", { x: 3, y: 7, width: 10, height: 7.2, rx: 1.2, class: "stroke" }],
    ["path", { d: "M5.2 7V4.9a2.8 2.8 0 0 1 5.6 0V7", class: "stroke" }],
  ],
};

/** A sign beside words; whoever does not see it has the words. @param {keyof typeof SIGNS} name */
export function sign(name) {
  return drawn(
    "svg",
    { class: "sign", viewBox: "0 0 16 16", "aria-hidden": "true" },
    ...SIGNS[name].map(([shape, form]) => drawn(shape, form)),
  );
}

/** Words on a ground that says how grave they are. @param {"good" | "note" | "act" | "bad" | "plain"} kind */
export function pill(kind, text, shape = kind) {
  return element("span", { class: `pill ${kind}` }, ...(shape === "plain" ? [] : [sign(shape)]), text);
}

/** A button. @param {string} act names it for the focus and for tests */
export function button(act, text, pressed, more = {}) {
  const made = element("button", { type: "button", "data-act": act, text, ...more });
  made.addEventListener("click", pressed);
  return made;
}

/** A list of terms with what they are. @param {[string, string | Node][]} pairs */
export function terms(pairs, more = {}) {
  return element(
    "dl",
    { class: "terms", ...more },
    ...pairs.map(([term, value]) =>
      element(
        "div",
        {},
        element("dt", { text: term }),
        typeof value === "string" ? element("dd", { text: value }) : element("dd", {}, value),
      ),
    ),
  );
}

/** A text in which each ● stands boxed and is said. @param {string} text @param {string} said */
export function withBlanks(text, said) {
  return text
    .split("●")
    .flatMap((piece, at) =>
      at === 0
        ? [piece]
        : [
            element(
              "span",
              { class: "blank" },
              element("span", { "aria-hidden": "true", text: "●" }),
              element("span", { class: "visually-hidden", text: said }),
            ),
            piece,
          ],
    );
}
