import type { CallRow, HallView, RoomRow, TicketRow } from "./view";

/** What a wall says, worked out of the `hall` view. The desk's preview uses it too. */

export type Ticket = TicketRow & { id: string };
export type Call = CallRow & { id: string };

export interface Seat {
  room: string;
  row: RoomRow;
  current?: Ticket;
  /** A call for this room's patient is running. */
  calling: boolean;
  /** Nobody sees patients here today. */
  stopped: boolean;
}

/** Neighbouring rooms fed by the same queues: who comes next, comes to any of them. */
export interface Block {
  queues: string[];
  seats: Seat[];
  next: Ticket[];
}

const NEXT_PER_ROOM = 3;
export const byRoom = new Intl.Collator("zh", { numeric: true });

export function ticketOf(view: HallView, id: string | undefined): Ticket | undefined {
  const row = id === undefined ? undefined : view.tickets?.[id];
  return row && id !== undefined ? { ...row, id } : undefined;
}

/**
 * The calls whose time has not run out, oldest first. Called again, a patient has two
 * rows until the first expires: the later one is the call.
 */
export function runningCalls(view: HallView, now: number): Call[] {
  const calls = Object.entries(view.calls ?? {})
    .map(([id, row]) => ({ ...row, id }))
    .filter((call) => call.expires > now)
    .sort((a, b) => a.at - b.at || byRoom.compare(a.id, b.id));
  const latest = new Map(calls.map((call) => [`${call.room} ${call.ticket}`, call]));
  const kept = new Set(latest.values());
  return calls.filter((call) => kept.has(call));
}

/** Whether the patient has still to come: once in, the call has done its work. */
export const isAwaited = (view: HallView, call: Call): boolean =>
  view.tickets?.[call.ticket]?.state === "called";

/** Who is next for a room with these queues; of several queues the longest waiting. */
export function nextOf(view: HallView, queues: string[], count: number): Ticket[] {
  const lines = queues.map((queue) =>
    (view.orders?.[queue] ?? []).flatMap((id) => ticketOf(view, id) ?? []),
  );
  const next: Ticket[] = [];
  while (next.length < count) {
    const heads = lines.filter((line) => line.length > 0);
    const [first, ...others] = heads;
    if (first === undefined) break;
    const line = others.reduce(
      (best, each) => ((each[0]?.since ?? 0) < (best[0]?.since ?? 0) ? each : best),
      first,
    );
    const ticket = line.shift();
    if (ticket) next.push(ticket);
  }
  return next;
}

export function seatOf(view: HallView, room: string, now: number): Seat | undefined {
  const row = view.rooms?.[room];
  if (row === undefined) return undefined;
  const current = ticketOf(view, row.current);
  const calling =
    current !== undefined &&
    runningCalls(view, now).some(
      (call) =>
        call.room === room && call.ticket === current.id && isAwaited(view, call),
    );
  const seat: Seat = { room, row, calling, stopped: !row.doctor };
  return current ? { ...seat, current } : seat;
}

export function blocksOf(view: HallView, now: number): Block[] {
  const blocks: Block[] = [];
  for (const room of Object.keys(view.rooms ?? {}).sort(byRoom.compare)) {
    const seat = seatOf(view, room, now);
    if (seat === undefined) continue;
    const queues = seat.stopped ? [] : (seat.row.queues ?? []);
    const last = blocks.at(-1);
    if (last && queues.length > 0 && last.queues.join() === queues.join())
      last.seats.push(seat);
    else blocks.push({ queues, seats: [seat], next: [] });
  }
  for (const block of blocks)
    block.next = nextOf(view, block.queues, NEXT_PER_ROOM * block.seats.length);
  return blocks;
}

/** The last called, newest first: what a quiet wall keeps. */
export function lastCalled(view: HallView, count: number): Ticket[] {
  return Object.entries(view.tickets ?? {})
    .map(([id, row]) => ({ ...row, id }))
    .filter((ticket) => ticket.called_at !== undefined && ticket.state !== "waiting")
    .sort((a, b) => (b.called_at ?? 0) - (a.called_at ?? 0))
    .slice(0, count);
}

/** Who missed the call, the latest first. */
export function missedTickets(view: HallView): Ticket[] {
  return Object.entries(view.missed ?? {})
    .sort(([, a], [, b]) => b - a)
    .flatMap(([id]) => ticketOf(view, id) ?? []);
}

export function waitingCount(view: HallView): number {
  return Object.values(view.orders ?? {}).reduce((sum, order) => sum + order.length, 0);
}
