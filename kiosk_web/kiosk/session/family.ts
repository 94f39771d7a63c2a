import type { Word } from "../words";

const WORDS: Record<string, Word> = {
  self: "rel_self",
  child: "rel_child",
  parent: "rel_parent",
  spouse: "rel_spouse",
  sibling: "rel_sibling",
};

/** What somebody is to whoever laid the card. */
export const relationWord = (relation: string | undefined): Word =>
  WORDS[relation ?? ""] ?? "rel_other";
