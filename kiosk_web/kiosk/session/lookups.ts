/** What anybody may look up, as the `queues` and `department` replies hold it. */
export interface QueueRow {
  queue: string;
  name: string;
  name_en?: string;
  stopped?: boolean;
  inside: { room: string; number: string }[];
  next: string[];
  waiting: number;
}

export interface ClinicQueues {
  clinic: string;
  name: string;
  name_en?: string;
  floor?: string;
  closed?: boolean;
  queues: QueueRow[];
}

export interface ExpertSession {
  day: string;
  half: string;
  left: number;
  kind?: string;
  price?: number;
  why?: string;
}

export interface Expert {
  doctor: string;
  name: string;
  name_en?: string;
  title?: string;
  photo?: string;
  skill?: string;
  skill_en?: string;
  about?: string;
  sessions: ExpertSession[];
}

export interface DepartmentPage {
  key: string;
  name: string;
  name_en?: string;
  campus_name?: string;
  campus_name_en?: string;
  floor?: string;
  about?: string;
  about_en?: string;
  days: string[];
  doctors: Expert[];
}

/** Somebody looks something up, without a card. */
export type Looking =
  | { page: "queues"; clinics?: ClinicQueues[] }
  | { page: "departments" }
  | { page: "experts"; department?: DepartmentPage };

export interface ExpertDay {
  day: string;
  left: number;
  stopped: boolean;
}

/** A doctor's next days, a morning and an afternoon together. */
export function expertDays(sessions: ExpertSession[], most: number): ExpertDay[] {
  const days = new Map<string, ExpertDay>();
  for (const { day, left, why } of sessions) {
    const found = days.get(day) ?? { day, left: 0, stopped: true };
    found.left += left;
    found.stopped &&= why === "stopped";
    days.set(day, found);
  }
  return [...days.values()].sort((a, b) => a.day.localeCompare(b.day)).slice(0, most);
}
