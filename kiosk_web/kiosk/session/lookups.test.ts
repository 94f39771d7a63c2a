import { describe, expect, test } from "vitest";
import { titleOf } from "../lookupWords";
import { expertDays } from "./lookups";

describe("a doctor's next days", () => {
  test("morning and afternoon are one day, in order, so many at most", () => {
    const sessions = [
      { day: "2026-11-24", half: "pm", left: 3 },
      { day: "2026-11-23", half: "am", left: 0, why: "full" },
      { day: "2026-11-24", half: "am", left: 2 },
      { day: "2026-11-25", half: "am", left: 9 },
    ];
    expect(expertDays(sessions, 2)).toEqual([
      { day: "2026-11-23", left: 0, stopped: false },
      { day: "2026-11-24", left: 5, stopped: false },
    ]);
  });

  test("a day is stopped when all of it is", () => {
    const stopped = { day: "2026-11-24", half: "am", left: 0, why: "stopped" };
    expect(expertDays([stopped], 4)[0]?.stopped).toBe(true);
    expect(expertDays([stopped, { day: "2026-11-24", half: "pm", left: 1 }], 4)[0]?.stopped).toBe(false);
  });
});

describe("titles", () => {
  test("are said in English where they are known, and else left out", () => {
    expect(titleOf("副主任医师", true)).toBe("Associate chief physician");
    expect(titleOf("药师", true)).toBe("");
    expect(titleOf("主任", false)).toBe("主任");
    expect(titleOf(undefined, false)).toBe("");
  });
});
