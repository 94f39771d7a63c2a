import { expect, test } from "vitest";
import { ServerClock } from "./clock";

const T0 = Date.parse("2026-11-23T09:42:00.000+08:00");

test("the least delayed word is believed", () => {
  const clock = new ServerClock();
  clock.heard("2026-11-23T09:42:00.000+08:00", 1400); // 400 ms on the way
  clock.heard("2026-11-23T09:42:10.000+08:00", 11_020); // 20 ms
  clock.heard("2026-11-23T09:42:20.000+08:00", 21_900); // 900 ms
  expect(clock.at(31_020)).toBe(T0 + 30_000);
});

test("it shows the hospital's wall time wherever the device is", () => {
  const clock = new ServerClock();
  clock.heard("2026-11-23T00:05:00.000+08:00", 0);
  expect(clock.day).toBe("2026-11-23");
  expect(clock.wallTime(clock.at(60_000) as number)).toBe("00:06");
});

test("a corrected clock is followed at once", () => {
  const clock = new ServerClock();
  clock.heard("2026-11-23T09:42:00.000+08:00", 0);
  clock.heard("2026-11-23T09:30:00.000+08:00", 1000);
  expect(clock.wallTime(clock.at(1000) as number)).toBe("09:30");
});

test("before any word it knows nothing, and nonsense teaches it nothing", () => {
  const clock = new ServerClock();
  clock.heard("soon", 0);
  expect(clock.at(0)).toBeUndefined();
  expect(clock.day).toBeUndefined();
});
