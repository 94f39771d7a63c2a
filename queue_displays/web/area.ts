/** An area's `announcements` view, as docs/protocol.md writes it. Absent means none. */

export interface AnnouncementRow {
  n: number;
  kind: string;
  number?: string;
  name?: string;
  room?: string;
  call?: string;
  text?: string;
  words?: Record<string, string>;
  audio?: Record<string, string>;
  audio_short?: Record<string, string>;
  target?: { rooms?: string[]; zones?: string[] };
  repeat?: number;
  gain?: number;
  spoken?: Record<string, { device: string; at: number; times: number }>;
  at: number;
  expires: number;
}

export interface ZoneRow {
  name?: string;
  speakers?: Record<string, { ready: boolean; why?: string; since?: number }>;
  next?: { announcement: string; nth: number; device: string };
}

export interface SlideRow {
  title?: string;
  text?: string;
  image?: string;
  seconds?: number;
}

export interface AreaView {
  area?: { name?: string; day?: string; clinics?: string[]; languages?: string[] };
  announcements?: Record<string, AnnouncementRow>;
  zones?: Record<string, ZoneRow>;
  alarms?: Record<string, { kind: string }>;
  texts?: Record<string, string>;
  slides?: Record<string, SlideRow>;
}
