import { afterEach, expect, test } from "vitest";
import { english } from "./language";
import { refused } from "./refusals";

afterEach(() => {
  english.value = false;
});
const TOO_SOON = { code: "too_soon", message: "刚刚叫过，请等 8 秒再叫。", details: { wait_ms: 7_400 } };

test("a page in Chinese says what the server said", () => {
  expect(refused(TOO_SOON)).toBe("刚刚叫过，请等 8 秒再叫。");
});
test("a page in English says it in English, with what belongs to it", () => {
  english.value = true;
  expect(refused(TOO_SOON)).toBe("Called just now: wait 8 s.");
  expect(refused({ code: "bad_request", message: "", details: { field: "settings.late" } })).toContain("settings.late");
  expect(refused({ code: "already_in", message: "", details: { number: "A005", ahead: 0 } })).toBe("Checked in already: A005, 0 ahead.");
  // nothing that was to be said with it is there
  expect(refused({ code: "too_soon", message: "" })).toBe("Called just now: wait 1 s.");
  expect(refused({ code: "places_held", message: "" })).toContain("Some places");
});
test("a newer server's refusal is said as it came", () => {
  english.value = true;
  expect(refused({ code: "brand_new", message: "请看最新画面。" })).toBe("请看最新画面。");
});
