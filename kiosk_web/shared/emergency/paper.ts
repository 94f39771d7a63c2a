import type { JsonObject } from "../client/frames";
import { ownSafe, type Safe, seal, unseal } from "./safe";

/** What was written on paper meanwhile, and how it comes into the system afterwards. */

export type Deed = "here" | "seen" | "gave_up";

export interface Entry {
  /** The key of its ask: entered twice, it happens once. */
  id: string;
  ticket: string;
  number: string;
  deed: Deed;
  /** `10:40`, as it stands on the paper. */
  time: string;
  room?: string;
  /** Why the system did not take it; absent while it was not tried. */
  refused?: string;
}

export interface Ask {
  name: string;
  body: JsonObject;
}

/** The ask that an entry becomes: the time on the paper goes into its history. */
export function askOf({ ticket, deed, time, room }: Entry): Ask {
  const where = room ? `，${room} 诊室` : "";
  const reason = `补录：纸上 ${time}${where}`;
  if (deed === "here") return { name: "check_in", body: { ticket, reason } };
  const end = deed === "seen" ? "done" : "gave_up";
  return { name: "settle", body: { ticket, end, reason } };
}

/** In the order of the paper: who came first joins the line first. */
export const inOrder = (entries: Entry[]): Entry[] =>
  entries
    .map((entry, at) => ({ entry, at }))
    .sort((a, b) => a.entry.time.localeCompare(b.entry.time) || a.at - b.at)
    .map(({ entry }) => entry);

/** A refusal that says it has happened already is what the paper says, too. */
export const isThere = (code: string): boolean => code === "already_in";

export function newEntry(entry: Omit<Entry, "id">): Entry {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { ...entry, id };
}

const KEPT = "houzhen.emergency.paper.";
const keptUnder = (clinic: string, account: string) => `${KEPT}${clinic} ${account}`;

export async function keepEntries(
  clinic: string,
  entries: Entry[],
  safe?: Safe,
): Promise<void> {
  const mine = safe ?? (await ownSafe());
  if (!mine) return;
  const key = keptUnder(clinic, mine.account);
  if (entries.length === 0) localStorage.removeItem(key);
  else localStorage.setItem(key, await seal(mine, entries));
}

export async function keptEntries(clinic: string, safe?: Safe): Promise<Entry[]> {
  const mine = safe ?? (await ownSafe());
  const kept = mine && localStorage.getItem(keptUnder(clinic, mine.account));
  return (mine && kept && (await unseal<Entry[]>(mine, kept))) || [];
}
