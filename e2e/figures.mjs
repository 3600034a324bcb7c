// Draws the README's figures: the built page, opened by links, photographed. Run by `make figures`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "./browser.mjs";
import { stage } from "./instrument.mjs";
import { serve } from "./serve.mjs";

const OUT = fileURLToPath(new URL("../docs/figures/", import.meta.url));
const LONG = 600_000;

// The whole page, or the pair of diagrams alone.
const FIGURES = [
  { file: "instrument.png", link: "?theory=optimum&pixel=40,30", viewport: [1440, 900] },
  { file: "phone.png", link: "", viewport: [390, 844] },
  { file: "paper.png", link: "?preset=paper&grid=32", of: ".pair" },
  { file: "exact-2.png", link: "?theory=optimum&repeats=16&steps=500", of: ".pair" },
  { file: "exact-3.png", link: "?features=3&hidden=2&theory=optimum&repeats=16&steps=500", of: ".pair" },
];

mkdirSync(OUT, { recursive: true });
const server = await serve();
const browser = await launch("no-adapter");
const only = process.argv.slice(2);
for (const { file, link, viewport: [width, height] = [1440, 1000], of } of FIGURES) {
  if (only.length && !only.includes(file)) continue;
  const page = await browser.newPage({ viewport: { width, height } });
  await page.goto(new URL(link, server.url).href);
  await page.waitForFunction(() => /waiting|done|training/.test(document.querySelector(".status .stage")?.textContent ?? ""), null, { timeout: LONG });
  const train = page.getByRole("button", { name: "Train", exact: true });
  if (await train.isVisible()) await train.click();
  await stage(page, "done", LONG);
  // The optimum fills in on its own; a picture is complete when it no longer changes.
  const right = page.getByTestId("heatmap-theory");
  for (let before = "", now = "-"; before !== now; ) {
    before = now;
    await page.waitForTimeout(1500);
    now = await right.evaluate((canvas) => canvas.toDataURL());
  }
  const path = join(OUT, file);
  await (of ? page.locator(of).first().screenshot({ path }) : page.screenshot({ path }));
  console.log(`docs/figures/${file}  ${link}`);
  await page.close();
}
await browser.close();
await server.close();
