// Keeps a copy of the build, so that the page opens without a network.
// scripts/finish writes the next five lines for each build; every file of it is listed with its SHA-256,
// so that page, worker and styles are always of one build: hosts answer with pages for files that are not
// there, and files arrive one by one. A new build is fetched in the background and taken when the last
// tab of the old one has been closed, or at once if the old one lacks a part; until it is complete the old
// one stays.
const VERSION = "unbuilt";
const FILES = {};
// Parts of the program: kept when they are first asked for, and all of them when the reader comes back.
const PARTS = {};
// Kept when they are first asked for: an experiment's own.
const LATER = {};
const PROGRAM = "";

const PREFIX = `superphase:${registration.scope}:`;
const NAME = PREFIX + VERSION;
const ROOT = new URL(registration.scope).pathname;

addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(NAME);
    try {
      await Promise.all([keepPage(cache), ...Object.entries(FILES).map(([file, digest]) => keepFile(cache, file, digest))]);
    } catch (error) {
      await caches.delete(NAME);
      throw error;
    }
  };
  event.waitUntil(keep());
});

const get = async (file) => {
  const answer = await fetch(file, { cache: "reload" });
  if (!answer.ok || answer.redirected) throw new Error(`${file}: ${answer.status}`);
  return answer;
};

/** Keeps a file if it is the one of this build. */
async function keepFile(cache, file, digest) {
  const answer = await get(file);
  const bytes = await answer.clone().arrayBuffer();
  const found = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))];
  if (found.map((byte) => byte.toString(16).padStart(2, "0")).join("") !== digest) throw new Error(`${file} is of another build`);
  await cache.put(file, answer);
}

/** Keeps the parts that are not kept yet; one that does not arrive is tried again next time. */
async function complete(cache) {
  for (const [file, digest] of Object.entries(PARTS)) {
    if (!(await cache.match(file))) await keepFile(cache, file, digest).catch(() => {});
  }
}

addEventListener("message", ({ data }) => {
  if (data === "take over") skipWaiting();
});

/** Keeps the page if it starts this build's program; hosts may add to it, so it has no digest. */
async function keepPage(cache) {
  const answer = await get("./");
  if (!(await answer.clone().text()).includes(PROGRAM)) throw new Error("the page is of another build");
  await cache.put("./", answer);
}

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
    // Whoever comes back may do so without a network; a first visit loads what it shows.
    if (home && kept) event.waitUntil(complete(cache));
    if (kept) return kept;
    const file = new URL(request.url).pathname.slice(ROOT.length);
    const digest = PARTS[file] ?? LATER[file];
    if (!digest) return fetch(request);
    const found = await keepFile(cache, file, digest).then(() => cache.match(request), () => undefined);
    // The host may have a later build by now, without this one's parts: then that is the better one, at once.
    if (!found) registration.waiting?.postMessage("take over");
    return found ?? fetch(request);
  };
  event.respondWith(answer());
});
