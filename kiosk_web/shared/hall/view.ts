/**
 * The clinic's views as docs/protocol.md writes them. Absent means none: every part
 * but the rows' own identity may be missing, and a page must stand without it.
 */

export type TicketState = "booked" | "waiting" | "called" | "in" | "missed" | "done";

export interface ClinicRow {
  name?: string;
  name_en?: string;
  hospital?: string;
  floor?: string;
  day?: string;
}

export interface QueueRow {
  name?: string;
  kind?: string;
  waiting?: number;
  stopped?: string;
  frozen?: boolean;
}

/** What stands on a door: 暂离, 停叫, 停诊, 医生未到. */
export interface RoomNote {
  kind: string;
  reason?: string;
  since?: number;
  back_at?: number;
  half?: string;
  doctor?: string;
}

export interface RoomRow {
  doctor?: string;
  title?: string;
  queues?: string[];
  current?: string;
  way?: string;
  way_en?: string;
  /** Who waits at the door, where there is a second stage. */
  door?: string[];
  seat?: string;
  shared?: string;
  zone?: string;
  photo?: string;
  note?: RoomNote;
}

export interface TicketRow {
  number: string;
  name: string;
  queue: string;
  state: TicketState;
  room?: string;
  since?: number;
  called_at?: number;
  marks?: string[];
}

export interface CallRow {
  ticket: string;
  number: string;
  name: string;
  room: string;
  at: number;
  expires: number;
  times?: number;
}

/** A broadcast of the desk. */
export interface NoticeRow {
  text: string;
  at: number;
  until: number;
  zones?: string[];
}

export interface HallView {
  clinic?: ClinicRow;
  queues?: Record<string, QueueRow>;
  rooms?: Record<string, RoomRow>;
  tickets?: Record<string, TicketRow>;
  orders?: Record<string, string[]>;
  missed?: Record<string, number>;
  calls?: Record<string, CallRow>;
  notices?: Record<string, NoticeRow>;
}

export interface KioskView {
  clinic?: ClinicRow;
  queues?: Record<string, QueueRow>;
  rooms?: Record<string, RoomRow>;
}
