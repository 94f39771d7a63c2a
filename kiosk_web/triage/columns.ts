import type { DeskTicket, DeskTicketRow, DeskView, Stage } from "@shared/desk/view";
import { byRoom } from "@shared/hall/board";
import { tell } from "@shared/page/language";

/** The desk's columns, worked out of the view: one a queue, everybody in one place. */

export type GroupKey =
  | "stopped"
  | "at_room"
  | "waiting"
  | "held"
  | "examination"
  | "leaving"
  | "missed"
  | "booked"
  | "ended";

export interface Group {
  key: GroupKey;
  /** Stays the same while other groups come and go. */
  id: string;
  /** The slot its tickets were booked for, where they were booked for one. */
  slot?: [number, number];
  tickets: DeskTicket[];
}

export interface SeatRow {
  room: string;
  doctor: string;
  title?: string;
  current?: DeskTicket;
  note?: { kind: string; reason?: string; back_at?: number; doctor?: string };
}

export interface Column {
  queue: string;
  name: string;
  waiting: number;
  frozen: boolean;
  stopped?: string;
  seats: SeatRow[];
  groups: Group[];
}

const ENDED: Stage[] = ["done", "gave_up", "refunded", "left"];
const ASIDE: GroupKey[] = ["held", "examination", "leaving", "missed"];

const GROUP: Record<GroupKey, [string, string]> = {
  stopped: ["等答复", "To be asked"],
  at_room: ["诊室门外", "At the room"],
  waiting: ["候诊", "Waiting"],
  held: ["暂挂", "On hold"],
  examination: ["检查中", "Examination"],
  leaving: ["转诊中", "On the way"],
  missed: ["过号", "Missed"],
  booked: ["未到", "Not yet here"],
  ended: ["看完", "Done"],
};
export const groupWord = (key: GroupKey): string => tell(...GROUP[key]);

const known = new WeakMap<DeskTicketRow, DeskTicket>();

/** A row that did not change stays the same ticket, so that it is not drawn again. */
export function ticketsOf(view: DeskView): Map<string, DeskTicket> {
  const found = new Map<string, DeskTicket>();
  for (const [id, row] of Object.entries(view.tickets ?? {})) {
    let ticket = known.get(row);
    if (ticket === undefined) known.set(row, (ticket = { ...row, id }));
    found.set(id, ticket);
  }
  return found;
}

export function columnsOf(
  view: DeskView,
  tickets: Map<string, DeskTicket> = ticketsOf(view),
): Column[] {
  const byQueue = new Map<string, DeskTicket[]>();
  for (const ticket of tickets.values()) {
    const line = byQueue.get(ticket.queue);
    if (line) line.push(ticket);
    else byQueue.set(ticket.queue, [ticket]);
  }
  const rooms = Object.keys(view.rooms ?? {}).sort(byRoom.compare);
  return Object.entries(view.queues ?? {}).map(([queue, row]) => {
    const mine = byQueue.get(queue) ?? [];
    const order = (view.orders?.[queue] ?? []).flatMap((id) => tickets.get(id) ?? []);
    const column: Column = {
      queue,
      name: row.name ?? queue,
      waiting: order.length,
      frozen: row.frozen === true,
      seats: rooms
        .filter((room) => view.rooms?.[room]?.queues?.includes(queue))
        .map((room) => seatOf(view, tickets, room)),
      groups: groupsOf(order, mine),
    };
    if (row.stopped !== undefined) column.stopped = row.stopped;
    return column;
  });
}

function seatOf(
  view: DeskView,
  tickets: Map<string, DeskTicket>,
  room: string,
): SeatRow {
  const row = view.rooms?.[room] ?? {};
  const seat: SeatRow = { room, doctor: row.doctor ?? "" };
  if (row.title) seat.title = row.title;
  if (row.note) seat.note = row.note;
  const current = row.current === undefined ? undefined : tickets.get(row.current);
  if (current) seat.current = current;
  return seat;
}

function groupsOf(order: DeskTicket[], mine: DeskTicket[]): Group[] {
  const groups: Group[] = [];
  const add = (group: Omit<Group, "id">) => {
    const like = groups.filter(
      ({ key, slot }) => key === group.key && slot?.[0] === group.slot?.[0],
    );
    const id = [group.key, group.slot?.[0] ?? "", like.length].join(" ");
    if (group.tickets.length > 0) groups.push({ ...group, id });
  };
  const inState = (state: Stage) => mine.filter((ticket) => ticket.state === state);
  add({ key: "stopped", tickets: bySince(inState("stopped")) });
  add({ key: "at_room", tickets: order.filter(({ state }) => state === "at_room") });
  for (const group of slotGroups(order.filter(({ state }) => state === "waiting")))
    add(group);
  for (const key of ASIDE)
    add({ key, tickets: bySince(inState(key as Stage)) });
  add({ key: "booked", tickets: inState("booked").sort(bySlot) });
  const ended = mine.filter(({ state }) => ENDED.includes(state));
  add({ key: "ended", tickets: bySince(ended).reverse() });
  return groups;
}

/** Neighbours of one slot share a heading; an order never changes for a heading. */
function slotGroups(waiting: DeskTicket[]): Omit<Group, "id">[] {
  const groups: Omit<Group, "id">[] = [];
  for (const ticket of waiting) {
    const last = groups.at(-1);
    const [start, end] = ticket.slot ?? [0, 0];
    if (last && (last.slot?.[0] ?? 0) === start) last.tickets.push(ticket);
    else if (start) groups.push({ key: "waiting", slot: [start, end], tickets: [ticket] });
    else groups.push({ key: "waiting", tickets: [ticket] });
  }
  return groups;
}

const bySince = (tickets: DeskTicket[]): DeskTicket[] =>
  tickets.sort((a, b) => (a.since ?? 0) - (b.since ?? 0));

const bySlot = (a: DeskTicket, b: DeskTicket): number =>
  (a.slot?.[0] ?? 0) - (b.slot?.[0] ?? 0) || byRoom.compare(a.number, b.number);

/**
 * Keeps the row under somebody's hand where it is: the order may change round it, and
 * whoever looks at it finds it where it was. Returns the rows as they are to stand.
 */
export function keptInPlace(
  rows: DeskTicket[],
  held: string | undefined,
  at: number | undefined,
): DeskTicket[] {
  if (held === undefined || at === undefined) return rows;
  const now = rows.findIndex(({ id }) => id === held);
  const ticket = rows[now];
  if (ticket === undefined || now === at) return rows;
  const others = rows.filter(({ id }) => id !== held);
  return [...others.slice(0, at), ticket, ...others.slice(at)];
}
