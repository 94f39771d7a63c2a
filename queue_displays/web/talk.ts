import { CALL, type Tones } from "@shared/sound/tones";
import { computed, onScopeDispose, type Ref, ref, watch } from "vue";
import type { AreaView } from "./area";
import { ringFor } from "./bell";
import { useSide } from "./boards";
import { BrowserSound, fetchAudio } from "./sound";
import { SpokenMemory } from "./spoken";
import { type Mouth, Voice } from "./voice";
import type { Wall } from "./wall";

export interface Talk {
  /** Texts and slides of all its areas. */
  area: Readonly<Ref<AreaView | undefined>>;
  speaking: () => boolean;
  /** The hospital's time of the last paint: a screen that hangs paints no more. */
  paintedAt: () => number;
  /** Sound was locked or unlocked: the announcer must know at once. */
  soundChanged: () => void;
  /** A call has come on this board; it rings, unless somebody says it. */
  called: (call: string) => void;
}

/** So long a board waits for the announcer's word on a call, before it rings itself. */
const WORD_MS = 1_500;

/** This screen's part in the announcements of its areas. */
export function useTalk(wall: Wall, tones: Tones): Talk {
  const { connection, facts, day, terminal } = wall;
  const mouth: Mouth = { busy: false };
  const token = () => connection.options.token(false);
  const sound = new BrowserSound(tones, fetchAudio(token));
  const whole = wall.wall.rooms.some((room) => room.endsWith("/*"));

  const sides = wall.wall.areas.map((area) => {
    const topic = () => `${facts.hospital.id}/area/${area}/${day.value}:announcements`;
    const { view } = useSide<AreaView>(connection, topic);
    const voice = new Voice({
      ask: (name, body, deadlineMs) => connection.ask(topic(), name, body, deadlineMs),
      sound,
      memory: new SpokenMemory(localStorage, `houzhen.spoken.${area}`),
      now: wall.exactNow,
      monotonic: () => connection.now(),
      unit: terminal === undefined ? ownUnit() : undefined,
      rooms: whole ? [] : wall.wall.rooms,
      speaks: wall.wall.voices.includes(area),
      mouth,
    });
    return { area, view, voice };
  });
  const views = () => sides.map(({ view }) => view.value);
  const paintedAt = ref(0);
  let asked = 0;

  /** Two frames after it was drawn it has been seen; a hidden page draws none. */
  function painted(): void {
    const shown = views();
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => {
      asked = requestAnimationFrame(() => {
        paintedAt.value = wall.exactNow();
        for (const [index, { voice }] of sides.entries()) {
          const view = shown[index];
          if (view) voice.painted(view);
        }
      });
    });
  }

  const waiting = new Map<string, number>();
  function ring(): void {
    for (const [call, since] of waiting) {
      const { bell, gain } = ringFor(call, views());
      const late = connection.now() - since > WORD_MS;
      if (bell === "wait" && !late) continue;
      waiting.delete(call);
      if (bell !== "elsewhere") tones.play(CALL, gain);
    }
  }

  function update(): void {
    for (const { view, voice } of sides) voice.update(view.value);
    ring();
    painted();
  }
  watch([...sides.map(({ view }) => view), wall.now], update, { immediate: true });
  onScopeDispose(() => cancelAnimationFrame(asked));

  const area = computed<AreaView | undefined>(() => {
    const known = sides.filter(({ view }) => view.value !== undefined);
    if (known.length <= 1) return known[0]?.view.value;
    const whole: AreaView = { texts: {}, slides: {} };
    for (const { area, view } of known) {
      for (const [key, text] of Object.entries(view.value?.texts ?? {}))
        Object.assign(whole.texts ?? {}, { [`${area}/${key}`]: text });
      for (const [key, slide] of Object.entries(view.value?.slides ?? {}))
        Object.assign(whole.slides ?? {}, { [`${area}/${key}`]: slide });
    }
    return whole;
  });
  return {
    area,
    speaking: () => mouth.busy,
    paintedAt: () => paintedAt.value,
    soundChanged: update,
    called: (call) => {
      waiting.set(call, connection.now());
      ring();
    },
  };
}

const UNIT = "houzhen.unit";

/** Screens of a demo share one token: each is a device of its own all the same. */
function ownUnit(): string {
  const kept = sessionStorage.getItem(UNIT);
  if (kept) return kept;
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  const unit = `s${Array.from(bytes, (byte) => byte.toString(36)).join("")}`;
  sessionStorage.setItem(UNIT, unit);
  return unit;
}
