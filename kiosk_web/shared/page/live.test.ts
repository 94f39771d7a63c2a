import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApp, type EffectScope, effectScope } from "vue";
import { Connection } from "../client/connection";
import type { ModelServer } from "../testing/model";
import { fakeBrowser, newest, realBrowser } from "../testing/socket";
import { createLive, LIVE, type Live, type Topic, useTopic } from "./live";

const FACTS = {
  name: "houzhen",
  version: "1",
  hospital: { id: "yunxiu", name: "云岫市中心医院" },
  day: "2026-11-23",
  demo: false,
};
const PLACE = { role: "screen", clinic: "im2", room: "3" } as const;
const HALL = "yunxiu/clinic/im2/2026-11-23:hall";
/** From the model's 09:42 to midnight. */
const TO_MIDNIGHT_MS = (14 * 60 + 18) * 60_000;

let server: ModelServer;
let scope: EffectScope;
let live: Live;
let hall: Topic<{ rows: Record<string, string> }>;
let connection: Connection;

beforeEach(async () => {
  ({ server } = fakeBrowser());
  const client = { kind: "test", id: "t1", version: "1" };
  connection = new Connection({
    url: "ws://house/live",
    token: async () => "t",
    client,
  });
  scope = effectScope();
  scope.run(() => {
    live = createLive(PLACE, FACTS, connection);
    const app = createApp({});
    app.provide(LIVE, live);
    hall = app.runWithContext(() => useTopic("hall"));
  });
  connection.open();
  await connected();
});
afterEach(() => {
  connection.close();
  scope.stop();
  realBrowser();
});

async function connected(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  newest().onopen?.();
  newest().settle();
}

test("the view is there, current and not stale", () => {
  expect(hall.view.value).toEqual({ rows: {} });
  expect(hall.staleSince.value).toBeUndefined();
  server.topic(HALL).commit({ rows: { t1: "called" } });
  newest().settle();
  expect(hall.view.value?.rows).toEqual({ t1: "called" });
});

test("a lost line leaves the view and says since when it is old", async () => {
  await vi.advanceTimersByTimeAsync(5_000);
  server.now = 5_000;
  newest().line.ping();
  newest().settle();
  const heard = live.exactNow();
  await vi.advanceTimersByTimeAsync(3_000);
  newest().fail(1006);
  await vi.advanceTimersByTimeAsync(401);
  expect(hall.view.value).toEqual({ rows: {} });
  expect(hall.staleSince.value).toBe(heard);
  expect(live.wallTime(heard)).toBe("09:42");
  await vi.advanceTimersByTimeAsync(200);
  await connected();
  expect(hall.staleSince.value).toBeUndefined();
});

test("a gap mended at once is no outage", async () => {
  server.topic(HALL).commit({ rows: { t1: "waiting" } });
  newest().line.toClient.pop();
  newest().line.ping();
  newest().settle();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(hall.staleSince.value).toBeUndefined();
  expect(hall.view.value?.rows).toEqual({ t1: "waiting" });
});

test("at the hospital's midnight the page goes on to the new day's view", async () => {
  server.topic(HALL).commit({ rows: { t1: "waiting" } });
  newest().settle();
  server.now = TO_MIDNIGHT_MS - 1;
  newest().line.ping();
  newest().settle();
  expect(live.day.value).toBe("2026-11-23");
  server.now = TO_MIDNIGHT_MS;
  newest().line.ping();
  newest().settle();
  await vi.advanceTimersByTimeAsync(0);
  newest().settle();
  expect(live.day.value).toBe("2026-11-24");
  expect(hall.view.value).toEqual({ rows: {} });
  expect(server.topic(HALL).members.size).toBe(0);
  const next = server.topic("yunxiu/clinic/im2/2026-11-24:hall");
  next.commit({ rows: { n1: "waiting" } });
  newest().settle();
  expect(hall.view.value?.rows).toEqual({ n1: "waiting" });
});

test("an ask's effect can be waited for, and a lost line ends the wait", async () => {
  const answer = hall.ask("call_next", { room: "3" });
  newest().line.serve();
  const [patch, reply] = newest().line.toClient.splice(0);
  newest().onmessage?.({ data: reply ?? "" });
  const { ok, seq } = (await answer) as { ok: boolean; seq: number };
  expect(ok).toBe(true);
  let shown = false;
  void hall.shows(seq).then(() => {
    shown = true;
  });
  await vi.advanceTimersByTimeAsync(10);
  expect(shown).toBe(false);
  newest().onmessage?.({ data: patch ?? "" });
  await vi.advanceTimersByTimeAsync(0);
  expect(shown).toBe(true);

  let ended = false;
  void hall.shows(seq + 1).then(() => {
    ended = true;
  });
  newest().fail(1006);
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toBe(true);
});
