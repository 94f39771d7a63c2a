import { Session } from "../client/session";
import { ModelLine, ModelServer } from "./model";

/** A session and a model server with a line between them that the test holds. */
export class Rig {
  readonly server = new ModelServer();
  readonly session: Session;
  now = 0;
  line: ModelLine | undefined;
  /** Every socket the session asked for, and every one it dropped. */
  connects = 0;
  drops: number[] = [];
  sent: string[] = [];
  /** While false the session asks for sockets in vain. */
  reachable = true;

  constructor(random: () => number = () => 0.5) {
    this.session = new Session({ kind: "test", id: "t1", version: "1" }, random);
  }

  start(): void {
    this.session.start(this.now);
    this.perform();
  }

  /** Do what the session wants done. */
  perform(): void {
    let outputs = this.session.outputs();
    while (outputs.length > 0) {
      for (const output of outputs) {
        if (output.do === "connect") this.#connect();
        else if (output.do === "send") {
          this.sent.push(output.text);
          this.line?.toServer.push(output.text);
        } else if (output.do === "drop") {
          this.drops.push(output.code);
          this.line?.end();
          this.line = undefined;
        }
      }
      outputs = this.session.outputs();
    }
  }

  #connect(): void {
    this.connects += 1;
    this.line = undefined;
    if (!this.reachable) return;
    this.line = new ModelLine(this.server);
    this.session.opened("token", this.now);
  }

  /** Let one frame through to the client. */
  deliver(): void {
    const text = this.line?.toClient.shift();
    if (text === undefined) return;
    this.session.received(text, this.now);
    this.perform();
  }

  /** Let everything through, both ways, until nothing is under way. */
  settle(): void {
    while (this.line && this.line.toServer.length + this.line.toClient.length > 0) {
      this.line.serve();
      this.deliver();
    }
  }

  lose(code: number): void {
    if (!this.line) return;
    this.line.end();
    this.line = undefined;
    this.session.lost(code, "", this.now);
    this.perform();
  }

  /** Time passes; the session is woken when it asked to be. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const at = this.session.wakeAt(this.now);
      if (at > until) break;
      this.#to(Math.max(at, this.now));
      this.session.tick(this.now);
      this.perform();
    }
    this.#to(until);
  }

  #to(now: number): void {
    this.now = now;
    this.server.now = now;
  }

  /** The frames of a type the session has sent. */
  framesOf(type: string): Record<string, unknown>[] {
    return this.sent
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .filter((frame) => frame.type === type);
  }
}
