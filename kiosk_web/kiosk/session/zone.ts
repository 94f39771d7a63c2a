/**
 * The machine-readable lines of a passport (two of 44) or of a card (three of 30). The
 * server checks their digits; here it is only told what they are, and whose they may be.
 */
import type { Read } from "./pages";

const ZONE = /^(?:P[0-9A-Z<]{87}|[ACI][0-9A-Z<]{89})$/;
const LINE = /^(?:[0-9A-Z<]{44}|[0-9A-Z<]{30})$/;
const BEGINS = /^(?:P.{43}|[ACI].{29})$/;
const SEXES: Record<string, string> = { M: "1", F: "2" };
/** A reader that types sends the lines one after the other. */
const APART_MS = 1000;

const capitalised = (word: string) => word.slice(0, 1) + word.slice(1).toLowerCase();

/** What the page shows of the papers; nothing when it is no such zone. */
export function readZone(text: string): Read | undefined {
  const zone = text.replace(/\s/g, "").toUpperCase();
  if (!ZONE.test(zone)) return undefined;
  const passport = zone.length === 88;
  const names = passport ? zone.slice(5, 44) : zone.slice(60);
  const [surname = "", given = ""] = names.split("<<");
  const name = `${given}<${surname}`.split("<").filter(Boolean).map(capitalised).join(" ");
  const sex = SEXES[zone.charAt(passport ? 64 : 37)];
  return {
    value: zone,
    kind: passport ? "passport" : "taiwan_permit",
    ...(name && { name }),
    ...(sex && { sex }),
  };
}

/** Puts together what a reader types line by line. */
export class ZoneLines {
  #lines: string[] = [];
  #last = Number.NEGATIVE_INFINITY;

  /** What is whole now: a zone, or a text that is none. */
  add(text: string, at: number): string | undefined {
    const [first] = this.#lines;
    if (at - this.#last > APART_MS || (first && first.length !== text.length))
      this.#lines = [];
    this.#last = at;
    if (!LINE.test(text) || (this.#lines.length === 0 && !BEGINS.test(text))) return text;
    this.#lines.push(text);
    if (this.#lines.length < (text.length === 44 ? 2 : 3)) return undefined;
    const whole = this.#lines.join("");
    this.#lines = [];
    return whole;
  }
}
