import { expect, test } from "vitest";
import { ACTS, actOf, capOf, changed, isFit, keep, kept, type Stroke, USUAL } from "./keymap";

const stroke = (key: string, held: Partial<Stroke> = {}): Stroke => ({
  key,
  code: "",
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  metaKey: false,
  ...held,
});

function drawer(first?: string) {
  const things = new Map<string, string>();
  if (first !== undefined) things.set("houzhen.doctor.keys", first);
  return {
    things,
    getItem: (key: string) => things.get(key) ?? null,
    setItem: (key: string, value: string) => void things.set(key, value),
    removeItem: (key: string) => void things.delete(key),
  };
}

test("a stroke is written as it is printed on the key", () => {
  expect(capOf(stroke("F2"))).toBe("F2");
  expect(capOf(stroke("z", { ctrlKey: true, code: "KeyZ" }))).toBe("Ctrl+Z");
  expect(capOf(stroke("Z", { ctrlKey: true, shiftKey: true, code: "KeyZ" }))).toBe(
    "Ctrl+Shift+Z",
  );
  expect(capOf(stroke("0", { code: "Numpad0" }))).toBe("Numpad0");
  expect(capOf(stroke("Control", { ctrlKey: true }))).toBeUndefined();
});

test("with a Chinese input method on, a letter is known by its place", () => {
  expect(capOf(stroke("Process", { ctrlKey: true, code: "KeyZ" }))).toBe("Ctrl+Z");
});

test("what writes or moves is no key of the desk's", () => {
  expect(["F2", "F24", "Ctrl+Z", "Alt+1", "Numpad0", "Pause"].every(isFit)).toBe(true);
  expect(["a", "Shift+A", "Enter", "Escape", "Tab", " ", "ArrowDown", "F25"].some(isFit)).toBe(
    false,
  );
});

test("the usual keys are fit, and each does one thing", () => {
  expect(Object.values(USUAL).every(isFit)).toBe(true);
  expect(new Set(Object.values(USUAL)).size).toBe(ACTS.length);
  expect(actOf(USUAL, "F2")).toBe("next");
  expect(actOf(USUAL, "F1")).toBeUndefined();
  expect(actOf(USUAL, undefined)).toBeUndefined();
});

test("a key that has its act already is not taken from it", () => {
  expect(changed(USUAL, "next", "F3")).toEqual({ ok: false, why: "taken", by: "again" });
  expect(changed(USUAL, "next", "Enter")).toEqual({ ok: false, why: "unfit" });
  expect(changed(USUAL, "next", "F2")).toEqual({ ok: true, keymap: USUAL });
  const now = changed(USUAL, "next", "Numpad0");
  expect(now).toEqual({ ok: true, keymap: { ...USUAL, next: "Numpad0" } });
});

test("own keys are there again tomorrow, the usual ones are not written down", () => {
  const place = drawer();
  const own = { ...USUAL, next: "F3", again: "F2" };
  keep(place, own);
  expect(kept(place)).toEqual(own);
  keep(place, USUAL);
  expect(place.things.size).toBe(0);
  expect(kept(place)).toEqual(USUAL);
});

test.each([
  ["no JSON", "{"],
  ["no object", "7"],
  ["null", "null"],
  ["an unfit key", '{"next":"a"}'],
  ["two acts on one key", '{"next":"F9"}'],
])("%s leaves the usual keys", (_, written) => {
  expect(kept(drawer(written))).toEqual(USUAL);
});
