// The board: pairs, opens, follows what happens, and locks itself. What it may see it asks for with a cookie that no script
// can read; nothing is kept in the browser, and nothing of anybody stays in the page once it is locked.

import { ask, Refused } from "./api.js";
import { pairByAddress, pairingForm } from "./pairing.js";
import { element } from "./dom.js";
import { openCounts } from "./board-counts.js";
import { countdown, dayOf } from "./board-dates.js";
import { frame } from "./board-frame.js";
import { listenToKeys, openHelp } from "./board-keys.js";
import { changeLanguage, entitle, languageButton } from "./board-language.js";
import { goLive, onlyToday } from "./board-live.js";
import { lockScreen, watchHands } from "./board-lock.js";
import { openLookup } from "./board-lookup.js";
import { visualByKey } from "./board-readers.js";
import { person } from "./board-result.js";
import { changed, forget, manner, onChange, store } from "./board-store.js";
import { toList } from "./board-visits.js";
import { words, say } from "./board-words.js";

const AGAIN = 2000;

// Ends what the screen that is shown has begun.
let leave = () => {};
// The desk was not reached to be told of a lock: it hears of it before anything else.
let unheard = false;
// Paired or unlocked in this page: a board that comes up by itself, after a crash or in another tab, comes up locked.
let attended = false;
// What became of the code in the address, for the form that asks for another.
let byAddress = "none";
// Who asks last shows its screen: two at once would both follow the stream.
let turns = 0;

function show(stand, ...parts) {
  entitle(stand);
  document.body.replaceChildren(...parts);
}

/** Somebody has shown that they may. */
function attend() {
  attended = true;
  unheard = false;
  return enter();
}

/** Shows the screen that fits where this browser stands. */
async function enter() {
  leave();
  leave = () => {};
  const turn = (turns += 1);
  try {
    // A lock that the desk did not hear of comes before anything else.
    await tellOfLock();
    const stands = await ask("GET", "/v1/board");
    if (turn !== turns) return;
    if (stands.locked) locked(stands.passcode);
    else if (attended) open(stands.idle_seconds);
    else await lock();
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    if (turn !== turns) return;
    if ([401, 403].includes(refused.status)) pairing();
    else away();
  }
}

function away() {
  show(
    "away",
    element(
      "main",
      { class: "alone" },
      element("div", { class: "pairing", role: "status" }, element("h1", { text: say("away_title") }), element("p", { text: say("away") })),
    ),
  );
  const again = setTimeout(enter, AGAIN);
  leave = () => clearTimeout(again);
}

function pairing() {
  const form = pairingForm(words("pairing"), attend, byAddress);
  show("pairing", element("main", { class: "alone" }, form, element("p", { class: "alone-foot" }, languageButton(pairing))));
  form.querySelector("input").focus();
}

function locked(passcode) {
  show("locked", lockScreen({ passcode, pending: tellOfLock, opened: attend, redraw: () => locked(passcode) }));
}

/** Gives the board's cookie back; whoever cannot be told now is told later. */
async function tellOfLock() {
  if (!unheard) return;
  await ask("POST", "/v1/board/lock").catch((refused) => {
    // 401: it is over already.
    if (!(refused instanceof Refused) || refused.status !== 401) throw refused;
  });
  unheard = false;
}

/** Lets go of everything at once; what is said to the desk comes after. */
async function lock() {
  leave();
  leave = () => {};
  attended = false;
  unheard = true;
  turns += 1;
  show(
    "locked",
    element("main", { class: "alone" }, element("div", { class: "pairing", role: "status" }, element("h1", { text: say("locked") }))),
  );
  await tellOfLock().catch(() => {});
  await enter();
}

/** @param {number} idle seconds without a hand on it until it locks */
function open(idle) {
  manner.minutes = Math.round(idle / 60);
  let locking = null;
  const redraw = () => {
    entitle("open");
    board.drawAll(locking);
  };
  const board = frame({ lock, redraw });
  const endKeys = listenToKeys({
    "/": openLookup,
    "?": openHelp,
    c: openCounts,
    l: lock,
    n: toList,
    v: visualByKey,
    t: () => changeLanguage(redraw),
    f: () => {
      store.filter.act = !store.filter.act;
      changed();
    },
  });
  const endHands = watchHands({
    idle,
    due: lock,
    saying: (seconds) => {
      locking = seconds === null ? null : say("locking", { n: seconds });
      changed();
    },
  });
  const endChanges = onChange(() => board.draw(locking));
  const live = goLive({
    // Locked in another tab, ended by the desk's clock, or a desk that stops: the next question tells which.
    refused: () => {
      leave();
      away();
    },
    arrived: (result) =>
      board.say(say("arrived", { name: person(result).name ?? say("no_name"), validity: say(`validity_${result.validity}`) })),
  });
  let day = dayOf();
  const ticking = setInterval(() => {
    for (const timer of document.querySelectorAll("[data-until]")) timer.textContent = countdown(timer.dataset.until);
    if (day === dayOf()) return;
    day = dayOf();
    onlyToday();
    board.say("");
    redraw();
  }, 1000);
  leave = () => {
    live.close();
    endKeys();
    endHands();
    endChanges();
    clearInterval(ticking);
    board.close();
    // What the modules still hold of the page is emptied as well.
    for (const one of document.querySelectorAll("body *")) one.replaceChildren();
    document.body.replaceChildren();
    forget();
  };
  show("open", ...board.parts);
  board.draw(locking);
}

// A code that is put behind the address of an open page loads nothing by itself.
addEventListener("hashchange", async () => {
  byAddress = await pairByAddress();
  if (byAddress === "paired") attend();
});
byAddress = await pairByAddress();
await (byAddress === "paired" ? attend() : enter());
