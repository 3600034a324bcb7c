// Under a strict Content-Security-Policy every view loads and trains without a word on the console.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { stage } from "./instrument.mjs";
import { POLICY } from "./serve.mjs";

const LINK = "?grid=8&repeats=1&steps=20&engine=cpu";
const VIEWS = ["", "geometry", "demonstration", "dimensionality", "correlation", "dynamics", "computation", "vulnerability", "scaling"];
for (const view of VIEWS) {
  const path = view ? `?view=${view}&steps=30&batch=64&instances=2&engine=cpu` : `${LINK}&pixel=3,3`;
  test(
    `policy: a strict one, no word on the console and no other host, ${view || "diagram"}`,
    withPage({ webgpu: "no-adapter", host: { headers: { "content-security-policy": POLICY } } }, async (page, { url, problems }) => {
      const words = [];
      const hosts = new Set();
      page.on("console", (message) => words.push(message.text()));
      page.on("request", (request) => hosts.add(new URL(request.url()).host));
      await page.goto(new URL(path, url).href);
      await stage(page, "done");
      if (!view) await page.getByTestId("figures").waitFor();
      await page.getByRole("button", { name: /dark theme|light theme/ }).click();
      if (!view) await page.locator("details.take > summary").click();
      // Browsers complain of preloads that were not used some seconds after the load.
      await page.waitForTimeout(4000);
      assert.deepEqual([words, problems], [[], []]);
      assert.deepEqual([...hosts].filter(Boolean), [new URL(url).host]);
    }),
  );
}
