import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asOf, expectedWord, rangeOf } from "./times";

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 23, 2, 0);
const clock = (ms: number) => new Date(ms).toISOString().slice(11, 16);
const at = (minutes: number) => NOW + minutes * MINUTE;

describe("a range of times", () => {
  it("is said in minutes, and in fives from half an hour on", () => {
    expect(rangeOf([at(4.4), at(9.2)], NOW)).toEqual([at(4), at(10)]);
    expect(rangeOf([at(32), at(51)], NOW)).toEqual([at(30), at(55)]);
  });

  it("begins now when its likely time has passed", () => {
    expect(rangeOf([at(-3), at(0.2)], NOW)).toEqual([at(0), at(1)]);
  });

  it("never ends before what is known, nor is empty", () => {
    const minute = fc.double({ min: -60, max: 900, noNaN: true });
    const more = fc.double({ min: 0, max: 300, noNaN: true });
    fc.assert(
      fc.property(minute, more, (likely, width) => {
        const [begin, end] = rangeOf([at(likely), at(likely + width)], NOW);
        expect(begin).toBeLessThanOrEqual(Math.max(at(likely), NOW));
        expect(end).toBeGreaterThanOrEqual(at(likely + width));
        expect(end).toBeGreaterThan(begin);
      }),
    );
  });
});

describe("what is told", () => {
  const view = {
    times: { t1: [at(31), at(44)] as [number, number] },
    why: { t2: "doctor_absent", t4: "later_release" },
  };
  it("is a range, a reason, or nothing that anybody invented", () => {
    expect(expectedWord(view, "t1", NOW, clock)).toBe("大约 02:30–02:45");
    expect(expectedWord(view, "t2", NOW, clock)).toContain("医生还没到");
    expect(expectedWord(view, "t3", NOW, clock)).toBe("");
    expect(expectedWord(view, "t4", NOW, clock)).toBe("");
    expect(expectedWord(undefined, "t1", NOW, clock)).toBe("");
  });

  it("says as of when, once it cannot be made anew", () => {
    expect(asOf(view, undefined)).toBeUndefined();
    expect(asOf(view, NOW)).toBe(NOW);
    expect(asOf({ ...view, clinic: { stale: at(-2) } }, NOW)).toBe(at(-2));
    expect(asOf(undefined, NOW)).toBeUndefined();
  });
});
