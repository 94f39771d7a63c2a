import type {
  AlarmRow,
  DeskRoomRow,
  DeskTicket,
  DeskTicketRow,
  DeskView,
  NoticeRow,
  RuleSet,
  Stage,
} from "@shared/desk/view";
import { tell } from "@shared/page/language";

/** What the doctor of one room sees, worked out of the `desk` view. */

/** The server decides; these only spare a press that would be refused. */
const CALL_AGAIN_MS = 12_000;
const MISSED_AFTER_MS = 10_000;

const MINUTE_MS = 60_000;
const OUTLINED_FROM = 30;
const SOLID_FROM = 60;

export interface Running {
  id: string;
  times: number;
}

export interface Current {
  ticket: DeskTicket;
  /** The announcement on the walls now, while it runs. */
  call?: Running;
  calledMs: number;
  inMs: number;
}

const known = new WeakMap<DeskTicketRow, DeskTicket>();

/** A row that no patch has touched is the same ticket, so that what shows it rests. */
function ticketFrom(row: DeskTicketRow, id: string): DeskTicket {
  let ticket = known.get(row);
  if (ticket === undefined) {
    ticket = { ...row, id };
    known.set(row, ticket);
  }
  return ticket;
}

export function ticketOf(view: DeskView, id: string | undefined): DeskTicket | undefined {
  const row = id === undefined ? undefined : view.tickets?.[id];
  return row && id !== undefined ? ticketFrom(row, id) : undefined;
}

export function currentOf(
  view: DeskView,
  room: string,
  now: number,
): Current | undefined {
  const ticket = ticketOf(view, view.rooms?.[room]?.current);
  if (ticket === undefined) return undefined;
  const since = (at: number | undefined) => Math.max(0, now - (at ?? now));
  const current: Current = {
    ticket,
    calledMs: since(ticket.called_at),
    inMs: since(ticket.since),
  };
  if (ticket.state !== "called") return current;
  const calls = Object.entries(view.calls ?? {})
    .filter(
      ([, row]) => row.ticket === ticket.id && row.room === room && row.expires > now,
    )
    .sort(([, a], [, b]) => a.at - b.at);
  const last = calls.at(-1);
  return last
    ? { ...current, call: { id: last[0], times: last[1].times ?? 1 } }
    : current;
}

export const againAfter = (rules: RuleSet | undefined): number =>
  rules?.call_again_ms ?? CALL_AGAIN_MS;
export const missedAfter = (rules: RuleSet | undefined): number =>
  rules?.missed_after_ms ?? MISSED_AFTER_MS;

export const queuesOf = (view: DeskView, room: string): string[] =>
  view.rooms?.[room]?.queues ?? [];

/** Whether this room may call this ticket: not one that is for somebody else. */
function isOurs(ticket: DeskTicket, room: string, row: DeskRoomRow): boolean {
  if (ticket.pinned_room !== undefined) return ticket.pinned_room === room;
  if (ticket.doctor === undefined) return true;
  return ticket.doctor === row.logged_in || row.trainees?.includes(ticket.doctor) === true;
}

/** Who waits for this room: at its door first, then by its queues, each in its order;
 *  of several queues who has waited longest comes first. */
export function waitingFor(view: DeskView, room: string): DeskTicket[] {
  const row = view.rooms?.[room];
  if (row === undefined) return [];
  const door = (row.door ?? []).flatMap((id) => ticketOf(view, id) ?? []);
  const atDoor = new Set(door.map(({ id }) => id));
  const lines = queuesOf(view, room).map((queue) =>
    (view.orders?.[queue] ?? [])
      .flatMap((id) => ticketOf(view, id) ?? [])
      .filter(
        (ticket) =>
          !atDoor.has(ticket.id) && ticket.state === "waiting" && isOurs(ticket, room, row),
      ),
  );
  return [...door, ...merged(lines)];
}

function merged(lines: DeskTicket[][]): DeskTicket[] {
  const at = lines.map(() => 0);
  const found: DeskTicket[] = [];
  for (;;) {
    let best = -1;
    for (const [index, line] of lines.entries()) {
      const head = line[at[index] ?? 0];
      const first = lines[best]?.[at[best] ?? 0];
      if (head && (!first || (head.since ?? 0) < (first.since ?? 0))) best = index;
    }
    const next = lines[best]?.[at[best] ?? 0];
    if (next === undefined) return found;
    found.push(next);
    at[best] = (at[best] ?? 0) + 1;
  }
}

export type Tab = "waiting" | "examination" | "missed" | "held" | "done";
const TAB_OF: Partial<Record<Stage, Tab>> = {
  examination: "examination",
  missed: "missed",
  held: "held",
  done: "done",
};

/** The lists of this room, each as it is read: those aside by who came first, those
 *  missed and done the latest first. */
export function listsOf(view: DeskView, room: string): Record<Tab, DeskTicket[]> {
  const row = view.rooms?.[room] ?? {};
  const queues = new Set(row.queues ?? []);
  const found: Record<Tab, DeskTicket[]> = {
    waiting: waitingFor(view, room),
    examination: [],
    missed: [],
    held: (row.held ?? []).flatMap((id) => ticketOf(view, id) ?? []),
    done: [],
  };
  for (const [id, ticket] of Object.entries(view.tickets ?? {})) {
    const tab = TAB_OF[ticket.state];
    if (tab === undefined || tab === "held" || !queues.has(ticket.queue)) continue;
    found[tab].push(ticketFrom(ticket, id));
  }
  const since = ({ since: at = 0 }: DeskTicket) => at;
  found.examination.sort((a, b) => since(a) - since(b));
  found.missed.sort((a, b) => since(b) - since(a));
  found.done.sort((a, b) => since(b) - since(a));
  return found;
}

/** Who came after their time, as the reasons for their place say. */
export const isLate = (ticket: DeskTicket): boolean =>
  ticket.reasons?.some(({ code }) => code.startsWith("late")) === true;

export interface Alarm extends AlarmRow {
  id: string;
}

/** Calls for help, one's own first, then the oldest. */
export function helpOf(view: DeskView, room: string): Alarm[] {
  return Object.entries(view.alarms ?? {})
    .map(([id, row]) => ({ ...row, id }))
    .filter(({ kind }) => kind === "help")
    .sort((a, b) => Number(b.room === room) - Number(a.room === room) || a.at - b.at);
}

export const noticesOf = (view: DeskView, now: number): NoticeRow[] =>
  Object.values(view.notices ?? {})
    .filter(({ until }) => until > now)
    .sort((a, b) => b.at - a.at);

/** `主治` and `主治医师` are both written in schedules. */
export const fullTitle = (title: string | undefined): string =>
  !title || title.endsWith("医师") ? (title ?? "医师") : `${title}医师`;

export const minutes = (ms: number): number => Math.floor(Math.max(0, ms) / MINUTE_MS);

export type WaitLevel = "plain" | "outlined" | "solid";

export function waitLevel(waited: number): WaitLevel {
  if (waited < OUTLINED_FROM) return "plain";
  return waited <= SOLID_FROM ? "outlined" : "solid";
}

/** `18 秒`, `2 分 05 秒`, `31 分`. */
export function spoken(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return tell(`${seconds} 秒`, `${seconds} s`);
  const [whole, rest] = [Math.floor(seconds / 60), seconds % 60];
  const two = String(rest).padStart(2, "0");
  return whole < 10
    ? tell(`${whole} 分 ${two} 秒`, `${whole} min ${two} s`)
    : tell(`${whole} 分`, `${whole} min`);
}
