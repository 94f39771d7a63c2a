import type { DeskTicket, Stage } from "@shared/desk/view";
import { shallowRef } from "vue";

/** Finds somebody by what a nurse types: a number, a name, or its first letters. */

/** Who stands in front of a nurse is most likely one of these, in this order. */
const LIKELY: Stage[] = [
  "booked",
  "missed",
  "examination",
  "waiting",
  "at_room",
  "stopped",
  "held",
  "called",
  "in",
];
const MOST = 8;

const spelt = new Map<string, { initials: string; full: string }[]>();
const speller = shallowRef<typeof import("pinyin-pro").pinyin>();

/** How names are spelt is a large table: it comes once the desk stands. Until then
 * people are found by number and name. */
export async function learnSpellings(): Promise<void> {
  speller.value = (await import("pinyin-pro")).pinyin;
}

/** Every way a name may be spelt: a surname has a reading of its own (单 is shan). */
function spellings(name: string): { initials: string; full: string }[] {
  const known = spelt.get(name);
  if (known) return known;
  const pinyin = speller.value;
  if (pinyin === undefined) return [];
  const found = (["normal", "surname"] as const).map((surname) => {
    const syllables = pinyin(name, {
      toneType: "none",
      type: "array",
      mode: surname,
      nonZh: "consecutive",
      v: true,
    }).map((syllable) => syllable.toLowerCase().replace(/[^a-z]/g, ""));
    return {
      initials: syllables.map((syllable) => syllable[0] ?? "").join(""),
      full: syllables.join(""),
    };
  });
  spelt.set(name, found);
  return found;
}

function fits(ticket: DeskTicket, asked: string): number {
  const number = ticket.number.toLowerCase();
  if (number === asked) return 4;
  if (ticket.name.toLowerCase().startsWith(asked)) return 3;
  const short = number.replace(/^[a-z]+0*/, "");
  if (/^\d+$/.test(asked) && short === asked.replace(/^0+/, "")) return 3;
  if (/^[a-z]+$/.test(asked)) {
    const found = spellings(ticket.name);
    if (found.some(({ initials }) => initials === asked)) return 3;
    if (found.some(({ full, initials }) => full.startsWith(asked) || initials.startsWith(asked)))
      return 2;
  }
  if (number.startsWith(asked)) return 2;
  return ticket.name.includes(asked) ? 1 : 0;
}

/** The best first. Who has gone is found only by the whole number or name, unless it
 * is about a day that is over (`past`). */
export function find(
  tickets: Iterable<DeskTicket>,
  typed: string,
  past = false,
): DeskTicket[] {
  const asked = typed.trim().toLowerCase();
  if (asked === "") return [];
  const found: { ticket: DeskTicket; score: number }[] = [];
  for (const ticket of tickets) {
    const fit = fits(ticket, asked);
    if (fit === 0) continue;
    const likely = LIKELY.indexOf(ticket.state);
    if (likely < 0 && fit < 3 && !past) continue;
    found.push({ ticket, score: fit * 100 - (likely < 0 ? 50 : likely) });
  }
  return found
    .sort((a, b) => b.score - a.score || a.ticket.number.localeCompare(b.ticket.number))
    .slice(0, MOST)
    .map(({ ticket }) => ticket);
}
