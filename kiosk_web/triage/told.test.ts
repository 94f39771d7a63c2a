import { english } from "@shared/page/language";
import { afterEach, describe, expect, test } from "vitest";
import { asked, type Form, lacking } from "./form";
import { type Happened, namesOf, told, toldAll } from "./history";
import { curve, effectOf, shiftsOf } from "@shared/desk/shift";
import { trialOf, tried } from "./preview";

const time = (ms: number) => `t${ms}`;
const names = namesOf(
  {
    queues: { B: { name: "呼吸内科" } },
    doctors: { lin: { name: "林知远" } },
    tickets: { t2: { number: "A002", name: "张三", queue: "A", state: "waiting" } },
    clinic: { rules: { classes: [{ key: "aged", name: "70 岁以上", name_en: "70+" }] } },
  },
  time,
);
const happened = (type: string, more: Partial<Happened> = {}): Happened => ({
  type: `clinic.${type}`,
  at: 1,
  ...more,
});
afterEach(() => {
  english.value = false;
});

describe("a history", () => {
  test("says what, who, where and why", () => {
    const event = happened("moved", { before: "t2", by: "qin", where: "desk", reason: "老人" });
    expect(told(event, names)).toEqual({
      at: 1,
      what: "移到 A002 前面",
      who: "qin · 分诊台",
      why: "老人",
    });
  });
  test("names doctors, queues, classes and rooms as people do", () => {
    const says = (event: Happened) => told(event, names).what;
    expect(says(happened("pinned", { doctor: "lin" }))).toBe("指定医生 林知远");
    expect(says(happened("pinned"))).toBe("谁先有空谁看");
    expect(says(happened("transferred", { queue: "B" }))).toBe("转到 呼吸内科");
    expect(says(happened("class_set", { special: "aged" }))).toBe("设为优先：70 岁以上");
    expect(says(happened("class_set", { special: "" }))).toBe("取消优先");
    expect(says(happened("missed", { room: "3", void: true }))).toBe("过号，号码作废 3 诊室");
    const slot = { start: 5, end: 6 };
    expect(says(happened("registered", { slot }))).toBe("预约 t5–t6");
    expect(says(happened("stop_answered", { answer: "day", day: "周三" }))).toBe("答复：改约 周三");
  });
  test("what has nobody was the system's, and a newer deed stands for itself", () => {
    expect(told(happened("waited_long"), names).who).toBe("系统");
    expect(told(happened("teleported", { by: "x" }), names).what).toBe("teleported");
  });
  test("the newest is the first; in English too", () => {
    english.value = true;
    const both = [happened("registered"), happened("checked_in", { by: "demo-kiosk" })];
    expect(toldAll(both, names).map(({ what, who }) => [what, who])).toEqual([
      ["Checked in", "kiosk (demo)"],
      ["Registered", "system"],
    ]);
  });
});

describe("a form", () => {
  const form: Form = {
    title: "",
    verb: "",
    send: () => {},
    fields: [
      { key: "answer", label: "", kind: "choice", required: true },
      { key: "day", label: "", kind: "text", required: true, when: (v) => v.answer === "day" },
    ],
  };
  const keys = (fields: { key: string }[]) => fields.map(({ key }) => key);
  test("asks for what depends on an answer only then", () => {
    expect(keys(asked(form, {}))).toEqual(["answer"]);
    expect(keys(lacking(form, {}))).toEqual(["answer"]);
    expect(keys(lacking(form, { answer: "refund" }))).toEqual([]);
    expect(keys(lacking(form, { answer: "day", day: "  " }))).toEqual(["day"]);
  });
});

describe("rules that are tried", () => {
  const shifts = shiftsOf(["a", "b", "c", "d"], ["a", "d", "b", "c"]);
  test("who moves, and how far back at most", () => {
    expect(effectOf(shifts)).toEqual({ moved: 3, furthest: 1 });
    expect(effectOf(shiftsOf(["a"], ["a"]))).toEqual({ moved: 0, furthest: 0 });
    expect(effectOf([])).toEqual({ moved: 0, furthest: 0 });
  });
  test("a line goes from the middle of a row to the middle of another", () => {
    expect(curve({ ticket: "d", from: 3, to: 1 }, 100, 40)).toBe("M0 140 C50 140 50 60 100 60");
  });
  test("untouched, they are the rules of now", () => {
    const rules = {
      late: { mode: "half_end", every: 3, grace_ms: 5 },
      recall: { mode: "interleave", every: 4 },
      returns: { first: 2, back: 1, even_out: true },
      fairness: { overtaken: 0, longest_ms: 7 },
    };
    expect(trialOf(rules)).toEqual({ late: 0, recall: 4, first: 2, back: 1, overtaken: 0 });
    expect(tried(rules, trialOf(rules))).toEqual(rules);
    expect(tried(rules, { ...trialOf(rules), late: 2 }).late).toEqual({
      mode: "interleave",
      every: 2,
      grace_ms: 5,
    });
  });
});
