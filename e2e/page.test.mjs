// The built page as a whole: it starts under a sub-path without a complaint, whatever WebGPU the visitor has.
// Tests of what the page does go into further e2e/*.test.mjs files with the same withPage pattern.
import assert from "node:assert/strict";
import { test } from "node:test";
import { WEBGPU, withPage } from "./browser.mjs";

for (const webgpu of Object.keys(WEBGPU)) {
  test(
    `page: starts, WebGPU ${webgpu}`,
    withPage({ webgpu }, async (page) => {
      await page.waitForFunction(() => document.body.innerText.trim().length > 100, null, { timeout: 60_000 });
      assert.match(await page.title(), /superphase/i);
    }),
  );
}
