import { describe, expect, test } from "vitest";
import { daysFor, doctorsOf, earliest, halvesOf, type Offers, yuan } from "./booking";
import { back, filled, FRESH, onlyTicket, pageOf, readOff, scanned, typedKind } from "./pages";
import type { ServerStep, SessionView, TicketRow } from "./view";

const at = (step: ServerStep, more: SessionView = {}): SessionView => ({
  session: { step },
  ...more,
});
const ticket = (does?: TicketRow["does"]): TicketRow => ({
  ticket: "t1",
  clinic: "im2",
  day: "2026-11-23",
  number: "A012",
  ...(does && { does }),
});

describe("which page stands", () => {
  test.each([
    ["idle", "home"],
    ["identifying", "lay"],
    ["second", "second"],
    ["unknown", "unknown"],
    ["whose", "whose"],
    ["confirm", "confirm"],
    ["choose", "choose"],
    ["held", "held"],
    ["doing", "working"],
    ["done", "done"],
  ] as const)("%s is the page %s", (step, page) => {
    expect(pageOf(at(step), FRESH, false)).toBe(page);
  });

  test("without the network only who has done it stays", () => {
    expect(pageOf(at("confirm"), FRESH, true)).toBe("offline");
    expect(pageOf(at("idle"), FRESH, true)).toBe("offline");
    expect(pageOf(at("done"), FRESH, true)).toBe("done");
  });

  test("before the first view there is nothing to see", () => {
    expect(pageOf(undefined, FRESH, false)).toBe("nothing");
  });

  test("a booking goes from department to doctor to time, and back", () => {
    const view = at("choose");
    const department = { key: "cardio", name: "心血管内科", days: ["2026-11-23"] };
    let trail = { ...FRESH, aim: "book" as const };
    expect(pageOf(view, trail, false)).toBe("working");
    trail = { ...trail, departments: [department] } as typeof trail;
    expect(pageOf(view, trail, false)).toBe("department");
    trail = { ...trail, department, offers: {} } as typeof trail;
    expect(pageOf(view, trail, false)).toBe("doctor");
    trail = { ...trail, doctor: "" } as typeof trail;
    expect(pageOf(view, trail, false)).toBe("time");
    for (const page of ["doctor", "department", "choose"] as const) {
      trail = back(pageOf(view, trail, false), trail) as typeof trail;
      expect(pageOf(view, trail, false)).toBe(page);
    }
  });

  test("what was not done is said before anything else is chosen", () => {
    const said = { code: "none_left", zh: "约完了", en: "taken" };
    expect(pageOf(at("choose", { said }), { ...FRESH, aim: "book" }, false)).toBe("choose");
  });
});

describe("one ticket is no choice", () => {
  test("it is checked in without being asked for", () => {
    const view = at("choose", { tickets: { 1: ticket("check_in"), 2: ticket() } });
    expect(onlyTicket(view, "")).toBe("1");
    expect(onlyTicket(view, "book")).toBeUndefined();
  });
  test("two are", () => {
    const tickets = { 1: ticket("check_in"), 2: ticket("return") };
    expect(onlyTicket(at("choose", { tickets }), "")).toBeUndefined();
  });
  test("so is one beside a number to pick up", () => {
    const bookings = { 1: { booking: "b1", department: "d", day: "x", does: ["take"] } };
    const view = at("choose", { tickets: { 1: ticket("check_in") }, bookings });
    expect(onlyTicket(view, "")).toBeUndefined();
  });
});

describe("what was read", () => {
  test("an identity card says what kind it is, and what a file needs", () => {
    const card = { kind: "resident", number: "11", name: "某", sex: "2", birth: "1950-01-02" };
    expect(readOff(card)).toEqual({
      ...{ value: "11", nationality: "CHN",
      kind: "id_card", name: "某", sex: "2", birth: "1950-01-02" },
    });
  });
  test("a social card is known by its own number", () => {
    expect(readOff({ card_number: "T1", number: "11" })).toEqual({ value: "T1" });
  });
  test("a card without a number is none", () => {
    expect(readOff({ name: "某" })).toBeUndefined();
  });
  test("a slip of ours is one, whatever the scanner takes it for", () => {
    expect(scanned("HZ:im2/2026-11-23/t1/ab", ["other"])).toMatchObject({ kind: "slip" });
    expect(scanned("66010019", ["other"])).toEqual({ value: "66010019" });
  });
  test("only a number of an identity card's form is typed as one", () => {
    expect(typedKind("11010519491231002X")).toBe("id_card");
    expect(typedKind("66010019")).toBeUndefined();
  });
});

describe("what can be booked", () => {
  const slot = (start: number, left: number) => ({ slot: `${start}`, start, end: start + 1, left });
  const offers: Offers = {
    "2026-11-24": [
      { session: "c", doctor: "乙", half: "pm", price: 2000, slots: [slot(30, 2)] },
      { session: "d", doctor: "甲", half: "am", price: 3000, slots: [slot(20, 1)] },
    ],
    "2026-11-23": [
      { session: "a", doctor: "甲", half: "pm", slots: [slot(12, 0)], why: "full" },
      { session: "b", doctor: "甲", half: "am", slots: [slot(10, 0), slot(9, 0)], why: "full" },
      { session: "e", doctor: "丙", half: "am", slots: [], why: "stopped" },
    ],
  };
  test("doctors with an early place come first, who is stopped is shown", () => {
    expect(doctorsOf(offers).map(({ doctor, first, stopped }) => [doctor, first, stopped])).toEqual([
      ["甲", "2026-11-24", false],
      ["乙", "2026-11-24", false],
      ["丙", undefined, true],
    ]);
  });
  test("a full day is shown with nothing left", () => {
    expect(daysFor(offers, "甲")).toEqual([
      { day: "2026-11-23", left: 0, stopped: false },
      { day: "2026-11-24", left: 1, stopped: false },
    ]);
  });
  test("slots stand by half day, in their order", () => {
    const found = halvesOf(offers, "甲", "2026-11-23");
    expect(found.map(({ half, slots }) => [half, slots.map(({ slot }) => slot.start)])).toEqual([
      ["am", [9, 10]],
      ["pm", [12]],
    ]);
  });
  test("the earliest place is one that is left", () => {
    expect(earliest(offers)).toMatchObject({ day: "2026-11-24", offer: { session: "d" } });
    expect(earliest({})).toBeUndefined();
  });
  test("money is yuan", () => {
    expect([yuan(3000), yuan(1550)]).toEqual(["30", "15.50"]);
  });
});

describe("what patches leave behind", () => {
  test("an emptied section is none", () => {
    const view = { session: { step: "choose" }, said: {}, place: {}, tickets: {} };
    expect(filled(view as unknown as SessionView)).toEqual({ session: { step: "choose" } });
  });

  test("a number that has its ticket here is taken by checking in", () => {
    const booked = { booking: "b1", department: "cardio", day: "2026-11-23", does: ["take"] };
    const mine = at("choose", { tickets: { "1": ticket("check_in") } });
    expect(onlyTicket({ ...mine, bookings: { "1": { ...booked, ticket: "1" } } }, "")).toBe("1");
    expect(onlyTicket({ ...mine, bookings: { "1": booked } }, "")).toBeUndefined();
  });
});
