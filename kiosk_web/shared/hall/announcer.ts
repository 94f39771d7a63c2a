import { type Call, isAwaited, runningCalls } from "./board";
import type { HallView } from "./view";

/** How long one call has the panel to itself: the chime and three pulses. */
export const DWELL_MS = 6_000;
/** As long as others wait to be announced: about what it takes to say one. */
export const CROWDED_MS = 3_000;
/** Who comes in at once is still announced this long, if nobody else is. */
export const BRIEF_MS = 2_500;
/** A page that opens upon a call older than this shows it, but does not announce it. */
export const FRESH_MS = 10_000;
const REMEMBERED = 200;

export interface Shown {
  call: Call;
  /** This call is being announced now, for the first time on this screen. */
  fresh: boolean;
  /** Which of the running calls this is, from 0, and how many there are. */
  page: number;
  pages: number;
}

/**
 * Which call the panel shows. Each id is announced once: in order, one after the other,
 * however many come at once. Then those still awaited take turns until they end. Who is
 * in gives the panel at once to whoever is called meanwhile.
 * It has no timer: ask `step` at every change of the view, every second, and at `due`.
 */
export class Announcer {
  #seen: Set<string>;
  #waiting: string[] = [];
  #showing: { id: string; since: number; fresh: boolean } | undefined;
  #opened = false;

  constructor(seen: Iterable<string> = []) {
    this.#seen = new Set(seen);
  }

  /** What has been announced here, oldest first: keep it over a reload. */
  get seen(): string[] {
    return [...this.#seen];
  }

  /** When the panel turns to the next who waits to be announced; undefined: nobody does. */
  due(view: HallView): number | undefined {
    const showing = this.#showing;
    if (showing === undefined || this.#waiting.length === 0) return undefined;
    const row = view.calls?.[showing.id];
    return row && showing.since + this.#dwell(view, { id: showing.id, ...row });
  }

  step(view: HallView, now: number): Shown | undefined {
    const running = runningCalls(view, now);
    for (const call of running) this.#meet(view, call, now);
    this.#opened = true;
    // who came in before their turn is called by nobody any more
    const awaited = running.filter((call) => isAwaited(view, call));
    const ids = new Set(awaited.map((call) => call.id));
    this.#waiting = this.#waiting.filter((id) => ids.has(id));

    if (this.#over(view, running, now)) this.#turn(view, running, now);
    const showing = this.#showing;
    if (showing === undefined) return undefined;
    const pages = running.filter(
      (call) => call.id === showing.id || isAwaited(view, call),
    );
    const page = pages.findIndex((call) => call.id === showing.id);
    const call = pages[page];
    const fresh = showing.fresh && now - showing.since < DWELL_MS;
    return call && { call, fresh, page, pages: pages.length };
  }

  /** The picture went stale: what was being announced is not announced anew after. */
  hush(): void {
    if (this.#showing) this.#showing.fresh = false;
  }

  /** It slept: what came meanwhile is shown, and announced only if it is new. */
  woke(): void {
    this.#opened = false;
    this.#waiting = [];
    this.hush();
  }

  #meet(view: HallView, call: Call, now: number): void {
    if (this.#seen.has(call.id)) return;
    this.#seen.add(call.id);
    // who was in before this screen heard of the call is called by nobody
    if (!isAwaited(view, call)) return;
    if (this.#seen.size > REMEMBERED)
      this.#seen = new Set([...this.#seen].slice(-REMEMBERED));
    if (this.#opened || now - call.at < FRESH_MS) this.#waiting.push(call.id);
  }

  #over(view: HallView, running: Call[], now: number): boolean {
    const showing = this.#showing;
    const call = running.find(({ id }) => id === showing?.id);
    if (!showing || !call) return true;
    return now - showing.since >= this.#dwell(view, call);
  }

  #dwell(view: HallView, call: Call): number {
    const others = this.#waiting.length > 0;
    if (isAwaited(view, call)) return others ? CROWDED_MS : DWELL_MS;
    return others ? 0 : BRIEF_MS;
  }

  #turn(view: HallView, running: Call[], now: number): void {
    const fresh = this.#waiting.shift();
    if (fresh !== undefined) {
      this.#showing = { id: fresh, since: now, fresh: true };
      return;
    }
    const awaited = running.filter((call) => isAwaited(view, call));
    const at = awaited.findIndex((call) => call.id === this.#showing?.id);
    const next = awaited[(at + 1) % awaited.length];
    // alone on the panel a call stays as it is, without beginning anew
    if (next && next.id === this.#showing?.id) return;
    this.#showing = next && { id: next.id, since: now, fresh: false };
  }
}
