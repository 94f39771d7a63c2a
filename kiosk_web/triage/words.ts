import type { DeskTicket, Reason, Stage } from "@shared/desk/view";

/** The desk's words for codes of the protocol. */

const STAGE: Record<Stage, string> = {
  booked: "未到",
  waiting: "候诊",
  at_room: "诊室门外",
  called: "正在叫",
  in: "就诊中",
  examination: "检查中",
  held: "暂挂",
  missed: "过号",
  leaving: "转诊中",
  stopped: "等答复",
  done: "看完",
  gave_up: "弃号",
  refunded: "已退号",
  left: "已转走",
};
export const stageWord = (stage: Stage): string => STAGE[stage];

const MARK: Record<string, string> = {
  booked: "预",
  walk_in: "现",
  return: "回诊",
  recall: "过号回来",
  emergency: "急",
  extra: "加",
};
const CLASS: Record<string, string> = {
  aged: "70+",
  pregnant: "孕妇",
  military: "军人",
  veteran: "离休",
  disabled: "残疾",
  child: "儿童",
  emergency: "急",
};
const LEVEL = ["", "Ⅰ级", "Ⅱ级", "Ⅲ级", "Ⅳ级"];

export interface Badge {
  word: string;
  look: "plain" | "priority" | "alarm";
}

/** What stands beside a name: precedence first. */
export function badgesOf(ticket: DeskTicket): Badge[] {
  const found: Badge[] = [];
  if (ticket.level)
    found.push({ word: LEVEL[ticket.level] ?? "", look: ticket.level <= 2 ? "alarm" : "plain" });
  for (const key of ticket.classes ?? [])
    found.push({ word: CLASS[key] ?? key, look: "priority" });
  for (const mark of ticket.marks ?? []) {
    if (mark === "priority" || mark === "emergency" || mark === "booked") continue;
    found.push({ word: MARK[mark] ?? mark, look: "plain" });
  }
  if (ticket.misses) found.push({ word: `过号${ticket.misses}次`, look: "plain" });
  return found;
}

export const NOTE: Record<string, string> = {
  clinic_stopped: "停诊",
  stopped: "停叫",
  away: "暂离",
  absent: "医生未到",
};

/** The sentences the server has for reasons; fetched once, the same for every page. */
export type ReasonWords = Record<string, { zh: string; en: string }>;

export function reasonSaid(
  reason: Reason,
  words: ReasonWords,
  shown: (key: string, value: string | number) => string,
): string {
  const template = words[reason.code]?.zh;
  if (template === undefined) return reason.code;
  return template.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = reason.args?.[key];
    return value === undefined ? "" : shown(key, value);
  });
}
