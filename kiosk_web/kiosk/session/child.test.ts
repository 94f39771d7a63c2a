import { pinyin } from "pinyin-pro";
import { describe, expect, test } from "vitest";
import { candidatesFor, charactersOf } from "./characters";
import { type ChildAnswers, nextOfChild, toldOfChild, withoutLastOfChild } from "./child";

describe("a child's first file", () => {
  test("with a number: the number, then the name", () => {
    let answers: ChildAnswers = {};
    expect(nextOfChild(answers)).toBe("has");
    answers = { has: "number" };
    expect(nextOfChild(answers)).toBe("number");
    answers = { ...answers, number: "100101202005210043" };
    expect(nextOfChild(answers)).toBe("name");
    answers = { ...answers, name: "叶小满" };
    expect(nextOfChild(answers)).toBeUndefined();
    expect(toldOfChild(answers)).toEqual({ number: "100101202005210043", name: "叶小满" });
  });

  test("a newborn: sex, which of several, the day; and back again", () => {
    let answers: ChildAnswers | undefined = { has: "nothing_yet", sex: "2", order: "" };
    expect(nextOfChild(answers)).toBe("birth");
    answers = { ...answers, birth: "20261101" };
    expect(nextOfChild(answers)).toBeUndefined();
    expect(toldOfChild(answers)).toEqual({ sex: "2", order: "", birth: "2026-11-01" });
    for (const question of ["birth", "order", "sex", "has"] as const) {
      answers = withoutLastOfChild(answers ?? {});
      expect(nextOfChild(answers ?? {})).toBe(question);
    }
    expect(withoutLastOfChild(answers ?? {})).toBeUndefined();
  });
});

describe("characters by their letters", () => {
  const all = charactersOf(pinyin);

  test.each([
    ["zi", "梓"],
    ["yue", "玥"],
    ["xuan", "萱"],
    ["lv", "吕"],
    ["man", "满"],
    ["shan", "单"],
    ["ou", "欧"],
  ])("%s holds %s", (letters, sign) => {
    expect(candidatesFor(all, letters)).toContain(sign);
  });

  test("what names are made of stands on the first row", () => {
    expect(candidatesFor(all, "han").slice(0, 8)).toContain("涵");
    expect(candidatesFor(all, "yu").slice(0, 10)).toContain("宇");
    expect(candidatesFor(all, "xi").slice(0, 5)).not.toContain("栖");
    expect(candidatesFor(all, "xi").length).toBeGreaterThan(30);
  });

  test("letters that begin a syllable find it, and none find nothing", () => {
    expect(candidatesFor(all, "zh").length).toBe(64);
    expect(candidatesFor(all, "")).toEqual([]);
    expect(candidatesFor(all, "qqq")).toEqual([]);
  });
});
