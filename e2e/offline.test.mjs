// Once opened, the page opens and trains without a network; and it can be installed.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { colours, stage } from "./instrument.mjs";
import { DIST } from "./serve.mjs";

const LINK = "?grid=12&repeats=2&steps=40&engine=cpu";
const PARTS = readdirSync(DIST, { recursive: true }).filter((file) => /(split|chunk)_\w+\.wasm$/.test(file)).length;

/** Waits until the page has trained and has its copy. */
async function copied(page) {
  await stage(page, "done");
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** Parts of the program in the copy. */
const parts = (page) =>
  page.evaluate(async () => {
    const [name] = await caches.keys();
    const files = await (await caches.open(name)).keys();
    return files.filter(({ url }) => /(split|chunk)_/.test(url)).length;
  });

test(
  "offline: opens again and trains with the network off",
  withPage({ path: LINK }, async (page, { url, problems }) => {
    await copied(page);
    // Left first: a worker that was started before the copy served the page may still be loading.
    await page.goto("about:blank");
    await page.context().setOffline(true);
    const answer = await page.goto(url);
    assert.ok(answer.fromServiceWorker());
    await stage(page, "done");
    assert.ok((await colours(page, "empirical")) > 5);
    // Another link, and the page by its file's name.
    for (const other of ["?grid=10&repeats=1&steps=20&engine=cpu", "index.html?grid=9&repeats=1&steps=20&engine=cpu"]) {
      await page.goto(new URL(other, url).href);
      await stage(page, "done");
      assert.ok((await colours(page, "empirical")) > 5, other);
    }
    await page.context().setOffline(false);
    assert.deepEqual(problems, []);
  }),
);

// A first visit loads no experiment; whoever comes back has all of them.
test(
  "offline: after a second visit experiments that were never opened open and train, and files are read and saved",
  withPage({ path: LINK }, async (page, { url, problems }) => {
    await copied(page);
    assert.equal(await parts(page), 0, "a first visit keeps no parts");
    await page.reload();
    await stage(page, "done");
    for (let i = 0; (await parts(page)) < PARTS; i++) {
      assert.ok(i < 100, `${await parts(page)} of ${PARTS} parts`);
      await page.waitForTimeout(100);
    }
    await page.goto("about:blank");
    await page.context().setOffline(true);
    await page.goto(new URL("?view=geometry&study=five-in-two&steps=40&engine=cpu", url).href);
    await page.locator(".plate svg").first().waitFor();
    await stage(page, "done");
    await page.goto(url);
    await stage(page, "done");
    await page.locator("details.take > summary").click();
    const download = page.waitForEvent("download");
    await page.getByTestId("take-trained-json").click();
    const file = await (await download).path();
    await page.locator(".take input[type=file]").setInputFiles({ name: "own.json", mimeType: "application/json", buffer: readFileSync(file) });
    await page.getByText("The left diagram shows own.json").waitFor();
    await page.context().setOffline(false);
    assert.deepEqual(problems, []);
  }),
);

test(
  "offline: the manifest and its icons are there, and relative",
  withPage({ path: LINK }, async (page) => {
    await stage(page, "done");
    const found = await page.evaluate(async () => {
      const address = document.querySelector("link[rel=manifest]").href;
      const manifest = await (await fetch(address)).json();
      const size = async ({ src }) => {
        const image = await createImageBitmap(await (await fetch(new URL(src, address))).blob());
        return `${image.width}x${image.height}`;
      };
      return { manifest, sizes: await Promise.all(manifest.icons.map(size)), start: new URL(manifest.start_url, address).href };
    });
    assert.deepEqual(found.sizes, found.manifest.icons.map((icon) => icon.sizes));
    assert.equal(found.manifest.display, "standalone");
    assert.equal(found.start, new URL("./", page.url()).href);
  }),
);

test(
  "offline: without a secure origin there is no copy and no complaint",
  withPage({ webgpu: "absent", path: LINK }, async (page) => {
    await stage(page, "done");
    assert.equal(await page.evaluate(() => "serviceWorker" in navigator), false);
  }),
);
