/** The hospital's plan as its topic shows it: entries by kind and key. */

export type Kind =
  | "clinic" | "queue" | "room" | "doctor"
  | "area" | "zone" | "screen"
  | "rules" | "template" | "speech";

export type Entry = Record<string, unknown>;
export type Section = Record<string, Entry>;

export interface Planned {
  takes_effect: number;
  by: string;
  edits: Edit[];
}

export interface PlanView {
  about?: { main: { revision: number; change?: string; by?: string; at?: number } };
  planned?: Record<string, Planned>;
  clinics?: Section;
  queues?: Section;
  rooms?: Section;
  doctors?: Section;
  areas?: Section;
  zones?: Section;
  screens?: Section;
  rules?: Section;
  templates?: Section;
  speech?: Section;
}

export interface Edit {
  kind: Kind;
  key: string;
  before?: Entry;
  after?: Entry;
}

export interface Problem {
  code: string;
  kind: Kind;
  key: string;
  field: string;
  message: string;
  grave?: boolean;
}

export interface Effect {
  clinic: string;
  code: "rules" | "comes" | "goes" | "next";
  here?: number;
  moved?: number;
  back?: number;
}

export interface Checked {
  revision: number;
  edits: Edit[];
  problems?: Problem[];
  effects?: Effect[];
}

export interface Change {
  at: number;
  by: string;
  edits: Edit[];
  reason?: string;
  reverts?: string;
  reverted_by?: string;
  state?: "planned" | "withdrawn" | "failed";
  takes_effect?: number;
  message?: string;
}

export interface HistoryView {
  changes?: Record<string, Change>;
}

const SECTIONS: Record<Kind, Exclude<keyof PlanView, "about" | "planned">> = {
  clinic: "clinics",
  queue: "queues",
  room: "rooms",
  doctor: "doctors",
  area: "areas",
  zone: "zones",
  screen: "screens",
  rules: "rules",
  template: "templates",
  speech: "speech",
};

export const sectionOf = (view: PlanView, kind: Kind): Section => view[SECTIONS[kind]] ?? {};

export const KIND_WORDS: Record<Kind, [string, string]> = {
  clinic: ["诊区", "Clinic"],
  queue: ["队列", "Queue"],
  room: ["诊室", "Room"],
  doctor: ["医生", "Doctor"],
  area: ["候诊区", "Area"],
  zone: ["广播区", "Speaker zone"],
  screen: ["屏幕", "Screen"],
  rules: ["排队规则", "Rules"],
  template: ["播报词", "Words"],
  speech: ["播报设置", "Speech"],
};

/** The same whatever order the fields were typed in; what is empty was not said. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value as Entry)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, plain(each)]),
  );
}

export const same = (a: unknown, b: unknown): boolean =>
  JSON.stringify(plain(a)) === JSON.stringify(plain(b));

/** A value inside an entry by its path, `settings.late.every`. */
export function valueAt(entry: unknown, path: string): unknown {
  let found: unknown = entry;
  for (const step of path.split(".")) {
    if (found === null || typeof found !== "object") return undefined;
    found = (found as Entry)[step];
  }
  return found;
}

/** The same entry with another value there. */
export function withValue(entry: Entry, path: string, value: unknown): Entry {
  const [first, ...rest] = path.split(".") as [string, ...string[]];
  if (rest.length === 0) {
    const { [first]: _, ...others } = entry;
    return value === undefined ? others : { ...entry, [first]: value };
  }
  const inner = (entry[first] ?? {}) as Entry;
  return { ...entry, [first]: withValue(inner, rest.join("."), value) };
}

/** Natural order of keys: room 2 before room 10. */
const collator = new Intl.Collator("zh-CN", { numeric: true });
export const byKey = ([a]: [string, unknown], [b]: [string, unknown]): number => collator.compare(a, b);

/** A key nobody has yet: the next room is 7 when there are six. */
export function freshKey(taken: string[], prefix: string): string {
  for (let n = taken.length + 1; ; n += 1) {
    const key = `${prefix}${n}`;
    if (!taken.includes(key)) return key;
  }
}
