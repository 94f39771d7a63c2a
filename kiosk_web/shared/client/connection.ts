import type { Answer } from "./asks";
import type { ClientName, JsonObject } from "./frames";
import type { Replica } from "./replica";
import { type Output, Session } from "./session";

/** Where tokens come from. `renewed` asks for another after the server refused one. */
export type TokenSource = (renewed: boolean) => Promise<string>;

export interface ConnectionOptions {
  url: string;
  token: TokenSource;
  client: ClientName;
}

const PROTOCOL = "houzhen.v1";
const BAD_TOKEN = 4501;
/** The two clocks drift apart by this much only while the machine sleeps. */
const SLEPT_MS = 5_000;
const WATCH_MS = 1_000;

/**
 * The socket shell round a `Session`: one WebSocket at a time, one timer, and the
 * browser's own hints. It ends with `close`; nothing else ends it for good.
 */
export class Connection {
  readonly session: Session;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #watchers = new Map<string | undefined, Set<() => void>>();
  #lead = Date.now() - performance.now();
  #renew = false;
  #mayRenew = true;
  #draining = false;
  /** Counts the tries, so that a token that comes late opens no second socket. */
  #tries = 0;

  constructor(readonly options: ConnectionOptions) {
    this.session = new Session(options.client);
  }

  /** Monotonic ms: what the session counts in. */
  now(): number {
    return performance.now();
  }

  open(): void {
    window.addEventListener("online", this.#nudged);
    document.addEventListener("visibilitychange", this.#nudged);
    this.#watch = setInterval(this.#slept, WATCH_MS);
    this.session.start(this.now());
    this.#drain();
  }

  close(): void {
    window.removeEventListener("online", this.#nudged);
    document.removeEventListener("visibilitychange", this.#nudged);
    clearInterval(this.#watch);
    clearTimeout(this.#timer);
    this.#tries += 1;
    this.#drop(1000, "left");
  }

  /** Try once more after the server said to stop: a person changed something. */
  again(): void {
    this.#mayRenew = true;
    this.session.start(this.now());
    this.#drain();
  }

  join(topic: string): Replica {
    const replica = this.session.join(topic, this.now());
    this.#drain();
    return replica;
  }

  leave(topic: string): void {
    this.session.leave(topic);
    this.#drain();
  }

  /** Never rejects: an ask that could not be made is an answer too. */
  ask(
    topic: string,
    name: string,
    body: JsonObject,
    deadlineMs: number,
    key = randomKey(),
  ): Promise<Answer> {
    return new Promise((settle) => {
      const options = { key, deadlineMs, now: this.now() };
      this.session.ask(topic, name, body, options, settle);
      this.#drain();
    });
  }

  /** Call `changed` whenever the topic (or without one, the connection) changes. */
  watch(topic: string | undefined, changed: () => void): () => void {
    const watchers = this.#watchers.get(topic) ?? new Set();
    this.#watchers.set(topic, watchers.add(changed));
    return () => watchers.delete(changed);
  }

  #nudged = (): void => {
    if (document.visibilityState === "hidden") return;
    this.session.nudge(this.now());
    this.#drain();
  };

  #slept = (): void => {
    const lead = Date.now() - performance.now();
    const jumped = Math.abs(lead - this.#lead) > SLEPT_MS;
    this.#lead = lead;
    if (!jumped) return;
    this.session.slept(this.now());
    this.#drain();
  };

  #drain(): void {
    // a watcher may ask or join: its outputs follow in this same round
    if (this.#draining) return;
    this.#draining = true;
    try {
      let outputs = this.session.outputs();
      while (outputs.length > 0) {
        for (const output of outputs) this.#perform(output);
        outputs = this.session.outputs();
      }
    } finally {
      this.#draining = false;
    }
    this.#renewToken();
    const now = this.now();
    const at = this.session.wakeAt(now);
    clearTimeout(this.#timer);
    if (at !== Number.POSITIVE_INFINITY)
      this.#timer = setTimeout(this.#tick, Math.max(0, at - now));
  }

  #perform(output: Output): void {
    if (output.do === "connect") void this.#connect();
    else if (output.do === "send") this.#send(output.text);
    else if (output.do === "drop") this.#drop(output.code, output.reason);
    else this.#tell(output.do === "topic" ? output.topic : undefined);
  }

  /** On a line that is closing, what is sent is lost with it, and the browser would
   * complain: its `onclose` is on the way, and the session sends again on the next. */
  #send(text: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  #tick = (): void => {
    this.session.tick(this.now());
    this.#drain();
  };

  #tell(topic: string | undefined): void {
    for (const changed of this.#watchers.get(topic) ?? []) changed();
  }

  /** A refused token is replaced once, where the source can; then it stays stopped. */
  #renewToken(): void {
    if (this.session.stop?.code !== BAD_TOKEN || !this.#mayRenew) return;
    this.#mayRenew = false;
    this.#renew = true;
    this.session.start(this.now());
    this.#drain();
  }

  async #connect(): Promise<void> {
    this.#drop(1000, "again");
    this.#tries += 1;
    const [mine, renewed] = [this.#tries, this.#renew];
    this.#renew = false;
    const token = await this.options.token(renewed).catch(() => undefined);
    if (mine !== this.#tries) return;
    if (token === undefined) {
      this.session.lost(1006, "no token", this.now());
      this.#drain();
      return;
    }
    const socket = new WebSocket(this.options.url, PROTOCOL);
    this.#socket = socket;
    socket.onopen = () => {
      this.session.opened(token, this.now());
      this.#drain();
    };
    socket.onmessage = ({ data }: MessageEvent) => {
      this.session.received(String(data), this.now());
      if (this.session.phase === "welcome") this.#mayRenew = true;
      this.#drain();
    };
    socket.onclose = ({ code, reason }) => {
      this.session.lost(code, reason, this.now());
      this.#drain();
    };
  }

  #drop(code: number, reason: string): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    // a dead line would hold its closing handshake for minutes: forget it now
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code, reason);
  }
}

/** Plain pages over http have no randomUUID; getRandomValues is everywhere. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
