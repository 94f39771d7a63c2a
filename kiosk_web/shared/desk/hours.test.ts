import { expect, test } from "vitest";
import { isAhead, momentOf, readTime, stepTime } from "./hours";

const NOW = "10:07";

test.each([
  ["1040", "10:40"],
  ["940", "09:40"],
  ["10:40", "10:40"],
  ["１０：４０", "10:40"],
  ["10点40分", "10:40"],
  ["10点半", "10:30"],
  ["10.5", "10:05"],
  ["9", "09:00"],
  ["9点", "09:00"],
  ["0", "00:00"],
  ["2359", "23:59"],
  ["+30", "10:37"],
  ["+ 5", "10:12"],
  ["+999", "02:46"],
])("%s is %s", (typed, time) => {
  expect(readTime(typed, NOW)).toBe(time);
});

test.each(["", "24", "2460", "1260", "10:61", "soon", "12345", "+", "-5", "10:4:1"])(
  "%s is no time",
  (typed) => {
    expect(readTime(typed, NOW)).toBeUndefined();
  },
);

test("an arrow goes to the next whole five minutes, and over midnight", () => {
  expect(stepTime("10:07", 5)).toBe("10:10");
  expect(stepTime("10:07", -5)).toBe("10:05");
  expect(stepTime("10:10", 5)).toBe("10:15");
  expect(stepTime("10:10", -5)).toBe("10:05");
  expect(stepTime("23:58", 5)).toBe("00:00");
  expect(stepTime("00:00", -5)).toBe("23:55");
  expect(stepTime("23:10", 60)).toBe("00:00");
});

test.each([
  ["10:08", true],
  ["10:07", false],
  ["09:00", false],
  ["23:30", true],
])("%s is ahead: %s", (time, ahead) => {
  expect(isAhead(time, NOW)).toBe(ahead);
});

test("a time is today's, over midnight tomorrow's", () => {
  const zone = 8 * 3_600_000;
  const at = (wall: string) => Date.parse(`${wall}:00+08:00`);
  expect(momentOf("10:40", at("2026-11-23T10:07"), zone)).toBe(at("2026-11-23T10:40"));
  // over, and said so by whoever asks
  expect(momentOf("09:40", at("2026-11-23T10:07"), zone)).toBe(at("2026-11-23T09:40"));
  expect(isAhead("00:20", "23:50")).toBe(true);
  expect(momentOf("00:20", at("2026-11-23T23:50"), zone)).toBe(at("2026-11-24T00:20"));
});
