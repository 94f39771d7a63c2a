import {
  type Call,
  isAwaited,
  nextOf,
  runningCalls,
  type Ticket,
  ticketOf,
} from "@shared/hall/board";
import type { HallView, TicketState } from "@shared/hall/view";

/** What the doctor of one room sees, worked out of the `desk` view. */

/** The server decides; these only spare a press that would be refused. */
export const CALL_AGAIN_MS = 12_000;
export const MISSED_AFTER_MS = 10_000;

const MINUTE_MS = 60_000;
const OUTLINED_FROM = 30;
const SOLID_FROM = 60;
const MANY = 1000;

export interface Current {
  ticket: Ticket;
  /** The announcement on the walls now, while it runs. */
  call?: Call;
  calledMs: number;
  inMs: number;
}

export function currentOf(
  view: HallView,
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
  const call = runningCalls(view, now).find(
    (each) => each.ticket === ticket.id && each.room === room && isAwaited(view, each),
  );
  return call ? { ...current, call } : current;
}

export const queuesOf = (view: HallView, room: string): string[] =>
  view.rooms?.[room]?.queues ?? [];

/** Everyone this room may call, in the order it would. */
export const waitingFor = (view: HallView, room: string): Ticket[] =>
  nextOf(view, queuesOf(view, room), MANY);

/** Tickets of this room's queues in a state, the latest first. */
export function inState(view: HallView, room: string, state: TicketState): Ticket[] {
  const queues = new Set(queuesOf(view, room));
  return Object.entries(view.tickets ?? {})
    .map(([id, row]) => ({ ...row, id }))
    .filter((ticket) => ticket.state === state && queues.has(ticket.queue))
    .sort((a, b) => (b.since ?? 0) - (a.since ?? 0));
}

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
  if (seconds < 60) return `${seconds} 秒`;
  const [whole, rest] = [Math.floor(seconds / 60), seconds % 60];
  return whole < 10 ? `${whole} 分 ${String(rest).padStart(2, "0")} 秒` : `${whole} 分`;
}
