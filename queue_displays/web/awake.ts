import { onScopeDispose } from "vue";

/** Asks the browser to keep the display on; where it cannot, the device's set-up must. */
export function useAwake(): void {
  const wake = (navigator as { wakeLock?: { request(kind: "screen"): Promise<unknown> } })
    .wakeLock;
  if (wake === undefined) return;
  const ask = () => {
    // refused without power or in the background: asked again when seen again
    if (document.visibilityState === "visible") wake.request("screen").catch(() => {});
  };
  ask();
  document.addEventListener("visibilitychange", ask);
  onScopeDispose(() => document.removeEventListener("visibilitychange", ask));
}
