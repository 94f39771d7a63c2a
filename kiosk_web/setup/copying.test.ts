import type { Answer } from "@shared/client/asks";
import type { JsonObject } from "@shared/client/frames";
import { expect, test } from "vitest";
import { copy, inTheWay, look, news, pairs, shifted, takeBack } from "./copying";

const HOUR = 3_600_000;
const LAID = new Set(["2026-11-23", "2026-11-24", "2026-11-28", "2026-11-30"]);
const at = (day: string, hour: number) => Date.parse(`${day}T00:00:00+08:00`) + hour * HOUR;
const plan = (day: string, doctor = "lin") => ({
  half: "am",
  doctor,
  slots: { 1: { start: at(day, 8), end: at(day, 9), count: 4 } },
});

test("a day goes with a day, a week weekday by weekday, and nothing into the past", () => {
  expect(pairs("2026-11-23", "2026-11-25", false, LAID, "2026-11-22")).toEqual([["2026-11-23", "2026-11-25"]]);
  expect(pairs("2026-11-23", "2026-11-23", false, LAID, "2026-11-22")).toEqual([]);
  expect(pairs("2026-11-25", "2026-12-06", true, LAID, "2026-11-22")).toEqual([
    ["2026-11-23", "2026-11-30"],
    ["2026-11-24", "2026-12-01"],
    ["2026-11-28", "2026-12-05"],
  ]);
  expect(pairs("2026-11-23", "2026-12-02", true, LAID, "2026-12-01")).toEqual([
    ["2026-11-24", "2026-12-01"],
    ["2026-11-28", "2026-12-05"],
  ]);
  expect(pairs("2026-11-24", "2026-11-29", true, LAID, "2026-11-22")).toEqual([]);
});

test("the hours are those of the other day, over the end of a month too", () => {
  const moved = shifted({ ...plan("2026-11-30"), on_sale: at("2026-11-23", 7) }, "2026-11-30", "2026-12-07");
  expect(moved.slots["1"]).toEqual({ start: at("2026-12-07", 8), end: at("2026-12-07", 9), count: 4 });
  expect(moved.on_sale).toBe(at("2026-11-30", 7));
});

/** Answers as the server would, and remembers. */
function server(dry: JsonObject, refusing = "") {
  const asked: [string, string, JsonObject][] = [];
  const sessions = { a: plan("2026-11-23"), b: plan("2026-11-23", "xu"), c: plan("2026-11-23", "luo") };
  const doctors = { lin: { name: "林知远" }, xu: { name: "许安禾" }, luo: { name: "罗一舟" } };
  const ask = (day: string, name: string, body: JsonObject): Promise<Answer> => {
    asked.push([day, name, body]);
    const error = { code: refusing, message: "不行" };
    if (name === refusing) return Promise.resolve({ ok: false, error } as unknown as Answer);
    const answers: Record<string, unknown> = {
      see_plan: { department: { name: "心内科" }, channels: {}, doctors, sessions },
      add_sessions: dry,
    };
    return Promise.resolve({ ok: true, body: answers[name] ?? {} } as unknown as Answer);
  };
  return { ask, asked };
}
const DRY = { added: ["a"], same: ["b"], conflicts: { c: "doctor_busy" } };

test("what would be is the server's word; a conflict is left out or not copied at all", async () => {
  const { ask, asked } = server(DRY);
  const days = await look(ask, [["2026-11-23", "2026-11-24"]], LAID);
  if (typeof days === "string") throw new Error(days);
  expect(days[0]?.sessions.map(({ key, what }) => [key, what])).toEqual([
    ["a", "new"],
    ["b", "same"],
    ["c", "doctor_busy"],
  ]);
  expect(inTheWay(days, new Set()).map(({ key }) => key)).toEqual(["c"]);
  expect(inTheWay(days, new Set(["2026-11-24 c"]))).toEqual([]);
  expect(news(days, new Set()).map(([day, { key }]) => [day, key])).toEqual([["2026-11-24", "a"]]);

  const told = await copy(ask, days, new Set(["2026-11-24 c"]));
  expect(told).toEqual({ done: [["2026-11-24", ["a"]]], trouble: "" });
  const [day, name, body] = asked.at(-1) ?? [];
  expect([day, name]).toEqual(["2026-11-24", "add_sessions"]);
  expect(body).toMatchObject({ sessions: { a: { doctor: "lin" } }, doctors: { lin: { name: "林知远" } } });
  expect(await takeBack(ask, told.done)).toBe("");
  expect(asked.at(-1)).toEqual(["2026-11-24", "remove_sessions", { sessions: ["a"] }]);
});

test("a day that is not laid out is opened as the other was", async () => {
  const { ask, asked } = server(DRY);
  const days = await look(ask, [["2026-11-23", "2026-11-25"]], LAID);
  if (typeof days === "string") throw new Error(days);
  expect(days[0]?.sessions.every(({ what }) => what === "new")).toBe(true);
  await copy(ask, days, new Set(["2026-11-25 c"]));
  const [, name, body] = asked.at(-1) ?? [];
  expect(name).toBe("open");
  expect(Object.keys((body?.sessions ?? {}) as object)).toEqual(["a", "b"]);
  expect(body?.department).toEqual({ name: "心内科" });
});

test("a refusal is told with its day, and what was done before it can be taken back", async () => {
  const { ask } = server(DRY, "open");
  const days = await look(ask, [["2026-11-23", "2026-11-24"], ["2026-11-23", "2026-11-25"]], LAID);
  if (typeof days === "string") throw new Error(days);
  const told = await copy(ask, days, new Set(["2026-11-24 c"]));
  expect(told).toEqual({ done: [["2026-11-24", ["a"]]], trouble: "2026-11-25：不行" });
  expect(await look(server({}, "see_plan").ask, [["2026-11-23", "2026-11-24"]], LAID)).toBe("不行");
});
