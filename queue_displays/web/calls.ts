import { Announcer, type Shown } from "@shared/hall/announcer";
import type { HallView } from "@shared/hall/view";
import { onScopeDispose, type Ref, shallowRef, watch } from "vue";
import type { Wall } from "./wall";

const SEEN = "houzhen.announced";
/** No second passed for this long: the screen slept, or the machine did. */
const SLEPT_MS = 10_000;

/**
 * Which call this screen shows now. `announced` is told of each once, never of those
 * that came while it slept.
 */
export function useCalls(
  wall: Wall,
  picture: Readonly<Ref<HallView | undefined>>,
  stale: Readonly<Ref<boolean>>,
  announced: (shown: Shown) => void,
): Readonly<Ref<Shown | undefined>> {
  const announcer = new Announcer(seenBefore());
  const shown = shallowRef<Shown>();
  let stepped = performance.now();

  watch(stale, () => {
    announcer.hush();
    // nor does the panel fill again when the picture comes back
    if (shown.value) shown.value = { ...shown.value, fresh: false };
  });
  const stop = watch(
    [picture, wall.now],
    () => {
      const at = performance.now();
      if (at - stepped > SLEPT_MS) announcer.woke();
      stepped = at;
      if (picture.value === undefined || stale.value) return;
      const before = shown.value;
      const next = announcer.step(picture.value, wall.exactNow());
      shown.value = next;
      if (!next?.fresh || next.call.id === before?.call.id) return;
      sessionStorage.setItem(SEEN, JSON.stringify(announcer.seen));
      announced(next);
    },
    { immediate: true },
  );
  onScopeDispose(stop);
  return shown;
}

function seenBefore(): string[] {
  try {
    return JSON.parse(sessionStorage.getItem(SEEN) ?? "[]") as string[];
  } catch {
    return [];
  }
}
