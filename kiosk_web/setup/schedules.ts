import { tell } from "@shared/page/language";

/** A department's day of numbers, as whoever lays it out reads and writes it
 * (docs/protocol.md, "The schedule"). Absent means none. */

export type Half = "am" | "pm" | "night" | "all";

export interface SessionRow {
  half: Half;
  kind: string;
  price: number;
  start: number;
  end: number;
  doctor?: string;
  clinic?: string;
  queue?: string;
  left?: Record<string, number>;
  note?: string;
  moved_to?: string;
  replaces?: string;
  stopped?: boolean;
  ended?: boolean;
}

export interface SlotRow {
  session: string;
  start: number;
  end: number;
  total: number;
  left: number;
}

export interface ScheduleView {
  department?: { name?: string; day?: string };
  channels?: Record<string, { name: string }>;
  doctors?: Record<string, { name: string; title?: string }>;
  sessions?: Record<string, SessionRow>;
  slots?: Record<string, SlotRow>;
  counts?: Record<string, Record<string, number>>;
  affected?: Record<string, { kind: string; session: string; open?: boolean }>;
}

export interface DirectoryView {
  campuses?: Record<string, { name: string }>;
  departments?: Record<string, { name: string; name_en?: string; campus?: string; floor?: string }>;
  doctors?: Record<string, { name: string; title?: string; departments?: string[] }>;
  days?: Record<string, string[]>;
}

const HALF: Record<Half, [string, string]> = {
  am: ["上午", "Morning"],
  pm: ["下午", "Afternoon"],
  night: ["晚间", "Evening"],
  all: ["全天", "All day"],
};
export const HALVES = Object.keys(HALF) as Half[];
export const halfWord = (half: Half): string => tell(...(HALF[half] ?? [half, half]));
const KIND: Record<string, [string, string]> = {
  普: ["普通", "Ordinary"],
  专: ["专家", "Expert"],
  特: ["特需", "Special"],
};
export const KINDS = Object.keys(KIND);
export const kindWord = (kind: string): string => tell(...(KIND[kind] ?? [kind, kind]));
/** What a half usually is, until something else is written. */
export const USUAL_HOURS: Record<Half, [string, string]> = {
  am: ["08:00", "12:00"],
  pm: ["13:30", "17:30"],
  night: ["18:00", "21:00"],
  all: ["08:00", "17:30"],
};

/** The hospital's channels, as a day has them unless it is told of others. */
export const CHANNELS: [string, string, string][] = [
  ["window", "窗口", "Window"],
  ["kiosk", "自助机", "Kiosk"],
  ["phone", "电话", "Telephone"],
  ["wechat", "微信", "WeChat"],
  ["web", "网站", "Web site"],
];

export interface SessionForm {
  half: Half;
  doctor: string;
  kind: string;
  /** In yuan, as it is written. */
  price: string;
  /** `clinic/queue`, where its numbers are called. */
  queue: string;
  prefix: string;
  from: string;
  to: string;
  /** Minutes of a slot, and places in it. */
  minutes: number;
  count: number;
  reserved: Record<string, number | "">;
  atMost: Record<string, number | "">;
}

export const emptyForm = (): SessionForm => ({
  half: "am",
  doctor: "",
  kind: "普",
  price: "15",
  queue: "",
  prefix: "",
  from: USUAL_HOURS.am[0],
  to: USUAL_HOURS.am[1],
  minutes: 30,
  count: 4,
  reserved: {},
  atMost: {},
});

const MINUTE_MS = 60_000;

/** A moment of the hospital's wall clock. */
export function moment(day: string, time: string, zoneMs: number): number {
  return Date.parse(`${day}T${time}:00Z`) - zoneMs;
}

/** Even slots from the first minute to the last; what does not fill one is not sold. */
export function slotsOf(form: SessionForm, day: string, zoneMs: number) {
  const slots: Record<string, { start: number; end: number; count: number }> = {};
  const end = moment(day, form.to, zoneMs);
  const step = form.minutes * MINUTE_MS;
  let start = moment(day, form.from, zoneMs);
  if (!(step > 0) || Number.isNaN(start) || Number.isNaN(end)) return slots;
  for (let n = 1; start + step <= end && n <= 200; n += 1, start += step)
    slots[String(n)] = { start, end: start + step, count: form.count };
  return slots;
}

/** What is wrong with it, in words; empty when it can be sent. */
export function wrong(form: SessionForm, day: string, zoneMs: number): string {
  const slots = Object.keys(slotsOf(form, day, zoneMs)).length;
  if (slots === 0) return tell("时间不对：结束要晚于开始，至少放得下一个时段。", "The hours hold no slot: the end is after the beginning.");
  if (!(form.count >= 0) || !Number.isInteger(form.count)) return tell("每时段的号数要是整数。", "Places are a whole number.");
  if (!/^\d+(\.\d{1,2})?$/.test(form.price.trim())) return tell("挂号费写成 15 或 15.50。", "Write the fee as 15 or 15.50.");
  const places = slots * form.count;
  const reserved = numbers(form.reserved).reduce((all, [, many]) => all + many, 0);
  if (reserved > places) return tell(`一共 ${places} 个号，留不出 ${reserved} 个。`, `${reserved} cannot be reserved of ${places}.`);
  return "";
}

const numbers = (of: Record<string, number | "">): [string, number][] =>
  Object.entries(of).filter((each): each is [string, number] => typeof each[1] === "number");

/** As `add_session` and `open` take it. */
export function planOf(form: SessionForm, day: string, zoneMs: number) {
  const [clinic = "", queue = ""] = form.queue.split("/");
  const quotas: Record<string, { reserved?: number; at_most?: number }> = {};
  for (const [channel, reserved] of numbers(form.reserved))
    if (reserved > 0) quotas[channel] = { ...quotas[channel], reserved };
  for (const [channel, at_most] of numbers(form.atMost))
    quotas[channel] = { ...quotas[channel], at_most };
  return {
    half: form.half,
    doctor: form.doctor,
    kind: form.kind,
    price: Math.round(Number(form.price) * 100),
    clinic,
    queue,
    prefix: form.prefix,
    slots: slotsOf(form, day, zoneMs),
    quotas,
  };
}

/** A short name of its own: whose and which half, and a number when that is taken. */
export function sessionKey(form: SessionForm, taken: Iterable<string>): string {
  const there = new Set(taken);
  const wish = `${form.doctor || "dept"}-${form.half}`.slice(0, 28);
  for (let n = 1; ; n += 1) {
    const key = n === 1 ? wish : `${wish}-${n}`;
    if (!there.has(key)) return key;
  }
}

/** The sessions of a day in the order of the day. */
export const inOrder = (view: ScheduleView): [string, SessionRow][] =>
  Object.entries(view.sessions ?? {}).sort(
    ([a, one], [b, other]) => one.start - other.start || (a < b ? -1 : 1),
  );

export const slotsIn = (view: ScheduleView, session: string): [string, SlotRow][] =>
  Object.entries(view.slots ?? {})
    .filter(([, row]) => row.session === session)
    .map(([key, row]): [string, SlotRow] => [key.slice(session.length + 1), row])
    .sort(([, a], [, b]) => a.start - b.start);

/** Who must still say what they want instead. */
export const unanswered = (view: ScheduleView, session: string): number =>
  Object.values(view.affected ?? {}).filter((row) => row.session === session && row.open).length;

export const yuan = (fen: number): string => (fen / 100).toFixed(fen % 100 === 0 ? 0 : 2);
