// Days and times as staff say them: in Japan, years by era beside the western ones.

const ZONE = "Asia/Tokyo";
// The first day of each era, newest first: that day belongs to it.
const ERAS = [
  ["令和", "R", "20190501"],
  ["平成", "H", "19890108"],
  ["昭和", "S", "19261225"],
  ["大正", "T", "19120730"],
  ["明治", "M", "18680125"],
];

const parts = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit" });
const clock = new Intl.DateTimeFormat("ja-JP", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** The day in Japan, `yyyy-mm-dd`. @param {Date} [at] */
export const dayOf = (at = new Date()) => parts.format(at);

/** `hh:mm` in Japan. @param {string | Date} at */
export const timeOf = (at) => clock.format(new Date(at));

/** Whether eight digits are a day of the calendar. @param {string} digits */
export function isDay(digits) {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(digits);
  if (!match) return false;
  const [year, month, day] = match.slice(1).map(Number);
  const made = new Date(Date.UTC(year, month - 1, day));
  return year > 0 && made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
}

/** The era's year of eight digits, e.g. 昭和60年2月28日 or S60.2.28; null before 明治. */
function byEra(digits, short) {
  const era = ERAS.find(([, , first]) => digits >= first);
  if (!era) return null;
  const year = Number(digits.slice(0, 4)) - Number(era[2].slice(0, 4)) + 1;
  const [month, day] = [Number(digits.slice(4, 6)), Number(digits.slice(6))];
  return short ? `${era[1]}${year}.${month}.${day}` : `${era[0]}${year === 1 ? "元" : year}年${month}月${day}日`;
}

/**
 * A birth date of eight digits with its era, its western year and the age today.
 * @param {string | null | undefined} digits
 * @param {"ja" | "en"} lang
 */
export function birth(digits, lang) {
  if (!digits || !isDay(digits)) return null;
  const [year, month, day] = [digits.slice(0, 4), Number(digits.slice(4, 6)), Number(digits.slice(6))];
  const today = dayOf().replaceAll("-", "");
  const age = Number(today.slice(0, 4)) - Number(year) - (today.slice(4) < digits.slice(4) ? 1 : 0);
  if (lang === "ja") return { era: byEra(digits, false) ?? `${year}年${month}月${day}日`, western: `${year}年`, age: `${age}歳` };
  const western = `${year}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  return { era: western, western: byEra(digits, true) ?? "", age: `age ${age}` };
}

/** A birth date in one line. */
export function birthLine(digits, lang) {
  const said = birth(digits, lang);
  if (!said) return "";
  return lang === "ja" ? `${said.era}（${said.western}）${said.age}` : `${said.era} (${said.western}), ${said.age}`;
}

/** A day of eight digits by era and western, for who types it. */
export function dayLine(digits, lang) {
  if (!isDay(digits)) return "";
  const western = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  return lang === "ja" ? `${byEra(digits, false) ?? ""}（${western}）` : `${western} (${byEra(digits, true) ?? ""})`;
}

/** Today in words. @param {"ja" | "en"} lang */
export function todayLine(lang) {
  const options = { timeZone: ZONE, weekday: "short", month: "long", day: "numeric", year: "numeric" };
  return new Intl.DateTimeFormat(lang === "ja" ? "ja-JP-u-ca-japanese" : "en-GB", {
    ...options,
    ...(lang === "ja" ? { era: "long" } : {}),
  }).format(new Date());
}

/** A moment with its day, unless that is today. @param {string} at @param {"ja" | "en"} lang */
export function momentLine(at, lang) {
  const when = new Date(at);
  if (dayOf(when) === dayOf()) return timeOf(when);
  const day = new Intl.DateTimeFormat(lang === "ja" ? "ja-JP" : "en-GB", { timeZone: ZONE, month: "short", day: "numeric" }).format(when);
  return `${day} ${timeOf(when)}`;
}

/** A day far off, by its year. @param {string} at @param {"ja" | "en"} lang */
export function dateLine(at, lang) {
  return new Intl.DateTimeFormat(lang === "ja" ? "ja-JP" : "en-GB", {
    timeZone: ZONE,
    year: "numeric",
    month: "long",
    day: "numeric",
  }).format(new Date(at));
}

/** Whole days from now until then, rounded down. @param {string} until */
export const daysUntil = (until) => Math.floor((new Date(until).getTime() - Date.now()) / 86_400_000);

/** Minutes and seconds until then, `m:ss`. @param {string} until */
export function countdown(until) {
  const seconds = Math.max(0, Math.round((new Date(until).getTime() - Date.now()) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * A birth date as people write it, as eight digits; null if it is none. Era by name, letter or the digit of receipt
 * computers (3600228), western with or without marks, in any width.
 * @param {string} text
 */
export function readDay(text) {
  const plain = text
    .normalize("NFKC")
    .replaceAll("元", "1")
    .toUpperCase()
    .replace(/[\s　]/g, "");
  const western = /^(\d{4})(?:(\d{2})(\d{2})|[^\d]+(\d{1,2})[^\d]+(\d{1,2})日?)$/.exec(plain);
  if (western) return checked(Number(western[1]), western[2] ?? western[4], western[3] ?? western[5]);
  const era = /^(令和?|平成?|昭和?|大正?|明治?|[RHSTM1-5])[.\-]?(?:(\d{2})(\d{2})(\d{2})|(\d{1,2})[^\d]+(\d{1,2})[^\d]+(\d{1,2})日?)$/.exec(
    plain,
  );
  if (!era) return null;
  const sign = era[1][0];
  const known = ERAS.find(([name, letter], index) => name[0] === sign || letter === sign || String(5 - index) === sign);
  const year = Number(known[2].slice(0, 4)) + Number(era[2] ?? era[5]) - 1;
  const found = checked(year, era[3] ?? era[6], era[4] ?? era[7]);
  // 昭和 had 64 years, 平成 31: what lies in no such era was typed wrong.
  const later = ERAS[ERAS.indexOf(known) - 1];
  return found && found >= known[2] && (!later || found <= later[2]) ? found : null;
}

function checked(year, month, day) {
  const digits = `${String(year).padStart(4, "0")}${String(Number(month)).padStart(2, "0")}${String(Number(day)).padStart(2, "0")}`;
  return isDay(digits) ? digits : null;
}
