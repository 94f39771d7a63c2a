/** A patient's session as docs/protocol.md writes it. Absent means none. */
import type { Part } from "../edge/messages";

export type ServerStep =
  | "idle"
  | "identifying"
  | "second"
  | "unknown"
  | "whose"
  | "confirm"
  | "choose"
  | "held"
  | "doing"
  | "done";

export type Purpose = "" | "check_in" | "book" | "take" | "reprint" | "place";

export interface TicketRow {
  ticket: string;
  clinic: string;
  day: string;
  number: string;
  queue?: string;
  clinic_name?: string;
  clinic_name_en?: string;
  floor?: string;
  doctor?: string;
  half?: string;
  slot?: [number, number];
  state?: string;
  does?: "check_in" | "rejoin" | "return" | "place";
  note?: string;
  note_zh?: string;
  note_en?: string;
  own?: boolean;
  queue_en?: string;
  /** Of a ticket in line: how many are before it, where it may be called, and when. */
  ahead?: number;
  rooms?: RoomWay[];
  expected?: Expected;
  /** How to prepare for an examination. */
  prepare?: string;
  prepare_en?: string;
}

/** In half of all cases it is called before the first, in nine of ten before the second. */
export type Expected = [about: number, by: number];

export interface BookingRow {
  booking: string;
  department: string;
  department_name?: string;
  department_name_en?: string;
  day: string;
  doctor?: string;
  title?: string;
  half?: string;
  slot?: [number, number];
  number?: string;
  price?: number;
  stage?: string;
  does?: string[];
  ticket?: string;
  overdue?: boolean;
  note_zh?: string;
  note_en?: string;
}

export interface RoomWay {
  room: string;
  doctor?: string;
  way?: string;
  way_en?: string;
}

export interface Place {
  number: string;
  queue?: string;
  queue_en?: string;
  expected?: Expected;
  /** A forecast may still come: a slip is worth a moment's wait. */
  awaits?: boolean;
  /** What one does after an examination. */
  afterwards?: string;
  afterwards_en?: string;
  clinic_name?: string;
  clinic_name_en?: string;
  floor?: string;
  doctor?: string;
  ahead?: number;
  rooms?: RoomWay[];
}

export interface Hold {
  department_name?: string;
  department_name_en?: string;
  day: string;
  doctor?: string;
  title?: string;
  start?: number;
  end?: number;
  price?: number;
  expires?: number;
}

/** `relation`: to whoever laid the card; absent for a patient with their own. */
export interface Kin {
  name?: string;
  sex?: string;
  age?: number;
  relation?: string;
}

export interface SessionView {
  session?: {
    id?: string;
    step: ServerStep;
    deadline?: number;
    purpose?: Purpose;
    can?: string[];
    tries?: number;
  };
  who?: Kin;
  family?: Record<string, Kin>;
  tickets?: Record<string, TicketRow>;
  bookings?: Record<string, BookingRow>;
  hold?: Hold;
  doing?: { what: string; since: number };
  place?: Place;
  given?: { booking?: string; number?: string; start?: number; end?: number };
  said?: { code: string; zh: string; en: string; about?: string };
  slip?: { id: string; parts: Part[] };
  last?: { session: string; why: string; at: number };
}

/** What an `options` reply holds. */
export interface Department {
  key: string;
  name: string;
  name_en?: string;
  campus_name?: string;
  campus_name_en?: string;
  floor?: string;
  about?: string;
  about_en?: string;
  days: string[];
}

export interface Slot {
  slot: string;
  start: number;
  end: number;
  left: number;
}

export interface Offer {
  session: string;
  doctor?: string;
  doctor_en?: string;
  title?: string;
  skill?: string;
  skill_en?: string;
  photo?: string;
  half: string;
  kind?: string;
  price?: number;
  left?: number;
  slots?: Slot[];
  why?: string;
}
