import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Rig } from "../testing/rig";
import type { Answer } from "./asks";
import type { Json } from "./frames";

const HALL = "yunxiu/clinic/im2/2026-11-23:hall";
const KEY = "0123456789abcdef";

function joined(): Rig {
  const rig = new Rig();
  rig.start();
  rig.session.join(HALL, rig.now);
  rig.perform();
  rig.settle();
  return rig;
}

/** Join again to look: the replica is the same one. */
const replica = (rig: Rig) => rig.session.join(HALL, rig.now);

function ask(rig: Rig, deadlineMs: number, key = KEY): { answer?: Answer } {
  const asked: { answer?: Answer } = {};
  const options = { key, deadlineMs, now: rig.now };
  rig.session.ask(HALL, "call_next", { room: "3" }, options, (answer) => {
    asked.answer = answer;
  });
  rig.perform();
  return asked;
}

describe("a view", () => {
  test("comes whole, then by patches", () => {
    const rig = joined();
    rig.server.topic(HALL).commit({ rows: { t1: "waiting" } });
    rig.settle();
    expect(replica(rig).view).toEqual({ rows: { t1: "waiting" } });
    expect(rig.session.isLive(HALL)).toBe(true);
  });

  test("with a patch missing in the middle is asked for from where it stands", () => {
    const rig = joined();
    const topic = rig.server.topic(HALL);
    topic.commit({ rows: { t1: "waiting" } });
    rig.line?.toClient.pop();
    topic.commit({ rows: { t2: "waiting" } });
    rig.deliver();
    expect(rig.session.isLive(HALL)).toBe(false);
    rig.settle();
    expect(rig.framesOf("join").at(-1)?.since).toEqual({ epoch: "e1", seq: 0 });
    expect(replica(rig).view).toEqual({ rows: { t1: "waiting", t2: "waiting" } });
  });

  test("that missed the last patch learns it from the ping", () => {
    const rig = joined();
    rig.server.topic(HALL).commit({ rows: { t1: "waiting" } });
    rig.line?.toClient.pop();
    rig.line?.ping();
    rig.settle();
    expect(replica(rig).view).toEqual({ rows: { t1: "waiting" } });
    expect(rig.framesOf("pong")).toHaveLength(1);
  });

  test("takes no patch of another epoch", () => {
    const rig = joined();
    const topic = rig.server.topic(HALL);
    topic.reset();
    rig.line?.toClient.pop();
    topic.commit({ rows: { n1: "waiting" } });
    rig.deliver();
    expect(replica(rig).view).toEqual({ rows: {} });
    rig.settle();
    expect(replica(rig).view).toEqual({ rows: { n1: "waiting" }, epoch: 2 });
  });

  test("starts over when a recovery does not reach from here to there", () => {
    const rig = joined();
    rig.lose(1006);
    rig.pass(1000);
    rig.line?.serve();
    rig.deliver();
    const join = rig.framesOf("join").at(-1);
    rig.session.received(
      JSON.stringify({
        type: "joined",
        ref: join?.ref,
        topic: HALL,
        epoch: "e1",
        seq: 9,
        recovered: true,
        patches: [{ prev: 7, seq: 9, at: 0, patch: { rows: { bad: 1 } } }],
      }),
      rig.now,
    );
    rig.perform();
    expect(replica(rig).view).toEqual({ rows: {} });
    expect(rig.framesOf("join").at(-1)).not.toHaveProperty("since");
  });

  test("that hears a patch twice asks for nothing", () => {
    const rig = joined();
    rig.server.topic(HALL).commit({ rows: { t1: "waiting" } });
    const twice = rig.line?.toClient[0] ?? "";
    rig.line?.toClient.push(twice);
    rig.settle();
    expect(rig.framesOf("join")).toHaveLength(1);
  });

  test("leaves patches that overtake the answer to its join to that answer", () => {
    const rig = joined();
    rig.session.leave(HALL);
    const again = rig.session.join(HALL, rig.now);
    rig.server.topic(HALL).commit({ rows: { t1: "waiting" } });
    rig.perform();
    rig.deliver();
    expect(again.view).toBeUndefined();
    rig.settle();
    expect(again.view).toEqual({ rows: { t1: "waiting" } });
  });

  test("left and joined again takes the answer to the second join only", () => {
    const rig = new Rig();
    rig.start();
    rig.line?.serve();
    rig.deliver();
    rig.session.join(HALL, rig.now);
    rig.session.leave(HALL);
    const again = rig.session.join(HALL, rig.now);
    rig.perform();
    rig.line?.serve();
    rig.deliver();
    expect(again.standing).toBe("joining");
    rig.settle();
    expect(rig.session.isLive(HALL)).toBe(true);
  });

  test("stays while the line is gone, and is not live", () => {
    const rig = joined();
    rig.server.topic(HALL).commit({ rows: { t1: "called" } });
    rig.settle();
    rig.reachable = false;
    rig.lose(1006);
    expect(rig.session.isLive(HALL)).toBe(false);
    expect(replica(rig).view).toEqual({ rows: { t1: "called" } });
  });

  test("refused is asked for again after a minute: a day may open", () => {
    const rig = joined();
    rig.session.received(
      JSON.stringify({
        type: "closed",
        topic: HALL,
        reason: "unknown_topic",
        rejoin: false,
      }),
      rig.now,
    );
    rig.perform();
    expect(replica(rig).refusal).toBe("unknown_topic");
    rig.server.heartbeatS = 600;
    for (let i = 0; i < 7; i += 1) {
      rig.line?.ping();
      rig.settle();
      rig.pass(9_000);
    }
    rig.settle();
    expect(rig.session.isLive(HALL)).toBe(true);
  });
});

describe("a connection", () => {
  test("greets first, and joins what is wanted once welcome", () => {
    const rig = joined();
    expect(rig.sent.map((text) => JSON.parse(text).type)).toEqual(["hello", "join"]);
  });

  test("silent for two heartbeats is dropped for a new one", () => {
    const rig = joined();
    rig.pass(19_999);
    expect(rig.drops).toEqual([]);
    rig.pass(1);
    expect(rig.drops).toEqual([4000]);
    rig.pass(1000);
    rig.settle();
    expect(rig.session.isLive(HALL)).toBe(true);
  });

  test("that never answers is given up after ten seconds", () => {
    const rig = new Rig();
    rig.reachable = false;
    rig.start();
    rig.pass(10_000);
    expect(rig.drops).toHaveLength(1);
    expect(rig.session.phase).toBe("waiting");
  });

  test("refused with a code of 4500 and more is not tried again until told", () => {
    const rig = joined();
    rig.lose(4501);
    rig.pass(3_600_000);
    expect(rig.connects).toBe(1);
    expect(rig.session.stop).toEqual({ code: 4501, reason: "" });
    rig.start();
    rig.settle();
    expect(rig.session.isLive(HALL)).toBe(true);
  });

  test("waits longer after each failure, and starts anew after a steady one", () => {
    const rig = joined();
    const waits: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      rig.lose(1006);
      const from = rig.now;
      rig.pass(rig.session.wakeAt(rig.now) - rig.now);
      waits.push(rig.now - from);
    }
    expect(waits).toEqual([375, 750, 1500]);
    rig.settle();
    rig.pass(6000);
    rig.lose(1006);
    expect(rig.session.wakeAt(rig.now) - rig.now).toBe(375);
  });

  test("does not sit out its wait when the network comes back", () => {
    const rig = joined();
    rig.lose(1006);
    rig.session.nudge(rig.now);
    rig.perform();
    expect(rig.connects).toBe(2);
  });

  test("is not believed after the machine slept", () => {
    const rig = joined();
    rig.session.slept(rig.now);
    rig.perform();
    rig.settle();
    expect(rig.connects).toBe(2);
    expect(rig.session.isLive(HALL)).toBe(true);
  });

  test("that talks out of turn is left", () => {
    const rig = joined();
    rig.session.received("[]", rig.now);
    rig.perform();
    expect(rig.drops).toEqual([4502]);
    expect(rig.session.phase).toBe("waiting");
  });
});

describe("an ask", () => {
  test("sent again on the next connection keeps its key, and happens once", () => {
    const rig = joined();
    const asked = ask(rig, 5000);
    rig.line?.serve(); // it happened, and the reply is lost
    rig.lose(1012);
    rig.pass(2000);
    rig.settle();
    expect(asked.answer).toMatchObject({ ok: true, body: { key: KEY } });
    expect(rig.server.applied).toHaveLength(1);
    expect(rig.framesOf("ask").map(({ key }) => key)).toEqual([KEY, KEY]);
    expect(rig.framesOf("ask")[1]?.deadline_ms).toBeLessThan(5000);
  });

  test("is never sent after its deadline, and says that it may have happened", () => {
    const rig = joined();
    const asked = ask(rig, 5000);
    rig.reachable = false;
    rig.lose(1006);
    rig.pass(5000);
    expect(asked.answer).toMatchObject({ ok: false, error: { code: "deadline" } });
    rig.reachable = true;
    rig.pass(60_000);
    rig.settle();
    expect(rig.framesOf("ask")).toHaveLength(1);
  });

  test("that never got out says that nothing happened", () => {
    const rig = new Rig();
    rig.reachable = false;
    rig.start();
    const asked = ask(rig, 3000);
    rig.pass(3000);
    expect(asked.answer).toMatchObject({ ok: false, error: { code: "offline" } });
  });

  test("refused for the moment is tried again with its key; refused for good is not", () => {
    const rig = joined();
    const asked = ask(rig, 5000);
    const [first] = rig.framesOf("ask");
    const refuse = (code: string, retry: boolean) => {
      if (rig.line) rig.line.toServer = [];
      const error = { code, message: "请稍等。", retry };
      rig.session.received(
        JSON.stringify({ type: "reply", ref: first?.ref, ok: false, error }),
        rig.now,
      );
      rig.perform();
    };
    refuse("busy", true);
    expect(asked.answer).toBeUndefined();
    rig.pass(1000);
    expect(rig.framesOf("ask").map(({ key }) => key)).toEqual([KEY, KEY]);
    refuse("moved_on", false);
    expect(asked.answer).toMatchObject({ ok: false, error: { code: "moved_on" } });
    rig.pass(4000);
    expect(rig.framesOf("ask")).toHaveLength(2);
  });
});

type Act =
  | { act: "commit"; key: string; value: Json; gap: number }
  | { act: "serve" | "deliver" | "settle" | "swallow" | "slow" | "ping" | "reset" }
  | { act: "lose"; code: number }
  | { act: "pass"; ms: number }
  | { act: "ask"; deadlineMs: number };

const word = fc.constantFrom("a", "b", "c", "d");
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: commitArbitrary() },
  {
    weight: 12,
    arbitrary: fc.record({
      act: fc.constantFrom("serve" as const, "deliver" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constantFrom(
        "swallow" as const,
        "slow" as const,
        "ping" as const,
        "reset" as const,
        "settle" as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant("lose" as const),
      code: fc.constantFrom(1006, 1012, 4000, 4001),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant("pass" as const), ms: fc.nat(4000) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("ask" as const),
      deadlineMs: fc.integer({ min: 100, max: 8000 }),
    }),
  },
);

function commitArbitrary(): fc.Arbitrary<Act> {
  return fc.record({
    act: fc.constant("commit" as const),
    key: word,
    value: fc.oneof(word, fc.constant(null), fc.record({ state: word })),
    gap: fc.integer({ min: 1, max: 3 }),
  });
}

function perform(
  rig: Rig,
  step: Act,
  asks: { answer?: Answer; until: number }[],
): void {
  const topic = rig.server.topic(HALL);
  switch (step.act) {
    case "commit":
      return topic.commit({ rows: { [step.key]: step.value } }, step.gap);
    case "serve":
      return rig.line?.serve();
    case "deliver":
      return rig.deliver();
    case "settle":
      return rig.settle();
    case "swallow": {
      const queue = rig.line?.toClient;
      const lost = queue?.findLastIndex((text) => text.includes('"patch"')) ?? -1;
      // only a patch can go missing: replies are never dropped
      if (lost >= 0 && queue?.[lost]?.startsWith('{"type":"patch"'))
        queue.splice(lost, 1);
      return;
    }
    case "slow":
      if (rig.line && topic.members.has(rig.line)) rig.line.send(topic.whole("slow"));
      return;
    case "ping":
      return rig.line?.ping();
    case "reset":
      return topic.reset();
    case "lose":
      return rig.lose(step.code);
    case "pass":
      return rig.pass(step.ms);
    case "ask": {
      const key = `key-${asks.length}-${"x".repeat(8)}`;
      const asked = ask(rig, step.deadlineMs, key) as {
        answer?: Answer;
        until: number;
      };
      asked.until = rig.now + step.deadlineMs;
      asks.push(asked);
      return;
    }
  }
}

test("whatever happens on the way, the view is one the server had, and ends as its own", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 120 }), (steps) => {
      const rig = new Rig();
      rig.start();
      const mine = rig.session.join(HALL, rig.now);
      rig.perform();
      const topic = rig.server.topic(HALL);
      const asks: { answer?: Answer; until: number }[] = [];
      for (const step of steps) {
        perform(rig, step, asks);
        if (mine.view !== undefined)
          expect(topic.was(mine.epoch, mine.seq, mine.view)).toBe(true);
      }
      // the line holds from now on, and time passes
      for (let i = 0; i < 4; i += 1) {
        rig.pass(5_000);
        rig.settle();
        rig.line?.ping();
        rig.settle();
      }
      expect(rig.session.isLive(HALL)).toBe(true);
      expect(mine.view).toEqual(topic.view);
      expect(mine.seq).toBe(topic.seq);

      const keys = rig.server.applied.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      for (const [index, { answer }] of asks.entries()) {
        expect(answer).toBeDefined();
        const happened = keys.some((key) => key.startsWith(`key-${index}-`));
        if (answer?.ok) expect(happened).toBe(true);
        else if (answer?.error.code === "offline") expect(happened).toBe(false);
      }
    }),
    { numRuns: 400 },
  );
});
