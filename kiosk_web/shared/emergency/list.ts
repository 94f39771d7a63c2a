import type { DeskTicketRow, DeskView, RuleSet, Stage } from "../desk/view";
import { byRoom } from "../hall/board";
import { ownSafe, type Safe, seal, unseal } from "./safe";

/** The emergency list: who is here and in which order, for when nothing else works. */

export interface ListRow {
  ticket: string;
  number: string;
  name: string;
  state: Stage;
  /** Its room, when it has one; its slot; since when it is where it is. */
  room?: string;
  slot?: [number, number];
  since?: number;
  classes?: string[];
  level?: number;
}

export interface EmergencyList {
  clinic: string;
  name: string;
  day: string;
  /** The hospital's time of the last word from the server. */
  at: number;
  /** How far its wall clock is ahead of universal time. */
  zoneMs: number;
  /** What the special classes are called. */
  classes: NonNullable<RuleSet["classes"]>;
  rooms: { room: string; doctor: string; current?: string }[];
  queues: { queue: string; name: string; rows: ListRow[] }[];
}

const OVER: Stage[] = ["done", "gave_up", "refunded", "left"];
/** Behind those in line, in this order. */
const ASIDE: Stage[] = ["called", "in", "examination", "held", "missed", "stopped", "leaving"];

export function listOf(
  view: DeskView,
  clinic: string,
  day: string,
  at: number,
  zoneMs: number,
): EmergencyList {
  const rows = Object.entries(view.tickets ?? {}).filter(
    ([, { state }]) => !OVER.includes(state),
  );
  return {
    clinic,
    name: view.clinic?.name ?? clinic,
    day,
    at,
    zoneMs,
    classes: view.clinic?.rules?.classes ?? [],
    rooms: Object.entries(view.rooms ?? {})
      .sort(([a], [b]) => byRoom.compare(a, b))
      .map(([room, { doctor = "", current }]) => {
        const number = current && view.tickets?.[current]?.number;
        return { room, doctor, ...(number ? { current: number } : {}) };
      }),
    queues: Object.entries(view.queues ?? {}).map(([queue, { name = "" }]) => {
      const places = new Map((view.orders?.[queue] ?? []).map((id, place) => [id, place]));
      const rank = ([id, row]: [string, DeskTicketRow]): number => {
        const place = places.get(id);
        if (place !== undefined) return place;
        const aside = ASIDE.indexOf(row.state);
        return places.size + (aside < 0 ? ASIDE.length : aside);
      };
      const time = (row: DeskTicketRow) => row.slot?.[0] ?? row.since ?? 0;
      return {
        queue,
        name,
        rows: rows
          .filter(([, row]) => row.queue === queue)
          .sort(
            (a, b) =>
              rank(a) - rank(b) ||
              time(a[1]) - time(b[1]) ||
              byRoom.compare(a[1].number, b[1].number),
          )
          .map(([ticket, row]) => rowOf(ticket, row)),
      };
    }),
  };
}

function rowOf(ticket: string, row: DeskTicketRow): ListRow {
  const { number, name, state, slot, since, classes, level } = row;
  const room = row.room ?? row.pinned_room;
  return {
    ticket,
    number,
    name,
    state,
    ...(room ? { room } : {}),
    ...(slot ? { slot } : {}),
    ...(since ? { since } : {}),
    ...(classes?.length ? { classes } : {}),
    ...(level ? { level } : {}),
  };
}

const KEPT = "houzhen.emergency.list.";
const LASTS_MS = 24 * 3_600_000;

/** What can be said of a kept list without opening it. */
interface KeptList {
  at: number;
  box: string;
}

const keptUnder = (clinic: string, account: string) => `${KEPT}${clinic} ${account}`;

/** Sealed for whoever sits here. False when this browser cannot seal or keep it. */
export async function keepList(list: EmergencyList): Promise<boolean> {
  const safe = await ownSafe();
  if (!safe) return false;
  const kept: KeptList = { at: list.at, box: await seal(safe, list) };
  try {
    forgetOld(list.at);
    localStorage.setItem(keptUnder(list.clinic, safe.account), JSON.stringify(kept));
    return true;
  } catch {
    return false; // the disk is full
  }
}

export async function keptList(
  safe: Safe,
  clinic: string,
): Promise<EmergencyList | undefined> {
  const kept = localStorage.getItem(keptUnder(clinic, safe.account));
  if (kept === null) return undefined;
  return unseal<EmergencyList>(safe, (JSON.parse(kept) as KeptList).box);
}

/** Names do not lie about on a desk for longer than a day. */
function forgetOld(now: number): void {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(KEPT)) continue;
    const { at } = JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<KeptList>;
    if (at === undefined || at < now - LASTS_MS) localStorage.removeItem(key);
  }
}
