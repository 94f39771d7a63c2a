import { type Answer, Asks } from "./asks";
import { backoff, STOP } from "./backoff";
import { ServerClock } from "./clock";
import {
  type ClientName,
  type FromServer,
  type JsonObject,
  type Patch,
  type Ping,
  readFrame,
  type ToServer,
  type Welcome,
  type WholeView,
} from "./frames";
import { type Outcome, Replica } from "./replica";

/** What the shell is to do, in order. */
export type Output =
  | { do: "connect" }
  | { do: "send"; text: string }
  /** Drop the socket without waiting for its closing handshake. */
  | { do: "drop"; code: number; reason: string }
  /** Tell whoever looks at the topic that its replica has changed. */
  | { do: "topic"; topic: string }
  /** Tell whoever looks at the connection. */
  | { do: "status" };

/**
 * - `idle`: not started; `connecting`: no welcome yet; `welcome`: frames flow;
 * - `waiting`: a try follows at its time;
 * - `stopped`: the server said not to come back without a change.
 */
export type Phase = "idle" | "connecting" | "welcome" | "waiting" | "stopped";

export interface Stop {
  code: number;
  reason: string;
}

const CONNECT_MS = 10_000;
/** A connection that lived this long was a good one: the next back-off starts anew. */
const STEADY_MS = 5_000;
/** How soon a topic is asked for again: closed with `rejoin`, and refused. */
const REJOIN_MS = 500;
const REFUSED_MS = 60_000;

interface Needed {
  replica: Replica;
  users: number;
  joinAt: number;
}

/**
 * The client's side of one conversation over any number of connections, Sans-I/O: the
 * shell tells it what happened and when (`now`, monotonic ms) and does what `outputs`
 * says. It has no timers: the shell calls `tick` at `wakeAt`.
 */
export class Session {
  phase: Phase = "idle";
  stop: Stop | undefined;
  /** When the last frame came, monotonic. */
  heardAt: number | undefined;
  readonly clock = new ServerClock();

  #topics = new Map<string, Needed>();
  #asks = new Asks();
  #outputs: Output[] = [];
  #refs = 0;
  #attempt = 0;
  #heartbeatMs = CONNECT_MS;
  #welcomedAt: number | undefined;
  /** When `tick` has to act on the connection itself: give up on it, or try again. */
  #connectionDue = Number.POSITIVE_INFINITY;

  constructor(
    readonly client: ClientName,
    readonly random: () => number = Math.random,
  ) {}

  outputs(): Output[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  start(now: number): void {
    if (this.phase !== "idle" && this.phase !== "stopped") return;
    this.stop = undefined;
    this.#attempt = 0;
    this.#connect(now);
  }

  /** The network may be back, or somebody looks: do not sit out the wait. */
  nudge(now: number): void {
    if (this.phase === "waiting") this.#connect(now);
    else this.tick(now);
  }

  /** The machine slept: the socket is not to be believed any more. */
  slept(now: number): void {
    this.clock.restart();
    if (this.phase !== "connecting" && this.phase !== "welcome") return this.nudge(now);
    this.#outputs.push({ do: "drop", code: 4000, reason: "slept" });
    this.#lose();
    this.#connect(now);
  }

  opened(token: string, now: number): void {
    if (this.phase !== "connecting") return;
    this.#connectionDue = now + CONNECT_MS;
    this.#send({ type: "hello", ref: this.#ref("h"), token, client: this.client });
  }

  lost(code: number, reason: string, now: number): void {
    if (this.phase !== "connecting" && this.phase !== "welcome") return;
    const steady = this.#welcomedAt !== undefined && now - this.#welcomedAt > STEADY_MS;
    if (steady) this.#attempt = 0;
    this.#lose();
    const wait = backoff(code, this.#attempt, this.random);
    if (wait === STOP) {
      this.stop = { code, reason };
      this.#enter("stopped", Number.POSITIVE_INFINITY);
      return;
    }
    this.#attempt += 1;
    this.#enter("waiting", now + wait);
  }

  received(text: string, now: number): void {
    if (this.phase !== "connecting" && this.phase !== "welcome") return;
    const frame = readFrame(text);
    if (frame === undefined || (this.phase === "connecting") !== isWelcome(frame)) {
      this.#outputs.push({ do: "drop", code: 4502, reason: "bad_protocol" });
      this.lost(1006, "bad_protocol", now);
      return;
    }
    this.heardAt = now;
    if (this.phase === "welcome") this.#connectionDue = now + 2 * this.#heartbeatMs;
    this.#handle(frame, now);
  }

  tick(now: number): void {
    this.#asks.expire(now);
    if (now >= this.#connectionDue) {
      if (this.phase === "waiting") this.#connect(now);
      else {
        this.#outputs.push({ do: "drop", code: 4000, reason: "idle" });
        this.lost(1006, "silence", now);
      }
    }
    if (this.phase !== "welcome") return;
    for (const needed of this.#topics.values())
      if (now >= needed.joinAt) this.#join(needed);
    for (const frame of this.#asks.due(now)) this.#send(frame);
  }

  wakeAt(now: number): number {
    let at = Math.min(this.#connectionDue, this.#asks.wakeAt(now));
    if (this.phase === "welcome")
      for (const { joinAt } of this.#topics.values()) at = Math.min(at, joinAt);
    return at;
  }

  /** Keep the topic current until as many `leave`s; the replica is there at once. */
  join(topic: string, now: number): Replica {
    let needed = this.#topics.get(topic);
    if (needed === undefined) {
      needed = { replica: new Replica(topic), users: 0, joinAt: now };
      this.#topics.set(topic, needed);
    }
    needed.users += 1;
    this.tick(now);
    return needed.replica;
  }

  leave(topic: string): void {
    const needed = this.#topics.get(topic);
    if (needed === undefined || --needed.users > 0) return;
    this.#topics.delete(topic);
    const { standing } = needed.replica;
    if (this.phase === "welcome" && (standing === "joined" || standing === "joining"))
      this.#send({ type: "leave", ref: this.#ref("l"), topic });
  }

  /** Live: the topic's view is what the server shows now, as far as anyone can know. */
  isLive(topic: string): boolean {
    const standing = this.#topics.get(topic)?.replica.standing;
    return this.phase === "welcome" && standing === "joined";
  }

  ask(
    topic: string,
    name: string,
    body: JsonObject,
    options: { key: string; deadlineMs: number; now: number },
    settle: (answer: Answer) => void,
  ): void {
    const { key, deadlineMs, now } = options;
    const ref = this.#ref("a");
    this.#asks.add({ ref, topic, name, key, body, until: now + deadlineMs, settle });
    this.tick(now);
  }

  #handle(frame: FromServer, now: number): void {
    switch (frame.type) {
      case "welcome":
        return this.#welcome(frame, now);
      case "ping":
        return this.#ping(frame, now);
      case "reply":
        this.#asks.replied(frame, now, this.random);
        return;
      case "closed": {
        const needed = this.#topics.get(frame.topic);
        // an answer to a leave, or to a join given up since
        if (!needed || (frame.ref && frame.ref !== needed.replica.joinRef)) return;
        needed.replica.refuse(frame.reason);
        needed.joinAt =
          now + (frame.rejoin ? REJOIN_MS * (1 + this.random()) : REFUSED_MS);
        this.#outputs.push({ do: "topic", topic: frame.topic });
        return;
      }
      case "joined":
        return this.#follow(frame.topic, (replica) => replica.joined(frame));
      case "patch":
      case "view":
        return this.#follow(frame.topic, (replica) => took(replica, frame));
    }
  }

  #welcome(frame: Welcome, now: number): void {
    this.#welcomedAt = now;
    this.#heartbeatMs = frame.heartbeat_s * 1000;
    this.clock.restart();
    this.clock.heard(frame.server_time, now);
    this.#enter("welcome", now + 2 * this.#heartbeatMs);
    for (const needed of this.#topics.values()) needed.joinAt = now;
    this.tick(now);
  }

  #ping(frame: Ping, now: number): void {
    this.clock.heard(frame.server_time, now);
    this.#send({ type: "pong" });
    for (const [topic, seq] of Object.entries(frame.tops))
      this.#follow(topic, (replica) => replica.topped(seq));
    this.#outputs.push({ do: "status" });
  }

  #follow(topic: string, step: (replica: Replica) => Outcome): void {
    const needed = this.#topics.get(topic);
    if (needed === undefined) return;
    const outcome = step(needed.replica);
    if (outcome === "unchanged") return;
    if (outcome !== "changed") this.#join(needed);
    this.#outputs.push({ do: "topic", topic });
  }

  #join(needed: Needed): void {
    needed.joinAt = Number.POSITIVE_INFINITY;
    const ref = this.#ref("j");
    const { topic } = needed.replica;
    const since = needed.replica.join(ref);
    this.#send(
      since ? { type: "join", ref, topic, since } : { type: "join", ref, topic },
    );
  }

  #connect(now: number): void {
    this.#enter("connecting", now + CONNECT_MS);
    this.#outputs.push({ do: "connect" });
  }

  #lose(): void {
    this.#welcomedAt = undefined;
    this.#asks.lose();
    for (const { replica } of this.#topics.values()) {
      replica.lose();
      this.#outputs.push({ do: "topic", topic: replica.topic });
    }
  }

  #enter(phase: Phase, due: number): void {
    this.phase = phase;
    this.#connectionDue = due;
    this.#outputs.push({ do: "status" });
  }

  #send(frame: ToServer): void {
    this.#outputs.push({ do: "send", text: JSON.stringify(frame) });
  }

  #ref(kind: string): string {
    this.#refs += 1;
    return `${kind}${this.#refs}`;
  }
}

const isWelcome = (frame: FromServer): boolean => frame.type === "welcome";

const took = (replica: Replica, frame: Patch | WholeView): Outcome =>
  frame.type === "patch" ? replica.patched(frame) : replica.replaced(frame);
