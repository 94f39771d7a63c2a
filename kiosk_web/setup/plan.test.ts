import { describe, expect, it } from "vitest";
import { freshKey, same, valueAt, withValue } from "./plan";
import { keptNumber, sentences, shownNumber, words } from "./rules";
import { USUAL } from "./usual";

const tell = (chinese: string) => chinese;
const settings = USUAL;

describe("an entry", () => {
  it("is the same whatever order its fields were typed in", () => {
    expect(same({ name: "一", queues: ["A"] }, { queues: ["A"], name: "一" })).toBe(true);
    expect(same({ name: "一" }, { name: "一", way: undefined })).toBe(true);
    expect(same({ queues: ["A", "B"] }, { queues: ["B", "A"] })).toBe(false);
    expect(same(undefined, {})).toBe(false);
  });
  it("is changed at a path, and only there", () => {
    const before = { name: "规则", settings: { late: { mode: "interleave", every: 5 } } };
    const after = withValue(before, "settings.late.every", 2);
    expect(valueAt(after, "settings.late.every")).toBe(2);
    expect(valueAt(after, "settings.late.mode")).toBe("interleave");
    expect(valueAt(before, "settings.late.every")).toBe(5);
    expect(withValue({ name: "一", way: "右" }, "way", undefined)).toEqual({ name: "一" });
    expect(valueAt(undefined, "a.b")).toBeUndefined();
  });
  it("gets a key nobody has", () => {
    expect(freshKey(["1", "2"], "")).toBe("3");
    expect(freshKey(["2"], "")).toBe("3");
  });
});

describe("the sentences of the rules", () => {
  const blanks = (of: Record<string, unknown>) =>
    sentences(of, tell).flatMap(({ parts }) => parts.filter((part) => typeof part !== "string"));

  it("ask for nothing that the settings do not have", () => {
    for (const base of ["check_in", "slot"]) {
      let of = withValue(settings, "order.base", base);
      for (const rule of ["late", "recall", "returns"]) of = withValue(of, `${rule}.mode`, "interleave");
      for (const blank of blanks(of)) expect(valueAt(of, blank.field), blank.field).toBeDefined();
    }
  });
  it("offer what goes with slots only with slots", () => {
    const says = (base: string) =>
      JSON.stringify(sentences(withValue(settings, "order.base", base), tell));
    expect(says("check_in")).not.toContain("slot_end");
    expect(says("slot")).toContain("slot_end_checkin");
  });
  it("show times in units people use, and keep milliseconds", () => {
    const longest = blanks(settings).find(({ field }) => field === "fairness.longest_ms");
    if (!longest) throw new Error("no such blank");
    expect(shownNumber(longest, 5_400_000)).toBe(90);
    expect(keptNumber(longest, 90)).toBe(5_400_000);
    expect(words(longest, 5_400_000)).toBe("90 分钟");
  });
});
