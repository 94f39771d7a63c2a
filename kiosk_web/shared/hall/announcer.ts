import { type Call, isAwaited, runningCalls } from "./board";
import type { HallView } from "./view";

/** How long one call has the panel to itself: the chime and three pulses. */
export const DWELL_MS = 6_000;
/** Who comes in at once is still announced this long. */
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
 * however many come at once. Then those still awaited take turns until they end.
 * It has no timer: ask `step` at every change of the view and every second.
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

  step(view: HallView, now: number): Shown | undefined {
    const running = runningCalls(view, now);
    for (const call of running) this.#meet(view, call, now);
    this.#opened = true;
    const ids = new Set(running.map((call) => call.id));
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
    return now - showing.since >= (isAwaited(view, call) ? DWELL_MS : BRIEF_MS);
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
