/** Times without a server: the desk's own clock, which the list was kept by. */

const two = (part: number): string => String(part).padStart(2, "0");

export function wallTime(ms: number): string {
  const at = new Date(ms);
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

export const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
