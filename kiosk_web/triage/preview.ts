import type { RuleSet } from "@shared/desk/view";

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
