// Takes a picture of a page, for looking at it; anything the page complains about goes to standard error.
// node e2e/shot.mjs URL|DIR OUT.png [--width 1440] [--height 900] [--scale 1] [--no-webgpu] [--wait SELECTOR] [--delay MS] [--full] [--dark]
import { parseArgs } from "node:util";
import { BASE, address, launch, watch } from "./browser.mjs";
import { serve } from "./serve.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: "string", default: "1440" },
    height: { type: "string", default: "900" },
    scale: { type: "string", default: "1" },
    "no-webgpu": { type: "boolean", default: false },
    wait: { type: "string" },
    delay: { type: "string", default: "0" },
    full: { type: "boolean", default: false },
    dark: { type: "boolean", default: false },
  },
});
const [target, out] = positionals;
if (!target || !out) {
  console.error("usage: node e2e/shot.mjs URL|DIR OUT.png [--width N] [--height N] [--scale N] [--no-webgpu] [--wait SELECTOR] [--delay MS] [--full] [--dark]");
  process.exit(2);
}

const webgpu = values["no-webgpu"] ? "absent" : "software";
const server = /^https?:/.test(target) ? null : await serve(target, { base: BASE });
const browser = await launch(webgpu);
try {
  const page = await browser.newPage({
    viewport: { width: Number(values.width), height: Number(values.height) },
    deviceScaleFactor: Number(values.scale),
    colorScheme: values.dark ? "dark" : "light",
  });
  const problems = watch(page);
  await page.goto(address(server?.url ?? target, webgpu));
  if (values.wait) await page.waitForSelector(values.wait, { timeout: 120_000 });
  if (Number(values.delay)) await page.waitForTimeout(Number(values.delay));
  await page.screenshot({ path: out, fullPage: values.full });
  for (const problem of problems) console.error(problem);
  if (problems.length) process.exitCode = 1;
} finally {
  await browser.close();
  await server?.close();
}
