import type { DeskTicket } from "@shared/desk/view";
import { tell } from "@shared/page/language";

/**
 * What was announced in the area, and what of it nobody heard or saw: the area's view,
 * what its devices say they have shown, and the roster's rows of this clinic's devices
 * (docs/protocol.md, "The area" and "The terminals"). Absent means none.
 */

export interface SpeakerRow {
  ready: boolean;
  why?: string;
  since?: number;
}

export interface AnnouncementRow {
  n: number;
  kind: string;
  words?: Record<string, string>;
  number?: string;
  /** `clinic/ticket`, `clinic/room`: an area may hear several clinics. */
  ticket?: string;
  room?: string;
  at: number;
  expires: number;
  spoken?: Record<string, { device: string; at: number; times: number }>;
  outcome?: {
    shown?: number;
    not_shown?: string[];
    unspoken?: Record<string, string>;
    unheard?: boolean;
  };
}

export interface AreaView {
  area?: { name?: string };
  announcements?: Record<string, AnnouncementRow>;
  zones?: Record<string, { name?: string; speakers?: Record<string, SpeakerRow> }>;
  alarms?: Record<string, { kind: string; zone?: string; zones?: Record<string, string>; announcement?: string }>;
}

export type Receipt = "queued" | "delivered" | "shown" | "spoken" | "failed";

export interface ReceiptsView {
  devices?: Record<string, { here?: boolean; shows?: boolean; speaks?: string }>;
  announcements?: Record<string, Record<string, Receipt>>;
}

export interface TerminalRow {
  role: string;
  name: string;
  number?: string;
  places: string[];
  online?: boolean;
  audio?: string;
  since?: number;
  revoked?: string;
}

export interface RosterView {
  terminals?: Record<string, TerminalRow>;
}

/** Nobody in a zone can be heard, though somebody is there to speak. */
export interface SilentZone {
  area: string;
  zone: string;
  name: string;
  speakers: { device: string; why: string }[];
}

/** Words that were to be heard, and were not. */
export interface Unheard {
  area: string;
  id: string;
  at: number;
  number: string;
  words: string;
  room: string;
  why: string;
  /** Whoever was called, as long as the call stands. */
  ticket?: DeskTicket;
}

const WHY: Record<string, [string, string]> = {
  blocked: ["要有人到屏前点一下才会出声", "somebody must touch the screen"],
  muted: ["被静音了", "muted"],
  no_device: ["没有接喇叭", "no loudspeaker"],
  error: ["出声时出错", "an error while speaking"],
  gone: ["没有回应", "does not answer"],
  late: ["没有回应", "does not answer"],
  left: ["已关上", "switched off"],
  absent: ["今天没有开", "not switched on today"],
  expired: ["没有轮到播报就过时了", "no speaker was free in time"],
  no_answer: ["喇叭没有回话，可能没播", "the speaker did not answer"],
  no_audio: ["声音没有做出来，只响了提示音", "no sound could be made, only the chime"],
};
export const whyWord = (code: string | undefined): string => {
  const word = code === undefined ? undefined : WHY[code];
  return word ? tell(...word) : (code ?? "");
};

/** A zone is called as the plan calls it, or its area; most clinics have one of no name. */
export const zoneWord = (view: AreaView, name: string | undefined): string =>
  name || view.area?.name || tell("本诊区", "This clinic");

/** A zone that has speakers, all of which are dumb. Where there never was a speaker
 * nobody waits for a voice, and no alarm is raised for it. */
export function silentZones(area: string, view: AreaView): SilentZone[] {
  return Object.entries(view.zones ?? {}).flatMap(([zone, { name, speakers = {} }]) => {
    if (view.alarms?.[`silent.${zone}`] === undefined) return [];
    const dumb = Object.entries(speakers).map(([device, { why }]) => ({ device, why: why ?? "" }));
    return dumb.length > 0 ? [{ area, zone, name: zoneWord(view, name), speakers: dumb }] : [];
  });
}

/** The newest first. */
export function unheard(
  area: string,
  view: AreaView,
  clinic: string,
  tickets: Map<string, DeskTicket>,
): Unheard[] {
  const found: Unheard[] = [];
  for (const [id, row] of Object.entries(view.announcements ?? {})) {
    const zones = Object.entries(row.outcome?.unspoken ?? {}).filter(
      ([zone]) => Object.keys(view.zones?.[zone]?.speakers ?? {}).length > 0,
    );
    const of = split(row.ticket);
    // an area may hear several clinics: each desk sees to its own, and to what is nobody's
    if (zones.length === 0 || (of !== undefined && of[0] !== clinic)) continue;
    const ticket = of === undefined ? undefined : tickets.get(of[1]);
    found.push({
      area,
      id,
      at: row.at,
      number: row.number ?? "",
      words: row.words?.zh ?? Object.values(row.words ?? {})[0] ?? "",
      room: split(row.room)?.[1] ?? "",
      why: zones[0]?.[1] ?? "",
      ...(ticket?.state === "called" ? { ticket } : {}),
    });
  }
  return found.sort((a, b) => b.at - a.at);
}

/** Enrolled for this clinic or one of its rooms, the lost ones first. */
export function devicesOf(view: RosterView, clinic: string): (TerminalRow & { id: string })[] {
  return Object.entries(view.terminals ?? {})
    .map(([id, row]) => ({ ...row, id }))
    .filter(({ revoked, places = [] }) => !revoked && places.some((place) => isIn(place, clinic)))
    .sort(
      (a, b) =>
        Number(a.online ?? false) - Number(b.online ?? false) ||
        (a.number ?? a.name).localeCompare(b.number ?? b.name, "zh-CN", { numeric: true }),
    );
}

/** How many of those that are enrolled to show are there; and of the voices. */
export function counted(
  devices: TerminalRow[],
  views: AreaView[],
): { here: number; devices: number; ready: number; speakers: number } {
  const speakers = new Map<string, boolean>();
  for (const { zones } of views)
    for (const zone of Object.values(zones ?? {}))
      for (const [device, { ready }] of Object.entries(zone.speakers ?? {}))
        speakers.set(device, ready);
  return {
    here: devices.filter(({ online }) => online).length,
    devices: devices.length,
    ready: [...speakers.values()].filter(Boolean).length,
    speakers: speakers.size,
  };
}

/** How far one announcement came: on so many of those that show it, and why not said. */
export function cameTo(receipts: Record<string, Receipt> | undefined): {
  shown: number;
  devices: number;
  failed: string[];
} {
  const all = Object.entries(receipts ?? {});
  return {
    shown: all.filter(([, how]) => how === "shown" || how === "spoken").length,
    devices: all.length,
    failed: all.filter(([, how]) => how === "failed").map(([device]) => device),
  };
}

const isIn = (place: string, clinic: string): boolean =>
  place === "*" || place === clinic || place.startsWith(`${clinic}/`);

function split(name: string | undefined): [string, string] | undefined {
  const at = name?.indexOf("/") ?? -1;
  return name === undefined || at < 0 ? undefined : [name.slice(0, at), name.slice(at + 1)];
}
