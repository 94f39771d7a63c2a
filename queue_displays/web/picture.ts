import { byRoom, type Seat, seatOf } from "@shared/hall/board";
import type { HallView } from "@shared/hall/view";
import { isInside, type WallPlace } from "./place";

/** Several clinics as one picture, of the rooms a screen is for. Pure. */

export type Views = Record<string, HallView>;

/** A plate's sign: `3` of `im2/3`. */
export const signOf = (room: string): string => room.slice(room.indexOf("/") + 1);

/**
 * What a screen shows. Of one clinic the keys stay what they are; where several meet,
 * each key begins with its clinic, for two clinics may both have a room 3.
 */
export function pictureOf(views: Views, place: WallPlace): HallView | undefined {
  const clinics = place.clinics.filter((clinic) => views[clinic] !== undefined);
  const [first] = clinics;
  if (first === undefined) return undefined;
  if (clinics.length === 1)
    return only(views[first] ?? {}, (room) => isInside(place, first, room));
  const whole: HallView = { clinic: joint(clinics.map((clinic) => views[clinic] ?? {})) };
  for (const clinic of clinics) {
    const view = only(views[clinic] ?? {}, (room) => isInside(place, clinic, room));
    add(whole, prefixed(view, clinic));
  }
  return whole;
}

function joint(views: HallView[]): NonNullable<HallView["clinic"]> {
  const names = views.flatMap((view) => view.clinic?.name ?? []);
  return { ...views[0]?.clinic, name: names.join(" · "), name_en: "" };
}

/** Only these rooms, who is called to them, and who waits for them. */
function only(view: HallView, inside: (room: string) => boolean): HallView {
  const all = Object.keys(view.rooms ?? {});
  const kept = all.filter(inside);
  if (kept.length === all.length) return view;
  const rooms = new Set(kept);
  const served = new Set(kept.flatMap((room) => view.rooms?.[room]?.queues ?? []));
  return {
    ...view,
    rooms: filtered(view.rooms, (_, room) => rooms.has(room)),
    calls: filtered(view.calls, (call) => rooms.has(call.room)),
    orders: filtered(view.orders, (_, queue) => served.has(queue)),
    missed: filtered(view.missed, (_, ticket) => {
      const row = view.tickets?.[ticket];
      return row !== undefined && served.has(row.queue);
    }),
    tickets: filtered(view.tickets, (row) =>
      row.room === undefined ? served.has(row.queue) : rooms.has(row.room),
    ),
  };
}

function filtered<Row>(
  rows: Record<string, Row> | undefined,
  keep: (row: Row, key: string) => boolean,
): Record<string, Row> {
  const kept: Record<string, Row> = {};
  for (const [key, row] of Object.entries(rows ?? {})) if (keep(row, key)) kept[key] = row;
  return kept;
}

function prefixed(view: HallView, clinic: string): HallView {
  const own = (key: string) => `${clinic}/${key}`;
  const keyed = <Row>(
    rows: Record<string, Row> | undefined,
    change: (row: Row) => Row = (row) => row,
  ): Record<string, Row> => {
    const found: Record<string, Row> = {};
    for (const [key, row] of Object.entries(rows ?? {})) found[own(key)] = change(row);
    return found;
  };
  return {
    queues: keyed(view.queues),
    rooms: keyed(view.rooms, (row) => ({
      ...row,
      ...(row.queues ? { queues: row.queues.map(own) } : {}),
      ...(row.door ? { door: row.door.map(own) } : {}),
      ...(row.current === undefined ? {} : { current: own(row.current) }),
    })),
    tickets: keyed(view.tickets, (row) => ({
      ...row,
      queue: own(row.queue),
      ...(row.room === undefined ? {} : { room: own(row.room) }),
    })),
    orders: keyed(view.orders, (order) => order.map(own)),
    missed: keyed(view.missed),
    calls: keyed(view.calls, (call) => ({
      ...call,
      ticket: own(call.ticket),
      room: own(call.room),
    })),
    notices: keyed(view.notices),
  };
}

const SECTIONS = [
  "queues",
  "rooms",
  "tickets",
  "orders",
  "missed",
  "calls",
  "notices",
] as const;

function add(whole: HallView, part: HallView): void {
  for (const section of SECTIONS)
    Object.assign(whole, { [section]: { ...whole[section], ...part[section] } });
}

export const roomsOf = (view: HallView): string[] =>
  Object.keys(view.rooms ?? {}).sort(byRoom.compare);

export const seatsOf = (view: HallView, now: number): Seat[] =>
  roomsOf(view).flatMap((room) => seatOf(view, room, now) ?? []);
