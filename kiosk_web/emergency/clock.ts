/** The hospital's time without a server: the desk's clock, in the zone of the list. */
export const wallTime = (ms: number, zoneMs: number): string =>
  new Date(ms + zoneMs).toISOString().slice(11, 16);

export const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
