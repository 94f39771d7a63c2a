import type { AnnouncementRow, AreaView } from "./area";

/**
 * Who rings for a call. Where words are spoken the bell is theirs, and comes from one
 * speaker; where nobody can speak, every board rings for itself. Pure.
 */

export interface Ring {
  /** `wait`: it is not known yet whether somebody speaks. */
  bell: "here" | "elsewhere" | "wait";
  gain: number;
}

/** `call` as areas name it: `im2/c31`. */
export function ringFor(call: string, areas: readonly (AreaView | undefined)[]): Ring {
  let waits = false;
  for (const view of areas) {
    if (view === undefined) continue;
    const row = Object.values(view.announcements ?? {}).find((each) => each.call === call);
    if (row) return { bell: isSilent(view, row) ? "here" : "elsewhere", gain: row.gain ?? 1 };
    waits = true;
  }
  return { bell: waits ? "wait" : "here", gain: 1 };
}

function isSilent(view: AreaView, row: AnnouncementRow): boolean {
  const zones = row.target?.zones ?? [];
  return zones.every((zone) => view.alarms?.[`silent.${zone}`] !== undefined);
}
