import { beforeEach, describe, expect, it, vi } from "vitest";
import type { DeskView } from "../desk/view";
import { type EmergencyList, keepList, keptList, listOf } from "./list";
import { askOf, inOrder, keepEntries, keptEntries, newEntry } from "./paper";
import { closeSafe, openSafe, ownSafe, prepareSafe } from "./safe";

class Kept {
  [key: string]: unknown;
  getItem = (key: string) => (Object.hasOwn(this, key) ? String(this[key]) : null);
  setItem = (key: string, value: string) => {
    this[key] = value;
  };
  removeItem = (key: string) => {
    delete this[key];
  };
}

// a key from a password takes its time on purpose
vi.setConfig({ testTimeout: 60_000 });

const AT = Date.UTC(2026, 10, 23, 2);
const VIEW: DeskView = {
  clinic: { name: "内科" },
  queues: { A: { name: "心血管" } },
  rooms: { "10": { doctor: "林知远", current: "t1" }, "2": { doctor: "许安禾" } },
  tickets: {
    t1: { number: "A001", name: "张三", queue: "A", state: "in", room: "10" },
    t2: { number: "A002", name: "李秀芳", queue: "A", state: "waiting", since: AT },
    t3: { number: "A003", name: "欧阳静", queue: "A", state: "waiting", since: AT - 9 },
    t4: { number: "A004", name: "单雅宁", queue: "A", state: "booked", slot: [AT + 9, AT + 10] },
    t5: { number: "A005", name: "王月芳", queue: "A", state: "done" },
    t6: { number: "A006", name: "吴桐", queue: "A", state: "missed" },
    t7: { number: "A007", name: "罗小满", queue: "A", state: "booked", slot: [AT, AT + 1] },
  },
  orders: { A: ["t2", "t3"] },
};
const list: EmergencyList = listOf(VIEW, "im2", "2026-11-23", AT, 28_800_000);

beforeEach(() => {
  for (const name of ["localStorage", "sessionStorage"]) {
    const kept = new Kept();
    for (const method of ["getItem", "setItem", "removeItem"])
      Object.defineProperty(kept, method, { enumerable: false });
    vi.stubGlobal(name, kept);
  }
});
const onTheDisk = () => JSON.stringify({ ...localStorage });

describe("the list", () => {
  it("has those in line in their order, then those aside, then who is to come", () => {
    expect(list.queues[0]?.rows.map(({ number }) => number)).toEqual([
      "A002", "A003", "A001", "A006", "A007", "A004",
    ]);
    expect(list.rooms).toEqual([
      { room: "2", doctor: "许安禾" },
      { room: "10", doctor: "林知远", current: "A001" },
    ]);
  });
});

describe("what is kept on the desk", () => {
  it("opens with the password of who kept it, without a server, and with no other", async () => {
    await prepareSafe("qin", "Sunny-8day");
    expect(await keepList(list)).toBe(true);
    closeSafe();
    expect(onTheDisk()).not.toContain("张三");
    expect(await openSafe("qin", "sunny-8day")).toBeUndefined();
    expect(await openSafe("song", "Sunny-8day")).toBeUndefined();
    const safe = await openSafe("qin", "Sunny-8day");
    expect(safe && (await keptList(safe, "im2"))).toEqual(list);
    expect(safe && (await keptList(safe, "eye1"))).toBeUndefined();
  });

  it("is shut to whoever sits down next, also with an account of their own", async () => {
    await prepareSafe("qin", "Sunny-8day");
    await keepList(list);
    closeSafe();
    await prepareSafe("song", "Rainy-9days");
    const theirs = await ownSafe();
    expect(theirs?.account).toBe("song");
    expect(theirs && (await keptList(theirs, "im2"))).toBeUndefined();
    // not even with the boxes changed round
    for (const key of Object.keys(localStorage))
      if (key.includes("list.")) localStorage.setItem(key.replace("qin", "song"), localStorage.getItem(key) ?? "");
    expect(theirs && (await keptList(theirs, "im2"))).toBeUndefined();
  });

  it("opens again for the same person, and anew after another password", async () => {
    await prepareSafe("qin", "Sunny-8day");
    await keepList(list);
    closeSafe();
    await prepareSafe("qin", "Sunny-8day");
    const again = await ownSafe();
    expect(again && (await keptList(again, "im2"))).toEqual(list);
    closeSafe();
    await prepareSafe("qin", "Rainy-9days");
    const anew = await ownSafe();
    expect(anew && (await keptList(anew, "im2"))).toBeUndefined();
  });

  it("is not there any longer after a day", async () => {
    await prepareSafe("qin", "Sunny-8day");
    await keepList(list);
    await keepList({ ...list, clinic: "eye1", at: AT + 25 * 3_600_000 });
    expect(Object.keys(localStorage).filter((key) => key.includes("list."))).toEqual([
      "houzhen.emergency.list.eye1 qin",
    ]);
  });
});

describe("what was written on paper", () => {
  const here = { ticket: "t4", number: "A004", deed: "here" as const, time: "10:32" };

  it("becomes asks that tell the time of the paper, each with a key of its own", () => {
    expect(askOf(newEntry(here))).toEqual({
      name: "check_in",
      body: { ticket: "t4", reason: "补录：纸上 10:32" },
    });
    expect(askOf(newEntry({ ...here, deed: "seen", room: "3" }))).toEqual({
      name: "settle",
      body: { ticket: "t4", end: "done", reason: "补录：纸上 10:32，3 诊室" },
    });
    expect(newEntry(here).id).toMatch(/^[0-9a-f]{32}$/);
    expect(newEntry(here).id).not.toBe(newEntry(here).id);
  });

  it("is entered in the order of the paper", () => {
    const entries = ["10:40", "09:55", "10:40"].map((time, at) =>
      newEntry({ ...here, time, number: String(at) }),
    );
    expect(inOrder(entries).map(({ number }) => number)).toEqual(["1", "0", "2"]);
  });

  it("is kept sealed until it is entered", async () => {
    await prepareSafe("qin", "Sunny-8day");
    const entries = [newEntry(here)];
    await keepEntries("im2", entries);
    expect(onTheDisk()).not.toContain("A004");
    expect(await keptEntries("im2")).toEqual(entries);
    await keepEntries("im2", []);
    expect(await keptEntries("im2")).toEqual([]);
  });
});
