import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ModelServer } from "../testing/model";
import { FakeSocket, fakeBrowser, newest, realBrowser } from "../testing/socket";
import { Connection, type TokenSource } from "./connection";

const HALL = "yunxiu/clinic/im2/2026-11-23:hall";

let server: ModelServer;
let page: { visibilityState: string };

beforeEach(() => {
  ({ server, page } = fakeBrowser());
});
afterEach(realBrowser);

function connect(token: TokenSource = async () => "t"): Connection {
  const client = { kind: "test", id: "t1", version: "1" };
  return new Connection({ url: "ws://house/live", token, client });
}

async function opened(token?: TokenSource): Promise<Connection> {
  const connection = connect(token);
  connection.join(HALL);
  connection.open();
  await vi.advanceTimersByTimeAsync(0);
  newest().onopen?.();
  newest().settle();
  return connection;
}

test("it speaks houzhen.v1, keeps the token out of the address, and tells its watchers", async () => {
  const connection = connect(async () => "secret");
  const seen: unknown[] = [];
  const replica = connection.join(HALL);
  connection.watch(HALL, () => seen.push(replica.view));
  connection.open();
  await vi.advanceTimersByTimeAsync(0);
  expect(newest().protocol).toBe("houzhen.v1");
  expect(newest().url).not.toContain("secret");
  newest().onopen?.();
  expect(newest().line.toServer[0]).toContain('"token":"secret"');
  newest().settle();
  server.topic(HALL).commit({ rows: { t1: "waiting" } });
  newest().settle();
  expect(seen.at(-1)).toEqual({ rows: { t1: "waiting" } });
  connection.close();
});

test("after a lost line it comes back by itself and asks again with the same key", async () => {
  const connection = await opened();
  const answer = connection.ask(HALL, "call_next", { room: "3" }, 5000);
  newest().line.serve();
  newest().fail(1006);
  await vi.advanceTimersByTimeAsync(600);
  expect(FakeSocket.all).toHaveLength(2);
  newest().onopen?.();
  newest().settle();
  expect(await answer).toMatchObject({ ok: true });
  expect(server.applied).toHaveLength(1);
  connection.close();
});

test("what is asked on a line that is closing goes out on the next", async () => {
  const connection = await opened();
  const closing = newest();
  closing.closing();
  const answer = connection.ask(HALL, "call_next", { room: "3" }, 5000);
  closing.fail(1006);
  await vi.advanceTimersByTimeAsync(600);
  expect(newest()).not.toBe(closing);
  newest().onopen?.();
  newest().settle();
  expect(await answer).toMatchObject({ ok: true });
  expect(server.applied).toHaveLength(1);
  connection.close();
});

test("a dead line is dropped at once, and what it says later is not heard", async () => {
  const connection = await opened();
  const first = newest();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(first.closedWith).toBe(4000);
  expect(first.onmessage).toBeNull();
  connection.close();
});

test.each(["online", "visibilitychange"])("%s cuts the wait short", async (hint) => {
  const connection = await opened();
  newest().fail(4001);
  (hint === "online" ? window : document).dispatchEvent(new Event(hint));
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeSocket.all).toHaveLength(2);
  connection.close();
});

test("a hidden page waits its turn", async () => {
  const connection = await opened();
  newest().fail(4001);
  page.visibilityState = "hidden";
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeSocket.all).toHaveLength(1);
  connection.close();
});

test("a refused token is asked for anew once, then it stays stopped", async () => {
  const asked: boolean[] = [];
  const connection = await opened(async (renewed) => {
    asked.push(renewed);
    return "t";
  });
  newest().fail(4501);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual([false, true]);
  newest().fail(4501);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(FakeSocket.all).toHaveLength(2);
  expect(connection.session.stop?.code).toBe(4501);
  connection.again();
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeSocket.all).toHaveLength(3);
  connection.close();
});

test("without a token it tries again later", async () => {
  let reachable = false;
  const connection = connect(async () => {
    if (!reachable) throw new Error("no server");
    return "t";
  });
  connection.open();
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeSocket.all).toHaveLength(0);
  reachable = true;
  await vi.advanceTimersByTimeAsync(600);
  expect(FakeSocket.all).toHaveLength(1);
  connection.close();
});

test("a jump of the device's clock means it slept: the socket is made anew", async () => {
  const connection = await opened();
  vi.setSystemTime(Date.now() + 600_000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(FakeSocket.all).toHaveLength(2);
  connection.close();
});

test("closed, it leaves no timer and no socket behind", async () => {
  const connection = await opened();
  connection.close();
  expect(newest().closedWith).toBe(1000);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(FakeSocket.all).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});
