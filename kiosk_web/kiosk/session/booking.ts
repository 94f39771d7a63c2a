import type { Offer, Slot } from "./view";

/** The sessions of a department, by day. */
export type Offers = Record<string, Offer[]>;

export interface DoctorRow {
  /** Empty for the department's own sessions. */
  doctor: string;
  doctor_en: string;
  title: string;
  skill: string;
  skill_en: string;
  price: number;
  /** The first day with a place; absent when there is none. */
  first?: string;
  stopped: boolean;
}

export interface Choice {
  day: string;
  offer: Offer;
  slot: Slot;
}

const leftOf = (offer: Offer): number =>
  (offer.slots ?? []).reduce((sum, { left }) => sum + left, 0);

const daysOf = (offers: Offers): string[] => Object.keys(offers).sort();

/** Who can be seen, those with an early place first. */
export function doctorsOf(offers: Offers): DoctorRow[] {
  const rows = new Map<string, DoctorRow>();
  for (const day of daysOf(offers))
    for (const offer of offers[day] ?? []) {
      const doctor = offer.doctor ?? "";
      const row = rows.get(doctor) ?? {
        doctor,
        doctor_en: offer.doctor_en ?? "",
        title: offer.title ?? "",
        skill: offer.skill ?? "",
        skill_en: offer.skill_en ?? "",
        price: offer.price ?? 0,
        stopped: true,
      };
      rows.set(doctor, row);
      row.stopped &&= offer.why === "stopped";
      if (row.first === undefined && leftOf(offer) > 0) {
        row.first = day;
        row.price = offer.price ?? 0;
      }
    }
  const late = "9999";
  return [...rows.values()].sort((a, b) =>
    (a.first ?? late).localeCompare(b.first ?? late),
  );
}

export interface DayTab {
  day: string;
  left: number;
  stopped: boolean;
}

/** A doctor's days, those without a place too: they are shown, and cannot be taken. */
export function daysFor(offers: Offers, doctor: string): DayTab[] {
  return daysOf(offers).flatMap((day) => {
    const mine = (offers[day] ?? []).filter((offer) => (offer.doctor ?? "") === doctor);
    if (mine.length === 0) return [];
    const left = mine.reduce((sum, offer) => sum + leftOf(offer), 0);
    return [{ day, left, stopped: mine.every(({ why }) => why === "stopped") }];
  });
}

export interface Half {
  half: string;
  slots: { offer: Offer; slot: Slot }[];
}

/** The slots of a doctor's day, morning first. What is over is not shown. */
export function halvesOf(offers: Offers, doctor: string, day: string): Half[] {
  const halves = new Map<string, Half>();
  for (const offer of offers[day] ?? []) {
    if ((offer.doctor ?? "") !== doctor || offer.why === "over") continue;
    const half = halves.get(offer.half) ?? { half: offer.half, slots: [] };
    halves.set(offer.half, half);
    for (const slot of offer.slots ?? []) half.slots.push({ offer, slot });
  }
  const found = [...halves.values()].filter(({ slots }) => slots.length > 0);
  for (const { slots } of found) slots.sort((a, b) => a.slot.start - b.slot.start);
  return found.sort((a, b) => (a.slots[0]?.slot.start ?? 0) - (b.slots[0]?.slot.start ?? 0));
}

/** The earliest place anywhere. */
export function earliest(offers: Offers): Choice | undefined {
  for (const day of daysOf(offers)) {
    const all = (offers[day] ?? []).flatMap((offer) =>
      (offer.slots ?? []).filter(({ left }) => left > 0).map((slot) => ({ day, offer, slot })),
    );
    all.sort((a, b) => a.slot.start - b.slot.start);
    if (all[0]) return all[0];
  }
  return undefined;
}

/** Fen as yuan, without needless noughts. */
export const yuan = (fen: number): string =>
  fen % 100 === 0 ? String(fen / 100) : (fen / 100).toFixed(2);
