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
