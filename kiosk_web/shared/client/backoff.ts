/** How long to wait before the next try, after the protocol's closing codes. */
export const STOP = "stop";

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/**
 * The wait in ms before try number `attempt` (from 0), or `STOP` where the code says not
 * to come back without a change. `random` gives 0 ≤ x < 1.
 */
export function backoff(
  code: number,
  attempt: number,
  random: () => number,
): number | typeof STOP {
  if (code >= 4500 && code <= 4999) return STOP;
  if (code === 1012) return 200 + 1800 * random();
  const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  // half of it certain, half of it chance: no stampede, and no hammering either
  return wait * (0.5 + 0.5 * random());
}
