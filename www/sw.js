// Keeps a copy of the build, so that the page opens without a network.
// scripts/precache writes the next two lines for each build; every file of it is listed, so that page,
// worker and styles are always of one build. A new build is fetched in the background and taken when
// the last tab of the old one has been closed.
const VERSION = "unbuilt";
const FILES = [];

const PREFIX = `superphase:${registration.scope}:`;
const NAME = PREFIX + VERSION;
const ROOT = new URL(registration.scope).pathname;

addEventListener("install", (event) => {
  const fresh = (file) => new Request(file, { cache: "reload" });
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(["./", ...FILES].map(fresh))));
});

addEventListener("activate", (event) => {
  const clean = async () => {
    const old = (await caches.keys()).filter((key) => key.startsWith(PREFIX) && key !== NAME);
    await Promise.all(old.map((key) => caches.delete(key)));
    await clients.claim();
  };
  event.waitUntil(clean());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(registration.scope)) return;
  const answer = async () => {
    const cache = await caches.open(NAME);
    // The address's query is the page's own affair.
    const home = request.mode === "navigate" && /^(index\.html)?$/.test(new URL(request.url).pathname.slice(ROOT.length));
    const kept = await cache.match(home ? "./" : request, { ignoreSearch: true, ignoreVary: true });
    return kept ?? fetch(request);
  };
  event.respondWith(answer());
});
