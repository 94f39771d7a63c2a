/**
 * The `desk` view: what staff see of a clinic's day, as docs/protocol.md writes it.
 * Absent means none; a page must stand without any part of it.
 */
import type { CallRow, ClinicRow, QueueRow, RoomRow } from "../hall/view";

export type Stage =
  | "booked"
  | "waiting"
  | "at_room"
  | "called"
  | "in"
  | "examination"
  | "held"
  | "missed"
  | "leaving"
  | "stopped"
  | "done"
  | "gave_up"
  | "refunded"
  | "left";

export interface Reason {
  code: string;
  args?: Record<string, string | number>;
}

export interface Vitals {
  temperature?: number;
  pulse?: number;
  breaths?: number;
  systolic?: number;
  diastolic?: number;
  oxygen?: number;
  glucose?: number;
  weight?: number;
  height?: number;
  pain?: number;
}

export interface DeskTicketRow {
  number: string;
  name: string;
  queue: string;
  state: Stage;
  since?: number;
  room?: string;
  called_at?: number;
  marks?: string[];
  classes?: string[];
  slot?: [number, number];
  half?: string;
  level?: number;
  doctor?: string;
  pinned_room?: string;
  misses?: number;
  void?: boolean;
  reports?: string[];
  back_at?: number;
  answer?: string;
  linked?: string;
  gone_to?: string;
  end?: string;
  reasons?: Reason[];
  vitals?: Vitals;
  /** What they come for, in their words. */
  complaint?: string;
}

export type DeskTicket = DeskTicketRow & { id: string };

export interface DeskQueueRow extends QueueRow {
  frozen?: boolean;
  stopped?: string;
}

export interface DeskRoomRow extends RoomRow {
  door?: string[];
  shared?: string;
  held?: string[];
  trainees?: string[];
  logged_in?: string;
  mode?: string;
  kept?: string;
  note?: {
    kind: string;
    reason?: string;
    since?: number;
    back_at?: number;
    doctor?: string;
  };
}

/** The rules of the day, as far as a desk reads them; it sends all of them back. */
export interface RuleSet {
  call_again_ms?: number;
  missed_after_ms?: number;
  sign_in?: boolean;
  classes?: { key: string; name: string; name_en?: string; level?: number }[];
  second_stage?: { mode?: string; at_most?: number };
  emergency?: { on?: boolean };
  late?: { mode?: string; every?: number };
  recall?: { mode?: string; every?: number };
  returns?: { first?: number; back?: number };
  fairness?: { overtaken?: number; longest_ms?: number };
}

export interface HandOverNote {
  at: number;
  by: string;
  to: string;
  note: string;
}

export interface DeskDoctorRow {
  name: string;
  title?: string;
  stopped?: string;
  /** The halves they have finished. */
  ended?: string[];
}

export interface AlarmRow {
  kind: string;
  at: number;
  by: string;
  ticket?: string;
  room?: string;
  doctor?: string;
  reason?: string;
  answered?: string;
}

export interface NoticeRow {
  text: string;
  at: number;
  until: number;
}

export interface DeskView {
  clinic?: ClinicRow & {
    closed?: boolean;
    rules?: RuleSet;
    handed_over?: HandOverNote;
  };
  queues?: Record<string, DeskQueueRow>;
  rooms?: Record<string, DeskRoomRow>;
  tickets?: Record<string, DeskTicketRow>;
  orders?: Record<string, string[]>;
  missed?: Record<string, number>;
  calls?: Record<string, CallRow>;
  doctors?: Record<string, DeskDoctorRow>;
  alarms?: Record<string, AlarmRow>;
  notices?: Record<string, NoticeRow>;
}
