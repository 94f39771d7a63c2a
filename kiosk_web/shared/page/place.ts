/** What a page is told about where it hangs, and what the server says about itself. */

export type Role = "screen" | "kiosk" | "doctor" | "nurse" | "admin" | "operator";

/** Roles that are somebody's: a person logs in. The others are a device's. */
export const isStaff = (role: Role): boolean =>
  role === "doctor" || role === "nurse" || role === "admin" || role === "operator";

export const ROLE_WORDS: Record<Role, { title: string; english: string; does: string }> =
  {
    screen: { title: "大屏", english: "Wall screen", does: "显示" },
    kiosk: { title: "自助机", english: "Kiosk", does: "签到" },
    doctor: { title: "医生站", english: "Doctor's desk", does: "看诊" },
    nurse: { title: "分诊台", english: "Triage desk", does: "分诊" },
    admin: { title: "医院设置", english: "Hospital set-up", does: "设置" },
    operator: { title: "运维", english: "Operations", does: "运维" },
  };

export interface Place {
  role: Role;
  clinic: string;
  room: string;
}

export interface ServerFacts {
  name: string;
  version: string;
  hospital: { id: string; name: string };
  day: string;
  /** Its `/demo/` addresses are there: it gives tokens and lends cards. */
  demo: boolean;
  /** Not so: nobody has set the hospital up yet, and no clinic opens. */
  planned?: boolean;
}

export function readPlace(role: Role, search: string): Place {
  const parameters = new URLSearchParams(search);
  return {
    role,
    clinic: parameters.get("clinic") || "im2",
    room: parameters.get("room") || "3",
  };
}

/** The place a token is made out for: a doctor's is the room, the others' the clinic;
 * who sets up the hospital has what their account has. */
export const tokenPlace = ({ role, clinic, room }: Place): string =>
  role === "admin" || role === "operator" ? "*" : role === "doctor" ? `${clinic}/${room}` : clinic;

export const clinicStream = (hospital: string, clinic: string, day: string): string =>
  `${hospital}/clinic/${clinic}/${day}`;

export async function fetchServerFacts(): Promise<ServerFacts> {
  const answer = await fetch("/api/v1/server", { cache: "no-store" });
  if (!answer.ok) throw new Error(`/api/v1/server answered ${answer.status}`);
  return (await answer.json()) as ServerFacts;
}
