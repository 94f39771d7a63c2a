import { tell } from "@shared/page/language";
import type { Act } from "./keymap";

/** What the keys are called. */
export const actWord = (act: Act): string => {
  const [chinese, english] = WORDS[act];
  return tell(chinese, english);
};

const WORDS: Record<Act, [string, string]> = {
  next: ["下一位", "Next"],
  again: ["再叫", "Again"],
  start: ["到了，开始", "Start"],
  missed: ["过号", "Missed"],
  examination: ["去检查", "Exam"],
  transfer: ["转诊", "Transfer"],
  away: ["暂离", "Away"],
  hold: ["先挂起", "Hold"],
  finish: ["看完了", "Finish"],
  window: ["缩成小窗", "Small window"],
  help: ["紧急呼叫", "Help"],
  undo: ["撤销", "Take back"],
};
