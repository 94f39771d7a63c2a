/** A time of day as somebody types it, and the moment it is. */

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

function timeOf(minutes: number): string {
  const within = ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(within / 60))}:${two(within % 60)}`;
}

/** What an input method for Chinese makes of digits and signs. */
const plainly = (typed: string): string =>
  typed
    .normalize("NFKC")
    .replace(/\s/g, "")
    .replace(/[点时.。]/g, ":")
    .replace(/:半$/, ":30")
    .replace(/分$/, "");

/**
 * `10:40` of what was typed: `1040`, `10.40`, `10点40`, `10点半`, `9`, or `+30`, which is
 * so many minutes from now. Nothing, when it is no time of a day.
 */
export function readTime(typed: string, now: string): string | undefined {
  const text = plainly(typed);
  const ahead = /^\+(\d{1,3})$/.exec(text);
  if (ahead) return timeOf(minutesOf(now) + Number(ahead[1]));
  const found =
    /^(\d{1,2}):?$/.exec(text) ?? /^(\d{1,2}):(\d{1,2})$/.exec(text) ?? /^(\d{1,2})(\d{2})$/.exec(text);
  if (!found) return undefined;
  const [hours, minutes] = [Number(found[1]), Number(found[2] ?? 0)];
  return hours < 24 && minutes < 60 ? timeOf(hours * 60 + minutes) : undefined;
}

/** Earlier or later, to the next of those that stand so many minutes apart. */
export function stepTime(time: string, by: number): string {
  const minutes = minutesOf(time);
  const apart = Math.abs(by);
  const whole = by > 0 ? Math.floor(minutes / apart) : Math.ceil(minutes / apart);
  return timeOf(whole * apart + by);
}

/** Later today; or over by so much that tomorrow's is meant. */
export function isAhead(time: string, now: string): boolean {
  const over = minutesOf(now) - minutesOf(time);
  return over < 0 || over > DAY_MINUTES / 2;
}

/** That time of the day that is nearest: what is over by more than half a day is
 *  tomorrow's, for at 23:50 somebody is back at 00:20. */
export function momentOf(time: string, now: number, zoneMs: number): number {
  const wall = new Date(now + zoneMs).toISOString();
  const today = Date.parse(`${wall.slice(0, 10)}T${time}:00Z`) - zoneMs;
  const dayMs = DAY_MINUTES * MINUTE_MS;
  return now - today > dayMs / 2 ? today + dayMs : today;
}
