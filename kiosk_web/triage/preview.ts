import type { RuleSet } from "@shared/desk/view";

/** What other rules would do to a calling order, as lines that cross. */

/** One place before and after; both counted from 0. */
export interface Shift {
  ticket: string;
  from: number;
  to: number;
}

export function shiftsOf(before: string[], after: string[]): Shift[] {
  const places = new Map(after.map((ticket, at) => [ticket, at]));
  return before.flatMap((ticket, from) => {
    const to = places.get(ticket);
    return to === undefined ? [] : [{ ticket, from, to }];
  });
}

export interface Effect {
  /** How many stand elsewhere, and how far back the furthest goes. */
  moved: number;
  furthest: number;
}

export function effectOf(shifts: Shift[]): Effect {
  return {
    moved: shifts.filter(({ from, to }) => from !== to).length,
    furthest: Math.max(0, ...shifts.map(({ from, to }) => to - from)),
  };
}

/** A curve from one list to the other, in a drawing so wide with rows so high. */
export function curve({ from, to }: Shift, width: number, row: number): string {
  const [a, b] = [from, to].map((at) => at * row + row / 2);
  return `M0 ${a} C${width / 2} ${a} ${width / 2} ${b} ${width} ${b}`;
}

/** The numbers a nurse may try; what is not a number here stays as it is. */
export interface Trial {
  late: number;
  recall: number;
  first: number;
  back: number;
  overtaken: number;
}

export const trialOf = (rules: RuleSet): Trial => ({
  late: rules.late?.mode === "interleave" ? (rules.late.every ?? 0) : 0,
  recall: rules.recall?.mode === "interleave" ? (rules.recall.every ?? 0) : 0,
  first: rules.returns?.first ?? 2,
  back: rules.returns?.back ?? 1,
  overtaken: rules.fairness?.overtaken ?? 0,
});

/** The rules with the numbers tried; 0 leaves late and recalled as they are now. */
export function tried(rules: RuleSet, trial: Trial): RuleSet {
  const spread = (own: { mode?: string; every?: number } | undefined, every: number) =>
    every > 0 ? { ...own, mode: "interleave", every } : { ...own };
  return {
    ...rules,
    late: spread(rules.late, trial.late),
    recall: spread(rules.recall, trial.recall),
    returns: { ...rules.returns, first: trial.first, back: trial.back },
    fairness: { ...rules.fairness, overtaken: trial.overtaken },
  };
}
