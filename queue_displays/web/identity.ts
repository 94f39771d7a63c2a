import { type Admitted, type Enrolment, NoServer } from "./enrolment";

/** What a screen keeps of who it is: its name, its secret, and what it was last told. */
export interface Kept {
  terminal: string;
  secret: string;
  admitted?: Omit<Admitted, "token">;
}

const KEY = "houzhen.terminal";

export function keptIdentity(): Kept | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as Kept | null;
    return kept?.terminal && kept.secret ? kept : undefined;
  } catch {
    return undefined;
  }
}

export const keepIdentity = (kept: Kept): void =>
  localStorage.setItem(KEY, JSON.stringify(kept));

export const forgetIdentity = (): void => localStorage.removeItem(KEY);

/** It was revoked, or the server has never heard of it: it starts anew. */
export class Gone extends Error {}

/** A token is used until a little before it ends; then another is asked for. */
const SPARE_MS = 60_000;

/** An enrolled screen: tokens, as long as it may have any. */
export class Identity {
  #admitted: Admitted | undefined;
  /** Monotonic, for the device's clock may be anything. */
  #goodUntil = 0;

  constructor(
    readonly enrolment: Enrolment,
    readonly kept: Kept,
    readonly changed: (admitted: Admitted) => void,
  ) {}

  /** Throws Gone, or NoServer. */
  async token(renewed: boolean): Promise<string> {
    if (this.#admitted && !renewed && performance.now() < this.#goodUntil)
      return this.#admitted.token;
    const { terminal, secret } = this.kept;
    const told = await this.enrolment.token(terminal, secret);
    if (told === "unknown" || told === "revoked") throw new Gone(told);
    if (told === "waiting") throw new NoServer("not confirmed yet");
    this.#admitted = told;
    const lasts = Math.max(0, told.lastsMs - SPARE_MS);
    this.#goodUntil = performance.now() + lasts;
    const { token: _, ...facts } = told;
    keepIdentity({ terminal, secret, admitted: facts });
    this.changed(told);
    return told.token;
  }
}
