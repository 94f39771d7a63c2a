/** The rules a hospital begins with: those of a server that was told nothing. */
import type { Entry } from "./plan";

export const USUAL: Entry = {
  "announcement_ms": 60000,
  "call_again_ms": 12000,
  "missed_after_ms": 10000,
  "missed_after_calls": 1,
  "sign_in": true,
  "order": {
    "base": "check_in",
    "booked_first": false,
    "inside": "check_in",
    "unseen_first": true
  },
  "check_in": {
    "early": "any",
    "early_ms": 1800000,
    "desk_may_early": true,
    "kiosk_for": "own",
    "kiosk_other_half": false,
    "cut_off_ms": 0
  },
  "late": {
    "mode": "normal",
    "every": 3,
    "grace_ms": 0,
    "keeps_class": true
  },
  "recall": {
    "mode": "anew",
    "every": 3,
    "per": "queue",
    "misses_void": 0,
    "keeps_class": false
  },
  "returns": {
    "mode": "interleave",
    "first": 2,
    "back": 1,
    "even_out": true,
    "keeps_class": true,
    "automatic": true,
    "days": 3
  },
  "classes": [],
  "fairness": {
    "overtaken": 0,
    "longest_ms": 0
  },
  "emergency": {
    "on": false,
    "targets_ms": [
      0,
      600000,
      1800000,
      14400000
    ],
    "untriaged_as": 4
  },
  "cross": {
    "mode": "longest",
    "own_expert_first": true,
    "rules": [],
    "turns": {}
  },
  "second_stage": {
    "mode": "off",
    "at_most": 2
  },
  "extra": {
    "where": "half_end",
    "daily_limit": 0,
    "shown": true
  },
  "numbers": {
    "given": "registration",
    "per": "queue"
  },
  "doctors": {
    "log_in": "planned",
    "absent_after_ms": 0,
    "next_finishes": true
  }
};
