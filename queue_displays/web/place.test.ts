import { expect, test } from "vitest";
import { isInside, layoutFor, placeFromAddress, placeOf, remFor } from "./place";

test("a screen of one room is a door, of several a hall, of clinics an overview", () => {
  expect(layoutFor(placeOf(["im2/3"], "auto"), 1080, 1920)).toBe("door");
  expect(layoutFor(placeOf(["im2/3", "im2/4"], "auto"), 1920, 1080)).toBe("hall");
  expect(layoutFor(placeOf(["im2"], "auto"), 1920, 1080)).toBe("hall");
  expect(layoutFor(placeOf(["im2", "eye1"], "auto"), 1920, 1080)).toBe("overview");
});

test("what the set-up page says goes before what the place looks like", () => {
  expect(layoutFor(placeOf(["im2"], "dental"), 1920, 1080)).toBe("dental");
  expect(layoutFor(placeOf(["im2"], "a plan of 2031"), 1920, 1080)).toBe("hall");
});

test("a strip of lamps says one line, whatever it was set up for", () => {
  for (const [width, height] of [
    [384, 96],
    [512, 128],
    [1920, 360],
  ] as const)
    expect(layoutFor(placeOf(["im2"], "hall"), width, height)).toBe("led");
  expect(layoutFor(placeOf(["im2"], "hall"), 1024, 600)).toBe("hall");
});

test("a clinic given whole is whole beside rooms of another", () => {
  const place = placeOf(["im2", "im2/3", "eye1/1"], "hall");
  expect(place.clinics).toEqual(["im2", "eye1"]);
  expect(isInside(place, "im2", "9")).toBe(true);
  expect(isInside(place, "eye1", "1")).toBe(true);
  expect(isInside(place, "eye1", "2")).toBe(false);
});

test("an address says where, and what is not said is the demo's clinic", () => {
  expect(placeFromAddress("")).toMatchObject({ clinics: ["im2"], rooms: [], areas: ["im2"] });
  expect(placeFromAddress("?clinic=im2,eye1&layout=hall&flash=off")).toMatchObject({
    clinics: ["im2", "eye1"],
    profile: "hall",
    flash: false,
  });
  expect(placeFromAddress("?clinic=im2&room=3,4").rooms).toEqual(["im2/3", "im2/4"]);
});

test("what the plan says goes before what was said at the enrolment", () => {
  const hung = { layout: "dental", places: ["eye1/2"], areas: ["east"], voices: [] };
  expect(placeOf(["im2"], "east-wall", hung)).toMatchObject({
    clinics: ["eye1"],
    rooms: ["eye1/2"],
    profile: "dental",
    areas: ["east"],
    voices: [],
  });
  expect(placeOf(["im2", "eye1"], "hall")).toMatchObject({
    areas: ["im2", "eye1"],
    voices: ["im2"],
  });
});

test("everything is a share of the screen, at every size", () => {
  expect(remFor("hall", 1920, 1080)).toBe(10);
  expect(remFor("hall", 3840, 2160)).toBe(20);
  expect(remFor("hall", 1080, 1920)).toBe(10);
  // the shorter side decides: nothing is cut off
  expect(remFor("hall", 1024, 600)).toBeCloseTo(1024 / 192);
  expect(remFor("led", 384, 96)).toBe(9.6);
});
