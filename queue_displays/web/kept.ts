/**
 * Keeps the page on this device, so that it starts while the server is away. Browsers
 * allow that on https and on the machine itself only; elsewhere the device's own browser
 * shows its error until the server answers (docs/operations.md, "Screens").
 */
export function keepPage(): void {
  if (!("serviceWorker" in navigator) || !window.isSecureContext) return;
  navigator.serviceWorker
    .register("/screen-keep.js", { scope: "/screen" })
    .then(async () => {
      // what was loaded before there was a keeper went past it
      await navigator.serviceWorker.ready;
      const kept = await caches.open("houzhen-screen-1");
      const loaded = performance
        .getEntriesByType("resource")
        .map(({ name }) => new URL(name))
        .filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith("/assets/"));
      const wanted = ["/screen", ...loaded.map(({ pathname }) => pathname)];
      const before = await kept.keys();
      for (const url of wanted) if (!(await kept.match(url))) await kept.add(url);
      // of builds that are gone nothing is left lying about
      for (const request of before)
        if (!wanted.includes(new URL(request.url).pathname)) await kept.delete(request);
    })
    .catch(() => {
      // refused: it starts with the server or not at all
    });
}
