import type { DeskTicket, Reason, RuleSet, Stage } from "@shared/desk/view";
import { english, tell } from "@shared/page/language";

/** The desk's words for codes of the protocol. */

const STAGE: Record<Stage, [string, string]> = {
  booked: ["未到", "not yet"],
  waiting: ["候诊", "waiting"],
  at_room: ["诊室门外", "at the room"],
  called: ["正在叫", "called"],
  in: ["就诊中", "in"],
  examination: ["检查中", "examination"],
  held: ["暂挂", "on hold"],
  missed: ["过号", "missed"],
  leaving: ["转诊中", "on the way"],
  stopped: ["等答复", "to be asked"],
  done: ["看完", "done"],
  gave_up: ["弃号", "gave up"],
  refunded: ["已退号", "refunded"],
  left: ["已转走", "transferred"],
};
export const stageWord = (stage: Stage): string => {
  const word = STAGE[stage];
  return word ? tell(...word) : stage;
};

const MARK: Record<string, [string, string]> = {
  booked: ["预", "booked"],
  walk_in: ["现", "walk-in"],
  return: ["回诊", "return"],
  recall: ["过号回来", "recalled"],
  emergency: ["急", "urgent"],
  extra: ["加", "extra"],
};
const LEVEL = ["", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"];
export const levelWord = (level: number): string =>
  tell(`${LEVEL[level] ?? level}级`, `Level ${LEVEL[level] ?? level}`);

export interface Badge {
  word: string;
  look: "plain" | "priority" | "alarm" | "round" | "dashed";
}

/** What a class of the rules is called; its key where the rules do not know it. */
export function className(key: string, rules: RuleSet | undefined): string {
  const known = rules?.classes?.find((each) => each.key === key);
  return known ? tell(known.name, known.name_en || known.name) : key;
}

/** What stands beside a name: precedence first. */
export function badgesOf(ticket: DeskTicket, rules?: RuleSet): Badge[] {
  const found: Badge[] = [];
  if (ticket.level)
    found.push({ word: levelWord(ticket.level), look: ticket.level <= 2 ? "alarm" : "plain" });
  for (const key of ticket.classes ?? [])
    found.push({ word: className(key, rules), look: "priority" });
  for (const mark of ticket.marks ?? []) {
    if (mark === "priority" || mark === "emergency" || mark === "booked") continue;
    const word = MARK[mark];
    const look = mark === "return" ? "round" : mark === "recall" ? "dashed" : "plain";
    found.push({ word: word ? tell(...word) : mark, look });
  }
  if (ticket.misses)
    found.push({
      word: tell(`过号${ticket.misses}次`, `missed ${ticket.misses}×`),
      look: "plain",
    });
  return found;
}

const NOTE: Record<string, [string, string]> = {
  clinic_stopped: ["停诊", "Closed"],
  stopped: ["停叫", "Calling stopped"],
  away: ["暂离", "Away"],
  absent: ["医生未到", "Doctor not here"],
};
export const noteWord = (kind: string): string => {
  const word = NOTE[kind];
  return word ? tell(...word) : kind;
};

export const minutesWord = (minutes: number): string =>
  tell(`${minutes} 分`, `${minutes} min`);

/** The sentences the server has for reasons; fetched once, the same for every page. */
export type ReasonWords = Record<string, { zh: string; en: string }>;

export function reasonSaid(
  reason: Reason,
  words: ReasonWords,
  shown: (key: string, value: string | number) => string,
): string {
  const known = words[reason.code];
  const template = english.value ? (known?.en ?? known?.zh) : known?.zh;
  if (template === undefined) return reason.code;
  return template.replace(/\{(\w+)\}/g, (_, key: string) => {
    const named = english.value && key === "name" ? reason.args?.name_en : undefined;
    const value = named || reason.args?.[key];
    return value === undefined ? "" : shown(key, value);
  });
}
