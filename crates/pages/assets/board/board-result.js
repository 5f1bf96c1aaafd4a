// What a result or an answer says, made ready for showing. Nothing is decided here: the words are the desk's and the catalogue's.

import { element } from "./dom.js";
import { entry } from "./board-ask.js";
import { birth } from "./board-dates.js";
import { pill, sign, terms, withBlanks } from "./board-elements.js";
import { manner, store } from "./board-store.js";
import { itemName, of, say } from "./board-words.js";

// Characters from which a name is set smaller.
const LONG = 14;

/** The names of a result: of its first qualification, as the centre wrote them. */
export function person(result) {
  const names = result.for_staff.names[0];
  const told = result.qualification?.body?.result_list?.[0];
  return {
    name: names?.name ?? null,
    kana: names?.kana?.normalize("NFKC") ?? "",
    other: names?.other ?? null,
    otherKana: names?.other_kana?.normalize("NFKC") ?? "",
    blanked: result.for_staff.names.some((one) => one.blanked),
    birth: told?.birthdate ?? null,
  };
}

/** A name with its kana and, where ● stands, the other name beside it. */
export function nameLines(result) {
  const { name, kana, other, otherKana, blanked } = person(result);
  const lines = [
    element(
      "span",
      { class: [...(name ?? "")].length > LONG ? "name long" : "name", lang: name ? "ja" : false },
      ...(name ? withBlanks(name, say("blank_said")) : [say("no_name")]),
    ),
  ];
  if (kana) lines.push(element("span", { class: "kana", lang: "ja" }, ...withBlanks(kana, say("blank_said"))));
  if (other && (blanked || other !== name)) {
    const said = `${say("other_name")} ${other}${otherKana ? `（${otherKana}）` : ""}`;
    lines.push(element("span", { class: "other" }, ...withBlanks(said, say("blank_said"))));
  }
  return lines;
}

/** The birth date as it is said. */
export function birthOf(result) {
  const said = birth(person(result).birth, manner.lang);
  if (!said) return null;
  const western = manner.lang === "ja" ? `（${said.western}）` : ` (${said.western}) `;
  return element("span", { class: "birth" }, said.era, element("span", { class: "soft", text: western }), said.age);
}

/** How grave a validity is. */
export function gravity(validity) {
  return ["valid", "valid_unregistered"].includes(validity) ? "good" : "act";
}

export const validityPill = (validity) => pill(gravity(validity), say(`validity_${validity}`));

/** What is worth seeing to beside a result, in short: kind, words. */
export function flags(result) {
  const { remarks, for_staff: staff } = result;
  const has = (code) => remarks.some((remark) => remark.code === code);
  const found = [];
  if (has("CHARACTERS_BLANKED") || staff.names.some((one) => one.blanked)) found.push(["note", "blank", say("flag_blank")]);
  if (has("CERTIFICATE_IN_GRACE")) found.push(["act", "clock", say("flag_in_grace")]);
  if (has("CERTIFICATE_EXPIRES_SOON")) found.push(["note", "clock", say("flag_expiring")]);
  if (has("SUBSIDY_UNANSWERED")) found.push(["note", "note", say("flag_subsidy")]);
  if (has("CENTRE_NOTE")) found.push(["note", "note", say("flag_note")]);
  if (result.qualification_failure) found.push(["act", "act", say("flag_unreadable")]);
  return found;
}

/** Whether the card of a result still lies on its reader. */
export function cardLies(result) {
  const station = store.stations.get(result.reader);
  return station?.state === "card_left" && station.insertion === result.insertion;
}

/** How a visit stands: nothing to do, something to know, something to do. @returns {"good" | "note" | "act"} */
export function standing(result) {
  const marks = flags(result);
  if (gravity(result.validity) === "act" || cardLies(result) || marks.some(([kind]) => kind === "act")) return "act";
  return marks.length || result.for_staff.consents_missing.length ? "note" : "good";
}

/** What reception does about a validity, whole; null for a plain one. */
export function remedy(result) {
  const code = result.validity_code ?? result.qualification_failure;
  return code ? entry(code) : null;
}

/** The first thing that a remedy says. */
export function firstOf(text) {
  if (manner.lang === "ja") return text.split("。")[0] + "。";
  const sentences = text.split(/(?<=\.)\s+/);
  return sentences.slice(0, sentences[0].length < 50 ? 2 : 1).join(" ");
}

/** Where a result came from: label and lane of its reader. */
export function place(reader) {
  const station = store.stations.get(reader);
  return station ? [station.label, station.lane].filter(Boolean).join("・") : reader;
}

/** The insurance in the words of the card. */
export function insurance(result) {
  return result.for_staff.insurance
    .filter((card) => card.lines.length)
    .map((card) => terms(card.lines.map((line) => [of(line.label), element("span", { lang: "ja", text: line.value })])));
}

/** What the patient answered, and what not. */
export function consents(result) {
  const items = (decision) => result.consents.filter((one) => one.decision === decision);
  const list = (all) => all.map((item) => itemName(item)).join(say("comma"));
  const pairs = [];
  const [agreed, refused] = [items("agreed"), items("refused")];
  if (agreed.length) pairs.push([say("agreed"), list(agreed.map((one) => one.item))]);
  if (refused.length) pairs.push([say("refused"), list(refused.map((one) => one.item))]);
  if (result.for_staff.consents_missing.length) pairs.push([say("missing"), list(result.for_staff.consents_missing)]);
  return pairs.length ? terms(pairs) : element("p", { class: "soft", text: say("no_consents") });
}

/** Consents in one line. */
export function consentLine(result) {
  const count = (decision) => result.consents.filter((one) => one.decision === decision).length;
  const missing = result.for_staff.consents_missing;
  const said = [];
  if (count("agreed")) said.push(say("agreed_n", { n: count("agreed") }));
  if (count("refused")) said.push(say("refused_n", { n: count("refused") }));
  const line = element("span", { class: "soft", text: said.join(say("dot")) || (missing.length ? "" : say("no_consents")) });
  if (!missing.length) return [line];
  const some =
    missing.slice(0, 3).map(itemName).join(say("comma")) + (missing.length > 3 ? say("and_more", { n: missing.length - 3 }) : "");
  return [...(said.length ? [line] : []), element("span", { class: "missing" }, sign("note"), ` ${say("missing")}${say("colon")}${some}`)];
}

/** Remarks with what reception does about each; the same words once. */
export function remarks(result) {
  const seen = new Map();
  for (const remark of result.remarks) {
    const what = remark.item ? itemName(remark.item) : remark.field ? say(`field_${remark.field}`) : (remark.word ?? "");
    const known = seen.get(remark.code) ?? { remark, of: [] };
    if (what) known.of.push(what);
    seen.set(remark.code, known);
  }
  return [...seen.values()].map(({ remark, of: about }) =>
    element(
      "li",
      {},
      element("p", { class: "cause", text: of(remark.cause) + (about.length ? `（${about.join(say("comma"))}）` : "") }),
      element("p", { text: of(remark.reception) }),
    ),
  );
}
