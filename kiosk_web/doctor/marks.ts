import { className, levelWord } from "@shared/desk/words";
import type { DeskTicket, RuleSet } from "@shared/desk/view";
import { tell } from "@shared/page/language";
import { isLate } from "./desk";

/** 预 现 复 过 优: what stands beside a name, one sign each, and what the sign means. */

export interface Mark {
  sign: string;
  means: string;
  look: "plain" | "priority" | "alarm" | "round" | "dashed";
}

const SIGNS: Record<string, [string, string, string, Mark["look"]]> = {
  booked: ["预", "B", "预约", "plain"],
  walk_in: ["现", "W", "现场号", "plain"],
  return: ["复", "R", "检查回来", "round"],
  recall: ["过", "M", "过号回来", "dashed"],
  extra: ["加", "+", "加号", "plain"],
};

export function marksOf(ticket: DeskTicket, rules?: RuleSet): Mark[] {
  const found: Mark[] = [];
  if (ticket.level)
    found.push({
      sign: tell(`急${levelWord(ticket.level)}`, levelWord(ticket.level)),
      means: tell("急诊分级", "Emergency level"),
      look: ticket.level <= 2 ? "alarm" : "plain",
    });
  const classes = (ticket.classes ?? []).map((key) => className(key, rules)).join("、");
  if (classes)
    found.push({
      sign: tell(`优 ${classes}`, classes),
      means: tell("优先", "Priority"),
      look: "priority",
    });
  for (const mark of ticket.marks ?? []) {
    const known = SIGNS[mark];
    if (known === undefined) continue;
    const [sign, letter, means, look] = known;
    found.push({ sign: tell(sign, letter), means: tell(means, mark), look });
  }
  if (isLate(ticket))
    found.push({ sign: tell("迟", "L"), means: tell("迟到", "Late"), look: "dashed" });
  if (ticket.misses)
    found.push({
      sign: tell(`过号${ticket.misses}次`, `${ticket.misses}×`),
      means: tell("过号次数", "Times missed"),
      look: "plain",
    });
  return found;
}
