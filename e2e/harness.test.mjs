// Tests of the test harness itself: the kinds of visitor differ as promised, and complaints become failures.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { WEBGPU, withPage } from "./browser.mjs";
import { serve } from "./serve.mjs";

const root = fileURLToPath(new URL("fixtures/", import.meta.url));
const expected = { software: "device: 25 36 49", "no-adapter": "no adapter", absent: "absent" };

for (const webgpu of Object.keys(WEBGPU)) {
  test(
    `harness: visitor with WebGPU ${webgpu}, window and worker`,
    withPage({ webgpu, root }, async (page) => {
      assert.equal(await page.evaluate(() => probe()), expected[webgpu]);
      assert.equal(await page.evaluate(() => askWorker("probe")), expected[webgpu]);
    }),
  );
}

const misdeeds = {
  "an exception in the page": [() => setTimeout(() => { throw new Error("thrown in the page"); }), /thrown in the page/],
  "an exception in a worker": [() => void askWorker("throw"), /thrown in the worker/],
  "an error on a worker's console": [() => void askWorker("complain"), /said by the worker/],
  "a file that is not there": [() => void fetch("missing.json"), /404: .*missing\.json/],
  "a path that leaves the page's own folder": [() => void fetch("/probe.js"), /404: .*\/probe\.js/],
  "an invalid WebGPU call": [
    async () => {
      const device = await (await navigator.gpu.requestAdapter()).requestDevice();
      device.createBuffer({ size: 4, usage: 0xffff });
      await device.queue.onSubmittedWorkDone();
    },
    /CreateBuffer/,
  ],
};
for (const [misdeed, [commit, message]] of Object.entries(misdeeds)) {
  test(
    `harness: notices ${misdeed}`,
    withPage({ root }, async (page, { problems }) => {
      await page.evaluate(commit);
      for (let i = 0; i < 100 && !problems.some((problem) => message.test(problem)); i++) await page.waitForTimeout(50);
      assert.match(problems.join("\n"), message);
      problems.length = 0;
    }),
  );
}

test("harness: a complaint fails the test", async () => {
  const body = withPage({ root }, async (page) => {
    await page.evaluate(() => console.error("on purpose"));
  });
  await assert.rejects(body({ name: "results of the harness", diagnostic() {} }), /the page complained/);
});

test("harness: the server keeps to its folder and its base", async () => {
  const server = await serve(root, { base: "/a/b/" });
  try {
    const status = async (path) => (await fetch(new URL(path, server.url))).status;
    assert.equal(await status(""), 200);
    assert.equal(await status("/index.html"), 404);
    assert.equal(await status("..%2fserve.mjs"), 404);
    assert.equal(await status("%zz"), 400);
    assert.equal((await fetch(server.url)).headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal((await fetch(server.url, { method: "POST" })).status, 405);
  } finally {
    await server.close();
  }
});

test("harness: the benchmarks call only what their libraries have", async () => {
  for (const file of ["main.mjs", "compare.mjs"]) {
    const text = readFileSync(new URL(`../bench/${file}`, import.meta.url), "utf8");
    for (const [, name, path] of text.matchAll(/import \* as (\w+) from "(\.\/lib\/[^"]+)"/g)) {
      const library = await import(new URL(path, new URL("../bench/", import.meta.url)));
      const called = [...text.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, "g"))].map(([, what]) => what);
      assert.ok(called.length > 0, `${file} uses ${name}`);
      for (const what of called) if (what !== "mjs") assert.equal(typeof library[what], "function", `${file}: ${name}.${what}`);
    }
  }
});
