import type { Tones } from "@shared/sound/tones";
import { onScopeDispose, type Ref, ref, watch } from "vue";
import type { AreaView } from "./area";
import { useSide } from "./boards";
import { BrowserSound, fetchAudio } from "./sound";
import { SpokenMemory } from "./spoken";
import { Voice } from "./voice";
import type { Wall } from "./wall";

export interface Talk {
  area: Readonly<Ref<AreaView | undefined>>;
  speaking: () => boolean;
  /** The hospital's time of the last paint: a screen that hangs paints no more. */
  paintedAt: () => number;
  /** Sound was locked or unlocked: the announcer must know at once. */
  soundChanged: () => void;
}

/** This screen's part in its area's announcements. */
export function useTalk(wall: Wall, tones: Tones): Talk {
  const { connection, facts, day, terminal } = wall;
  const topic = () => `${facts.hospital.id}/area/${wall.wall.area}/${day.value}:announcements`;
  const { view } = useSide<AreaView>(connection, topic);
  const voice = new Voice({
    ask: (name, body, deadlineMs) => connection.ask(topic(), name, body, deadlineMs),
    sound: new BrowserSound(
      tones,
      fetchAudio(() => connection.options.token(false)),
    ),
    memory: new SpokenMemory(localStorage),
    now: wall.exactNow,
    monotonic: () => connection.now(),
    unit: terminal === undefined ? ownUnit() : undefined,
  });
  const paintedAt = ref(0);
  let asked = 0;

  /** Two frames after it was drawn it has been seen; a hidden page draws none. */
  function painted(shown: AreaView | undefined): void {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => {
      asked = requestAnimationFrame(() => {
        paintedAt.value = wall.exactNow();
        if (shown) voice.painted(shown);
      });
    });
  }
  watch(
    [view, wall.now],
    () => {
      voice.update(view.value);
      painted(view.value);
    },
    { immediate: true },
  );
  onScopeDispose(() => cancelAnimationFrame(asked));
  return {
    area: view,
    speaking: () => voice.speaking,
    paintedAt: () => paintedAt.value,
    soundChanged: () => voice.update(view.value),
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
