// The built page as a whole: it starts under a sub-path without a complaint, whatever WebGPU the visitor has.
// Tests of what the page does go into further e2e/*.test.mjs files with the same withPage pattern.
import assert from "node:assert/strict";
import { test } from "node:test";
import { WEBGPU, withPage } from "./browser.mjs";
import { stage } from "./instrument.mjs";

for (const webgpu of Object.keys(WEBGPU)) {
  test(
    `page: starts, WebGPU ${webgpu}`,
    withPage({ webgpu }, async (page) => {
      await page.waitForFunction(() => document.body.innerText.trim().length > 100);
      assert.match(await page.title(), /superphase/i);
    }),
  );
}

const VIEWS = ["", "geometry", "demonstration", "dimensionality", "correlation", "dynamics", "computation", "vulnerability", "scaling", "transformer", "comparison"];

/** Waits until something is drawn. */
const drawn = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Waits until it has trained. */
const ended = (frame, what) => stage(frame, "done").catch((error) => assert.fail(`${what}: ${error}`));

const link = (view) => (view ? `?view=${view}&repeats=1&steps=40&batch=32` : "?grid=8&repeats=1&steps=40");

test(
  "page: every view trains in a window of 160 pixels that becomes one of 3,840, is printed, and shrinks again",
  withPage({ webgpu: "absent", path: "", viewport: { width: 160, height: 240 } }, async (page, { url }) => {
    for (const view of VIEWS) {
      await page.setViewportSize({ width: 160, height: 240 });
      await page.goto(new URL(link(view), url).href);
      await page.waitForSelector("main, .rescue");
      for (const [width, height] of [[3840, 2160], [160, 240], [3840, 200]]) {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ media: width === height ? "screen" : "print" });
        await drawn(page);
        await page.emulateMedia({ media: "screen" });
        await drawn(page);
      }
      if (view !== "comparison") await ended(page, view);
      assert.equal(await page.locator(".rescue").count(), 0, view);
    }
  }),
);

test(
  "page: every view trains in a frame without a size, and in one that is hidden",
  withPage({ webgpu: "absent", path: "frame.html", host: { alter: (path) => (path === "frame.html" ? { status: 200, body: "<body></body>" } : {}) } }, async (page, { url }) => {
    for (const view of VIEWS) {
      for (const style of ["width: 0; height: 0; border: 0", "display: none"]) {
        const html = `<iframe style="${style}" src="${new URL(`./${link(view)}`, url).href}"></iframe>`;
        await page.evaluate((html) => (document.body.innerHTML = html), html);
        const frame = await (await page.waitForSelector("iframe", { state: "attached" })).contentFrame();
        if (view !== "comparison") await ended(frame, `${view}, ${style}`);
        assert.equal(await frame.locator(".rescue").count(), 0, view);
      }
    }
  }),
);
