import type { DeskTicket, DeskTicketRow, DeskView } from "@shared/desk/view";
import { beforeAll, describe, expect, test } from "vitest";
import { columnsOf, keptInPlace, ticketsOf } from "./columns";
import { find, learnSpellings } from "./finding";
import { badgesOf, reasonSaid } from "./words";

const NINE = 1_795_395_600_000;
const HALF_HOUR = 1_800_000;

function row(number: string, more: Partial<DeskTicketRow> = {}): DeskTicketRow {
  return { number, name: "张三", queue: "A", state: "waiting", since: NINE, ...more };
}
const ticket = (number: string, more: Partial<DeskTicketRow> = {}): DeskTicket => ({
  ...row(number, more),
  id: number,
});

const VIEW: DeskView = {
  queues: { A: { name: "心血管内科" }, B: { name: "呼吸内科" } },
  rooms: {
    "3": { doctor: "许安禾", queues: ["A"], current: "t1" },
    "10": { doctor: "林知远", queues: ["A", "B"] },
    "2": { doctor: "", queues: ["B"], note: { kind: "absent" } },
  },
  tickets: {
    t1: row("A001", { state: "called", called_at: NINE }),
    t2: row("A002", { slot: [NINE, NINE + HALF_HOUR] }),
    t3: row("A003", { slot: [NINE, NINE + HALF_HOUR] }),
    t4: row("A004", { slot: [NINE + HALF_HOUR, NINE + 2 * HALF_HOUR] }),
    t5: row("A005", { state: "at_room" }),
    t6: row("A006", { state: "missed", since: NINE + 2 }),
    t7: row("A007", { state: "missed", since: NINE + 1 }),
    t8: row("A008", { state: "booked" }),
    t9: row("A009", { state: "done", since: NINE }),
    t10: row("A010", { state: "refunded", since: NINE + 5 }),
    t11: row("B001", { queue: "B", state: "examination" }),
  },
  orders: { A: ["t5", "t3", "t2", "t4"], B: [] },
};

describe("columns", () => {
  const [a, b] = columnsOf(VIEW);

  test("one a queue, its rooms by number, and everybody in one place", () => {
    expect(a?.seats.map(({ room }) => room)).toEqual(["3", "10"]);
    expect(b?.seats.map(({ room }) => room)).toEqual(["2", "10"]);
    expect(a?.seats[0]?.current?.number).toBe("A001");
    const shown = [a, b].flatMap((column) =>
      (column?.groups ?? []).flatMap(({ tickets }) => tickets.map(({ id }) => id)),
    );
    const inRooms = ["t1"];
    expect([...shown, ...inRooms].sort()).toEqual(Object.keys(VIEW.tickets ?? {}).sort());
    expect(new Set(shown).size).toBe(shown.length);
  });

  test("who waits stands in the calling order, under the heading of the slot", () => {
    const waiting = a?.groups.filter(({ key }) => key === "waiting") ?? [];
    expect(waiting.map(({ tickets }) => tickets.map(({ id }) => id))).toEqual([
      ["t3", "t2"],
      ["t4"],
    ]);
    expect(waiting[1]?.slot?.[0]).toBe(NINE + HALF_HOUR);
    expect(a?.waiting).toBe(4);
  });

  test("a slot that comes up again later is a heading of its own", () => {
    const orders = { A: ["t2", "t4", "t3"] };
    const [column] = columnsOf({ ...VIEW, orders });
    const waiting = column?.groups.filter(({ key }) => key === "waiting") ?? [];
    expect(waiting.map(({ tickets }) => tickets.map(({ id }) => id))).toEqual([
      ["t2"],
      ["t4"],
      ["t3"],
    ]);
  });

  test("the longest missed first, the last ended first", () => {
    const group = (key: string) =>
      a?.groups.find((each) => each.key === key)?.tickets.map(({ id }) => id);
    expect(group("missed")).toEqual(["t7", "t6"]);
    expect(group("ended")).toEqual(["t10", "t9"]);
  });

  test("an empty view has no columns", () => {
    expect(columnsOf({})).toEqual([]);
  });
});

describe("the row under somebody's hand", () => {
  const rows = ["a", "b", "c", "d"].map((id) => ticket(id));
  const ids = (found: DeskTicket[]) => found.map(({ id }) => id).join("");

  test("stays where it was while the others move round it", () => {
    expect(ids(keptInPlace(rows, "a", 2))).toBe("bcad");
    expect(ids(keptInPlace(rows, "d", 0))).toBe("dabc");
  });
  test("nobody held, gone, or not moved: the order as it is", () => {
    expect(keptInPlace(rows, undefined, undefined)).toBe(rows);
    expect(keptInPlace(rows, "x", 1)).toBe(rows);
    expect(keptInPlace(rows, "b", 1)).toBe(rows);
  });
});

describe("finding somebody", () => {
  beforeAll(learnSpellings);
  const people = [
    ticket("A001", { name: "张三" }),
    ticket("A012", { name: "张友三", state: "booked" }),
    ticket("B012", { name: "周朔", queue: "B", state: "booked" }),
    ticket("A120", { name: "单雅宁" }),
    ticket("A003", { name: "欧阳娜娜" }),
    ticket("A004", { name: "Maria Lee" }),
    ticket("A005", { name: "张三", state: "done" }),
  ];
  const found = (typed: string) => find(people, typed).map(({ number }) => number);

  test("by its first letters, the likely one first", () => {
    expect(found("zs")[0]).toBe("B012");
    expect(found("zs")).toContain("A001");
    expect(found("zys")).toEqual(["A012"]);
    expect(found("oynn")).toEqual(["A003"]);
  });
  test("a surname has a reading of its own, and the other finds it too", () => {
    expect(found("syn")).toEqual(["A120"]);
    expect(found("dyn")).toEqual(["A120"]);
    expect(found("shanyaning")).toEqual(["A120"]);
  });
  test("by name, whole or its beginning", () => {
    expect(found("张友")).toEqual(["A012"]);
    expect(found("maria")).toEqual(["A004"]);
  });
  test("by number, with and without what stands before it", () => {
    expect(found("a012")[0]).toBe("A012");
    expect(found("12")).toEqual(["A012", "B012"]);
    expect(found("A00")).toContain("A003");
  });
  test("who is done is found only when it is certainly meant", () => {
    expect(found("A005")).toEqual(["A005"]);
    expect(found("zhang")).not.toContain("A005");
  });
  test("nothing typed finds nobody", () => {
    expect(found("  ")).toEqual([]);
    expect(found("nobody")).toEqual([]);
  });
});

test("precedence is the first badge, and 预 is no news", () => {
  const badges = badgesOf(
    ticket("A1", { level: 1, classes: ["aged"], marks: ["booked", "priority", "return"] }),
    { classes: [{ key: "aged", name: "70+" }] },
  );
  expect(badges.map(({ word }) => word)).toEqual(["Ⅰ级", "70+", "回诊"]);
});

test("a reason is said with what it needs; an unknown one as its code", () => {
  const words = { slot: { zh: "预约时段 {start}–{end}", en: "" } };
  const shown = (key: string, value: string | number) => `${key}=${value}`;
  expect(reasonSaid({ code: "slot", args: { start: 1, end: 2 } }, words, shown)).toBe(
    "预约时段 start=1–end=2",
  );
  expect(reasonSaid({ code: "newer" }, words, shown)).toBe("newer");
});

test("tickets keep their ids", () => {
  expect(ticketsOf(VIEW).get("t5")?.id).toBe("t5");
});
