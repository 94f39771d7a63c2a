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
  let turn: ReturnType<typeof setTimeout> | undefined;

  function step(): void {
    clearTimeout(turn);
    const at = performance.now();
    if (at - stepped > SLEPT_MS) announcer.woke();
    stepped = at;
    if (picture.value === undefined || stale.value) return;
    const before = shown.value;
    const now = wall.exactNow();
    const next = announcer.step(picture.value, now);
    shown.value = next;
    // whoever waits for the panel does not wait for the full second as well
    const due = announcer.due(picture.value);
    if (due !== undefined && due > now) turn = setTimeout(step, due - now);
    if (!next?.fresh || next.call.id === before?.call.id) return;
    sessionStorage.setItem(SEEN, JSON.stringify(announcer.seen));
    announced(next);
  }
  const stop = watch([picture, wall.now], step, { immediate: true });
  onScopeDispose(() => {
    stop();
    clearTimeout(turn);
  });
  return shown;
}

function seenBefore(): string[] {
  try {
    return JSON.parse(sessionStorage.getItem(SEEN) ?? "[]") as string[];
  } catch {
    return [];
  }
}
