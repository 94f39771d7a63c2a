/** What this page and `houzhen edge` say to each other: docs/devices.md. */

export interface Told {
  code: string;
  zh: string;
  en: string;
}

export interface Condition {
  ok: boolean;
  trouble?: Told;
  warning?: Told;
}

/** What a reader found on a card; which of it there is depends on the card. */
export interface CardFacts {
  kind?: string;
  name?: string;
  sex?: string;
  birth?: string;
  number?: string;
  card_number?: string;
  address?: string;
  nation_name?: string;
  nationality?: string;
}

export type FromEdge =
  | {
      type: "welcome";
      version: string;
      server: boolean;
      devices: Record<string, Condition>;
      left_behind: string[];
    }
  | ({ type: "device"; device: string } & Condition)
  | { type: "card_laid"; device: string; took_ms: number; card: CardFacts }
  | { type: "card_removed"; device: string; sure: boolean }
  | { type: "social_card_in"; device: string; card: CardFacts }
  | { type: "social_card_out"; device: string }
  | { type: "scanned"; device: string; text: string; kinds: string[] }
  | { type: "not_read"; device: string; trouble: Told }
  | { type: "print"; id: string; state: PrintState; why?: string }
  | { type: "forgotten"; left_behind: string[] }
  | { type: "server"; connected: boolean }
  | { type: "order"; what: string };

export type PrintState =
  | "waiting"
  | "sent"
  | "printed"
  | "not_printed"
  | "unknown"
  | "refused";

/** A part of a slip of paper. */
export type Part =
  | { part: "text"; text: string; size?: number; align?: "left" | "centre" | "right"; bold?: boolean }
  | { part: "qr"; data: string }
  | { part: "rule" }
  | { part: "feed"; lines: number };

export type ToEdge =
  | { type: "hello"; secret: string }
  | { type: "print"; id: string; slip: Part[]; lives_ms: number }
  | { type: "job"; id: string }
  | { type: "cancel"; id: string }
  | { type: "forget" };
