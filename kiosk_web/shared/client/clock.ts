/**
 * The hospital's clock. The device's own is not trusted: server times arrive with every
 * welcome and ping, and the least delayed of the last few is nearest to the truth.
 */
const SAMPLES = 8;
const TIME = /^(\d{4}-\d\d-\d\d)T.*?([+-])(\d\d):?(\d\d)$/;

export class ServerClock {
  #leads: number[] = [];
  #zoneMs = 0;
  #day: string | undefined;

  /** A server time has arrived, at `now` of the monotonic clock. */
  heard(serverTime: string, now: number): void {
    const at = Date.parse(serverTime);
    const parts = TIME.exec(serverTime);
    if (Number.isNaN(at)) return;
    const lead = at - now;
    const last = this.#leads.at(-1);
    // a jump of a minute is a corrected clock or a machine that slept, not a slow line
    if (last !== undefined && Math.abs(lead - last) > 60_000) this.#leads = [];
    this.#leads = [...this.#leads, lead].slice(-SAMPLES);
    this.#day = serverTime.slice(0, 10);
    if (parts) {
      const sign = parts[2] === "-" ? -1 : 1;
      this.#zoneMs = sign * (Number(parts[3]) * 60 + Number(parts[4])) * 60_000;
    }
  }

  /** A new connection: what was measured before may be from before a sleep. */
  restart(): void {
    this.#leads = [];
  }

  /** The hospital's day, `2026-11-23`, as last told; undefined before the first word. */
  get day(): string | undefined {
    return this.#day;
  }

  /** Milliseconds since 1970 at the hospital, at `now` of the monotonic clock. */
  at(now: number): number | undefined {
    return this.#leads.length ? now + Math.max(...this.#leads) : undefined;
  }

  /** How far the hospital's wall clock is ahead of universal time. */
  get zoneMs(): number {
    return this.#zoneMs;
  }

  /** `HH:MM` at the hospital, wherever the device thinks it is. */
  wallTime(ms: number): string {
    return new Date(ms + this.#zoneMs).toISOString().slice(11, 16);
  }
}
