import fc from "fast-check";
import { expect, test } from "vitest";
import { canonical } from "../testing/model";
import type { Json } from "./frames";
import { merge } from "./merge";

// the table of RFC 7386, appendix A
test.each<[Json, Json, Json]>([
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [
    ["a", "b"],
    ["c", "d"],
    ["c", "d"],
  ],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])("%j patched with %j is %j", (target, patch, result) => {
  expect(merge(target, patch)).toEqual(result);
});

test("what a patch does not touch keeps its identity, and nothing changes in place", () => {
  const before = {
    rooms: { "3": { current: "t1" } },
    tickets: { t1: { state: "in" } },
  };
  const text = JSON.stringify(before);
  const after = merge(before, { tickets: { t1: { state: "done" } } }) as typeof before;
  expect(after.rooms).toBe(before.rooms);
  expect(after.tickets).not.toBe(before.tickets);
  expect(JSON.stringify(before)).toBe(text);
});

test("a row may be called __proto__ without touching any prototype", () => {
  const patch = JSON.parse('{"rows":{"__proto__":{"state":"in"}}}') as Json;
  const merged = merge({ rows: {} }, patch) as { rows: object };
  expect(Object.keys(merged.rows)).toEqual(["__proto__"]);
  expect(({} as { state?: string }).state).toBeUndefined();
});

test("a patch applied twice is the patch applied once", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
      const once = merge(target as Json, patch as Json);
      expect(canonical(merge(once, patch as Json))).toBe(canonical(once));
    }),
  );
});
