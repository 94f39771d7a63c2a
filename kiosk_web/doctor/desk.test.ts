import type { HallView } from "@shared/hall/view";
import { expect, test } from "vitest";
import { currentOf, inState, spoken, waitingFor, waitLevel } from "./desk";

const NOW = 1_795_404_120_000;
const row = (number: string, state: "waiting" | "called" | "done", since: number) => ({
  number,
  name: "张友三",
  queue: number.slice(0, 1),
  state,
  since,
  called_at: since,
});
const VIEW: HallView = {
  rooms: { "3": { doctor: "许安禾", queues: ["A"], current: "t1" } },
  tickets: {
    t1: row("A012", "called", NOW - 18_000),
    t2: row("A013", "waiting", NOW - 600_000),
    t3: row("B001", "done", NOW - 60_000),
    t4: row("A010", "done", NOW - 90_000),
    t5: row("A011", "done", NOW - 30_000),
  },
  orders: { A: ["t2"], B: [] },
  calls: {
    c1: {
      ticket: "t1",
      number: "A012",
      name: "张友三",
      room: "3",
      at: NOW - 18_000,
      expires: NOW + 42_000,
      times: 1,
    },
  },
};

test("the room's patient, and whether the walls still call", () => {
  expect(currentOf(VIEW, "3", NOW)).toMatchObject({
    ticket: { number: "A012" },
    calledMs: 18_000,
    call: { id: "c1", times: 1 },
  });
  expect(currentOf(VIEW, "3", NOW + 42_000)?.call).toBeUndefined();
  expect(currentOf(VIEW, "4", NOW)).toBeUndefined();
});

test("the lists hold this room's queues only, the latest first", () => {
  expect(waitingFor(VIEW, "3").map(({ number }) => number)).toEqual(["A013"]);
  expect(inState(VIEW, "3", "done").map(({ number }) => number)).toEqual([
    "A011",
    "A010",
  ]);
});

test("waits are marked from half an hour, and solid after a full one", () => {
  expect([0, 29, 30, 60, 61].map(waitLevel)).toEqual([
    "plain",
    "plain",
    "outlined",
    "outlined",
    "solid",
  ]);
});

test("a time is spoken as people say it", () => {
  expect([18_000, 65_000, 1_260_000].map(spoken)).toEqual([
    "18 秒",
    "1 分 05 秒",
    "21 分",
  ]);
});
