import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepPicture, lastPicture } from "./lastpicture";

const shelf = new Map<string, string>();
beforeEach(() => {
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => shelf.get(key) ?? null,
    setItem: (key: string, value: string) => void shelf.set(key, value),
  });
});
afterEach(() => {
  shelf.clear();
  vi.unstubAllGlobals();
});

const VIEW = { clinic: { name: "内科二诊区" } };

test("the last picture of these clinics outlives a power cut", () => {
  keepPicture({ day: "2026-11-23", since: "10:32", views: { im2: VIEW } });
  expect(lastPicture(["im2"])).toEqual({
    day: "2026-11-23",
    since: "10:32",
    views: { im2: VIEW },
  });
});

test("a screen that hangs elsewhere now does not show where it hung", () => {
  keepPicture({ day: "2026-11-23", since: "10:32", views: { im2: VIEW } });
  expect(lastPicture(["eye1"])).toBeUndefined();
});

test("what is damaged, or too big to keep, is as nothing", () => {
  shelf.set("houzhen.last", "{broken");
  expect(lastPicture(["im2"])).toBeUndefined();
  shelf.clear();
  const huge = { clinic: { name: "x".repeat(2_000_000) } };
  keepPicture({ day: "2026-11-23", since: "10:32", views: { im2: huge } });
  expect(shelf.size).toBe(0);
});
