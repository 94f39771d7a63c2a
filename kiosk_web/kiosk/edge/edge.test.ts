import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readAddress } from "./address";
import { Edge, type Line } from "./edge";
import type { FromEdge } from "./messages";

class FakeLine implements Line {
  onopen: Line["onopen"] = null;
  onmessage: Line["onmessage"] = null;
  onclose: Line["onclose"] = null;
  said: Record<string, unknown>[] = [];
  send(text: string): void {
    this.said.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.onclose?.({ code: 1000 });
  }
  says(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  welcomes(left_behind: string[] = []): void {
    this.onopen?.();
    const devices = { printer: { ok: true }, id_reader: { ok: true } };
    this.says({ type: "welcome", version: "1", server: true, devices, left_behind });
  }
}

const SLIP = [{ part: "text" as const, text: "A019" }];

function computer() {
  const lines: FakeLine[] = [];
  const heard: FromEdge[] = [];
  const edge = new Edge(
    { host: "127.0.0.1:8790", pair: "s" },
    (message) => heard.push(message),
    () => {},
    () => {
      lines.push(new FakeLine());
      return lines.at(-1) as FakeLine;
    },
  );
  return { edge, lines, heard, line: () => lines.at(-1) as FakeLine };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("only a door on this computer is an address", () => {
  expect(readAddress("#edge=127.0.0.1:8790&pair=abc")).toEqual({
    host: "127.0.0.1:8790",
    pair: "abc",
  });
  expect(readAddress("#edge=example.org:8790&pair=abc")).toBeUndefined();
  expect(readAddress("#edge=127.0.0.1:8790.example.org&pair=abc")).toBeUndefined();
  expect(readAddress("#edge=127.0.0.1:8790")).toBeUndefined();
});

test("it shows its secret first, and is here once it is welcomed", () => {
  const { edge, line } = computer();
  expect(edge.here).toBe(false);
  line().welcomes(["id_reader"]);
  expect(line().said).toEqual([{ type: "hello", secret: "s" }]);
  expect(edge.here).toBe(true);
  expect(edge.leftBehind).toEqual(["id_reader"]);
  line().says({ type: "card_removed", device: "id_reader", sure: true });
  expect(edge.leftBehind).toEqual([]);
});

test("a slip asked for while the door is away is sent when it is back, once", () => {
  const { edge, lines, line } = computer();
  edge.print("job-00001", SLIP, 60_000);
  line().onclose?.({ code: 1006 });
  vi.advanceTimersByTime(500);
  expect(lines).toHaveLength(2);
  line().welcomes();
  expect(line().said.slice(1)).toEqual([
    { type: "print", id: "job-00001", slip: SLIP, lives_ms: 60_000 },
  ]);
  line().says({ type: "print", id: "job-00001", state: "sent" });
  // the door is gone again: what became of it is asked, it is not printed again
  line().onclose?.({ code: 1006 });
  vi.advanceTimersByTime(5000);
  line().welcomes();
  expect(line().said.slice(1)).toEqual([{ type: "job", id: "job-00001" }]);
  line().says({ type: "print", id: "job-00001", state: "printed" });
  expect(edge.jobs["job-00001"]).toEqual({ state: "printed", why: "" });
});

test("a slip whose time was over while the door was away is not printed", () => {
  const { edge, line } = computer();
  edge.print("job-00001", SLIP, 1000);
  line().onclose?.({ code: 1006 });
  vi.advanceTimersByTime(5000);
  line().welcomes();
  expect(line().said).toHaveLength(1);
  expect(edge.jobs["job-00001"]?.state).toBe("not_printed");
});

test("once forgotten, nothing of a patient is printed or kept", () => {
  const { edge, lines, line } = computer();
  edge.print("job-00001", SLIP, 60_000);
  edge.forget();
  line().welcomes();
  expect(line().said.slice(1)).toEqual([{ type: "forget" }]);
  line().says({ type: "print", id: "job-00001", state: "printed" });
  expect(edge.jobs).toEqual({});
  edge.forget();
  expect(line().said.at(-1)).toEqual({ type: "forget" });
  expect(lines).toHaveLength(1);
});

test("a page whose place another took comes back only when somebody is at it", () => {
  const { edge, lines, line } = computer();
  line().welcomes();
  line().onclose?.({ code: 4000 });
  expect(edge.here).toBe(false);
  vi.advanceTimersByTime(60_000);
  expect(lines).toHaveLength(1);
  edge.claim();
  expect(lines).toHaveLength(2);
});
