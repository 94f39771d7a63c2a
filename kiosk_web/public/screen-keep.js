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

/** What cannot be kept (a full disk) is shown all the same. */
function keep(name, answer) {
  if (!answer.ok) return;
  var copy = answer.clone();
  caches
    .open(KEPT)
    .then(function (kept) {
      return kept.put(name, copy);
    })
    .catch(function () {});
}

function kept(name) {
  return caches
    .open(KEPT)
    .then(function (all) {
      return all.match(name);
    })
    .catch(function () {});
}

/** The page as it is now; where nobody answers, as it was. */
function page(request) {
  return fetch(request).then(
    function (answer) {
      keep("/screen", answer);
      return answer;
    },
    function () {
      return kept("/screen").then(function (found) {
        return found || Response.error();
      });
    }
  );
}

/** Its name changes with its content: what is kept is right. */
function asset(request) {
  return kept(request).then(function (found) {
    if (found) return found;
    return fetch(request).then(function (answer) {
      keep(request, answer);
      return answer;
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
