// Serves a built page as a plain static host does: fixed MIME types, no special headers, optionally under a sub-path.
// Command line: node e2e/serve.mjs [DIR] [--base /superphase/] [--port 8080]
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const MIME = {
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** Where the production build lands. */
export const DIST = process.env.DIST ?? fileURLToPath(new URL("../dist/", import.meta.url));

/** What a strict host sends along. */
export const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'";

/**
 * Starts a server for `root` on the loopback interface; port 0 picks a free one.
 * Paths outside `base` answer 404, so a page that assumes it lives at "/" breaks visibly.
 * `headers` go with every answer. `alter(file)`, given a path below base, may change an answer: `status`
 * and `body` in the place of the file, its `type`, `hangs`: it never comes, or `late`: what follows a page's head
 * comes seconds later. `root` may be a function
 * that gives the folder of now.
 * Resolves to `{ url, close }`.
 */
export async function serve(root = DIST, { base = "/", port = 0, headers = {}, alter = () => ({}) } = {}) {
  const folder = typeof root === "function" ? root : () => root;
  base = `/${base}/`.replace(/\/+/g, "/");
  const server = createServer(async (request, response) => {
    const refuse = (status) => response.writeHead(status, { "content-type": "text/plain" }).end(`${status}\n`);
    if (request.method !== "GET" && request.method !== "HEAD") return refuse(405);
    let path;
    try {
      path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    } catch {
      return refuse(400);
    }
    if (!path.startsWith(base)) return refuse(404);
    const root = resolve(folder());
    let file = join(root, path.slice(base.length));
    if (file !== root && !file.startsWith(root + sep)) return refuse(404);
    const { status, body, type, hangs, late } = alter(path.slice(base.length)) ?? {};
    if (hangs) return;
    if (status) return response.writeHead(status, { "content-type": type ?? "text/html; charset=utf-8", ...headers }).end(body ?? "");
    try {
      let info = await stat(file);
      if (info.isDirectory()) info = await stat((file = join(file, "index.html")));
      response.writeHead(200, {
        "content-type": type ?? MIME[extname(file)] ?? "application/octet-stream",
        "content-length": info.size,
        "cache-control": "no-store",
        ...headers,
      });
      if (request.method === "HEAD") return response.end();
      if (late) {
        const text = await readFile(file, "utf8");
        const end = text.indexOf("</head>");
        response.write(text.slice(0, end));
        return setTimeout(() => response.end(text.slice(end)), 3000);
      }
      pipeline(createReadStream(file), response, () => {});
    } catch {
      refuse(404);
    }
  });
  await new Promise((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}${base}`,
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { base: { type: "string", default: "/" }, port: { type: "string", default: "0" } },
  });
  const { url } = await serve(positionals[0], { base: values.base, port: Number(values.port) });
  console.log(url);
}
