import type { Joined, Json, Patch, PatchStep, Since, WholeView } from "./frames";
import { merge } from "./merge";

/**
 * - `absent`: not joined on this connection;
 * - `joining`: a join is on its way;
 * - `joined`: the view is kept current;
 * - `refused`: the server said no and `refusal` says why.
 */
export type Standing = "absent" | "joining" | "joined" | "refused";

/** What the session must do after the replica has taken a frame. */
export type Outcome = "changed" | "unchanged" | "rejoin" | "start over";

/**
 * One topic as this client holds it: the newest view it could prove, and where that
 * view stands in the stream. A view once held is kept through every loss of connection;
 * only a proven successor replaces it.
 */
export class Replica {
  standing: Standing = "absent";
  view: Json | undefined;
  refusal: string | undefined;
  /** The ref of the join under way; answers to older joins are not ours any more. */
  joinRef: string | undefined;
  #at: Since | undefined;

  constructor(readonly topic: string) {}

  get epoch(): string | undefined {
    return this.#at?.epoch;
  }

  get seq(): number | undefined {
    return this.#at?.seq;
  }

  /** Where to go on from, once a join has to be sent. */
  join(ref: string): Since | undefined {
    this.standing = "joining";
    this.joinRef = ref;
    return this.#at;
  }

  /** The connection is gone; the view stays. */
  lose(): void {
    if (this.standing !== "refused") this.standing = "absent";
    this.joinRef = undefined;
  }

  refuse(reason: string): void {
    this.standing = "refused";
    this.refusal = reason;
    this.joinRef = undefined;
  }

  joined(frame: Joined): Outcome {
    if (frame.ref !== this.joinRef) return "unchanged";
    if (!frame.recovered) {
      this.#take(frame);
      this.#settle();
      return "changed";
    }
    const at = this.#at;
    const patches = frame.patches ?? [];
    // all or nothing: a chain that does not reach from ours to theirs proves nothing
    let seq = at?.seq;
    for (const step of patches) {
      if (step.prev !== seq) return this.#forget();
      seq = step.seq;
    }
    if (at === undefined || frame.epoch !== at.epoch || seq !== frame.seq)
      return this.#forget();
    for (const step of patches) this.#apply(step, frame.epoch);
    this.#settle();
    return "changed";
  }

  patched(frame: Patch): Outcome {
    // while a join is under way its answer brings all of this again
    if (this.standing !== "joined" || this.#at === undefined) return "unchanged";
    if (frame.epoch !== this.#at.epoch) return "rejoin";
    if (frame.seq <= this.#at.seq) return "unchanged";
    if (frame.prev !== this.#at.seq) return "rejoin";
    this.#apply(frame, frame.epoch);
    return "changed";
  }

  replaced(frame: WholeView): Outcome {
    if (this.standing !== "joined") return "unchanged";
    this.#take(frame);
    return "changed";
  }

  /** The server's newest seq of this topic, told by a ping. */
  topped(seq: number): Outcome {
    const behind = this.standing === "joined" && (this.#at?.seq ?? -1) < seq;
    return behind ? "rejoin" : "unchanged";
  }

  #take(frame: { epoch: string; seq: number; view?: Json }): void {
    this.view = frame.view ?? {};
    this.#at = { epoch: frame.epoch, seq: frame.seq };
  }

  #apply(step: PatchStep, epoch: string): void {
    this.view = merge(this.view, step.patch);
    this.#at = { epoch, seq: step.seq };
  }

  #settle(): void {
    this.standing = "joined";
    this.joinRef = undefined;
    this.refusal = undefined;
  }

  #forget(): Outcome {
    this.#at = undefined;
    return "start over";
  }
}
