/** A day as people say it: 今天, 明天, else 11 月 25 日 周三. */
const WEEK = [
  ["周日", "Sun"],
  ["周一", "Mon"],
  ["周二", "Tue"],
  ["周三", "Wed"],
  ["周四", "Thu"],
  ["周五", "Fri"],
  ["周六", "Sat"],
] as const;
const DAY_MS = 86_400_000;

const at = (day: string): number => Date.parse(`${day}T00:00:00Z`);

/** Short, for a tab: 今天, 明天, 周三. */
export function dayName(day: string, today: string, english: boolean): string {
  const ahead = Math.round((at(day) - at(today)) / DAY_MS);
  const which = english ? 1 : 0;
  if (ahead === 0) return ["今天", "Today"][which] as string;
  if (ahead === 1) return ["明天", "Tomorrow"][which] as string;
  return WEEK[new Date(at(day)).getUTCDay()]?.[which] ?? day;
}

export function dayDate(day: string, english: boolean): string {
  const [, month = "", date = ""] = day.split("-");
  return english ? `${Number(date)}/${Number(month)}` : `${Number(month)} 月 ${Number(date)} 日`;
}

export const dayWord = (day: string, today: string, english: boolean): string =>
  `${dayName(day, today, english)} ${dayDate(day, english)}`;
