// What a person expects of any page: accessible, small, and open about what runs.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { withPage } from "./browser.mjs";
import { settings, stage } from "./instrument.mjs";
import { DIST } from "./serve.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** Violations of accessibility rules, a line each. */
async function violations(page) {
  // Handed over as text: a page with a content policy would refuse a script element.
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target.join(" ")).join("; ")}`);
}

for (const [name, viewport] of Object.entries(SIZES)) {
  for (const webgpu of ["software", "absent"]) {
    test(
      `habits: no violation of accessibility rules, ${name}, WebGPU ${webgpu}`,
      withPage({ webgpu, viewport, path: "?grid=16&repeats=4&steps=100&theory=optimum&layer=phase&pixel=12,8" }, async (page) => {
        await stage(page, "done");
        await page.getByTestId("figures").waitFor();
        assert.deepEqual(await violations(page), []);
        await page.getByRole("button", { name: /dark theme|light theme/ }).click();
        await page.locator("details.take > summary").click();
        assert.deepEqual(await violations(page), [], "dark, with the sheet of exports");
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: "keys and help" }).click();
        assert.deepEqual(await violations(page), [], "with the list of keys");
        await page.keyboard.press("Escape");
        await page.getByTestId("kernel").locator("summary").click();
        await page.getByTestId("kernel").locator("pre").first().waitFor();
        assert.deepEqual(await violations(page), [], "with the shader");
      }),
    );
  }
}

// What a first visit loads, gzipped, and all that there is besides shipped results and the translation model.
const FIRST = 700_000;
const ALL = 1_350_000;
const gzipped = (file) => gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length;
const kilobytes = (bytes) => `${(bytes / 1e3).toFixed(1)} KB`;

for (const webgpu of ["software", "absent"]) {
  test(
    `habits: a first visit that trains and inspects stays within its size, gzipped, WebGPU ${webgpu}`,
    async (t) => {
      // Everything that the host is asked for, by the page, its workers and the copy it keeps of itself.
      const asked = new Set();
      await withPage({ webgpu, path: "?pixel=16,8", host: { alter: (path) => (asked.add(path === "" ? "index.html" : path), {}) } }, async (page) => {
        await stage(page, "done");
        await page.getByTestId("figures").waitFor();
      })(t);
      const files = [...asked].filter((file) => existsSync(join(DIST, file))).map((file) => [file, gzipped(file)]);
      for (const [file, bytes] of files) t.diagnostic(`${kilobytes(bytes)} ${file}`);
      assert.ok(files.some(([file]) => file.endsWith("page_bg.wasm")), "the program is among them");
      assert.deepEqual(files.filter(([file]) => /split|chunk/.test(file)), [], "no part is needed");
      const total = files.reduce((sum, [, bytes]) => sum + bytes, 0);
      t.diagnostic(`${kilobytes(total)} in all`);
      assert.ok(total <= FIRST, `${total} bytes`);
    },
  );
}

test("habits: everything that can be loaded stays within its size, gzipped", (t) => {
  const files = readdirSync(DIST, { recursive: true }).filter((file) => /\.(wasm|js|css)$/.test(file));
  const total = files.reduce((sum, file) => sum + gzipped(file), 0);
  t.diagnostic(`${kilobytes(total)} in all`);
  assert.ok(total <= ALL, `${total} bytes`);
});

for (const webgpu of ["software", "absent"]) {
  test(
    `habits: the shader that runs can be read, note by note, WebGPU ${webgpu}`,
    withPage({ webgpu, path: "?grid=8&repeats=1&steps=20&features=3&hidden=2" }, async (page) => {
      await stage(page, "done");
      const kernel = page.getByTestId("kernel");
      await kernel.locator("summary").click();
      await kernel.locator("pre").first().waitFor();
      const parts = await kernel.locator(".kernel-part").evaluateAll((parts) =>
        parts.map((part) => [part.querySelector("p").textContent, part.querySelector("pre")?.textContent ?? ""]),
      );
      const code = parts.map(([, text]) => text).join("\n");
      assert.match(code, /@compute/);
      assert.match(code, /fn adam_step/);
      assert.doesNotMatch(code, /\/\/: for|\{N\}/, "written out for the shape");
      const described = parts.filter(([note, text]) => text && note.length > 10);
      assert.ok(described.length >= 10, `${described.length} parts have a note`);
      // It follows what is trained.
      await settings(page);
      await page.locator("[data-name=data] select").selectOption("sampled");
      await page.waitForFunction(() => /pcg4d/.test(document.querySelector("[data-testid=kernel]").textContent));
    }),
  );
}

test(
  "habits: a key means something as soon as the list of keys is closed",
  withPage({ webgpu: "absent", path: "?grid=8&repeats=1&steps=20" }, async (page) => {
    await stage(page, "done");
    // In one task: a browser takes the focus from what it hides only with its next frame.
    const [open, shut] = await page.evaluate(() => {
      const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      const theme = () => getComputedStyle(document.body).backgroundColor;
      const before = theme();
      press("?");
      const dialog = document.querySelector("dialog[open]");
      dialog.querySelector("button").focus();
      press("d");
      const open = theme() !== before;
      dialog.close();
      press("d");
      return [open, theme() !== before];
    });
    assert.equal(open, false, "the list is read, not typed through");
    assert.equal(shut, true);
  }),
);

for (const [what, path, name] of [["diagram", "?grid=8&repeats=1&steps=20", "lr"], ["study", "?view=geometry&instances=2&steps=20&batch=64", "ratio"]]) {
  test(
    `habits: what a page was opened with can be gone back to, however soon it is changed, ${what}`,
    withPage({ webgpu: "absent", path }, async (page) => {
      // As soon as there is a slider.
      await page.addInitScript((name) => {
        const observer = new MutationObserver(() => {
          const slider = document.querySelector(`[data-name=${name}] input[type=range]`);
          if (!slider) return;
          observer.disconnect();
          slider.value = Number(slider.value) - 10 * Number(slider.step || 1);
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        });
        observer.observe(document, { childList: true, subtree: true });
      }, name);
      await page.reload();
      await page.waitForFunction((name) => location.search.includes(`${name}=`), name);
      if (what === "diagram") await settings(page);
      await page.getByRole("button", { name: "undo last change" }).click();
      await page.waitForFunction((name) => !location.search.includes(`${name}=`), name);
    }),
  );
}
