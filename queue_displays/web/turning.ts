/** Pages that turn by the hospital's clock, so that screens side by side turn as one. */

export const PAGE_MS = 10_000;

/** Which of `count` pages is open now; 0 where there are none. */
export function pageAt(now: number, count: number, lasts = PAGE_MS): number {
  return count > 0 ? Math.floor(now / lasts) % count : 0;
}

/** Of pages of unequal length (in ms) the one that is open now. */
export function turnAt(now: number, lengths: number[]): number {
  const whole = lengths.reduce((sum, each) => sum + each, 0);
  if (whole <= 0) return 0;
  let left = now % whole;
  for (const [index, each] of lengths.entries()) {
    if (left < each) return index;
    left -= each;
  }
  return 0;
}

/** Rows cut into pages that are as full as one another: 7 of at most 6 are 4 and 3. */
export function paged<Row>(rows: Row[], most: number): Row[][] {
  const count = Math.ceil(rows.length / most);
  if (count === 0) return [];
  const size = Math.ceil(rows.length / count);
  return Array.from({ length: count }, (_, page) =>
    rows.slice(page * size, (page + 1) * size),
  );
}

/**
 * A text in pieces of at most `most` characters, each ended where a reader takes breath.
 * A part that is longer by itself stays whole: it is drawn smaller then.
 */
export function piecesOf(text: string, most: number): string[] {
  const parts = text.match(/[^，。；！？,;!?]+[，。；！？,;!?]*\s*/g) ?? [text];
  const pieces: string[] = [];
  for (const part of parts) {
    const last = pieces[pieces.length - 1];
    if (last !== undefined && last.length + part.trimEnd().length <= most)
      pieces[pieces.length - 1] = last + part;
    else pieces.push(part);
  }
  return pieces.map((piece) => piece.trim());
}
