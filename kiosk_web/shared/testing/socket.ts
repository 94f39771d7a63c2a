import { vi } from "vitest";
import { ModelLine, ModelServer } from "./model";

/** The browser's socket, joined to a model server. */
export class FakeSocket {
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static all: FakeSocket[] = [];
  static server: ModelServer;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  closedWith: number | undefined;
  readyState = FakeSocket.OPEN;
  readonly line: ModelLine;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    this.line = new ModelLine(FakeSocket.server);
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    if (this.readyState !== FakeSocket.OPEN)
      throw new Error("WebSocket is already in CLOSING or CLOSED state.");
    this.line.toServer.push(text);
  }

  close(code: number): void {
    this.closedWith = code;
    this.closing();
  }

  /** The other side has begun to close; the page is not told yet. */
  closing(): void {
    this.readyState = FakeSocket.CLOSING;
    this.line.end();
  }

  settle(): void {
    while (this.line.toServer.length + this.line.toClient.length > 0) {
      this.line.serve();
      const data = this.line.toClient.shift();
      if (data !== undefined) this.onmessage?.({ data });
    }
  }

  fail(code: number): void {
    this.closing();
    this.onclose?.({ code, reason: "" });
  }
}

/** A browser with fake sockets and a fake clock; `realBrowser` takes it down. */
export function fakeBrowser() {
  const server = new ModelServer();
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  FakeSocket.all = [];
  FakeSocket.server = server;
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", page);
  vi.useFakeTimers();
  return { server, page };
}

export function realBrowser(): void {
  vi.useRealTimers();
  vi.unstubAllGlobals();
}

export const newest = () => FakeSocket.all.at(-1) as FakeSocket;
