import type { Answer } from "@shared/client/asks";
import type { JsonObject } from "@shared/client/frames";
import type { KioskView } from "@shared/hall/view";
import type { Topic } from "@shared/page/live";
import { expect, test } from "vitest";
import { read, useCheckIn } from "./checkin";
import { Wedge } from "@shared/input/scanner";

const DONE: Answer = {
  ok: true,
  body: {
    ticket: "t1",
    number: "A019",
    queue_name: "心血管内科",
    ahead: 3,
    rooms: ["2"],
  },
};

const refused = (code: string, details: JsonObject = {}): Answer => ({
  ok: false,
  error: { code, message: "请到分诊台。", retry: false, details },
});

/** A kiosk whose answers the test gives when it likes. */
function kiosk() {
  const asked: { body: JsonObject; answer: (answer: Answer) => void }[] = [];
  const topic = {
    ask: (_: string, body: JsonObject) =>
      new Promise<Answer>((answer) => asked.push({ body, answer })),
  } as unknown as Topic<KioskView>;
  return { asked, ...useCheckIn(topic) };
}

test("a card becomes a slip", async () => {
  const { asked, present, step } = kiosk();
  const done = present("5301");
  expect(step.value.at).toBe("working");
  asked[0]?.answer(DONE);
  await done;
  expect(asked[0]?.body).toEqual({ card: "5301" });
  expect(step.value).toMatchObject({
    at: "done",
    slip: { number: "A019", ahead: 3, rooms: ["2"], already: false },
  });
});

test("leaving drops all that was the patient's", async () => {
  const { asked, present, leave, step } = kiosk();
  const done = present("5301");
  asked[0]?.answer(DONE);
  await done;
  leave();
  expect(step.value).toEqual({ at: "home" });
});

test("an answer that comes after the patient was sent away is nobody's", async () => {
  const { asked, present, leave, step } = kiosk();
  const done = present("5301");
  leave();
  asked[0]?.answer(DONE);
  await done;
  expect(step.value).toEqual({ at: "home" });
});

test("a card laid down twice asks once", () => {
  const { asked, present } = kiosk();
  void present("5301");
  void present("5301");
  expect(asked).toHaveLength(1);
});

test("who waits already is told the number and place again", () => {
  const answer = refused("already_in", { number: "A019", ahead: 2, state: "waiting" });
  expect(read(answer)).toMatchObject({
    at: "done",
    slip: { number: "A019", ahead: 2, already: true },
  });
});

test.each(["called", "in", "missed"])("who is %s already is told that", (state) => {
  const answer = refused("already_in", { number: "A019", ahead: 0, state });
  expect(read(answer)).toEqual({
    at: "problem",
    problem: { code: "already_in", message: "请到分诊台。", state },
  });
});

test("every other refusal is a page with its sentence", () => {
  expect(read(refused("not_registered"))).toMatchObject({
    at: "problem",
    problem: { code: "not_registered", message: "请到分诊台。" },
  });
});

const scan = (wedge: Wedge, text: string, everyMs: number, from = 0) =>
  [...text, "Enter"].map((key, index) => wedge.key(key, from + index * everyMs)).at(-1);

test("a scanner's burst of keys is a card; a hand's slow typing is not", () => {
  expect(scan(new Wedge(), "530102195408010021", 8)).toBe("530102195408010021");
  expect(scan(new Wedge(), "5301", 400)).toBeUndefined();
  expect(scan(new Wedge(), "5", 8)).toBeUndefined();
});

test("what lay typed before does not get into the card", () => {
  const wedge = new Wedge();
  wedge.key("9", 0);
  expect(scan(wedge, "530102", 8, 1000)).toBe("530102");
  expect(scan(wedge, "440103", 8, 2000)).toBe("440103");
});
