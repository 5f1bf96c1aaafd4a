// What the page knows: told by the stream of events, kept as long as the page is open, and nowhere else.

import { ask, follow } from "./api.js";

/** Lines that each list of traffic keeps. */
const MOST_LINES = 600;

export const TRAFFIC = ["frames", "apdus", "centre", "deeds"];

export class Store {
  constructor() {
    /** @type {Map<string, any>} */
    this.readers = new Map();
    /** @type {any[]} */
    this.personas = [];
    /** @type {any[]} */
    this.scenarios = [];
    /** @type {Map<string, any>} */
    this.failures = new Map();
    this.switches = {};
    /** @type {string | null} */
    this.desk = null;
    /** @type {any} the play under way */
    this.playing = null;
    /** @type {{ number: number, lines: any[], end: any, begun: any } | null} the last play that was told of */
    this.play = null;
    /** @type {Record<string, any[]>} */
    this.traffic = { frames: [], apdus: [], centre: [], deeds: [] };
    this.missed = 0;
    this.connected = false;
    this.reader = "";
    this.persona = "";
    this.lines = 0;
    /** @type {Map<string, Set<() => void>>} */
    this.listeners = new Map();
  }

  /** Listens until the page is drawn anew. @param {string[]} kinds @param {() => void} act */
  on(kinds, act) {
    for (const kind of kinds) {
      if (!this.listeners.has(kind)) this.listeners.set(kind, new Set());
      this.listeners.get(kind)?.add(act);
    }
    act();
  }

  /** @param {string} kind */
  tell(kind) {
    for (const act of this.listeners.get(kind) ?? []) act();
  }

  forgetListeners() {
    this.listeners.clear();
  }

  /** @returns {any} the reader that is selected */
  get selected() {
    return this.readers.get(this.reader);
  }

  /** @returns {any} the persona whose card is chosen */
  get chosen() {
    return this.personas.find((persona) => persona.id === this.persona);
  }

  /** @param {string} id */
  select(id) {
    this.reader = id;
    const lies = this.readers.get(id)?.slot.card;
    if (lies) this.choose(lies);
    this.tell("selected");
  }

  /** @param {string} id */
  choose(id) {
    this.persona = id;
    this.tell("chosen");
  }

  /** @param {string} id @returns {string | null} the reader in whose slot a persona's card lies */
  placeOf(id) {
    for (const reader of this.readers.values()) if (reader.slot.card === id) return reader.id;
    return null;
  }

  async load() {
    // Alone and first: whoever is not paired is refused once.
    const personas = await ask("GET", "/v1/personas");
    const [scenarios, failures] = await Promise.all(["scenarios", "failures"].map((what) => ask("GET", `/v1/${what}`)));
    // The one about whom nothing is special stands first.
    personas.sort((one, other) => Number(other.id === "worker") - Number(one.id === "worker"));
    Object.assign(this, { personas, scenarios });
    this.failures = new Map(failures.map((entry) => [entry.code, entry]));
    if (!this.persona) this.persona = personas[0]?.id ?? "";
  }

  /** @param {() => void} refused when the cookie is no longer good */
  follow(refused) {
    const line = (list) => (data) => this.add(list, data);
    const stream = follow("/v1/events", {
      on: {
        ready: () => { this.connected = true; this.tell("connection"); },
        reader: (data) => this.show(data),
        switches: (data) => { this.switches = data; this.tell("switches"); },
        desk: (data) => { this.desk = data.url; this.tell("desk"); },
        playing: (data) => this.plays(data.play),
        play: (data) => this.played(data),
        frame: line("frames"), link: line("frames"), apdu: line("apdus"), card: line("apdus"), centre: line("centre"), deed: line("deeds"),
        gap: (data) => { this.missed += data.missed; this.tell("traffic"); },
      },
      lost: () => { this.connected = false; this.tell("connection"); },
      refused: () => { stream.close(); refused(); },
    });
    return stream;
  }

  show(state) {
    const news = !this.readers.has(state.id);
    this.readers.set(state.id, state);
    if (!this.reader) this.reader = state.id;
    this.tell(news ? "readers" : "reader");
  }

  add(list, data) {
    const lines = this.traffic[list];
    this.lines += 1;
    lines.push({ ...data, line: this.lines });
    if (lines.length > MOST_LINES) lines.splice(0, lines.length - MOST_LINES);
    this.tell("traffic");
  }

  plays(play) {
    this.playing = play;
    if (play && this.play?.number !== play.number) this.play = { number: play.number, lines: [], end: null, begun: play };
    this.tell("play");
  }

  played(data) {
    if (this.play?.number !== data.number) return;
    if ("passed" in data) this.play.end = data;
    else if (!this.play.lines.some((line) => line.line === data.line)) this.play.lines.push(data);
    this.tell("play");
  }
}
