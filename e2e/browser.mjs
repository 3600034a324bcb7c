// Starts Chromium with or without WebGPU, opens pages, and turns anything a page complains about into a failure.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { findChromium } from "./chromium.mjs";
import { DIST, serve } from "./serve.mjs";

/** Deliberately not "/": the published page lives under a sub-path too. */
export const BASE = "/some/where/superphase/";

/**
 * How long a test waits for one thing that it says nothing else about, in milliseconds: far longer than
 * any machine takes, for what is waited for comes or it does not. Bounds of time are `*.alone.mjs`'s.
 */
export const PATIENCE = 300_000;

const RESULTS = fileURLToPath(new URL("results/", import.meta.url));
const PLAIN_HTTP_HOST = "superphase.test";

const QUIET = [
  "--no-sandbox",
  "--headless=new",
  "--no-first-run",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Tests crash the GPU process more often than a browser bears, which then keeps GPUs from the page.
  "--disable-gpu-process-crash-limit",
  "--disable-domain-blocking-for-3d-apis",
];

/**
 * The kinds of visitor:
 * - "software": a WebGPU device on the CPU (SwiftShader), in windows and workers;
 * - "no-adapter": `navigator.gpu` exists but every adapter request answers null;
 * - "absent": `navigator.gpu` does not exist, in windows and workers. No Chromium switch does that,
 *   but WebGPU is kept from insecure origins, so the page is opened by a made-up plain-http host name.
 *   Other secure-context interfaces (clipboard, crypto.subtle) are missing there too.
 */
export const WEBGPU = {
  software: ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
  "no-adapter": ["--disable-gpu"],
  absent: [`--host-resolver-rules=MAP ${PLAIN_HTTP_HOST} 127.0.0.1`],
};

/** Launches a browser for one kind of visitor; the caller closes it. */
export function launch(webgpu = "software") {
  assert.ok(Object.hasOwn(WEBGPU, webgpu), `webgpu is one of ${Object.keys(WEBGPU).join(", ")}`);
  return chromium.launch({ executablePath: findChromium(), args: [...QUIET, ...WEBGPU[webgpu]] });
}

/** The address under which a visitor of this kind sees a local page. */
export function address(url, webgpu) {
  if (webgpu !== "absent") return url;
  const seen = new URL(url);
  assert.match(seen.hostname, /^(127\.0\.0\.1|localhost)$/, `WebGPU can only be taken from local pages, not ${url}`);
  seen.hostname = PLAIN_HTTP_HOST;
  return seen.href;
}

/**
 * Collects complaints of a page and its workers: console errors, uncaught exceptions and rejections,
 * failed requests, error statuses, and WebGPU validation messages (Chromium prints those as warnings, and
 * only those of windows: code in a worker has to raise its own).
 */
export function watch(page) {
  const problems = [];
  const implicit = (url) => new URL(url).pathname === "/favicon.ico"; // asked for by the browser, not by the page
  page.on("console", (message) => {
    if (implicit(message.location().url || "about:blank")) return;
    const validation = message.type() === "warning" && /While calling|WGSL/.test(message.text());
    if (message.type() === "error" || validation) problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`uncaught: ${error.stack ?? error}`));
  page.on("crash", () => problems.push("the page crashed"));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    if (reason !== "net::ERR_ABORTED") problems.push(`request: ${request.url()}: ${reason}`); // aborted: by leaving the page
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && !implicit(response.url())) problems.push(`${response.status()}: ${response.url()}`);
  });
  return problems;
}

/** In the page: trains whatever it asks about. How long a run takes, and so whether it asks, depends on the machine. */
function consent() {
  setInterval(() => {
    const train = document.querySelector(".bar .primary");
    if (document.querySelector(".status .stage")?.textContent === "waiting" && train?.textContent === "Train") train.click();
  }, 100);
}

/** In the page: before anything is measured, whether a run asks depends on how many cores there are. */
function twoCores() {
  Object.defineProperty(navigator, "hardwareConcurrency", { get: () => 2, configurable: true });
}

/** A visitor with patience, who consents unless it `asks`; the rest is as `browser.newContext` has it. */
export async function visitor(browser, { asks = false, ...options } = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE);
  await context.addInitScript(asks ? twoCores : consent);
  return context;
}

/**
 * A test body with a page open on `root` (the built page unless told), served under a sub-path:
 *
 *     test("counts phases", withPage({ webgpu: "absent" }, async (page, { url, problems }) => { ... }));
 *
 * It fails when `body` throws or when the page complained, unless the body emptied `problems` itself.
 * `path` is added to the address (a query or hash); `host` goes to the server; `viewport` and `reducedMotion` go to the browser.
 * A run that the page asks about, because it takes long on this machine, is trained: `asks` leaves the question.
 * A failure leaves a screenshot in e2e/results/ and says what the status line said.
 */
export function withPage({ webgpu = "software", root = DIST, path = "", host = {}, asks = false, ...context } = {}, body) {
  return async (t) => {
    const server = await serve(root, { base: BASE, ...host });
    const browser = await launch(webgpu).catch(async (error) => {
      await server.close();
      throw error;
    });
    try {
      const page = await (await visitor(browser, { asks, viewport: { width: 1280, height: 800 }, ...context })).newPage();
      const problems = watch(page);
      const url = new URL(path, address(server.url, webgpu)).href;
      try {
        const response = await page.goto(url);
        assert.equal(response.status(), 200, `${url} does not answer: has the page been built (make dist)?`);
        await body(page, { url, problems });
        assert.deepEqual(problems, [], "the page complained");
      } catch (error) {
        mkdirSync(RESULTS, { recursive: true });
        const shot = join(RESULTS, `${t.name.replace(/[^\w-]+/g, "-")}.png`);
        await page.screenshot({ path: shot }).then(() => t.diagnostic(`screenshot: ${shot}`), () => {});
        const said = await page.locator(".status").first().innerText({ timeout: 1000 }).catch(() => null);
        if (said) t.diagnostic(`the page says: ${said.replaceAll("\n", " ")}`);
        if (problems.length) t.diagnostic(`problems: ${problems.join("\n")}`);
        throw error;
      }
    } finally {
      await browser.close();
      await server.close();
    }
  };
}
