import { tell } from "../page/language";

/** When somebody is called, as far as anyone can say: the `times` view in words. */
export interface TimesView {
  /** P50 and P90 of being called, ms since 1970, by ticket. */
  times?: Record<string, [number, number]>;
  why?: Record<string, string>;
  clinic?: { stale?: number };
}

const MINUTE_MS = 60_000;
const FIVE_MS = 5 * MINUTE_MS;
/** From so far ahead on, a minute says more than anybody knows. */
const COARSE_FROM_MS = 30 * MINUTE_MS;

const WHY: Record<string, [string, string]> = {
  doctor_absent: ["医生还没到，现在说不准", "No doctor yet: nobody can say"],
  doctor_away: ["医生暂离，回来才知道", "The doctor is away: known on return"],
  stopped: ["停叫了，恢复后才知道", "Calling is stopped: known when it goes on"],
  nobody_serves: ["没有诊室在叫这个队列", "No room calls this queue"],
};

/** A range of whole minutes, of five from half an hour on: the early end never later
 *  than known, the late end never earlier. What has passed begins now. */
export function rangeOf([likely, late]: [number, number], now: number): [number, number] {
  const step = likely - now >= COARSE_FROM_MS ? FIVE_MS : MINUTE_MS;
  const begin = Math.max(Math.floor(likely / step), Math.floor(now / step)) * step;
  return [begin, Math.max(Math.ceil(late / step) * step, begin + step)];
}

/** `大约 10:00–10:15`; why it cannot be said; or nothing, until the next forecast. */
export function expectedWord(
  view: TimesView | undefined,
  ticket: string,
  now: number,
  wallTime: (ms: number) => string,
): string {
  const known = view?.times?.[ticket];
  if (known) {
    const [begin, end] = rangeOf(known, now).map(wallTime);
    return tell(`大约 ${begin}–${end}`, `about ${begin}–${end}`);
  }
  const why = view?.why?.[ticket];
  const word = why === undefined ? undefined : WHY[why];
  return word ? tell(...word) : "";
}

/** As of when a forecast stands that could not be made anew, or was not heard since. */
export const asOf = (
  view: TimesView | undefined,
  staleSince: number | undefined,
): number | undefined => view?.clinic?.stale ?? (view ? staleSince : undefined);
