/** Finding among many rows: up to so many one sees them all. */
export const SHORT = 12;

/** Whether each word is somewhere in what the row says. */
export function matches(wanted: string, ...said: string[]): boolean {
  const all = said.join(" ").toLowerCase();
  return wanted
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
