import { describe, expect, test } from "vitest";
import {
  emptyForm,
  inOrder,
  moment,
  planOf,
  sessionKey,
  slotsIn,
  slotsOf,
  unanswered,
  wrong,
  yuan,
} from "./schedules";

const ZONE = 8 * 3600_000;
const DAY = "2026-11-23";
const nine = Date.UTC(2026, 10, 23, 1);
const form = (more = {}) => ({ ...emptyForm(), queue: "im2/A", ...more });

test("a moment is the hospital's, wherever the page is", () => {
  expect(moment(DAY, "09:00", ZONE)).toBe(nine);
  expect(moment(DAY, "09:00", -ZONE)).toBe(nine + 2 * ZONE);
});

describe("slots", () => {
  test("fill the half-day evenly", () => {
    const slots = slotsOf(form({ from: "09:00", to: "10:00", count: 3 }), DAY, ZONE);
    expect(slots).toEqual({
      1: { start: nine, end: nine + 1_800_000, count: 3 },
      2: { start: nine + 1_800_000, end: nine + 3_600_000, count: 3 },
    });
  });
  test("what does not fill one is not sold, and no step makes none", () => {
    expect(Object.keys(slotsOf(form({ from: "09:00", to: "10:20" }), DAY, ZONE))).toHaveLength(2);
    expect(slotsOf(form({ minutes: 0 }), DAY, ZONE)).toEqual({});
    expect(slotsOf(form({ from: "12:00", to: "08:00" }), DAY, ZONE)).toEqual({});
    expect(slotsOf(form({ from: "" }), DAY, ZONE)).toEqual({});
  });
});

describe("what is wrong is said before it is sent", () => {
  const say = (more: object) => wrong(form(more), DAY, ZONE);
  test.each([
    [{ from: "12:00", to: "08:00" }, "时间不对"],
    [{ count: 1.5 }, "整数"],
    [{ price: "十五" }, "15.50"],
    [{ price: "15.555" }, "15.50"],
    [{ reserved: { wechat: 30, phone: 3 } }, "一共 32 个号，留不出 33 个"],
  ])("%o", (more, words) => expect(say(more)).toContain(words));
  test("a usual one is fine", () => expect(say({ price: "15.50", reserved: { wechat: 8 } })).toBe(""));
});

test("a plan is what the schedule takes: fen, and only the limits that were written", () => {
  const plan = planOf(form({ price: "15.5", doctor: "xu", reserved: { wechat: 4, phone: "", web: 0 }, atMost: { wechat: 6, kiosk: 0 } }), DAY, ZONE);
  expect(plan).toMatchObject({ price: 1550, doctor: "xu", clinic: "im2", queue: "A", half: "am" });
  expect(plan.quotas).toEqual({ wechat: { reserved: 4, at_most: 6 }, kiosk: { at_most: 0 } });
  expect(Object.keys(plan.slots)).toHaveLength(8);
});

test("a session has a name nobody has yet", () => {
  expect(sessionKey(form({ doctor: "xu" }), [])).toBe("xu-am");
  expect(sessionKey(form({ doctor: "xu" }), ["xu-am", "xu-am-2"])).toBe("xu-am-3");
  expect(sessionKey(form(), [])).toBe("dept-am");
  expect(sessionKey(form({ doctor: "d".repeat(32) }), ["x"]).length).toBeLessThanOrEqual(32);
});

test("a day is read in its order", () => {
  const session = { half: "am" as const, kind: "普", price: 1500, end: 9 };
  const view = {
    sessions: { b: { ...session, start: 2 }, a: { ...session, start: 1 } },
    slots: {
      "a/2": { session: "a", start: 5, end: 6, total: 1, left: 1 },
      "a/1": { session: "a", start: 1, end: 2, total: 1, left: 0 },
      "b/1": { session: "b", start: 1, end: 2, total: 1, left: 0 },
    },
    affected: { b1: { kind: "stopped", session: "a", open: true }, b2: { kind: "stopped", session: "a" } },
  };
  expect(inOrder(view).map(([key]) => key)).toEqual(["a", "b"]);
  expect(slotsIn(view, "a").map(([key]) => key)).toEqual(["1", "2"]);
  expect([unanswered(view, "a"), unanswered(view, "b")]).toEqual([1, 0]);
  expect([yuan(1500), yuan(1550)]).toEqual(["15", "15.50"]);
});
