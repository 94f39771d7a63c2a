import type { DeskTicket } from "@shared/desk/view";
import { describe, expect, test } from "vitest";
import {
  type AnnouncementRow,
  type AreaView,
  cameTo,
  counted,
  devicesOf,
  silentZones,
  unheard,
  whyWord,
} from "./area";

const ticket = (id: string, state: DeskTicket["state"]): DeskTicket => ({
  id,
  number: id.toUpperCase(),
  name: "张三",
  queue: "A",
  state,
});
const tickets = new Map([
  ["a1", ticket("a1", "called")],
  ["a2", ticket("a2", "in")],
]);
const call = (n: number, more: Partial<AnnouncementRow> = {}): AnnouncementRow => ({
  n,
  kind: "called",
  number: `A00${n}`,
  words: { zh: `请 A00${n} 号 张*三 到 3 号诊室就诊` },
  ticket: `im2/a${n}`,
  room: "im2/3",
  at: n,
  expires: n + 60,
  ...more,
});
const hall = (speakers: Record<string, { ready: boolean; why?: string }>): AreaView => ({
  area: { name: "内科二诊区" },
  zones: { main: { name: "大厅", speakers } },
});
const ONE = { t3: { ready: false, why: "blocked" } };

describe("a zone without a voice", () => {
  test("is told with what is wrong with each of its speakers", () => {
    const view = { ...hall(ONE), alarms: { "silent.main": { kind: "zone_silent", zone: "main" } } };
    expect(silentZones("im2", view)).toEqual([
      { area: "im2", zone: "main", name: "大厅", speakers: [{ device: "t3", why: "blocked" }] },
    ]);
  });
  test("is no news where there never was one, nor while another speaks for it", () => {
    const alarms = { "silent.main": { kind: "zone_silent", zone: "main" } };
    expect(silentZones("im2", { ...hall({}), alarms })).toEqual([]);
    expect(silentZones("im2", hall(ONE))).toEqual([]);
    expect(silentZones("im2", {})).toEqual([]);
  });
});

describe("what nobody heard", () => {
  const unspoken = { outcome: { unspoken: { main: "expired" } } };
  const seen = (announcements: Record<string, AnnouncementRow>, view = hall(ONE)) =>
    unheard("im2", { ...view, announcements }, "im2", tickets);
  test("the newest first, with whoever is still called", () => {
    const found = seen({ a1: call(1, unspoken), a2: call(2, unspoken), a3: call(3) });
    expect(found.map(({ id, number, room, ticket: whose }) => [id, number, room, whose?.id])).toEqual([
      ["a2", "A002", "3", undefined],
      ["a1", "A001", "3", "a1"],
    ]);
    expect(whyWord(found[0]?.why)).toBe("没有轮到播报就过时了");
  });
  test("of another clinic of the area it is not this desk's, a broadcast is everybody's", () => {
    const theirs = call(1, { ...unspoken, ticket: "im3/a1", room: "im3/3" });
    const broadcast: AnnouncementRow = { n: 4, kind: "broadcast", at: 4, expires: 9, words: { zh: "请保持安静" }, ...unspoken };
    const [only, ...more] = seen({ a1: theirs, a4: broadcast });
    expect(more).toEqual([]);
    expect([only?.words, only?.number, only?.room]).toEqual(["请保持安静", "", ""]);
  });
  test("nobody was to hear it where there is no speaker", () => {
    expect(seen({ a1: call(1, unspoken) }, hall({}))).toEqual([]);
  });
});

describe("devices", () => {
  const row = (name: string, places: string[], more = {}) => ({ role: "screen", name, places, online: true, ...more });
  const roster = {
    terminals: {
      t1: row("东屏", ["im2"]),
      t2: row("3 诊室门口", ["im2/3"], { online: false }),
      t3: row("骨科屏", ["bone"]),
      t4: row("旧屏", ["im2"], { revoked: "坏了" }),
      t5: row("大门", ["*"]),
      t6: row("im20 的屏", ["im20"]),
    },
  };
  test("those of the clinic and its rooms, the lost ones first, none that were sent away", () => {
    expect(devicesOf(roster, "im2").map(({ id }) => id)).toEqual(["t2", "t5", "t1"]);
  });
  test("are counted, a voice of two zones once", () => {
    const views = [hall({ t1: { ready: true }, t2: { ready: false } }), hall({ t1: { ready: true } }), {}];
    expect(counted(devicesOf(roster, "im2"), views)).toEqual({ here: 2, devices: 3, ready: 1, speakers: 2 });
    expect(counted([], [])).toEqual({ here: 0, devices: 0, ready: 0, speakers: 0 });
  });
  test("what was spoken was seen; what failed is named", () => {
    expect(cameTo({ t1: "spoken", t2: "shown", t3: "failed", t4: "queued" })).toEqual({ shown: 2, devices: 4, failed: ["t3"] });
    expect(cameTo(undefined)).toEqual({ shown: 0, devices: 0, failed: [] });
  });
});
