// The peers: Python programs and browser libraries, each with its side of the task in peers/ and web/.
import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "../../e2e/browser.mjs";
import { summary } from "./statistics.mjs";

const BENCH = fileURLToPath(new URL("..", import.meta.url));

/** A Python peer: `peers/on_NAME.py` with a request, which answers with its last line. */
export function python(name, request) {
  const program = join(BENCH, "peers", `on_${name}.py`);
  const environment = { ...process.env, WARP_CACHE_PATH: join(BENCH, ".venv", "warp"), PYTHONDONTWRITEBYTECODE: "1" };
  const child = spawn(join(BENCH, ".venv", "bin", "python"), [program, JSON.stringify(request)], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let [out, complaint] = ["", ""];
  child.stdout.on("data", (data) => (out += data));
  child.stderr.on("data", (data) => (complaint += data));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      if (code) return fail(Error(`${name}: ${complaint.trim().split("\n").slice(-3).join(" ") || `exit ${code}`}`));
      done(shorten(JSON.parse(out.trim().split("\n").at(-1))));
    });
  });
}

/** A browser peer: `web/PAGE.html` with a request, served so that it may use threads. */
export async function web(page, request) {
  const server = await isolated();
  const browser = await launch("software");
  try {
    const tab = await browser.newPage();
    await tab.goto(`${server.url}web/${page}.html?${new URLSearchParams(request)}`);
    await tab.waitForFunction(() => window.result, null, { timeout: 240_000, polling: 100 });
    const result = await tab.evaluate(() => window.result);
    if (result.error) throw Error(`${page}: ${result.error}`);
    return shorten(result);
  } finally {
    await browser.close();
    await server.close();
  }
}

const shorten = ({ rates, ...rest }) => (rates ? { ...rest, ...summary(rates) } : rest);

const MIME = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json", ".wasm": "application/wasm" };

/** Serves bench/ with the headers that let a page share memory between threads, which jax-js makes use of. */
async function isolated() {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const file = createReadStream(join(BENCH, path));
    file.on("error", () => response.writeHead(404).end());
    file.on("open", () => {
      response.writeHead(200, {
        "content-type": MIME[extname(path)] ?? "application/octet-stream",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
      });
      file.pipe(response);
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((done) => (server.close(done), server.closeAllConnections())),
  };
}
