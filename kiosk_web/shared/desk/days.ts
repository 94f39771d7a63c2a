import { tell } from "../page/language";

/** Days by the calendar: those before this one, and those to come. */

export const RANGES = [1, 3, 7] as const;
export type Range = (typeof RANGES)[number];

export const rangeWord = (range: Range): string =>
  ({
    1: tell("今天", "Today"),
    3: tell("三天", "3 days"),
    7: tell("一周", "A week"),
  })[range];

const DAY_MS = 86_400_000;

/** The day so many after this one. Days' names are the calendar's, of no time zone. */
const dayAfter = (day: string, many: number): string =>
  new Date(Date.parse(`${day}T12:00:00Z`) + many * DAY_MS).toISOString().slice(0, 10);

/** So many days, this one first. */
export const daysBack = (day: string, range: number): string[] =>
  Array.from({ length: range }, (_, back) => dayAfter(day, -back));

export const daysAhead = (day: string, range: number): string[] =>
  Array.from({ length: range }, (_, ahead) => dayAfter(day, ahead));

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
