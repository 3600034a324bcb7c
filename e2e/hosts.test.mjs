// Wherever the page is put, and whatever arrives of it: it runs, or a sentence says what is missing.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { BASE, launch, visitor, watch, withPage } from "./browser.mjs";
import { colours, stage, until } from "./instrument.mjs";
import { DIST, serve } from "./serve.mjs";

const LINK = "?grid=8&repeats=1&steps=20&engine=cpu";
const FOLDER = readdirSync(DIST).find((name) => /^program-\d+$/.test(name));
const PROGRAM = `${FOLDER}/page_bg.wasm`;
const SCRIPT = `${FOLDER}/page.js`;
const isHome = (path) => path === "" || path === "index.html";

/** Waits until the page says something in the place of its content. */
const said = async (page, pattern) => {
  await page.locator("#loading", { hasText: pattern }).waitFor();
  return page.locator("#loading").innerText();
};

/** A body with a browser and a page that may complain. */
const bare = (body) => async () => {
  const browser = await launch();
  try {
    await body(await (await visitor(browser)).newPage(), browser);
  } finally {
    await browser.close();
  }
};

/** The same with a server of its own. */
const hosted = (host, body) => async () => {
  const { root, ...options } = host();
  const server = await serve(root ?? DIST, { base: BASE, ...options });
  try {
    await bare((page, browser) => body(page, server.url + LINK, browser))();
  } finally {
    await server.close();
  }
};

test(
  "hosts: the index opened from disk says why nothing runs and what to do",
  bare(async (page) => {
    await page.goto(pathToFileURL(join(DIST, "index.html")).href);
    assert.match(await said(page, /opened from disk/), /Serve its folder/);
  }),
);

test(
  "hosts: a program without its type runs, without a word",
  withPage({ path: LINK, host: { alter: (path) => (path.endsWith(".wasm") ? { type: "application/octet-stream" } : {}) } }, async (page) => {
    await stage(page, "done");
    assert.ok((await colours(page, "empirical")) > 3);
  }),
);

test(
  "hosts: the program is here before the end of the page",
  withPage({ path: "about.txt", host: { alter: (path) => (path === "about.txt" ? { status: 200, body: "" } : { late: path === "index.html" }) } }, async (page, { url, problems }) => {
    // The first visit leaves the program in the browser's cache, the second finds it at once.
    for (let i = 0; i < 2; i++) {
      await page.goto(new URL(`index.html${LINK}`, url).href);
      await stage(page, "done");
    }
    assert.deepEqual(problems, []);
  }),
);

for (const [name, answer] of [["404", { status: 404, body: "no" }], ["a page with status 200", { status: 200, body: "<!doctype html><title>Welcome</title>" }]]) {
  for (const missing of ["script", "program"]) {
    let arrived = false;
    test(
      `hosts: the ${missing} has not arrived, the host answers ${name}: a sentence, and it runs once it is there`,
      hosted(
        () => ({ alter: (path) => (!arrived && path === { script: SCRIPT, program: PROGRAM }[missing] ? answer : {}) }),
        async (page, url) => {
          await page.goto(url);
          assert.match(await said(page, /is incomplete/), new RegExp({ script: SCRIPT, program: PROGRAM }[missing].replaceAll(".", "\\.")));
          arrived = true;
          await stage(page, "done");
        },
      ),
    );
  }
}

test(
  "hosts: without start.js, or with scripts forbidden, a sentence comes by style alone",
  hosted(
    () => ({ alter: (path) => (/^start-/.test(path) ? { status: 404 } : {}) }),
    async (page, url) => {
      await page.goto(url);
      const late = page.locator("#loading .late");
      await page.waitForFunction(() => getComputedStyle(document.querySelector("#loading .late")).visibility === "visible");
      assert.match(await late.innerText(), /missing.*Content-Security-Policy/s);
    },
  ),
);

test(
  "hosts: a policy that forbids WebAssembly is named",
  hosted(
    () => ({ headers: { "content-security-policy": "script-src 'self'" } }),
    async (page, url) => {
      await page.goto(url);
      assert.match(await said(page, /Content-Security-Policy/), /wasm-unsafe-eval/);
    },
  ),
);

let answers = false;
test(
  "hosts: a file that never comes is named after a while",
  hosted(
    () => ({ alter: (path) => (path === PROGRAM && !answers ? { hangs: true } : {}) }),
    async (page, url) => {
      await page.goto(url, { waitUntil: "commit" });
      assert.match(await said(page, /still waits/), /the network or this device is slow/);
      answers = true;
      await page.getByRole("button", { name: "Reload the page" }).click();
      await stage(page, "done");
    },
  ),
);

// Parts of the program that hosts no longer have: an older page that is still open, a network that is gone.
const part = (name) => ({ alter: (path) => (path.endsWith(`split_${name}.wasm`) ? { status: 404, body: "gone" } : {}) });
const GONE = /could not be loaded: the network or the host does not give it/;

test(
  "hosts: where an experiment's part is missing, a sentence says so in the place of the page",
  hosted(
    () => part("experiments"),
    async (page, url) => {
      await page.goto(url.replace(LINK, "?view=geometry&engine=cpu"));
      assert.match(await said(page, GONE), /load the page again/i);
      await page.locator("#loading[role=alert]", { hasText: GONE }).getByRole("button", { name: "Reload the page" }).waitFor();
    },
  ),
);

test("hosts: a page whose copy lacks a part that the host no longer has makes way for the new version", async () => {
  const folder = later();
  let now = DIST;
  try {
    await hosted(
      () => ({ root: () => now }),
      async (page, url) => {
        await page.goto(url);
        await stage(page, "done");
        await page.evaluate(() => navigator.serviceWorker.ready);
        await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
        now = folder;
        await page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
        await until(page, async () => (await navigator.serviceWorker.getRegistration()).waiting !== null);
        await page.goto(url.replace(LINK, "?view=geometry&study=five-in-two&steps=40&engine=cpu"));
        await said(page, GONE);
        await until(page, async () => (await navigator.serviceWorker.getRegistration()).waiting === null);
        await page.getByRole("button", { name: "Reload the page" }).click();
        await stage(page, "done");
        assert.match(await page.locator("script[data-program]").getAttribute("data-program"), /later/);
      },
    )();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test(
  "hosts: where the part that trains an experiment is missing, a sentence says so beside its figure",
  hosted(
    () => part("jobs"),
    async (page, url) => {
      await page.goto(url.replace(LINK, "?view=geometry&engine=cpu"));
      await page.getByText(GONE).first().waitFor();
    },
  ),
);

test("hosts: where the part that writes files is missing, a sentence says so, and it is asked for again", async () => {
  let gone = true;
  await hosted(
    () => ({ alter: (path) => (gone ? part("files").alter(path) : {}) }),
    async (page, url) => {
      await page.goto(url);
      await stage(page, "done");
      await page.locator("details.take > summary").click();
      const csv = page.getByTestId("take-trained-csv");
      await csv.click();
      await page.locator(".take-told", { hasText: GONE }).waitFor();
      gone = false;
      const download = page.waitForEvent("download");
      await csv.click();
      assert.match((await download).suggestedFilename(), /\.csv$/);
    },
  )();
});

/** A copy of the build with another program's name, as a later version has. */
function later() {
  const folder = mkdtempSync(join(tmpdir(), "superphase-"));
  cpSync(DIST, folder, { recursive: true });
  const now = FOLDER.replace("program-", "program-later");
  renameSync(join(folder, FOLDER), join(folder, now));
  for (const name of ["index.html", "sw.js"]) {
    const text = readFileSync(join(folder, name), "utf8").replaceAll(FOLDER, now);
    writeFileSync(join(folder, name), text.replace(/(const VERSION = ")/, "$1later"));
  }
  return folder;
}

test("hosts: an old index whose files are gone makes way for the new version by itself", async () => {
  const folder = later();
  let asked = 0;
  const index = { status: 200, body: readFileSync(join(DIST, "index.html"), "utf8") };
  try {
    await hosted(
      // The first answer is a cache's.
      () => ({ root: folder, alter: (path) => (isHome(path) && asked++ === 0 ? index : {}) }),
      async (page, url) => {
        await page.goto(url);
        await stage(page, "done");
        assert.match(await page.locator("script[data-program]").getAttribute("data-program"), /later/);
      },
    )();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("hosts: a cache that goes on giving the old index ends in a sentence, not in reloading for ever", async () => {
  const folder = later();
  let navigations = 0;
  const old = { status: 200, body: readFileSync(join(DIST, "index.html"), "utf8") };
  // Every other answer is the new one: what the page fetches itself, not what it is loaded from.
  try {
    await hosted(
      () => ({ root: folder, alter: (path) => (isHome(path) && navigations++ % 2 === 0 ? old : {}) }),
      async (page, url) => {
        await page.goto(url);
        assert.match(await said(page, /newer version/), /Reload the page/);
      },
    )();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("hosts: a new version while the old is open is taken when it is complete and the old closed", async () => {
  const folder = later();
  let now = DIST;
  let complete = false;
  const alter = (path) => (now !== DIST && !complete && /later.*wasm$/.test(path) ? { status: 200, body: "<p>not here</p>" } : {});
  const program = (page) => page.locator("script[data-program]").getAttribute("data-program");
  const update = (page) => page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
  /** Waits until the worker that was found has been installed, or thrown away. */
  const settled = (page) => until(page, async () => !(await navigator.serviceWorker.getRegistration())?.installing);
  try {
    await hosted(
      () => ({ root: () => now, alter }),
      async (page, url, browser) => {
        const context = await visitor(browser);
        let tab = await context.newPage();
        const problems = watch(tab);
        await tab.goto(url);
        await stage(tab, "done");
        await tab.evaluate(() => navigator.serviceWorker.ready);
        await tab.waitForFunction(() => navigator.serviceWorker.controller !== null);
        now = folder;
        await update(tab);
        await settled(tab);
        // Incomplete: the old version goes on, from its copy, reloaded too.
        await tab.reload();
        await stage(tab, "done");
        assert.equal(await program(tab), PROGRAM);
        assert.equal(await tab.evaluate(async () => (await navigator.serviceWorker.getRegistration()).waiting), null);
        complete = true;
        await update(tab);
        await settled(tab);
        assert.equal(await program(tab), PROGRAM, "an open tab keeps its version");
        assert.deepEqual(problems, []);
        await tab.goto("about:blank");
        await tab.close();
        tab = await context.newPage();
        // The waiting worker takes over once the old one has no tab.
        for (let i = 0; i < 50; i++) {
          await tab.goto(url);
          await stage(tab, "done");
          if (/later/.test(await program(tab))) break;
          await tab.goto("about:blank");
        }
        assert.match(await program(tab), /later/);
        await context.close();
      },
    )();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const frame = (sandbox) => ({
  alter: (path) => (path === "frame.html" ? { status: 200, body: `<!doctype html><iframe ${sandbox} src="index.html${LINK}" width="1000" height="700"></iframe>` } : {}),
});

test(
  "hosts: in a frame of the same origin it runs",
  withPage({ path: "frame.html", host: frame("") }, async (page) => {
    await stage(page.frames()[1], "done");
  }),
);

test(
  "hosts: in a frame without origin a sentence says so",
  hosted(
    () => frame('sandbox="allow-scripts"'),
    async (page, url) => {
      await page.goto(new URL("frame.html", url).href);
      const place = page.frameLocator("iframe").locator("#loading", { hasText: "no origin of its own" });
      await place.waitFor();
    },
  ),
);

test(
  "hosts: it runs without storage",
  withPage({ path: LINK }, async (page) => {
    await page.addInitScript(() => {
      for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
        Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
      }
    });
    await page.reload();
    await stage(page, "done");
    await page.getByRole("button", { name: /dark theme|light theme/ }).click();
  }),
);

test("posted links: the page has a picture for them, small enough, with its whole address where a build is told its place", () => {
  const tag = (html, name) => html.match(new RegExp(`<meta[^>]*property="?${name}"?[^>]*>`))?.[0].match(/content=(?:"([^"]*)"|([^\s>]+))/)?.slice(1).find(Boolean);
  const html = readFileSync(join(DIST, "index.html"), "utf8");
  assert.equal(tag(html, "og:image"), "card.png");
  assert.ok(tag(html, "og:title").length > 20 && tag(html, "og:description").length > 40);
  const png = readFileSync(join(DIST, "card.png"));
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1200, 630]);
  assert.deepEqual([tag(html, "og:image:width"), tag(html, "og:image:height")], ["1200", "630"]);
  assert.ok(png.length < 100_000, `${png.length} bytes`);
  // The last step of a build, on as little as it needs.
  const folder = mkdtempSync(join(tmpdir(), "superphase-"));
  try {
    const start = html.match(/start-\d+\.js/)[0];
    mkdirSync(join(folder, FOLDER));
    for (const [name, text] of [["index.html", html.replace(start, "start.js")], ["start.js", ""], ["sw.js", ""], [PROGRAM, ""], [SCRIPT, ""]]) writeFileSync(join(folder, name), text);
    const env = { ...process.env, TRUNK_STAGING_DIR: folder, SITE: "https://example.org/superphase/" };
    execFileSync(fileURLToPath(new URL("../scripts/finish", import.meta.url)), { env });
    assert.equal(tag(readFileSync(join(folder, "index.html"), "utf8"), "og:image"), "https://example.org/superphase/card.png");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
