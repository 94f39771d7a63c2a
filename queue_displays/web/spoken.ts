/**
 * What this device has spoken, kept in storage before the first sound: never twice after
 * a reload or a power cut. A turn that was begun counts as spoken, for something of it
 * was heard.
 */

export interface Turn {
  turn: string;
  /** Announcement, zone and which time it is: one of these is spoken once here. */
  what: string;
  at: number;
  /** The server has said that it knows. */
  told?: boolean;
}

const KEPT = 100;

export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export class SpokenMemory {
  #turns: Turn[];

  constructor(
    readonly store: Store,
    readonly key = "houzhen.spoken",
  ) {
    this.#turns = read(store, key);
  }

  has(what: string): boolean {
    return this.#turns.some((turn) => turn.what === what);
  }

  begin(turn: Turn): void {
    this.#turns = [...this.#turns, turn].slice(-KEPT);
    this.#write();
  }

  /** Nothing of it was heard after all. */
  takeBack(turn: string): void {
    this.#turns = this.#turns.filter((each) => each.turn !== turn);
    this.#write();
  }

  /** What the server has not acknowledged, but for what is being spoken now. */
  untold(speaking: string | undefined): string[] {
    return this.#turns
      .filter((each) => !each.told && each.turn !== speaking)
      .map((each) => each.turn);
  }

  told(turns: string[]): void {
    if (turns.length === 0) return;
    const known = new Set(turns);
    this.#turns = this.#turns.map((each) =>
      known.has(each.turn) ? { ...each, told: true } : each,
    );
    this.#write();
  }

  #write(): void {
    try {
      this.store.setItem(this.key, JSON.stringify(this.#turns));
    } catch {
      // full, or forbidden: it still holds until the next reload
    }
  }
}

function read(store: Store, key: string): Turn[] {
  try {
    const kept = JSON.parse(store.getItem(key) ?? "[]") as Turn[];
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}
