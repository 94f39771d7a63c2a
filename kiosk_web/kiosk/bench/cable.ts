/** Whether this page stands on the demo's bench, inside its frame. */
export const onTheBench = (): boolean =>
  new URLSearchParams(location.search).get("bench") === "inside";

/**
 * The network cable of a kiosk on the bench. Cut, its live connection breaks and no new
 * one comes about; the devices of its own computer are not on that cable.
 */
export function layCable(): void {
  const Real = window.WebSocket;
  const lines = new Set<WebSocket>();
  let cut = false;
  window.WebSocket = class extends Real {
    constructor(url: string | URL, protocols?: string | string[]) {
      const away = cut && String(url).endsWith("/live");
      super(away ? String(url).replace(/\/live$/, "/cut") : url, protocols);
      if (!String(url).endsWith("/live")) return;
      lines.add(this);
      this.addEventListener("close", () => lines.delete(this));
    }
  };
  window.addEventListener("message", ({ origin, data }: MessageEvent<unknown>) => {
    if (origin !== location.origin) return;
    if (data !== "cable:cut" && data !== "cable:whole") return;
    cut = data === "cable:cut";
    if (cut) for (const line of lines) line.close();
  });
}
