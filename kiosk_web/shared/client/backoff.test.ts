import { expect, test } from "vitest";
import { backoff, STOP } from "./backoff";

const most = () => 0.999999;
const least = () => 0;

test("the wait doubles from half a second to fifteen", () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 20].map((n) =>
    Math.round(backoff(4001, n, most) as number),
  );
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
});

test("chance takes up to half of it away, so that screens do not come in one wave", () => {
  expect(backoff(1006, 3, least)).toBe(2000);
});

test("a restarting server is met again after 0.2 to 2 seconds, however often tried", () => {
  expect(backoff(1012, 9, least)).toBe(200);
  expect(backoff(1012, 9, most)).toBeLessThanOrEqual(2000);
});

test.each([4500, 4501, 4503, 4999])("after %i nobody comes back by itself", (code) => {
  expect(backoff(code, 0, least)).toBe(STOP);
});

test.each([1000, 1001, 1006, 1011, 4000, 4499, 3000])("after %i one does", (code) => {
  expect(backoff(code, 0, least)).toBe(250);
});
