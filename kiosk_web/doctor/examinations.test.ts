import { expect, test } from "vitest";
import { examinationsOf, ORDERS, reasonTold, reportWord } from "./examinations";

const went = (at: number, ...reports: string[]) => ({
  type: "clinic.went_to_examination",
  at,
  reports,
});
const arrived = (at: number, report?: string) => ({
  type: "clinic.report_arrived",
  at,
  report: report ?? null,
});

test("a report is ready from the moment it was there", () => {
  expect(examinationsOf([went(1, "ecg", "blood"), arrived(5, "ecg")])).toEqual([
    { report: "ecg", ready: 5 },
    { report: "blood" },
  ]);
});

test("all reports at once, and none of them later than it was", () => {
  const all = [went(1, "ecg", "blood"), arrived(5, "ecg"), arrived(7), arrived(9)];
  expect(examinationsOf(all)).toEqual([
    { report: "ecg", ready: 5 },
    { report: "blood", ready: 7 },
  ]);
});

test("ordered a second time it is awaited again", () => {
  expect(examinationsOf([went(1, "ecg"), arrived(5), went(8, "ecg")])).toEqual([
    { report: "ecg" },
  ]);
});

test("a report that nobody ordered here counts too", () => {
  expect(examinationsOf([arrived(5, "LIS-77")])).toEqual([
    { report: "LIS-77", ready: 5 },
  ]);
  expect(reportWord("LIS-77")).toBe("LIS-77");
  expect(ORDERS.map(reportWord)).toContain("心电图");
});

test("the last word about why somebody comes is told", () => {
  expect(reasonTold([])).toBe("");
  expect(
    reasonTold([
      { type: "clinic.transferred", at: 1, reason: "请会诊" },
      { type: "clinic.called", at: 2 },
      { type: "clinic.finished", at: 3, reason: "别的" },
    ]),
  ).toBe("请会诊");
});
