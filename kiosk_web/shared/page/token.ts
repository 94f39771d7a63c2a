import { isStaff, type Place, type ServerFacts, tokenPlace } from "./place";
import { endStaffSession, isTheirs, staffSession } from "./session";

/** This device has no token, and nothing here can give it one. */
export class NotRegistered extends Error {}

/** Nobody has logged in at this desk. */
export class NobodyHere extends Error {}

const DEMO_NAME = "houzhen.demo.name";

const keptUnder = (place: Place): string =>
  `houzhen.token.${place.role}.${tokenPlace(place)}`;

/**
 * A token handed over in the address (`#token=…`) is kept for this page and place, and
 * taken out of the address bar, where others would read it. Says whether there was one.
 */
export function keepTokenFromAddress(place: Place): boolean {
  const handed = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!handed) return false;
  localStorage.setItem(keptUnder(place), handed);
  history.replaceState(null, "", location.pathname + location.search);
  return true;
}

/** Who goes to another room takes along what was handed to the page. */
export function carryToken(from: Place, to: Place): void {
  const kept = localStorage.getItem(keptUnder(from));
  if (kept) localStorage.setItem(keptUnder(to), kept);
}

/**
 * The token of this page: the kept one, or in a demo one asked for. `renewed` says that
 * the server refused the last one: a kept one is then passed over, but not thrown away,
 * for the fault may be the server's clock or key.
 */
export async function pageToken(
  place: Place,
  { demo }: ServerFacts,
  renewed: boolean,
): Promise<string> {
  if (isStaff(place.role)) {
    const session = staffSession(Date.now());
    if (session && isTheirs(session, place.role, tokenPlace(place))) {
      if (!renewed) return session.token;
      endStaffSession();
    }
  }
  const kept = localStorage.getItem(keptUnder(place));
  if (kept && !renewed) return kept;
  const nobody = () => (isStaff(place.role) ? new NobodyHere() : new NotRegistered());
  if (!demo) throw nobody();
  const query = new URLSearchParams({ role: place.role, place: tokenPlace(place) });
  if (place.role === "kiosk") query.set("name", demoName());
  const answer = await fetch(`/demo/token?${query}`, { cache: "no-store" });
  if (answer.status === 404 || answer.status === 403) throw nobody();
  if (!answer.ok) throw new Error(`/demo/token answered ${answer.status}`);
  return ((await answer.json()) as { token: string }).token;
}

/** In a demo every tab that is a kiosk is a terminal of its own, also after a reload. */
function demoName(): string {
  const kept = sessionStorage.getItem(DEMO_NAME);
  if (kept) return kept;
  const made = Math.random().toString(36).slice(2, 10) || "k";
  sessionStorage.setItem(DEMO_NAME, made);
  return made;
}

/** Whom a token names: a terminal's id. The server checks it; a page only reads it. */
export function tokenName(token: string): string {
  const [, payload = ""] = token.split(".");
  const text = atob(payload.replace(/-/g, "+").replace(/_/g, "/"));
  return String((JSON.parse(text) as { sub?: unknown }).sub ?? "");
}
