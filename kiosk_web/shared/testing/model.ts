import type {
  FromServer,
  Json,
  JsonObject,
  PatchStep,
  ToServer,
} from "../client/frames";
import { merge } from "../client/merge";

/**
 * A server of houzhen.v1 small enough to be right at a glance: the tests hold the
 * client against it. It keeps every state a topic ever had, to prove what was seen.
 */
export class ModelServer {
  readonly topics = new Map<string, ModelTopic>();
  readonly applied: { key: string; at: number }[] = [];
  readonly #replies = new Map<string, { seq: number; body: JsonObject }>();
  now = 0;
  heartbeatS = 10;

  topic(name: string): ModelTopic {
    let topic = this.topics.get(name);
    if (topic === undefined) {
      topic = new ModelTopic(name);
      this.topics.set(name, topic);
    }
    return topic;
  }

  serverTime(): string {
    const zoneMs = 8 * 3600_000;
    const at = Date.UTC(2026, 10, 23, 1, 42) + this.now;
    return `${new Date(at + zoneMs).toISOString().slice(0, -1)}+08:00`;
  }

  /** An ask happens once for its key; each adds one row to the topic it was asked on. */
  answer(ask: Extract<ToServer, { type: "ask" }>): FromServer {
    let reply = this.#replies.get(ask.key);
    if (reply === undefined) {
      this.applied.push({ key: ask.key, at: this.now });
      const topic = this.topic(ask.topic);
      topic.commit({ rows: { [ask.key]: ask.name } });
      reply = { seq: topic.seq, body: { key: ask.key } };
      this.#replies.set(ask.key, reply);
    }
    return { type: "reply", ref: ask.ref, ok: true, ...reply };
  }
}

export class ModelTopic {
  epoch = 1;
  seq = 0;
  view: Json = { rows: {} };
  #steps: PatchStep[] = [];
  #states = new Map<string, string>();
  readonly members = new Set<ModelLine>();

  constructor(readonly name: string) {
    this.#remember();
  }

  commit(patch: JsonObject, gap = 1): void {
    const step = { prev: this.seq, seq: this.seq + gap, at: 0, patch };
    this.seq = step.seq;
    this.view = merge(this.view, patch);
    this.#steps = [...this.#steps, step].slice(-6);
    this.#remember();
    for (const line of this.members)
      line.send({ type: "patch", topic: this.name, epoch: `e${this.epoch}`, ...step });
  }

  /** The day or the journal changes: nothing of before fits any more. */
  reset(): void {
    this.epoch += 1;
    this.seq = 0;
    this.view = { rows: {}, epoch: this.epoch };
    this.#steps = [];
    this.#remember();
    for (const line of this.members) line.send(this.whole("reset"));
  }

  whole(reason: string): FromServer {
    const { name: topic, seq, view } = this;
    return { type: "view", topic, epoch: `e${this.epoch}`, seq, reason, view };
  }

  joined(frame: Extract<ToServer, { type: "join" }>): FromServer {
    const { ref, topic, since } = frame;
    const epoch = `e${this.epoch}`;
    const base = { type: "joined", ref, topic, epoch, seq: this.seq } as const;
    const first = this.#steps.findIndex((step) => step.prev === since?.seq);
    if (since?.epoch === epoch && (first >= 0 || since.seq === this.seq)) {
      const patches = first >= 0 ? this.#steps.slice(first) : [];
      return { ...base, recovered: true, patches };
    }
    return { ...base, recovered: false, view: this.view };
  }

  /** Was this the view at that place of the stream? */
  was(epoch: string | undefined, seq: number | undefined, view: Json): boolean {
    return this.#states.get(`${epoch} ${seq}`) === canonical(view);
  }

  #remember(): void {
    this.#states.set(`e${this.epoch} ${this.seq}`, canonical(this.view));
  }
}

/** One connection's two queues: nothing arrives until the test lets it. */
export class ModelLine {
  toServer: string[] = [];
  toClient: string[] = [];
  #greeted = false;

  constructor(readonly server: ModelServer) {}

  send(frame: FromServer): void {
    this.toClient.push(JSON.stringify(frame));
  }

  serve(): void {
    const text = this.toServer.shift();
    if (text === undefined) return;
    const frame = JSON.parse(text) as ToServer;
    if (this.#greeted === (frame.type === "hello")) throw new Error("out of turn");
    switch (frame.type) {
      case "hello":
        this.#greeted = true;
        return this.send({
          type: "welcome",
          ref: frame.ref,
          conn_id: "c",
          server_time: this.server.serverTime(),
          heartbeat_s: this.server.heartbeatS,
          limits: { message_bytes: 65536, asks_open: 64, topics: 32 },
        });
      case "join": {
        const topic = this.server.topic(frame.topic);
        topic.members.add(this);
        return this.send(topic.joined(frame));
      }
      case "leave":
        this.server.topic(frame.topic).members.delete(this);
        return this.send({
          type: "closed",
          topic: frame.topic,
          ref: frame.ref,
          reason: "left",
          rejoin: false,
        });
      case "ask":
        return this.send(this.server.answer(frame));
      case "pong":
        return;
    }
  }

  ping(): void {
    if (!this.#greeted) return;
    const tops = Object.fromEntries(
      [...this.server.topics.values()]
        .filter((topic) => topic.members.has(this))
        .map((topic) => [topic.name, topic.seq]),
    );
    this.send({ type: "ping", server_time: this.server.serverTime(), tops });
  }

  end(): void {
    for (const topic of this.server.topics.values()) topic.members.delete(this);
    this.toClient = [];
    this.toServer = [];
  }
}

/** One text for equal values, whatever order their keys came in. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join()}}`;
}
