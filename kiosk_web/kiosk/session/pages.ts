import type { Offers } from "./booking";
import type { Looking } from "./lookups";
import { readZone } from "./zone";
import type { Department, Purpose, SessionView, TicketRow } from "./view";

/**
 * What this page itself remembers of a session besides the server's view: which way
 * the patient has taken through it. It is dropped whole when the session ends.
 */
export interface Trail {
  aim: Purpose;
  typing: boolean;
  /** A child's first file is being made. */
  child?: boolean;
  /** A booking under way, step by step. */
  departments?: Department[];
  department?: Department;
  offers?: Offers;
  doctor?: string;
  /** The ticket of an examination whose preparation is being read. */
  preparing?: string;
  /** Looking something up, without a card. */
  looking?: Looking;
  /** Whom they looked up, and now want to see. */
  wanted?: { department: string; doctor?: string };
  /** What the ask that was refused said, until it is read. */
  problem?: Problem;
  /** An ask is out. */
  asking: boolean;
}

export interface Problem {
  code: string;
  zh: string;
  en?: string;
}

export const FRESH: Trail = { aim: "", typing: false, asking: false };

export type Page =
  | "nothing"
  | "offline"
  | "working"
  | "problem"
  | "home"
  | "lay"
  | "pad"
  | "second"
  | "unknown"
  | "whose"
  | "child"
  | "confirm"
  | "choose"
  | "places"
  | "prepare"
  | Looking["page"]
  | "department"
  | "doctor"
  | "time"
  | "held"
  | "done";

/** Which page stands: one decision each. */
export function pageOf(
  view: SessionView | undefined,
  trail: Trail,
  offline: boolean,
): Page {
  // whoever reads the number may read on; whatever needs the server does not stand
  const step = view?.session?.step ?? "idle";
  if (offline) return step === "done" ? "done" : "offline";
  if (!view) return "nothing";
  if (trail.problem) return "problem";
  if (trail.child && (step === "whose" || step === "choose"))
    return trail.asking ? "working" : "child";
  switch (step) {
    case "idle":
      if (trail.asking) return "working";
      if (trail.looking) return trail.looking.page;
      return trail.typing ? "pad" : "home";
    case "identifying":
      if (trail.asking) return "working";
      return trail.typing ? "pad" : "lay";
    case "doing":
      return "working";
    case "choose":
      if (!trail.asking && view.tickets?.[trail.preparing ?? ""]?.does === "check_in") return "prepare";
      if (trail.aim === "place") return trail.asking ? "working" : "places";
      if (trail.aim !== "book" || view.said) return trail.asking ? "working" : "choose";
      if (trail.offers && trail.doctor !== undefined) return "time";
      if (trail.offers) return "doctor";
      return trail.departments ? "department" : "working";
    default:
      return step;
  }
}

/** The way back within a booking; nothing when there is none. */
export function back(page: Page, trail: Trail): Trail | undefined {
  const { doctor: _, ...noDoctor } = trail;
  if (page === "time") return noDoctor;
  const { offers: __, department: ___, ...noOffers } = noDoctor;
  if (page === "doctor") return noOffers;
  const { departments: ____, ...none } = noOffers;
  if (page === "department") return { ...none, aim: "" };
  if (page === "pad") return { ...trail, typing: false };
  return undefined;
}

/**
 * The one ticket with which something can be done, when that is all there is: then
 * whoever came to check in has nothing to choose.
 */
export function onlyTicket(view: SessionView, aim: Purpose): string | undefined {
  if (aim !== "" && aim !== "check_in") return undefined;
  const own = Object.entries(view.tickets ?? {}).filter(([, row]) => row.does);
  // a number that has its ticket here is taken by checking in
  const toTake = Object.values(view.bookings ?? {}).some(
    (row) => row.ticket === undefined && row.does?.includes("take"),
  );
  const first = own[0];
  return own.length === 1 && first && !toTake ? first[0] : undefined;
}

/** Of a section that patches have emptied a hull is left: that is none. */
export function filled(view: SessionView): SessionView {
  const sections = Object.entries(view) as [string, object][];
  return Object.fromEntries(
    sections.filter(([, section]) => Object.keys(section).length > 0),
  ) as SessionView;
}

/** Rows in the order in which they help: what can be done first. */
export function rowsOf<Row>(rows: Record<string, Row> | undefined): (Row & { key: string })[] {
  return Object.entries(rows ?? {})
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([key, row]) => ({ ...row, key }));
}

export const canDo = (row: TicketRow): boolean => row.does !== undefined;

const TYPED_KINDS: [RegExp, string][] = [
  [/^\d{17}[\dX]$|^\d{15}$/, "id_card"],
];

/** What kind a typed number is, where its form says so. */
export const typedKind = (value: string): string | undefined =>
  TYPED_KINDS.find(([form]) => form.test(value))?.[1];

const SCAN_KINDS: Record<string, string> = { slip: "slip", health: "health_code" };
const CARD_KINDS: Record<string, string> = {
  resident: "id_card",
  hmt_permit: "hmt_permit",
  foreign_2017: "foreign_permit",
  foreign_2023: "foreign_permit",
};

/** What is asked when a code was scanned; `kinds` is what the edge took it for. */
export function scanned(text: string, kinds: string[]): Read {
  const papers = readZone(text);
  if (papers) return papers;
  const kind = text.startsWith("HZ:") ? "slip" : SCAN_KINDS[kinds[0] ?? ""];
  return kind ? { value: text, kind } : { value: text };
}

export interface Read {
  value: string;
  kind?: string;
  name?: string;
  sex?: string;
  birth?: string;
  address?: string;
  nation?: string;
  nationality?: string;
}

interface OnCard {
  kind?: string;
  number?: string;
  card_number?: string;
  name?: string;
  sex?: string;
  birth?: string;
  address?: string;
  nation_name?: string;
  nationality?: string;
}

/** What a reader found, as the server asks for it; nothing without a number. */
export function readOff(card: OnCard): Read | undefined {
  if (card.card_number) return { value: card.card_number };
  if (!card.number) return undefined;
  const { name, sex, birth, address, nation_name: nation } = card;
  const nationality = card.kind === "resident" ? "CHN" : card.nationality;
  const kind = CARD_KINDS[card.kind ?? ""];
  return {
    value: card.number,
    ...(kind && { kind }),
    ...(name && { name }),
    ...(sex && { sex }),
    ...(birth && { birth }),
    ...(address && { address }),
    ...(nation && { nation }),
    ...(nationality && { nationality }),
  };
}
