import { expect, test } from "vitest";
import type { AreaView } from "./area";
import { ringFor } from "./bell";

const area = (silent: string[], gain?: number): AreaView => ({
  announcements: {
    a1: {
      n: 1,
      kind: "called",
      call: "im2/c1",
      target: { zones: ["front", "back"] },
      at: 0,
      expires: 60_000,
      ...(gain === undefined ? {} : { gain }),
    },
  },
  alarms: Object.fromEntries(silent.map((zone) => [`silent.${zone}`, { kind: "zone_silent" }])),
});

test("the bell goes with the words, where somebody can say them", () => {
  expect(ringFor("im2/c1", [area([])]).bell).toBe("elsewhere");
  expect(ringFor("im2/c1", [area(["front"])]).bell).toBe("elsewhere");
});

test("where nobody speaks the board rings, as loud as the hour allows", () => {
  expect(ringFor("im2/c1", [area(["front", "back"], 0.4)])).toEqual({ bell: "here", gain: 0.4 });
});

test("without an announcer the board rings at once, with one it waits for the words", () => {
  expect(ringFor("im2/c1", []).bell).toBe("here");
  expect(ringFor("im2/c1", [undefined]).bell).toBe("here");
  expect(ringFor("im2/c2", [undefined, area([])]).bell).toBe("wait");
});
