// What tests do with the page: wait for its stages, read its diagrams and pixels, run the command beside it.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PATIENCE } from "./browser.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Waits until the status line shows this stage ("training", "paused", "done", ...); a frame of a page has one, too. */
export async function stage(page, word) {
  const reached = (word) => document.querySelector(".status .stage")?.textContent === word;
  await page.waitForFunction(reached, word, { polling: 100 }).catch(async (error) => {
    const said = await page.evaluate(() => document.querySelector(".status")?.innerText).catch(() => null);
    throw new Error(`"${word}" was not reached: ${error.message}\nthe page says: ${said}`);
  });
}

/** Waits until so many per cent of a run are trained. */
export const trained = (page, percent) =>
  page.waitForFunction((percent) => parseInt(document.querySelector(".status .percent")?.textContent) >= percent, percent, { polling: 100 });

/** Waits until a function of the page answers with something true; unlike `waitForFunction`, it waits for promises. */
export async function until(page, ask) {
  for (const end = Date.now() + PATIENCE; !(await page.evaluate(ask)); ) {
    if (Date.now() > end) throw new Error(`not within ${PATIENCE} ms: ${ask}`);
    await page.waitForTimeout(250);
  }
}

/** Opens the settings of second rank, if they are not. */
export async function settings(page) {
  const button = page.getByRole("button", { name: /^(All|Close) settings$/ });
  if ((await button.getAttribute("aria-expanded")) === "false") await button.click();
}

/** Progress in per cent. */
export const percent = async (page) => parseInt(await page.locator(".status .percent").textContent(), 10);

const PREFIX = { T: 1e12, G: 1e9, M: 1e6, k: 1e3, "": 1 };

/** Model-steps a second, from the status line's text. */
export function rateOf(text) {
  const [, digits, prefix] = text.match(/([\d.]+)\s*([TGMk]?)\s*model-steps/) ?? [];
  return digits ? Number(digits) * PREFIX[prefix] : NaN;
}

/** A diagram's pixels as the reader sees them: width, height and RGBA bytes. */
export const pixels = (page, name) =>
  page.getByTestId(`heatmap-${name}`).evaluate((canvas) => {
    const { width, height } = canvas;
    return { width, height, data: [...canvas.getContext("2d").getImageData(0, 0, width, height).data] };
  });

/** Number of distinct colours of a diagram. */
export const colours = async (page, name) => {
  const { data } = await pixels(page, name);
  const words = new Set();
  for (let i = 0; i < data.length; i += 4) words.add(data.slice(i, i + 3).join());
  return words.size;
};

/** Moves the diagram's cursor to a pixel and reads the inspector's column of trained values. */
export async function inspect(page, name, row, column, grid) {
  const box = await page.getByTestId(`heatmap-${name}`).boundingBox();
  const at = [box.x + ((column + 0.5) / grid) * box.width, box.y + ((row + 0.5) / grid) * box.height];
  await page.mouse.move(...at);
  await page.waitForFunction(
    ([test, place]) => document.querySelector(`[data-testid=plot-${test}]`).dataset.cursor === place,
    [name, `${row},${column}`],
  );
  const cells = await page.getByTestId("figures").locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) => [row.querySelector("th").textContent, row.querySelector("td").textContent]),
  );
  return Object.fromEntries(cells);
}

/** A number as the page writes it: "0.93", "1.86 × 10⁻⁵", "−0.2". */
export function number(text) {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const plain = text.replace("−", "-").replace(/\s*×\s*10(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, (_, sign, power) =>
    `e${sign ? "-" : ""}${[...power].map((d) => digits.indexOf(d)).join("")}`,
  );
  return Number(plain);
}

/** Runs `superphase` (the binary SUPERPHASE names, or cargo's) and returns its table as objects, numbers where they are numbers. */
export function superphase(...words) {
  const [command, ...before] = process.env.SUPERPHASE
    ? [process.env.SUPERPHASE]
    : ["cargo", "run", "--quiet", "-p", "superphase", "--"];
  const text = execFileSync(command, [...before, ...words], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [header, ...lines] = text.trim().split("\n").map((line) => line.split(","));
  const value = (cell) => (Number.isNaN(Number(cell)) ? cell : Number(cell));
  return lines.map((line) => Object.fromEntries(line.map((cell, i) => [header[i], value(cell)])));
}
