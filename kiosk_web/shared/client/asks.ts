import type { JsonObject, Refusal, Reply, ToServer } from "./frames";

export type Answer =
  | { ok: true; body: JsonObject; seq?: number }
  | { ok: false; error: Refusal };

interface OpenAsk {
  ref: string;
  topic: string;
  name: string;
  key: string;
  body: JsonObject;
  /** Monotonic: after it nothing is sent any more. */
  until: number;
  /** On its way on the present connection. */
  sent: boolean;
  /** Out at least once: it may have happened. */
  everSent: boolean;
  retries: number;
  /** When the server said "after a moment": not before this. */
  notBefore: number;
  settle: (answer: Answer) => void;
}

const ENDED: Record<"never_sent" | "unanswered", Refusal> = {
  never_sent: {
    code: "offline",
    message: "网络断了，这次没有办成，请稍后再按一次。",
    retry: true,
  },
  unanswered: {
    code: "deadline",
    message: "没有等到回音，可能已经办成，请先看名单再按。",
    retry: false,
  },
};

/**
 * The asks not answered yet. An ask keeps its key for life: sent again after a lost
 * connection it happens once all the same. Nothing is sent after its deadline.
 */
export class Asks {
  #open = new Map<string, OpenAsk>();

  get size(): number {
    return this.#open.size;
  }

  add(
    ask: Pick<OpenAsk, "ref" | "topic" | "name" | "key" | "body" | "until" | "settle">,
  ): void {
    this.#open.set(ask.ref, {
      ...ask,
      sent: false,
      everSent: false,
      retries: 0,
      notBefore: 0,
    });
  }

  /** What has to go out now on a connection that is welcome; `expire` comes first. */
  due(now: number): ToServer[] {
    const frames: ToServer[] = [];
    for (const ask of this.#open.values()) {
      if (ask.sent || ask.notBefore > now) continue;
      ask.sent = ask.everSent = true;
      const { ref, topic, name, key, body } = ask;
      // the protocol's least deadline is 100 ms
      const deadline_ms = Math.max(100, Math.floor(ask.until - now));
      frames.push({ type: "ask", ref, topic, name, key, body, deadline_ms });
    }
    return frames;
  }

  /** The connection is gone: whatever was under way goes out again on the next. */
  lose(): void {
    for (const ask of this.#open.values()) ask.sent = false;
  }

  replied(frame: Reply, now: number, random: () => number): void {
    const ask = this.#open.get(frame.ref);
    if (ask === undefined) return;
    if (!frame.ok && frame.error.retry) {
      const wait = 200 * 2 ** ask.retries * (0.5 + random());
      if (now + wait < ask.until) {
        ask.retries += 1;
        ask.sent = false;
        ask.notBefore = now + wait;
        return;
      }
    }
    this.#open.delete(ask.ref);
    if (!frame.ok) ask.settle({ ok: false, error: frame.error });
    else if (frame.seq === undefined) ask.settle({ ok: true, body: frame.body });
    else ask.settle({ ok: true, body: frame.body, seq: frame.seq });
  }

  /** Settle what has passed its deadline. */
  expire(now: number): void {
    for (const ask of this.#open.values()) {
      if (now < ask.until) continue;
      this.#open.delete(ask.ref);
      const error = ENDED[ask.everSent ? "unanswered" : "never_sent"];
      ask.settle({ ok: false, error });
    }
  }

  /** When `due` or `expire` next has something to do, as far as time decides. */
  wakeAt(now: number): number {
    let at = Number.POSITIVE_INFINITY;
    for (const ask of this.#open.values()) {
      at = Math.min(at, ask.until);
      if (!ask.sent && ask.notBefore > now) at = Math.min(at, ask.notBefore);
    }
    return at;
  }
}
