// A result unfolded: what to do, remarks, insurance, consents, what changed since last time, and asking the centre again.

import { ask } from "./api.js";
import { element } from "./dom.js";
import { answer } from "./board-answer.js";
import { refusal } from "./board-ask.js";
import { dayLine, momentLine } from "./board-dates.js";
import { button, terms, withBlanks } from "./board-elements.js";
import { consents, insurance, remarks, remedy } from "./board-result.js";
import { changed, manner, store } from "./board-store.js";
import { of, say } from "./board-words.js";

/** @param {any} result */
export function detail(result) {
  const told = remedy(result);
  const beside = remarks(result);
  const cards = insurance(result);
  const made = element(
    "div",
    { class: "detail" },
    ...(told ? [part("now_do", element("p", { class: "cause", text: of(told.cause) }), element("p", { text: of(told.reception) }))] : []),
    ...(beside.length ? [part("beside", element("ul", {}, ...beside))] : []),
    part("insurance", ...(cards.length ? cards : [element("p", { class: "soft", text: say("no_insurance") })])),
    part("consents", consents(result)),
    names(result),
    part("since_last", changes(result)),
    part("ask_centre", ...again(result)),
    part(
      "about",
      terms([
        [say("result_number"), String(result.id)],
        [say("reader"), `${result.reader} #${result.insertion}`],
      ]),
    ),
  );
  return made;
}

const part = (name, ...children) => element("section", {}, element("h3", { text: say(name) }), ...children);

/** Both names of every qualification, where there is more than one way to write them. */
function names(result) {
  const many = result.for_staff.names.filter((one) => one.blanked || one.other);
  if (!many.length) return "";
  return part(
    "names",
    ...many.map((one) =>
      terms(
        [
          ["name", one.name],
          ["kana", one.kana?.normalize("NFKC")],
          ["other", one.other],
          ["other_kana", one.other_kana?.normalize("NFKC")],
        ]
          .filter(([, text]) => text)
          .map(([term, text]) => [say(`names_${term}`), element("span", {}, ...withBlanks(text, say("blank_said")))]),
      ),
    ),
  );
}

function known(result) {
  if (!store.asked.has(result.id)) store.asked.set(result.id, {});
  return store.asked.get(result.id);
}

function changes(result) {
  const about = known(result);
  if (about.changes === undefined) {
    about.changes = null;
    ask("GET", `/v1/results/${result.id}/changes`).then(
      (said) => {
        about.changes = said;
        changed();
      },
      async (refused) => {
        about.changes = { refused: await refusal(refused) };
        changed();
      },
    );
  }
  const said = about.changes;
  if (!said) return element("p", { class: "soft", text: say("loading") });
  if (said.refused) return element("p", { text: of(said.refused) });
  if (said.since === null) return element("p", { class: "soft", text: say("first_time") });
  if (!said.validity && !said.qualifications.length) return element("p", { class: "soft", text: say("unchanged") });
  const pairs = said.qualifications.flatMap((one) =>
    one.fields.map((field) => [say(`field_${field.field}`), change(written(field.field, field.stored), written(field.field, field.new))]),
  );
  if (said.validity) {
    const word = (validity) => (validity ? say(`validity_${validity}`) : null);
    pairs.unshift([say("validity"), change(word(said.validity.before), word(said.validity.now))]);
  }
  return terms(pairs, { class: "terms changes" });
}

/** Days, shares and sexes are codes in the document. */
function written(field, value) {
  if (!value) return value;
  if (field === "ratio") return `${Number(value) / 10}${say("tenths")}`;
  if (field === "sex") return { 1: say("male"), 2: say("female") }[value] ?? value;
  return dayLine(value, manner.lang) || value;
}

function change(before, now) {
  const text = (value) => (value ? withBlanks(value, say("blank_said")) : [say("nothing")]);
  return element(
    "span",
    {},
    element("span", { class: "before" }, element("span", { class: "visually-hidden", text: `${say("before")} ` }), ...text(before)),
    " → ",
    element("span", { class: "after" }, element("span", { class: "visually-hidden", text: `${say("now")} ` }), ...text(now)),
  );
}

function again(result) {
  const about = known(result);
  const made = [
    button("requery", say("requery"), async (event) => {
      event.target.disabled = true;
      about.again = await ask("POST", `/v1/results/${result.id}/requery`).catch(async (refused) => ({ refused: await refusal(refused) }));
      changed();
    }),
  ];
  if (about.again?.refused) made.push(element("p", { role: "alert", class: "said bad", text: of(about.again.refused) }));
  else if (about.again) {
    made.push(
      answer(about.again, say("requery_answer", { at: momentLine(about.again.received_at, manner.lang) }), () => {
        delete about.again;
        changed();
      }),
    );
  } else made.unshift(element("p", { class: "soft", text: say("requery_hint") }));
  return made;
}
