import { expect, test } from "vitest";
import { Wedge } from "./scanner";

const scan = (wedge: Wedge, text: string, everyMs: number, from = 0) =>
  [...text, "Enter"].map((key, index) => wedge.key(key, from + index * everyMs)).at(-1);

test("a scanner's burst of keys is a card; a hand's slow typing is not", () => {
  expect(scan(new Wedge(), "530102195408010021", 8)).toBe("530102195408010021");
  expect(scan(new Wedge(), "5301", 400)).toBeUndefined();
  expect(scan(new Wedge(), "5", 8)).toBeUndefined();
});

test("what lay typed before does not get into the card", () => {
  const wedge = new Wedge();
  wedge.key("9", 0);
  expect(scan(wedge, "530102", 8, 1000)).toBe("530102");
  expect(scan(wedge, "440103", 8, 2000)).toBe("440103");
});
