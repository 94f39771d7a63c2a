import { tell } from "@shared/page/language";

/** The days before this one, as a nurse looks back: the calendar's, newest first. */

export const RANGES = [1, 3, 7] as const;
export type Range = (typeof RANGES)[number];

export const rangeWord = (range: Range): string =>
  ({
    1: tell("今天", "Today"),
    3: tell("三天", "3 days"),
    7: tell("一周", "A week"),
  })[range];

const DAY_MS = 86_400_000;

/** So many days, this one first. Their names are the calendar's, of no time zone. */
export function daysBack(day: string, range: number): string[] {
  const noon = Date.parse(`${day}T12:00:00Z`);
  return Array.from({ length: range }, (_, back) =>
    new Date(noon - back * DAY_MS).toISOString().slice(0, 10),
  );
}

const WEEKDAY: [string, string][] = [
  ["周日", "Sun"],
  ["周一", "Mon"],
  ["周二", "Tue"],
  ["周三", "Wed"],
  ["周四", "Thu"],
  ["周五", "Fri"],
  ["周六", "Sat"],
];

/** `11月20日 周五`, with today and yesterday by their names. */
export function dayWord(day: string, today: string): string {
  const [, month = "", date = ""] = day.split("-").map(Number).map(String);
  const weekday = tell(...(WEEKDAY[new Date(`${day}T12:00:00Z`).getUTCDay()] ?? ["", ""]));
  const [, yesterday] = daysBack(today, 2);
  const near =
    day === today ? tell("今天 ", "Today ") : day === yesterday ? tell("昨天 ", "Yesterday ") : "";
  return near + tell(`${month}月${date}日 ${weekday}`, `${weekday} ${date}/${month}`);
}
