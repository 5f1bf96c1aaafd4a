// How everything behind the readers stands, in words: centre, its maintenance, the terminal's certificate, folders, receipt
// computers.

import { entry } from "./board-ask.js";
import { dateLine, daysUntil, momentLine } from "./board-dates.js";
import { isBehind } from "./board-live.js";
import { manner, store } from "./board-store.js";
import { of, say } from "./board-words.js";

// Days before the terminal's certificate ends from which that is said, and from which it presses.
const SOON = 60;
export const PRESSING = 14;
// Days beyond which the date says more than their number.
const FAR = 1000;

/** A line in words. @param {{ state: string, code?: string }} line */
export const lineWords = (line) =>
  line.state === "down" ? (entry(line.code) ? of(entry(line.code).cause) : line.code) : say(`line_${line.state}`);

/** Each line: key, how grave, what it is, how it stands, what to do. @returns {[string, string, string, string, string | null][]} */
export function everyLine() {
  const lines = [];
  const { centre } = store;
  if (centre) {
    lines.push(["centre", { up: "good", down: "bad", unknown: "plain" }[centre.state], say("centre"), lineWords(centre), null]);
    if (centre.maintenance) {
      const { from, until } = centre.maintenance;
      const now = new Date(from).getTime() <= Date.now();
      lines.push([
        "maintenance",
        now ? "act" : "note",
        say("maintenance"),
        say("from_until", { from: momentLine(from, manner.lang), until: momentLine(until, manner.lang) }),
        say(now ? "maintenance_now" : "maintenance_hint"),
      ]);
    }
    if (centre.certificate_until) {
      const days = daysUntil(centre.certificate_until);
      const kind = days <= PRESSING ? "bad" : days <= SOON ? "act" : "good";
      const until = { n: days, day: dateLine(centre.certificate_until, manner.lang) };
      lines.push([
        "certificate",
        kind,
        say("certificate"),
        say(days < 0 ? "certificate_over" : days < FAR ? "certificate_days" : "certificate_until", until),
        kind === "good" ? null : say(days < 0 ? "certificate_over_hint" : "certificate_hint"),
      ]);
    }
  }
  for (const { folder, trouble: away } of store.folders.values()) {
    const said = away && entry(away.code);
    lines.push([
      `folder-${folder}`,
      away ? "bad" : "good",
      say(`folder_${folder}`),
      away ? (said ? of(said.cause) : away.code) : say("folder_good"),
      null,
    ]);
  }
  for (const one of store.consumers.filter((known) => known.consumer !== "face-folder")) {
    const { consumer, waiting } = one;
    const behind = isBehind(one);
    lines.push([
      `consumer-${consumer}`,
      behind ? "act" : "good",
      say("consumer", { consumer }),
      waiting ? say("consumer_waiting", { n: waiting }) : say("consumer_good"),
      behind ? say("consumer_hint") : null,
    ]);
  }
  return lines;
}
