import type { DeskTicketRow, DeskView, Stage } from "@shared/desk/view";
import { expect, test } from "vitest";
import {
  currentOf,
  helpOf,
  isLate,
  listsOf,
  noticesOf,
  spoken,
  waitingFor,
  waitLevel,
} from "./desk";
import { marksOf } from "./marks";

const NOW = 1_795_404_120_000;
const row = (
  number: string,
  state: Stage,
  since: number,
  more: Partial<DeskTicketRow> = {},
): DeskTicketRow => ({
  number,
  name: "张友三",
  queue: number.slice(0, 1),
  state,
  since,
  called_at: since,
  ...more,
});
const VIEW: DeskView = {
  rooms: { "3": { doctor: "许安禾", logged_in: "xu", queues: ["A"], current: "t1" } },
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
const numbers = (tickets: { number: string }[]) => tickets.map(({ number }) => number);

test("the room's patient, and whether the walls still call", () => {
  expect(currentOf(VIEW, "3", NOW)).toMatchObject({
    ticket: { number: "A012" },
    calledMs: 18_000,
    call: { id: "c1", times: 1 },
  });
  expect(currentOf(VIEW, "3", NOW + 42_000)?.call).toBeUndefined();
  expect(currentOf(VIEW, "4", NOW)).toBeUndefined();
});

test("called again, the later announcement counts; come in, none does", () => {
  const again = { ...VIEW.calls?.c1, at: NOW - 2_000, expires: NOW + 58_000, times: 2 };
  const view = { ...VIEW, calls: { c2: again, ...VIEW.calls } } as DeskView;
  expect(currentOf(view, "3", NOW)?.call).toEqual({ id: "c2", times: 2 });
  const inside = { ...view, tickets: { t1: row("A012", "in", NOW) } };
  expect(currentOf(inside, "3", NOW)?.call).toBeUndefined();
});

test("the lists hold this room's queues only, the latest first", () => {
  expect(numbers(waitingFor(VIEW, "3"))).toEqual(["A013"]);
  expect(numbers(listsOf(VIEW, "3").done)).toEqual(["A011", "A010"]);
  expect(listsOf(VIEW, "4").waiting).toEqual([]);
});

test("who stands at the door comes first, and of several queues who waited longest", () => {
  const view: DeskView = {
    rooms: { "3": { logged_in: "xu", queues: ["A", "Z"], door: ["d"] } },
    tickets: {
      d: row("A005", "at_room", NOW),
      a1: row("A001", "waiting", 10),
      a2: row("A002", "waiting", 40),
      z1: row("Z001", "waiting", 20),
      z2: row("Z002", "waiting", 30),
    },
    orders: { A: ["d", "a1", "a2"], Z: ["z1", "z2"] },
  };
  expect(numbers(waitingFor(view, "3"))).toEqual(["A005", "A001", "Z001", "Z002", "A002"]);
});

test("who is for another doctor or room is not ours", () => {
  const view: DeskView = {
    rooms: { "3": { logged_in: "xu", queues: ["A"], trainees: ["ye"] } },
    tickets: {
      t1: row("A001", "waiting", 1, { doctor: "lin" }),
      t2: row("A002", "waiting", 2, { doctor: "xu" }),
      t3: row("A003", "waiting", 3, { pinned_room: "4" }),
      t4: row("A004", "waiting", 4, { pinned_room: "3" }),
      t5: row("A005", "waiting", 5, { doctor: "ye" }),
      t6: row("A006", "at_room", 6),
    },
    orders: { A: ["t1", "t2", "t3", "t4", "t5", "t6"] },
  };
  expect(numbers(waitingFor(view, "3"))).toEqual(["A002", "A004", "A005"]);
});

test("aside are who is examined, missed, and held by this room", () => {
  const view: DeskView = {
    rooms: { "3": { queues: ["A"], held: ["h"] }, "4": { queues: ["A"], held: ["x"] } },
    tickets: {
      h: row("A001", "held", 1),
      x: row("A002", "held", 1),
      e2: row("A004", "examination", 9),
      e1: row("A003", "examination", 5),
      m: row("A005", "missed", 7),
    },
  };
  const lists = listsOf(view, "3");
  expect(numbers(lists.held)).toEqual(["A001"]);
  expect(numbers(lists.examination)).toEqual(["A003", "A004"]);
  expect(numbers(lists.missed)).toEqual(["A005"]);
});

test("marks are one sign each, precedence first", () => {
  const ticket = row("A001", "waiting", 1, {
    marks: ["booked", "return", "priority", "later-mark"],
    classes: ["aged"],
    misses: 2,
    reasons: [{ code: "late_interleaved" }],
  });
  const rules = { classes: [{ key: "aged", name: "70+" }] };
  const signs = marksOf({ ...ticket, id: "t" }, rules).map(({ sign }) => sign);
  expect(signs).toEqual(["优 70+", "预", "复", "迟", "过号2次"]);
  expect(isLate({ ...ticket, id: "t" })).toBe(true);
});

test("help is called by oneself first, then by who has waited longest", () => {
  const alarm = (room: string, at: number, kind = "help") => ({ kind, at, by: "x", room });
  const alarms = { a: alarm("4", 2), b: alarm("5", 1), c: alarm("3", 3), d: alarm("3", 0, "retriage") };
  expect(helpOf({ alarms }, "3").map(({ id }) => id)).toEqual(["c", "b", "a"]);
});

test("a notice stands until its time is over", () => {
  const notices = { n: { text: "停电", at: 1, until: NOW + 1 } };
  expect(noticesOf({ notices }, NOW)).toHaveLength(1);
  expect(noticesOf({ notices }, NOW + 1)).toHaveLength(0);
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

test("five hundred waiting are put in order in a few milliseconds", () => {
  const tickets: Record<string, DeskTicketRow> = {};
  const orders: Record<string, string[]> = { A: [], Z: [] };
  for (let n = 0; n < 500; n += 1) {
    const queue = n % 2 ? "A" : "Z";
    tickets[`t${n}`] = row(`${queue}${n}`, "waiting", n);
    orders[queue]?.push(`t${n}`);
  }
  const view = { rooms: { "3": { queues: ["A", "Z"] } }, tickets, orders };
  const begun = performance.now();
  expect(waitingFor(view, "3").map(({ since }) => since)).toEqual(
    Array.from({ length: 500 }, (_, n) => n),
  );
  expect(performance.now() - begun).toBeLessThan(50);
});
