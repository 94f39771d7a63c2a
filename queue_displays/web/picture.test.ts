import { blocksOf, runningCalls } from "@shared/hall/board";
import type { HallView } from "@shared/hall/view";
import { expect, test } from "vitest";
import { pictureOf, signOf } from "./picture";
import { placeOf } from "./place";

const NOW = 1_795_404_120_000;

const clinic = (name: string): HallView => ({
  clinic: { name },
  queues: { A: { name: "内科" }, B: { name: "外科" } },
  rooms: {
    "3": { doctor: "许安禾", queues: ["A"], current: "t1" },
    "4": { doctor: "林知远", queues: ["B"] },
  },
  tickets: {
    t1: { number: "A001", name: "张*", queue: "A", state: "called", room: "3" },
    t2: { number: "B001", name: "李*", queue: "B", state: "waiting" },
  },
  orders: { A: [], B: ["t2"] },
  missed: {},
  calls: {
    c1: { ticket: "t1", number: "A001", name: "张*", room: "3", at: NOW, expires: NOW + 9 },
  },
});

test("one clinic whole is shown as it came", () => {
  const view = clinic("一区");
  expect(pictureOf({ im1: view }, placeOf(["im1"], "hall"))).toBe(view);
});

test("a screen of some rooms shows them, their calls, and who waits for them", () => {
  const shown = pictureOf({ im1: clinic("一区") }, placeOf(["im1/4"], "door"));
  expect(Object.keys(shown?.rooms ?? {})).toEqual(["4"]);
  expect(shown?.calls).toEqual({});
  expect(shown?.orders).toEqual({ B: ["t2"] });
  expect(Object.keys(shown?.tickets ?? {})).toEqual(["t2"]);
});

test("two clinics with a room 3 each are two rooms with their own patients", () => {
  const views = { im1: clinic("一区"), im2: clinic("二区") };
  const shown = pictureOf(views, placeOf(["im1", "im2"], "hall")) ?? {};
  expect(shown.clinic?.name).toBe("一区 · 二区");
  const seats = blocksOf(shown, NOW).flatMap((block) => block.seats);
  expect(seats.map(({ room }) => room)).toEqual(["im1/3", "im1/4", "im2/3", "im2/4"]);
  expect(seats.map(({ room }) => signOf(room))).toEqual(["3", "4", "3", "4"]);
  expect(seats.filter(({ calling }) => calling).map(({ room }) => room)).toEqual([
    "im1/3",
    "im2/3",
  ]);
  expect(runningCalls(shown, NOW)).toHaveLength(2);
});

test("without any view there is no picture", () => {
  expect(pictureOf({}, placeOf(["im1"], "hall"))).toBeUndefined();
});
