import type { Views } from "./picture";

/** What a screen showed last, kept over a power cut: masked, as the wall itself. */
export interface LastPicture {
  day: string;
  /** The hospital's time of it, in words: the device's clock may be anything. */
  since: string;
  views: Views;
}

const KEY = "houzhen.last";
/** A clinic's view is some 20 KB; storage that is full must not hold the wall. */
const MOST = 1_500_000;

export function lastPicture(clinics: string[]): LastPicture | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as LastPicture | null;
    if (!kept?.views || !clinics.some((clinic) => kept.views[clinic])) return undefined;
    const views: Views = {};
    for (const clinic of clinics) {
      const view = kept.views[clinic];
      if (view) views[clinic] = view;
    }
    return { ...kept, views };
  } catch {
    return undefined;
  }
}

export function keepPicture(picture: LastPicture): void {
  try {
    const text = JSON.stringify(picture);
    if (text.length <= MOST) localStorage.setItem(KEY, text);
  } catch {
    // full, or forbidden: the wall goes on without
  }
}
