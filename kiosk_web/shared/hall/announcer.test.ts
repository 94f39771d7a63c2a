import { expect, test } from "vitest";
import { Announcer, BRIEF_MS, CROWDED_MS, DWELL_MS, FRESH_MS } from "./announcer";
import type { CallRow, HallView } from "./view";

const T0 = 1_795_404_120_000;
const LIFE_MS = 60_000;

interface Called {
  at?: number;
  room?: string;
  ticket?: string;
  state?: "called" | "in";
}

function hall(calls: Record<string, Called>): HallView {
  const rows: Record<string, CallRow> = {};
  const view = { calls: rows, tickets: {} as NonNullable<HallView["tickets"]> };
  for (const [
    id,
    { at = T0, room = id, ticket = `t-${id}`, state = "called" },
  ] of Object.entries(calls)) {
    const row = { number: ticket, name: "张*三", room };
    rows[id] = { ...row, ticket, at, expires: at + LIFE_MS };
    view.tickets[ticket] = { ...row, queue: "A", state };
  }
  return view;
}

/** The ids announced when the wall is looked at every second. */
function announced(
  announcer: Announcer,
  view: HallView,
  from: number,
  ms: number,
): string[] {
  const ids: string[] = [];
  let last: string | undefined;
  for (let now = from; now <= from + ms; now += 1000) {
    const shown = announcer.step(view, now);
    if (shown?.fresh && shown.call.id !== last) ids.push(shown.call.id);
    last = shown?.call.id;
  }
  return ids;
}

test("several calls at once are announced one after the other, none lost", () => {
  const view = hall({ c1: {}, c2: {}, c3: {} });
  expect(announced(new Announcer(), view, T0, 30_000)).toEqual(["c1", "c2", "c3"]);
});

test("each has the panel to itself for its chime and pulses", () => {
  const announcer = new Announcer();
  const view = hall({ c1: {}, c2: {} });
  expect(announcer.step(view, T0)?.call.id).toBe("c1");
  expect(announcer.due(view)).toBe(T0 + CROWDED_MS);
  expect(announcer.step(view, T0 + CROWDED_MS - 1)?.call.id).toBe("c1");
  expect(announcer.step(view, T0 + CROWDED_MS)).toMatchObject({
    call: { id: "c2" },
    fresh: true,
    page: 1,
    pages: 2,
  });
  // nobody else waits: it has all the time there is
  expect(announcer.due(view)).toBeUndefined();
  const later = T0 + CROWDED_MS + DWELL_MS;
  expect(announcer.step(view, later - 1)?.call.id).toBe("c2");
  expect(announcer.step(view, later)?.call.id).toBe("c1");
});

test("who came in before their turn is not announced", () => {
  const announcer = new Announcer();
  announcer.step(hall({ c1: {}, c2: {}, c3: {} }), T0);
  const view = hall({ c1: {}, c2: { state: "in" }, c3: {} });
  expect(announced(announcer, view, T0 + 1000, 20_000)).toEqual(["c1", "c3"]);
});

test("who is in gives the panel at once to whoever is called", () => {
  const announcer = new Announcer();
  announcer.step(hall({ c1: { room: "3" } }), T0);
  const view = hall({ c1: { room: "3", state: "in" }, c2: { room: "3" } });
  expect(announcer.step(view, T0 + 500)).toMatchObject({
    call: { id: "c2" },
    fresh: true,
  });
});

test("then those still awaited take turns, without being announced again", () => {
  const announcer = new Announcer();
  const view = hall({ c1: {}, c2: {} });
  announced(announcer, view, T0, 2 * DWELL_MS);
  expect(announcer.step(view, T0 + 2 * DWELL_MS)).toMatchObject({
    call: { id: "c1" },
    fresh: false,
  });
  expect(announced(announcer, view, T0 + 2 * DWELL_MS, 40_000)).toEqual([]);
});

test("a reload announces nothing again", () => {
  const first = new Announcer();
  const view = hall({ c1: {} });
  first.step(view, T0);
  const reloaded = new Announcer(first.seen);
  expect(reloaded.step(view, T0 + 1000)).toMatchObject({
    call: { id: "c1" },
    fresh: false,
  });
});

test("a screen switched on shows an old call quietly and announces a fresh one", () => {
  const view = hall({ old: { at: T0 - FRESH_MS }, young: { at: T0 - 1000 } });
  expect(announced(new Announcer(), view, T0, 20_000)).toEqual(["young"]);
});

test("what was called while the line was down is announced, however old", () => {
  const announcer = new Announcer();
  announcer.step(hall({}), T0 - 40_000);
  expect(announced(announcer, hall({ c1: { at: T0 - 30_000 } }), T0, 2000)).toEqual([
    "c1",
  ]);
});

test("who has come in is not called any longer", () => {
  const announcer = new Announcer();
  announcer.step(hall({ c1: {} }), T0);
  const came = hall({ c1: { state: "in" } });
  expect(announcer.step(came, T0 + BRIEF_MS - 1)?.call.id).toBe("c1");
  expect(announcer.step(came, T0 + BRIEF_MS)).toBeUndefined();
});

test("an announcement ends by itself, and a lost line ends it", () => {
  const view = hall({ c1: {} });
  const announcer = new Announcer();
  expect(announcer.step(view, T0)?.fresh).toBe(true);
  expect(announcer.step(view, T0 + DWELL_MS)?.fresh).toBe(false);
  const cut = new Announcer();
  cut.step(view, T0);
  cut.hush();
  expect(cut.step(view, T0 + 1000)).toMatchObject({ call: { id: "c1" }, fresh: false });
});

test("a call ends with its time, and with its row", () => {
  const announcer = new Announcer();
  const view = hall({ c1: {} });
  announcer.step(view, T0);
  expect(announcer.step(view, T0 + LIFE_MS - 1)?.call.id).toBe("c1");
  expect(announcer.step(view, T0 + LIFE_MS)).toBeUndefined();
  const other = new Announcer();
  other.step(view, T0);
  expect(other.step(hall({}), T0 + 500)).toBeUndefined();
});

test("called again, a patient has one page and a new announcement", () => {
  const announcer = new Announcer();
  const first = { room: "3", ticket: "t1" };
  announcer.step(hall({ c1: first }), T0);
  const twice = hall({ c1: first, c2: { ...first, at: T0 + 12_000 } });
  expect(announcer.step(twice, T0 + 12_000)).toMatchObject({
    call: { id: "c2" },
    fresh: true,
    pages: 1,
  });
});

test("who was in before this wall heard of the call is not announced", () => {
  const announcer = new Announcer();
  announcer.step(hall({}), T0);
  const view = hall({ c1: { state: "in" }, c2: {} });
  expect(announced(announcer, view, T0 + 1000, 20_000)).toEqual(["c2"]);
});
