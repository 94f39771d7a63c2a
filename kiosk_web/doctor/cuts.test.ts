import type { JsonObject } from "@shared/client/frames";
import type { DeskTicket } from "@shared/desk/view";
import { CUTS, TestDesk } from "@shared/testing/desk";
import { afterEach, describe, expect, test, vi } from "vitest";
import { shallowRef } from "vue";
import { type Deeds, useDeeds } from "./deeds";
import type { Act } from "./keymap";

vi.mock("@shared/desk/clinics", async (original) => ({
  ...(await original<object>()),
  useClinics: () => shallowRef({}),
}));
vi.mock("./leaving", () => ({ openWindow: vi.fn(), enterRoom: vi.fn() }));

const TICKET: DeskTicket = { id: "t2", number: "A002", name: "李秀芳", queue: "A", state: "waiting" };
const row = (number: string, more: JsonObject): JsonObject => ({ number, name: "张三", queue: "A", ...more });
function view(state: "called" | "in" | undefined, more: JsonObject = {}): JsonObject {
  return {
    clinic: { rules: { call_again_ms: 0, missed_after_ms: 0 } },
    queues: { A: { name: "心血管内科" }, B: { name: "心律失常" } },
    rooms: {
      "3": { doctor: "许安禾", logged_in: "xu", queues: ["A"], ...(state ? { current: "t1" } : {}), ...more },
      "4": { doctor: "", queues: ["A"] },
    },
    doctors: { xu: { name: "许安禾" }, lin: { name: "林知远" } },
    tickets: {
      ...(state ? { t1: row("A001", { state, room: "3", since: 1, called_at: 1 }) } : {}),
      t2: row("A002", { state: "waiting" }),
    },
    orders: { A: ["t2"] },
  };
}
const press = (act: Act) => (deeds: Deeds) => deeds.press(act);
/** A sheet that was opened, filled in and sent. */
const filled = (open: (deeds: Deeds) => void, values: Record<string, string>) => (deeds: Deeds) => {
  open(deeds);
  const sheet = deeds.sheet.value;
  if (sheet?.kind !== "form") throw new Error("no form was asked for");
  sheet.form.send(values);
};

const DEEDS: [ask: string, view: JsonObject, deed: (deeds: Deeds) => void][] = [
  ["call_next", view(undefined), press("next")],
  ["call_next", view("in"), press("next")],
  ["call_again", view("called"), press("again")],
  ["start", view("called"), press("start")],
  ["missed", view("called"), press("missed")],
  ["undo_call", view("called"), press("undo")],
  ["finish", view("in"), press("finish")],
  ["hold", view("in"), press("hold")],
  ["call_help", view("in"), press("help")],
  ["back", view(undefined, { note: { kind: "away" } }), press("away")],
  ["away", view(undefined), filled((deeds) => deeds.press("away"), { reason: "会诊", back: "10" })],
  ["to_examination", view("in"), filled((deeds) => deeds.press("examination"), { reports: "血常规" })],
  ["transfer", view("in"), filled((deeds) => deeds.press("transfer"), { to: "queue:B" })],
  ["call_one", view("in"), filled((deeds) => deeds.callOne(TICKET), { reason: "病情急" })],
  ["resume", view(undefined), (deeds) => deeds.resume(TICKET)],
  ["undo_missed", view(undefined), (deeds) => deeds.undoMissed(TICKET)],
  ["recall", view(undefined), (deeds) => deeds.recall(TICKET)],
  ["come_back", view(undefined), (deeds) => deeds.comeBack(TICKET)],
  ["report_ready", view(undefined), (deeds) => deeds.reportReady(TICKET, "血常规")],
  ["serve", view(undefined), (deeds) => deeds.serve("B", true)],
  ["log_in", view(undefined), filled((deeds) => deeds.logIn(false), { doctor: "lin", mode: "ordinary", queues: "A" })],
  ["log_out", view(undefined), (deeds) => deeds.logOut()],
  ["change_room", view(undefined), filled((deeds) => deeds.changeRoom(), { to: "4" })],
  ["end_half", view(undefined), filled((deeds) => deeds.endHalf(), { half: "am" })],
  ["answer_help", view(undefined), (deeds) => deeds.answerHelp("al1", true)],
];

let desk: TestDesk<Deeds> | undefined;
afterEach(() => desk?.close());
async function at(seen: JsonObject): Promise<TestDesk<Deeds>> {
  desk = new TestDesk("doctor", seen, useDeeds);
  await desk.connected();
  return desk;
}

describe.each(CUTS)("a line cut %s", (when) => {
  test.each(DEEDS)("%s happens once, and the page says that it did", async (ask, seen, deed) => {
    const here = await at(seen);
    await here.cut(when, () => deed(here.deeds));
    expect(here.deeds.busy.value).toBe(ask);
    // the hand that presses again meets the deed under way
    deed(here.deeds);
    await here.mended();
    expect(here.done).toEqual([ask]);
    expect(here.deeds.said.value).toMatchObject({ ok: true });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(here.deeds.busy.value).toBeUndefined();
  });
});

test.each(DEEDS)("%s that cannot be done in time is said, and not done later", async (_, seen, deed) => {
  const here = await at(seen);
  await here.lose();
  deed(here.deeds);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(here.deeds.said.value).toMatchObject({ ok: false });
  expect(here.deeds.busy.value).toBeUndefined();
  await here.mended();
  expect(here.done).toEqual([]);
});
