// Keeps the emergency page, and nothing else, for when the server is away. The newest
// page is taken whenever there is one; its parts have names that change with them.
const KEPT = "houzhen-emergency";
const PAGE = "/emergency";
const PATIENCE_MS = 3000;

async function renew() {
  const page = await fetch(PAGE, { cache: "no-cache" });
  if (!page.ok) throw new Error(`${PAGE} answered ${page.status}`);
  const text = await page.clone().text();
  const parts = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, part]) => part);
  const kept = await caches.open(KEPT);
  const there = new Set((await kept.keys()).map(({ url }) => new URL(url).pathname));
  await kept.addAll(parts.filter((part) => !there.has(part)));
  // the page last: it never stands without its parts
  await kept.put(PAGE, page);
  for (const path of there)
    if (path !== PAGE && !parts.includes(path)) await kept.delete(path);
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(renew());
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(renew().catch(() => {})));

async function page(request) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    return await fetch(request.url, { signal: patience.signal });
  } catch {
    return (await caches.match(PAGE)) ?? Response.error();
  } finally {
    clearTimeout(timer);
  }
}

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (origin !== self.location.origin || event.request.method !== "GET") return;
  if (pathname === PAGE) event.respondWith(page(event.request));
  else if (pathname.startsWith("/assets/") || pathname === "/favicon.svg")
    event.respondWith(
      caches.match(event.request).then((found) => found ?? fetch(event.request)),
    );
});
