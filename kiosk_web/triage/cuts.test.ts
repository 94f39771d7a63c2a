import type { DeskTicket } from "@shared/desk/view";
import { CUTS, TestDesk } from "@shared/testing/desk";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { shallowRef } from "vue";
import { halfForm } from "./closing";
import type { Column } from "./columns";
import { type Nurse, useNurse } from "./deeds";
import { broadcastForm, handOverForm, helpForm, stopForm } from "./forms";

vi.mock("@shared/desk/clinics", () => ({ useClinics: () => shallowRef({}) }));

const TICKET: DeskTicket = { id: "t1", number: "A001", name: "张三", queue: "A", state: "waiting", room: "3" };
const VIEW = { tickets: { t1: { number: "A001", name: "张三", queue: "A", state: "waiting" } } };
const COLUMN: Column = { queue: "A", name: "心血管内科", waiting: 1, frozen: false, seats: [], groups: [] };
/** What a nurse has that does nothing, or only by way of another. */
const NO_DEED = new Set(["said", "busy", "undone", "clinics", "say", "act", "history", "elsewhere", "today", "look", "undo", "checkInCard"]);

let desk: TestDesk<Nurse>;
async function another(): Promise<void> {
  desk = new TestDesk("nurse", VIEW, useNurse);
  await desk.connected();
}
beforeEach(another);
afterEach(() => desk.close());

type Deed = (nurse: Nurse) => unknown;
/** Every deed that a nurse has: one that is added is held to this without a word. */
function deedsOf(nurse: Nurse): [string, Deed][] {
  const own = Object.keys(nurse)
    .filter((name) => !NO_DEED.has(name))
    .map((name): [string, Deed] => [
      name,
      (each) => (each as unknown as Record<string, (ticket: DeskTicket, more: object) => unknown>)[name]?.(TICKET, {}),
    ]);
  return [
    ...own,
    ["a card", (each) => each.checkInCard("7700A001")],
    ["broadcast", (each) => broadcastForm(each, { exactNow: () => 0, momentAt: () => 0 }).send({ text: "请安静", minutes: "5" })],
    ["help", (each) => helpForm(each).send({ reason: "晕倒" })],
    ["hand over", (each) => handOverForm(each, () => {}).send({ to: "宋", note: "" })],
    ["stop calling", (each) => stopForm(each, COLUMN, {}).send({ kind: "calling", whom: "queue:A", reason: "手术" })],
    ["open calling", (each) => stopForm(each, COLUMN, {}).send({ kind: "open", whom: "queue:A" })],
    ["stop the clinic", (each) => stopForm(each, COLUMN, {}).send({ kind: "clinic", whom: "queue:A", reason: "手术" })],
    ["end a half", (each) => halfForm(each, [{ value: "am:xu", word: "许安禾 上午" }], () => ({})).send({ which: "am:xu" })],
    ["close the day", (each) => each.act("close_day", {}, "今天的门诊已结束")],
    ["settle", (each) => each.act("settle", { ticket: "t1", end: "done" }, "看完了")],
  ];
}

test("a nurse has many deeds, and each of them is tried", () => {
  expect(deedsOf(desk.deeds).length).toBeGreaterThan(25);
});

describe.each(CUTS)("a line cut %s", (when) => {
  test("does each deed once, and the page says that it is done", async () => {
    for (const [name, deed] of deedsOf(desk.deeds)) {
      desk.close();
      await another();
      await desk.cut(when, () => void deed(desk.deeds));
      expect(desk.deeds.busy.value, name).toBe(1);
      await desk.mended();
      expect(desk.done, name).toHaveLength(1);
      expect(desk.deeds.said.value, name).toMatchObject({ ok: true });
      expect(desk.deeds.said.value?.words, name).not.toBe("");
      await vi.advanceTimersByTimeAsync(3_000);
      expect(desk.deeds.busy.value, name).toBe(0);
    }
  });
});

test("what cannot be done in time is said, and not done behind the nurse's back", async () => {
  for (const [name, deed] of deedsOf(desk.deeds)) {
    desk.close();
    await another();
    await desk.lose();
    void deed(desk.deeds);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(desk.deeds.said.value, name).toMatchObject({ ok: false });
    expect(desk.deeds.busy.value, name).toBe(0);
    await desk.mended();
    expect(desk.done, name).toEqual([]);
  }
});

test("taking back is a deed like others", async () => {
  void desk.deeds.checkInCard("7700A001");
  await desk.mended();
  await desk.cut("on the way back", () => desk.deeds.undo());
  await desk.mended();
  expect(desk.done.at(-1)).toBe("undo_check_in");
  expect(desk.done).toHaveLength(2);
  expect(desk.deeds.said.value?.words).toContain("已撤销");
  expect(desk.deeds.undone.value).toEqual([]);
});
