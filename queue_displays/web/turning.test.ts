import { expect, test } from "vitest";
import { pageAt, paged, piecesOf, turnAt } from "./turning";

test("pages turn every ten seconds, and screens beside one another together", () => {
  expect([0, 9_999, 10_000, 29_999, 30_000].map((now) => pageAt(now, 3))).toEqual([
    0, 0, 1, 2, 0,
  ]);
  expect(pageAt(12_345, 0)).toBe(0);
});

test("pages of unequal length follow one another", () => {
  const lengths = [15_000, 5_000];
  expect([0, 14_999, 15_000, 19_999, 20_000].map((now) => turnAt(now, lengths))).toEqual([
    0, 0, 1, 1, 0,
  ]);
  expect(turnAt(1, [])).toBe(0);
});

test("rows are cut into pages as full as one another", () => {
  expect(paged([1, 2, 3, 4, 5, 6, 7], 6)).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7],
  ]);
  expect(paged([], 6)).toEqual([]);
});

test("a long broadcast comes in pieces that end where one takes breath", () => {
  const text = "二楼电梯正在检修，行动不便的患者请走西侧电梯，或请护士帮忙。";
  expect(piecesOf(text, 36)).toEqual([text]);
  expect(piecesOf(text, 18)).toEqual([
    "二楼电梯正在检修，",
    "行动不便的患者请走西侧电梯，",
    "或请护士帮忙。",
  ]);
  expect(piecesOf("请到分诊台", 3)).toEqual(["请到分诊台"]);
  expect(piecesOf("", 9)).toEqual([""]);
});
