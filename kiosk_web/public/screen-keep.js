/*
 * Keeps an enrolled wall's page on its device, for a server that is away when the device
 * starts. It answers for the page itself and for what the page loads, and for nothing
 * else: no word about a patient is ever kept here. Plain script: browsers from 2018 on.
 */
var KEPT = "houzhen-screen-1";

self.addEventListener("install", function () {
  self.skipWaiting();
});

self.addEventListener("activate", function (event) {
  event.waitUntil(self.clients.claim());
});

/** The page as it is now; where nobody answers, as it was. */
function page(request) {
  return fetch(request)
    .then(function (answer) {
      if (!answer.ok) return answer;
      var copy = answer.clone();
      return caches.open(KEPT).then(function (kept) {
        return kept.put("/screen", copy).then(function () {
          return answer;
        });
      });
    })
    .catch(function () {
      return caches.match("/screen", { cacheName: KEPT }).then(function (kept) {
        return kept || Response.error();
      });
    });
}

/** Its name changes with its content: what is kept is right. */
function asset(request) {
  return caches.open(KEPT).then(function (kept) {
    return kept.match(request).then(function (found) {
      if (found) return found;
      return fetch(request).then(function (answer) {
        if (answer.ok) kept.put(request, answer.clone());
        return answer;
      });
    });
  });
}

self.addEventListener("fetch", function (event) {
  var request = event.request;
  var url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === "/screen")
    event.respondWith(page(request));
  else if (url.pathname.indexOf("/assets/") === 0) event.respondWith(asset(request));
});
