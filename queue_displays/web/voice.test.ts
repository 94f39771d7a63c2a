import type { Answer } from "@shared/client/asks";
import type { JsonObject } from "@shared/client/frames";
import { beforeEach, expect, test } from "vitest";
import type { AreaView } from "./area";
import { SpokenMemory, type Store } from "./spoken";
import { type Ports, type Sound, Voice } from "./voice";

const NOW = 1_795_404_120_000;

class Shelf implements Store {
  kept = new Map<string, string>();
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.kept.set(key, value);
}

class Rehearsal implements Sound {
  is: "on" | "blocked" | "none" = "on";
  seconds = 4;
  heard: string[][] = [];
  stopped = 0;
  trouble: "missing" | "dumb" | undefined;
  /** Set to hold a phrase until the test lets it end. */
  held: Promise<void> = Promise.resolve();
  state = () => this.is;
  fetch = () => {};
  ready = async () => {
    if (this.trouble === "missing") throw new Error("404");
    return this.seconds;
  };
  chimed: boolean[] = [];
  play = async (keys: string[], _gain: number, chime: boolean) => {
    if (this.trouble === "dumb") throw new Error("blocked");
    this.chimed.push(chime);
    this.heard.push(keys);
    await this.held;
  };
  stop = () => {
    this.stopped += 1;
  };
}

interface Asked {
  name: string;
  body: JsonObject;
}

let asked: Asked[];
let sound: Rehearsal;
let shelf: Shelf;
let clock: number;
let refuse: string | undefined;
let chime: boolean;
let turns: number;

beforeEach(() => {
  asked = [];
  sound = new Rehearsal();
  shelf = new Shelf();
  clock = 0;
  refuse = undefined;
  chime = true;
  turns = 0;
});

async function answer(name: string, body: JsonObject): Promise<Answer> {
  asked.push({ name, body });
  if (name === refuse)
    return { ok: false, error: { code: "taken", message: "", retry: false } };
  if (name === "attend") return { ok: true, body: { device: "t3", zones: ["main"] } };
  turns += name === "speak" ? 1 : 0;
  if (name === "speak")
    return { ok: true, body: { turn: `u${turns}`, short: false, chime, lease_ms: 10_000 } };
  return { ok: true, body: {} };
}

const voice = (changed: Partial<Ports> & { shelf?: Store } = {}) =>
  new Voice({
    ask: answer,
    sound,
    memory: new SpokenMemory(changed.shelf ?? shelf),
    now: () => NOW + clock,
    monotonic: () => clock,
    unit: undefined,
    speaks: true,
    mouth: { busy: false },
    ...changed,
  });

function area(offered?: { device?: string; announcement?: string; nth?: number }): AreaView {
  return {
    area: { day: "2026-11-23", languages: ["zh", "en"] },
    announcements: {
      a7: {
        n: 7,
        kind: "called",
        words: { zh: "请 A012号" },
        audio: { en: "key-en", zh: "key-zh" },
        at: NOW,
        expires: NOW + 60_000,
      },
    },
    zones: {
      main: {
        speakers: { t3: { ready: true } },
        ...(offered && { next: { announcement: "a7", nth: 1, device: "t3", ...offered } }),
      },
    },
  };
}

const names = () => asked.map(({ name }) => name);
const last = (name: string) => asked.filter((each) => each.name === name).at(-1)?.body;
async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

test("chimes only where the announcer wants it, or where there are no words", async () => {
  const mine = voice();
  mine.update(area());
  await settle();
  chime = false;
  mine.update(area({}));
  await settle();
  const mute = area({ announcement: "a8" });
  const { a7 } = mute.announcements ?? {};
  if (a7) mute.announcements = { a8: { ...a7, n: 8, audio: {} } };
  mine.update(mute);
  await settle();
  chime = true;
  mine.update(area({ nth: 2 }));
  await settle();
  expect(sound.chimed).toEqual([false, true, true]);
});

test("says that it is there, and again when its sound is locked", async () => {
  const mine = voice();
  mine.update(area());
  await settle();
  expect(last("attend")).toEqual({ shows: true, speaks: { ready: true } });
  mine.update(area());
  await settle();
  expect(names().filter((name) => name === "attend")).toHaveLength(1);
  sound.is = "blocked";
  mine.update(area());
  await settle();
  expect(last("attend")).toEqual({ shows: true, speaks: { ready: false, why: "blocked" } });
});

test("takes the turn it is offered, speaks in the area's order, and answers for it", async () => {
  const mine = voice();
  mine.update(area({}));
  await settle();
  expect(sound.heard).toEqual([["key-zh", "key-en"]]);
  expect(last("receipt")).toMatchObject({ spoken: ["u1"], failed: [], delivered_to: 7 });
});

test("leaves to others what is theirs", async () => {
  const mine = voice();
  mine.update(area({ device: "t4" }));
  await settle();
  expect(names()).not.toContain("speak");
  refuse = "speak";
  mine.update(area({}));
  await settle();
  expect(sound.heard).toEqual([]);
});

test("never twice: not while the offer still stands, and not after a reload", async () => {
  const mine = voice();
  mine.update(area({}));
  await settle();
  mine.update(area({}));
  await settle();
  const reloaded = voice();
  reloaded.update(area({}));
  await settle();
  expect(sound.heard).toHaveLength(1);
});

test("a turn cut by a reload counts as spoken: something of it was heard", async () => {
  sound.held = new Promise(() => {});
  const mine = voice();
  mine.update(area({}));
  await settle();
  expect(last("receipt")?.spoken ?? []).toEqual([]);
  const reloaded = voice();
  reloaded.update(area());
  await settle();
  expect(last("receipt")).toMatchObject({ spoken: ["u1"] });
});

test("a repeat is a turn of its own", async () => {
  const mine = voice();
  mine.update(area({}));
  await settle();
  mine.update(area({ nth: 2 }));
  await settle();
  expect(sound.heard).toHaveLength(2);
});

test("never after expiry, nor what its lease leaves no time for", async () => {
  clock = 61_000;
  const mine = voice();
  mine.update(area({}));
  await settle();
  expect(sound.heard).toEqual([]);
  clock = 0;
  sound.seconds = 11;
  const other = voice();
  other.update(area({}));
  await settle();
  expect(sound.heard).toEqual([]);
  expect(last("receipt")).toMatchObject({ failed: [{ turn: "u1", why: "late" }] });
});

test.each([
  ["missing", "error"],
  ["dumb", "error"],
] as const)("words that are %s go back to the announcer", async (trouble, why) => {
  sound.trouble = trouble;
  const mine = voice();
  mine.update(area({}));
  await settle();
  expect(last("receipt")).toMatchObject({ spoken: [], failed: [{ turn: "u1", why }] });
  const reloaded = voice();
  reloaded.update(area());
  await settle();
  expect(last("receipt")?.spoken).toEqual([]);
});

test("a call that is taken back is not spoken to its end", async () => {
  let end = () => {};
  sound.held = new Promise<void>((ended) => {
    end = ended;
  });
  const mine = voice();
  mine.update(area({}));
  await settle();
  const { announcements: _, ...gone } = area();
  mine.update(gone);
  expect(sound.stopped).toBe(1);
  end();
  await settle();
  expect(last("receipt")).toMatchObject({ spoken: ["u1"] });
});

test("a receipt that was not answered is sent again, and then no more", async () => {
  const mine = voice();
  refuse = "receipt";
  mine.update(area({}));
  await settle();
  refuse = undefined;
  clock += 1_500;
  mine.update(area());
  await settle();
  expect(last("receipt")).toMatchObject({ spoken: ["u1"] });
  const count = asked.length;
  clock += 1_500;
  mine.update(area());
  await settle();
  // once more without what the server knows now, and then there is nothing new
  mine.update(area());
  await settle();
  expect(asked.length - count).toBeLessThanOrEqual(1);
  expect(last("receipt")).toMatchObject({ spoken: [] });
});

test("what was painted is told with what came", async () => {
  const mine = voice();
  mine.update(area());
  await settle();
  clock += 1_500;
  mine.painted(area());
  await settle();
  expect(last("receipt")).toMatchObject({ shown_to: 7, delivered_to: 7 });
});

test("what was refused once is taken when it is offered again", async () => {
  const mine = voice();
  refuse = "speak";
  mine.update(area({}));
  await settle();
  refuse = undefined;
  mine.update(area({}));
  await settle();
  expect(sound.heard).toEqual([]);
  clock += 1_000;
  mine.update(area({}));
  await settle();
  expect(sound.heard).toHaveLength(1);
});

test("without words it rings, and says that nobody heard any", async () => {
  const mine = voice();
  const view = area({});
  for (const row of Object.values(view.announcements ?? {})) delete row.audio;
  mine.update(view);
  await settle();
  expect(sound.heard).toEqual([[]]);
  expect(last("receipt")).toMatchObject({ spoken: [], failed: [{ turn: "u1", why: "no_audio" }] });
});

test("passed over while it hung, it says that it is there again", async () => {
  const mine = voice();
  mine.update(area());
  await settle();
  const gone = area();
  gone.zones = { main: { speakers: { t3: { ready: false, why: "gone" } } } };
  mine.update(gone);
  await settle();
  expect(names().filter((name) => name === "attend")).toHaveLength(1);
  clock += 3_000;
  mine.update(gone);
  await settle();
  expect(names().filter((name) => name === "attend")).toHaveLength(2);
});

test("two areas on one device have one mouth", async () => {
  const mouth = { busy: false };
  let end = () => {};
  sound.held = new Promise<void>((ended) => {
    end = ended;
  });
  const [one, other] = [voice({ mouth }), voice({ mouth, shelf: new Shelf() })];
  one.update(area({}));
  await settle();
  other.update(area({}));
  await settle();
  expect(sound.heard).toHaveLength(1);
  end();
  await settle();
  other.update(area({}));
  await settle();
  expect(sound.heard).toHaveLength(2);
});

test("a silent board answers for what it showed, and for nothing it said", async () => {
  const mine = voice({ speaks: false, rooms: ["im2/3"] });
  mine.update(area({}));
  await settle();
  expect(last("attend")).toEqual({ shows: true, rooms: ["im2/3"] });
});
