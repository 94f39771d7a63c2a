import type { Condition, FromEdge, Part, PrintState, ToEdge } from "./messages";
import type { EdgeAddress } from "./address";

/** A WebSocket, as much of one as is used here. */
export interface Line {
  send: (text: string) => void;
  close: () => void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

export interface Job {
  state: PrintState;
  why: string;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;
/** A newer page has the devices, or the secret is wrong: knocking again helps nobody. */
const TAKEN_OVER = 4000;
const NOT_LET_IN = 4501;
const OVER: readonly PrintState[] = ["printed", "not_printed", "unknown", "refused"];

/**
 * The devices of this computer, through the local door of `houzhen edge`. It comes back
 * by itself when that starts again. `changed` is called after anything below is new;
 * `hears` with what readers read, in order.
 */
export class Edge {
  /** Whether the door has welcomed us. */
  here = false;
  devices: Record<string, Condition> = {};
  /** Readers on which a card lies whose patient has gone. */
  leftBehind: string[] = [];
  jobs: Record<string, Job> = {};

  #line: Line | undefined;
  #pause = FIRST_PAUSE_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: { id: string; slip: Part[]; livesMs: number; until: number }[] = [];
  #forgets = false;
  #closed = false;

  constructor(
    private readonly address: EdgeAddress,
    private readonly hears: (message: FromEdge) => void,
    private readonly changed: () => void,
    private readonly open: (url: string) => Line = (url) =>
      new WebSocket(url) as unknown as Line,
  ) {
    this.#connect();
  }

  /** Take the devices back from another page of this computer, when somebody is here. */
  claim(): void {
    if (!this.#line && !this.#timer && !this.#closed) this.#connect();
  }

  /** The same `id` twice is one slip. What cannot reach the door in time never will. */
  print(id: string, slip: Part[], livesMs: number): void {
    this.jobs[id] = { state: "waiting", why: this.here ? "" : "printer_away" };
    this.#waiting.push({ id, slip, livesMs, until: Date.now() + livesMs });
    this.#send();
    this.changed();
  }

  /** The session is over: no word of this patient stays here or at the devices. */
  forget(): void {
    this.#waiting = [];
    this.jobs = {};
    // a door that is away may hold a slip of theirs: it is told first thing
    this.#forgets = !this.here;
    this.#say({ type: "forget" });
    this.changed();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#line?.close();
  }

  #connect(): void {
    this.#timer = undefined;
    const line = this.open(`ws://${this.address.host}/`);
    this.#line = line;
    line.onopen = () => {
      line.send(JSON.stringify({ type: "hello", secret: this.address.pair }));
    };
    line.onmessage = ({ data }) => {
      if (this.#line === line) this.#hear(JSON.parse(String(data)) as FromEdge);
    };
    line.onclose = ({ code }) => {
      if (this.#line !== line) return;
      this.#line = undefined;
      const was = this.here;
      this.here = false;
      this.devices = {};
      if (was) this.changed();
      if (this.#closed || code === TAKEN_OVER || code === NOT_LET_IN) return;
      this.#timer = setTimeout(() => this.#connect(), this.#pause);
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    };
  }

  #hear(message: FromEdge): void {
    switch (message.type) {
      case "welcome":
        this.here = true;
        this.#pause = FIRST_PAUSE_MS;
        this.devices = message.devices;
        this.leftBehind = message.left_behind;
        if (this.#forgets) this.#say({ type: "forget" });
        this.#forgets = false;
        this.#ask();
        this.#send();
        break;
      case "device": {
        const { device, ok, trouble, warning } = message;
        this.devices = {
          ...this.devices,
          [device]: { ok, ...(trouble && { trouble }), ...(warning && { warning }) },
        };
        break;
      }
      case "card_removed":
      case "social_card_out":
        this.leftBehind = this.leftBehind.filter((one) => one !== message.device);
        break;
      case "forgotten":
        this.leftBehind = message.left_behind;
        break;
      case "print":
        // of a slip whose patient has gone nothing is kept
        if (message.id in this.jobs)
          this.jobs = {
            ...this.jobs,
            [message.id]: { state: message.state, why: message.why ?? "" },
          };
        break;
    }
    this.hears(message);
    this.changed();
  }

  /** After the door was away: what became of the slips it was given before. */
  #ask(): void {
    const unsent = new Set(this.#waiting.map(({ id }) => id));
    for (const [id, { state }] of Object.entries(this.jobs))
      if (!OVER.includes(state) && !unsent.has(id)) this.#say({ type: "job", id });
  }

  #send(): void {
    if (!this.here) return;
    const now = Date.now();
    for (const { id, slip, livesMs, until } of this.#waiting)
      if (until > now) this.#say({ type: "print", id, slip, lives_ms: livesMs });
      else this.jobs[id] = { state: "not_printed", why: "too_late" };
    this.#waiting = [];
  }

  #say(message: ToEdge): void {
    if (this.here) this.#line?.send(JSON.stringify(message));
  }
}
