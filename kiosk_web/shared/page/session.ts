import { closeSafe } from "../emergency/safe";

/** Staff at a desk: logging in, and the session a desk keeps until they leave. */

export interface StaffSession {
  token: string;
  expires: number;
  account: string;
  roles: string[];
  places: string[];
}

/** Why a log-in did not happen, in words for who tried. */
export interface NotLoggedIn {
  code: string;
  message: string;
  details?: Partial<FactorOffer>;
}

/** What an authenticator is to be bound to, before an office may be entered. */
export interface FactorOffer {
  secret: string;
  address: string;
  offer: string;
}

/** What a log-in led to: a session, or a sentence that says what to do. */
export type LogInAnswer =
  | { ok: true; session: StaffSession }
  | { ok: false; error: NotLoggedIn };

const KEPT = "houzhen.staff";
const UNREACHABLE: NotLoggedIn = {
  code: "unreachable",
  message: "连不上服务器，请过一会儿再试。",
};

/**
 * The session of whoever sits here. It is this window's alone: another window of the
 * same desk may be another person's, and closing the browser ends it.
 */
export function staffSession(now: number): StaffSession | undefined {
  const kept = sessionStorage.getItem(KEPT);
  if (kept === null) return undefined;
  try {
    const session = JSON.parse(kept) as StaffSession;
    return session.expires > now ? session : undefined;
  } catch {
    return undefined;
  }
}

export function endStaffSession(): void {
  sessionStorage.removeItem(KEPT);
  closeSafe();
}

const OPERATES = ["admin", "operator", "nurse", "manager", "auditor"];
const SETS_UP = ["admin", "manager", "security", "auditor"];

/** May they work in this role at this place? The server asks the same again. */
export function isTheirs(session: StaffSession, role: string, place: string): boolean {
  const clinic = place.split("/")[0] ?? place;
  const { roles, places } = session;
  // the set-up page shows each office its own part
  if (role === "admin") return roles.some((each) => SETS_UP.includes(each));
  // operations shows what is wrong to whoever works with the machines
  if (role === "operator") return roles.some((each) => OPERATES.includes(each));
  return (
    roles.includes(role) &&
    [place, clinic, "*"].some((each) => places.includes(each))
  );
}

export const logIn = (
  account: string,
  password: string,
  code = "",
): Promise<LogInAnswer> => enter("log-in", { account, password, code });

export const changePassword = (
  account: string,
  old: string,
  fresh: string,
  code = "",
): Promise<LogInAnswer> => enter("password", { account, old, new: fresh, code });

export const bindFactor = (
  account: string,
  password: string,
  offer: string,
  code: string,
): Promise<LogInAnswer> => enter("second-factor", { account, password, offer, code });

/** Ends it here at once; the server is told, and hears it again if it was away. */
export async function logOut(): Promise<void> {
  const session = staffSession(0);
  endStaffSession();
  if (session === undefined) return;
  const headers = { Authorization: `Bearer ${session.token}` };
  await fetch("/api/v1/log-out", { method: "POST", headers }).catch(() => undefined);
}

/**
 * Ends it, and takes what a desk may go on showing while nobody sits there: the token
 * of a masked board. None when the server is away or somebody else ended it first.
 */
export async function leaveBoard(): Promise<string | undefined> {
  const session = staffSession(0);
  endStaffSession();
  if (session === undefined) return undefined;
  const headers = { Authorization: `Bearer ${session.token}` };
  try {
    const answer = await fetch("/api/v1/leave-board", { method: "POST", headers });
    return answer.ok ? ((await answer.json()) as { token: string }).token : undefined;
  } catch {
    return undefined;
  }
}

async function enter(path: string, body: object): Promise<LogInAnswer> {
  let answer: Response;
  try {
    answer = await fetch(`/api/v1/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    return { ok: false, error: UNREACHABLE };
  }
  try {
    const told = (await answer.json()) as StaffSession & NotLoggedIn;
    if (!answer.ok) {
      const { code, message, details } = told;
      return { ok: false, error: { code, message, ...(details ? { details } : {}) } };
    }
    sessionStorage.setItem(KEPT, JSON.stringify(told));
    return { ok: true, session: told };
  } catch {
    return { ok: false, error: UNREACHABLE };
  }
}
