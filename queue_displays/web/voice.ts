import type { Answer } from "@shared/client/asks";
import type { JsonObject } from "@shared/client/frames";
import type { AnnouncementRow, AreaView } from "./area";
import type { SpokenMemory } from "./spoken";

/** What can be heard here, and how. The browser's is sound.ts. */
export interface Sound {
  state(): "on" | "blocked" | "none";
  /** Have it at hand soon; never fails. */
  fetch(keys: string[]): void;
  /** Seconds of words, and of the chime before them if there is one; rejects when the
   * words cannot be had. */
  ready(keys: string[], chime: boolean): Promise<number>;
  /** The chime, as loud as `gain`, if there is one, then words. Resolves when it has
   * ended or was stopped; rejects when nothing was heard. */
  play(keys: string[], gain: number, chime: boolean): Promise<void>;
  stop(): void;
}

export interface Ports {
  ask: (name: string, body: JsonObject, deadlineMs: number) => Promise<Answer>;
  sound: Sound;
  memory: SpokenMemory;
  /** The hospital's time, and a clock that only ever goes on. */
  now: () => number;
  monotonic: () => number;
  unit: string | undefined;
  /** Rooms whose calls it shows (`im2/3`); none: all. */
  rooms?: string[];
  /** This area's announcements are spoken here, and not only shown. */
  speaks: boolean;
  /** One for all the voices of a device, for it has one mouth. */
  mouth: Mouth;
}

export interface Mouth {
  busy: boolean;
}

interface Failure {
  [key: string]: string;
  why: string;
}

const SPEAK_MS = 2_000;
const ASK_MS = 5_000;
const RECEIPT_MS = 1_000;
/** Passed over once, it says so soon that it is there again: it hung, it was late, the
 * words could not be had. */
const BACK_MS: Record<string, number> = { gone: 3_000, late: 3_000, error: 30_000 };
/** An offer that was refused may stand again a moment later. */
const ASK_AGAIN_MS = 1_000;

/**
 * One device's part in an area: it says that it is there, takes the turns it is offered,
 * speaks them, and answers for what was shown and heard (docs/protocol.md, "The area").
 * It has no timers: tell it of every change of the view, and every second.
 */
export class Voice {
  device: string | undefined;
  #view: AreaView | undefined;
  #attended: string | undefined;
  #attending = false;
  #attendedAt = Number.NEGATIVE_INFINITY;
  /** What was asked for, and when it may be asked for again. */
  #taking = new Map<string, number>();
  #speaking: { turn: string; announcement: string } | undefined;
  #failed: Failure[] = [];
  #painted = 0;
  #receipt = { sent: "", at: Number.NEGATIVE_INFINITY, under_way: false };

  constructor(readonly ports: Ports) {}


  /** The view now; undefined while there is none that is live. */
  update(view: AreaView | undefined): void {
    const joined = view !== undefined && this.#view === undefined;
    this.#view = view;
    if (view === undefined) {
      // the line is cut: what runs is finished, for it was given by the server
      this.#attended = undefined;
      return;
    }
    if (joined) this.#receipt.sent = "";
    this.#withdrawn(view);
    void this.#attend();
    this.#prepare(view);
    for (const [zone, row] of Object.entries(view.zones ?? {}))
      if (row.next && row.next.device === this.device)
        void this.#take(zone, row.next.announcement, row.next.nth);
    void this.#report();
  }

  /** Everything that was in the view then has been painted. */
  painted(view: AreaView): void {
    const most = Object.values(view.announcements ?? {}).map(({ n }) => n);
    this.#painted = Math.max(this.#painted, ...most);
    void this.#report();
  }

  async #attend(): Promise<void> {
    const state = this.ports.sound.state();
    if (this.#attending) return;
    if (this.#attended === state && !this.#passedOver(state)) return;
    this.#attending = true;
    this.#attendedAt = this.ports.monotonic();
    const body: JsonObject = { shows: true };
    if (this.ports.rooms?.length) body.rooms = this.ports.rooms;
    const { speaks } = this.ports;
    if (speaks && state === "on") body.speaks = { ready: true };
    if (speaks && state === "blocked") body.speaks = { ready: false, why: "blocked" };
    const answer = await this.#ask("attend", body, ASK_MS);
    this.#attending = false;
    if (!answer.ok) return;
    this.#attended = state;
    this.device = String(answer.body.device ?? "");
    if (this.#view) this.update(this.#view);
  }

  /** It did not take its turn once, for it was busy or hung, and is here all the same. */
  #passedOver(state: string): boolean {
    const { monotonic, mouth, speaks } = this.ports;
    if (state !== "on" || !speaks || mouth.busy) return false;
    const device = this.device;
    if (device === undefined) return false;
    const waited = monotonic() - this.#attendedAt;
    return Object.values(this.#view?.zones ?? {}).some((zone) => {
      const mine = zone.speakers?.[device];
      if (mine === undefined || mine.ready) return false;
      return waited >= (BACK_MS[mine.why ?? ""] ?? Number.POSITIVE_INFINITY);
    });
  }

  #prepare(view: AreaView): void {
    if (!this.ports.speaks) return;
    const now = this.ports.now();
    for (const row of Object.values(view.announcements ?? {}))
      if (row.expires > now && row.audio) this.ports.sound.fetch(keysOf(view, row, false));
  }

  #withdrawn(view: AreaView): void {
    const current = this.#speaking;
    if (current && view.announcements?.[current.announcement] === undefined)
      this.ports.sound.stop();
  }

  async #take(zone: string, announcement: string, nth: number): Promise<void> {
    const { sound, memory, now, monotonic, mouth } = this.ports;
    const row = this.#view?.announcements?.[announcement];
    const day = this.#view?.area?.day ?? "";
    const what = `${day}/${announcement}/${zone}/${nth}`;
    if (mouth.busy || row === undefined) return;
    if (monotonic() < (this.#taking.get(what) ?? 0)) return;
    if (memory.has(what) || row.expires <= now() || sound.state() !== "on") return;
    mouth.busy = true;
    if (this.#taking.size > 200) this.#taking.clear();
    this.#taking.set(what, Number.POSITIVE_INFINITY);
    const asked = monotonic();
    try {
      const answer = await this.#ask("speak", { announcement, zone, nth }, SPEAK_MS);
      if (!answer.ok) {
        // asked again if the offer is still ours by then: the view tells
        this.#taking.set(what, monotonic() + ASK_AGAIN_MS);
        return;
      }
      const turn = String(answer.body.turn ?? "");
      const lease = Number(answer.body.lease_ms ?? 0);
      const short = answer.body.short === true;
      // where one follows another everybody listens: only the announcer can know
      const chime = answer.body.chime !== false;
      const until = asked + lease;
      await this.#speak({ turn, what, announcement, row, short, chime, until });
    } finally {
      mouth.busy = false;
      this.#speaking = undefined;
      void this.#report(true);
      if (this.#view) this.update(this.#view);
    }
  }

  async #speak(given: {
    turn: string;
    what: string;
    announcement: string;
    row: AnnouncementRow;
    short: boolean;
    chime: boolean;
    until: number;
  }): Promise<void> {
    const { sound, memory, now, monotonic } = this.ports;
    const { turn, what, announcement, row } = given;
    const keys = keysOf(this.#view, row, given.short);
    // without words there is the chime, and everybody is told that there are no words
    const wordless = keys.length === 0;
    const chime = given.chime || wordless;
    let seconds: number;
    try {
      seconds = await sound.ready(keys, chime);
    } catch {
      return this.#fail(turn, "error");
    }
    if (monotonic() + seconds * 1000 > given.until) return this.#fail(turn, "late");
    if (row.expires <= now()) return this.#fail(turn, "late");
    if (this.#view && !this.#view.announcements?.[announcement])
      return this.#fail(turn, "withdrawn");
    memory.begin({ turn, what, at: now(), told: wordless });
    this.#speaking = { turn, announcement };
    try {
      await sound.play(keys, row.gain ?? 1, chime);
      if (wordless) this.#fail(turn, "no_audio");
    } catch {
      memory.takeBack(turn);
      this.#fail(turn, sound.state() === "on" ? "error" : "blocked");
    }
  }

  #fail(turn: string, why: string): void {
    this.#failed = [...this.#failed, { turn, why }].slice(-20);
  }

  async #report(news = false): Promise<void> {
    if (this.#view === undefined || this.device === undefined) return;
    const { memory, monotonic } = this.ports;
    const spoken = memory.untold(this.#speaking?.turn);
    const failed = this.#failed;
    const delivered = Object.values(this.#view.announcements ?? {}).map(({ n }) => n);
    const body = {
      delivered_to: Math.max(0, ...delivered),
      shown_to: this.#painted,
      spoken,
      failed,
    };
    const text = JSON.stringify(body);
    const last = this.#receipt;
    if (last.under_way || text === last.sent) return;
    const urgent = news || spoken.length > 0 || failed.length > 0;
    if (!urgent && monotonic() - last.at < RECEIPT_MS) return;
    this.#receipt = { sent: text, at: monotonic(), under_way: true };
    const answer = await this.#ask("receipt", body, ASK_MS);
    this.#receipt.under_way = false;
    if (!answer.ok) {
      this.#receipt.sent = "";
      return;
    }
    memory.told(spoken);
    this.#failed = this.#failed.filter((each) => !failed.includes(each));
  }

  #ask(name: string, body: JsonObject, deadlineMs: number): Promise<Answer> {
    const { unit, ask } = this.ports;
    return ask(name, unit === undefined ? body : { ...body, unit }, deadlineMs);
  }
}

/** The sounds of an announcement, in the order of the area's languages. */
export function keysOf(
  view: AreaView | undefined,
  row: AnnouncementRow,
  short: boolean,
): string[] {
  const audio = (short ? row.audio_short : undefined) ?? row.audio ?? {};
  const order = view?.area?.languages ?? Object.keys(audio);
  return order.flatMap((language) => audio[language] ?? []);
}
