import type { Answer } from "@shared/client/asks";
import type { JsonObject } from "@shared/client/frames";
import { refused } from "@shared/page/refusals";

/** Days laid out as other days were: what would be, said before; done; taken back. */

const DAY_MS = 86_400_000;

interface Slot {
  start: number;
  end: number;
  count: number;
}

export interface SessionPlan {
  half: string;
  slots: Record<string, Slot>;
  doctor?: string;
  kind?: string;
  on_sale?: number;
}

interface Doctor {
  name: string;
  title?: string;
}

/** A day as it was planned, as `see_plan` tells it. */
interface LaidOut {
  department: JsonObject;
  doctors: Record<string, Doctor>;
  channels: JsonObject;
  sessions: Record<string, SessionPlan>;
}

export type What = "new" | "same" | "session_taken" | "doctor_busy";

export interface CopiedSession {
  key: string;
  plan: SessionPlan;
  doctor?: Doctor | undefined;
  what: What;
}

/** One day after another, and what of it would be new there. */
export interface CopiedDay {
  from: string;
  to: string;
  laid: boolean;
  department: JsonObject;
  channels: JsonObject;
  sessions: CopiedSession[];
}

const noon = (day: string): number => Date.parse(`${day}T12:00:00Z`);
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const monday = (day: string): number => noon(day) - ((new Date(noon(day)).getUTCDay() + 6) % 7) * DAY_MS;

/** The days that pair up: one with one, or weekday with weekday. What is laid out nowhere
 *  is not copied, and nothing is copied into the past or onto itself. */
export function pairs(from: string, to: string, week: boolean, laid: Set<string>, today: string): [string, string][] {
  if (!week) return from === to ? [] : [[from, to]];
  const [source, target] = [monday(from), monday(to)];
  if (source === target) return [];
  return Array.from({ length: 7 }, (_, n): [string, string] => [
    dayOf(source + n * DAY_MS),
    dayOf(target + n * DAY_MS),
  ]).filter(([one, other]) => laid.has(one) && other >= today);
}

/** The same hours of another day. */
export function shifted(plan: SessionPlan, from: string, to: string): SessionPlan {
  const by = noon(to) - noon(from);
  const slots = Object.fromEntries(
    Object.entries(plan.slots).map(([key, slot]) => [key, { ...slot, start: slot.start + by, end: slot.end + by }]),
  );
  return { ...plan, slots, ...(plan.on_sale ? { on_sale: plan.on_sale + by } : {}) };
}

export type Ask = (day: string, name: string, body: JsonObject) => Promise<Answer>;

/** A sentence, when it cannot be said. */
export async function look(ask: Ask, days: [string, string][], laid: Set<string>): Promise<CopiedDay[] | string> {
  const found: CopiedDay[] = [];
  for (const [from, to] of days) {
    const seen = await ask(from, "see_plan", {});
    if (!seen.ok) return refused(seen.error);
    const { department, doctors, channels, sessions } = seen.body as unknown as LaidOut;
    const plans = Object.entries(sessions).map(([key, plan]): [string, SessionPlan] => [key, shifted(plan, from, to)]);
    const what: Record<string, What> = {};
    if (laid.has(to) && plans.length) {
      const would = await ask(to, "add_sessions", {
        sessions: Object.fromEntries(plans),
        doctors,
        dry: true,
      } as unknown as JsonObject);
      if (!would.ok) return refused(would.error);
      const { same = [], conflicts = {} } = would.body as { same?: string[]; conflicts?: Record<string, What> };
      for (const key of same) what[key] = "same";
      Object.assign(what, conflicts);
    }
    found.push({
      from,
      to,
      laid: laid.has(to),
      department,
      channels,
      sessions: plans
        .map(([key, plan]) => ({ key, plan, doctor: doctors[plan.doctor ?? ""], what: what[key] ?? "new" }))
        .sort((a, b) => startOf(a) - startOf(b)),
    });
  }
  return found;
}
const startOf = ({ plan }: CopiedSession): number => Math.min(...Object.values(plan.slots).map(({ start }) => start));

/** What stands in the way, unless it is left out. */
export const inTheWay = (days: CopiedDay[], left: Set<string>): CopiedSession[] =>
  days.flatMap(({ to, sessions }) =>
    sessions.filter(({ key, what }) => what !== "new" && what !== "same" && !left.has(`${to} ${key}`)),
  );
export const news = (days: CopiedDay[], left: Set<string>): [day: string, session: CopiedSession][] =>
  days.flatMap(({ to, sessions }) =>
    sessions
      .filter(({ key, what }) => what === "new" && !left.has(`${to} ${key}`))
      .map((session): [string, CopiedSession] => [to, session]),
  );

/** Day by day; what was added, and what was refused. */
export async function copy(
  ask: Ask,
  days: CopiedDay[],
  left: Set<string>,
): Promise<{ done: [day: string, sessions: string[]][]; trouble: string }> {
  const done: [string, string[]][] = [];
  for (const day of days) {
    const wanted = news([day], left).map(([, session]) => session);
    if (!wanted.length) continue;
    const sessions = Object.fromEntries(wanted.map(({ key, plan }) => [key, plan]));
    const doctors = Object.fromEntries(
      wanted.flatMap(({ plan, doctor }) => (plan.doctor && doctor ? [[plan.doctor, doctor]] : [])),
    );
    const body = (day.laid
      ? { sessions, doctors }
      : { department: day.department, channels: day.channels, sessions, doctors }) as unknown as JsonObject;
    const answer = await ask(day.to, day.laid ? "add_sessions" : "open", body);
    if (!answer.ok) return { done, trouble: `${day.to}：${refused(answer.error)}` };
    done.push([day.to, wanted.map(({ key }) => key)]);
  }
  return { done, trouble: "" };
}

/** As if it had never been; what somebody has a number of meanwhile stays. */
export async function takeBack(ask: Ask, done: [day: string, sessions: string[]][]): Promise<string> {
  for (const [day, sessions] of done) {
    const answer = await ask(day, "remove_sessions", { sessions });
    if (!answer.ok) return `${day}：${refused(answer.error)}`;
  }
  return "";
}
