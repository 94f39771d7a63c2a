import { type InjectionKey, inject, onMounted, onUnmounted } from "vue";

/** A desk that nobody sits at: locked by hand, or because nothing was touched. */

/** Ends whoever's session it is, and leaves the masked board. */
export type Lock = () => void;
export const LOCK: InjectionKey<Lock> = Symbol("lock");

export function useLock(): Lock {
  const lock = inject(LOCK);
  if (lock === undefined) throw new Error("this part needs a page round it");
  return lock;
}

const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel"] as const;
const LOOK_MS = 5_000;

/** Calls `idle` once nothing was touched for so long, and once for each such rest. */
export function useIdle(ms: number, idle: () => void): void {
  let touched = Date.now();
  let told = false;
  const touch = () => {
    touched = Date.now();
    told = false;
  };
  let looking: ReturnType<typeof setInterval> | undefined;
  onMounted(() => {
    for (const name of TOUCHES) window.addEventListener(name, touch, { capture: true, passive: true });
    // looked at often: a machine that slept has rested too
    looking = setInterval(() => {
      if (told || Date.now() - touched < ms) return;
      told = true;
      idle();
    }, LOOK_MS);
  });
  onUnmounted(() => {
    clearInterval(looking);
    for (const name of TOUCHES) window.removeEventListener(name, touch, { capture: true });
  });
}
