import { tell } from "@shared/page/language";

/** Examinations: what may be ordered, and what a ticket's history says of them. */

const KNOWN: Record<string, [string, string]> = {
  ecg: ["心电图", "ECG"],
  blood: ["抽血", "Blood"],
  urine: ["尿检", "Urine"],
  ct: ["CT", "CT"],
  mri: ["磁共振", "MRI"],
  xray: ["X 光", "X-ray"],
  ultrasound: ["超声", "Ultrasound"],
  endoscopy: ["内镜", "Endoscopy"],
};
export const ORDERS = Object.keys(KNOWN);

/** What HIS calls otherwise stands for itself. */
export function reportWord(report: string): string {
  const word = KNOWN[report];
  return word ? tell(...word) : report;
}

/** One event of a ticket's history, as the ask `history` tells it. */
export interface Happened {
  type: string;
  at: number;
  reason?: string;
  report?: string | null;
  reports?: string[];
}

export interface Examination {
  report: string;
  /** When its report was there. */
  ready?: number;
}

export function examinationsOf(history: Happened[]): Examination[] {
  const found = new Map<string, Examination>();
  for (const event of history) {
    if (event.type.endsWith("went_to_examination"))
      for (const report of event.reports ?? []) found.set(report, { report });
    if (!event.type.endsWith("report_arrived")) continue;
    const arrived = event.report ? [event.report] : [...found.keys()];
    for (const report of arrived)
      if (found.get(report)?.ready === undefined)
        found.set(report, { report, ready: event.at });
  }
  return [...found.values()];
}

const TOLD = /(transferred|arrived|class_set|moved|called|held)$/;

/** Why this patient was sent here or called out of turn, in the words of who did it;
 *  the last one. */
export const reasonTold = (history: Happened[]): string =>
  history.filter(({ type, reason }) => TOLD.test(type) && reason).at(-1)?.reason ?? "";
