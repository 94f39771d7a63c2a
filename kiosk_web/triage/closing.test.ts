import { english } from "@shared/page/language";
import type { DeskTicket, DeskView, Stage } from "@shared/desk/view";
import { afterEach, describe, expect, test, vi } from "vitest";
import { halfForm, halvesOf, type Left, openHalves, stillOpen, toSettle } from "./closing";
import { daysBack, dayWord } from "@shared/desk/days";
import type { Nurse } from "./deeds";

afterEach(() => {
  english.value = false;
});
const ticket = (id: string, state: Stage, half?: string): DeskTicket => ({
  id,
  number: id,
  name: "张三",
  queue: "A",
  state,
  ...(half ? { half } : {}),
});

test("who is still here is counted, and who never came beside them", () => {
  const states: Stage[] = ["waiting", "in", "examination", "missed", "done", "refunded", "booked", "booked"];
  expect(stillOpen(states.map((state, n) => ticket(`t${n}`, state)))).toEqual({ open: 4, booked: 2 });
});

describe("a half-day", () => {
  test("is one that people have numbers for, and that its doctor has not ended", () => {
    const halves = halvesOf([ticket("1", "done", "pm"), ticket("2", "waiting", "am"), ticket("3", "waiting")]);
    expect(halves).toEqual(["am", "pm"]);
    const doctors = { xu: { name: "许安禾", ended: ["am"] }, lin: { name: "林知远" } };
    expect(openHalves({ doctors }, halves).map(({ word }) => word)).toEqual([
      "许安禾 下午",
      "林知远 上午",
      "林知远 下午",
    ]);
    expect(openHalves({}, halves)).toEqual([]);
  });
  test("tells who goes on, and who is for the nurse to arrange", () => {
    const act = vi.fn();
    const options = [{ value: "am:xu", word: "许安禾 上午" }];
    const tickets = { 3: { number: "A003" } };
    const form = halfForm({ act } as unknown as Nurse, options, () => ({ tickets }) as unknown as DeskView);
    form.send({ which: "am:xu" });
    const [name, body, say] = act.mock.calls[0] as [string, object, (answer: object) => string];
    expect([name, body]).toEqual(["end_half", { half: "am", doctor: "xu" }]);
    expect(say({ moved: ["1", "2"], asked: ["3"] })).toBe("许安禾 上午结束：2 人接着排到下一个半天，1 人请您安排：A003");
    expect(say({ moved: [], asked: [] })).toBe("许安禾 上午结束：0 人接着排到下一个半天");
  });
});

test("everybody ends as proposed unless the nurse says otherwise, or lets them be", () => {
  const left = [
    { ticket: "1", proposed: "gave_up" },
    { ticket: "2", proposed: "done" },
    { ticket: "3", proposed: "missed" },
  ] as Left[];
  expect(toSettle(left, { 2: "refunded", 3: "" }).map(([{ ticket: id }, end]) => [id, end])).toEqual([
    ["1", "gave_up"],
    ["2", "refunded"],
  ]);
});

describe("days back", () => {
  test("go over months and years", () => {
    expect(daysBack("2026-03-01", 3)).toEqual(["2026-03-01", "2026-02-28", "2026-02-27"]);
    expect(daysBack("2027-01-01", 2)).toEqual(["2027-01-01", "2026-12-31"]);
  });
  test("are said as people say them", () => {
    expect(dayWord("2026-11-23", "2026-11-23")).toBe("今天 11月23日 周一");
    expect(dayWord("2026-11-22", "2026-11-23")).toBe("昨天 11月22日 周日");
    english.value = true;
    expect(dayWord("2026-11-20", "2026-11-23")).toBe("Fri 20/11");
  });
});
