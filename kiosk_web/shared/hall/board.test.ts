import { expect, test } from "vitest";
import { blocksOf, lastCalled, missedTickets, nextOf, seatOf } from "./board";
import type { HallView, TicketRow } from "./view";

const NOW = 1_795_404_120_000;

const ticket = (
  number: string,
  queue: string,
  more: Partial<TicketRow> = {},
): TicketRow => ({
  number,
  name: "张*三",
  queue,
  state: "waiting",
  ...more,
});

const VIEW: HallView = {
  rooms: {
    "10": { doctor: "罗一舟", queues: ["B"] },
    "2": { doctor: "林知远", queues: ["A"] },
    "3": { doctor: "许安禾", queues: ["A"], current: "t1" },
    "4": { doctor: "单雅宁", queues: ["A", "B"] },
    "5": { doctor: "", queues: ["A"] },
  },
  tickets: {
    t1: ticket("A012", "A", { state: "called", room: "3", called_at: NOW }),
    t2: ticket("A013", "A", { since: 30 }),
    t3: ticket("A014", "A", { since: 10 }),
    t4: ticket("B001", "B", { since: 20 }),
    t5: ticket("A009", "A", { state: "missed", called_at: NOW - 9000 }),
  },
  orders: { A: ["t2", "t3", "gone"], B: ["t4"] },
  missed: { t5: NOW - 5000 },
  calls: {
    c1: {
      ticket: "t1",
      number: "A012",
      name: "张*三",
      room: "3",
      at: NOW,
      expires: NOW + 60_000,
    },
  },
};

const numbers = (rows: { number: string }[]) => rows.map(({ number }) => number);

test("rooms stand in the order of their plates; neighbours of one queue share who is next", () => {
  const blocks = blocksOf(VIEW, NOW);
  expect(blocks.map(({ seats }) => seats.map(({ room }) => room))).toEqual([
    ["2", "3"],
    ["4"],
    ["5"],
    ["10"],
  ]);
  expect(numbers(blocks[0]?.next ?? [])).toEqual(["A013", "A014"]);
});

test("of several queues the head that has waited longest is next", () => {
  expect(numbers(nextOf(VIEW, ["A", "B"], 3))).toEqual(["B001", "A013", "A014"]);
});

test("a room is calling while its patient's call runs, and no longer", () => {
  expect(seatOf(VIEW, "3", NOW)).toMatchObject({ calling: true, stopped: false });
  expect(seatOf(VIEW, "3", NOW + 60_000)?.calling).toBe(false);
  expect(seatOf(VIEW, "2", NOW)?.current).toBeUndefined();
  expect(seatOf(VIEW, "99", NOW)).toBeUndefined();
});

test("a room without a doctor is stopped, and waits for nobody", () => {
  const stopped = blocksOf(VIEW, NOW).find(({ seats }) => seats[0]?.room === "5");
  expect(stopped).toMatchObject({ next: [], seats: [{ stopped: true }] });
});

test("a quiet wall keeps the last called, and tells who missed", () => {
  expect(numbers(lastCalled(VIEW, 3))).toEqual(["A012", "A009"]);
  expect(numbers(missedTickets(VIEW))).toEqual(["A009"]);
});

test("an empty view is an empty board", () => {
  expect(blocksOf({}, NOW)).toEqual([]);
  expect(lastCalled({}, 3)).toEqual([]);
});
