import { readdirSync, readFileSync } from "node:fs";
import { launch } from "./browser.mjs";
import { serve } from "./serve.mjs";
const DISTS = process.env.DISTS.split(",");
const LINK = process.env.LINK ?? "?preset=repro-superposition&features=2&hidden=1&grid=64&repeats=1&engine=gpu";
const STEPS = process.env.STEPS.split(",").map(Number);
const rounds = Number(process.env.ROUNDS ?? 3);
function cpu() {
  const all = {};
  for (const pid of readdirSync("/proc").filter((n) => /^\d+$/.test(n))) {
    let cmd; try { cmd = readFileSync(`/proc/${pid}/cmdline`, "utf8"); } catch { continue; }
    if (!/chrom/.test(cmd)) continue;
    const type = /--type=([\w-]+)/.exec(cmd)?.[1] ?? "browser";
    let tids = []; try { tids = readdirSync(`/proc/${pid}/task`); } catch {}
    for (const tid of tids) { try {
      const s = readFileSync(`/proc/${pid}/task/${tid}/stat`, "utf8");
      const name = s.slice(s.indexOf("(") + 1, s.lastIndexOf(")")); const f = s.slice(s.lastIndexOf(")") + 2).split(" ");
      const k = `${type}/${name.replace(/\d+$/, "")}`; all[k] = (all[k] ?? 0) + 10 * (Number(f[11]) + Number(f[12]));
    } catch {} }
  }
  return all;
}
const busy = () => { const f = readFileSync("/proc/stat", "utf8").split("\n")[0].split(/\s+/).slice(1).map(Number); return { idle: f[3] + f[4], steal: f[7], total: f.slice(0, 8).reduce((a, b) => a + b) }; };
const res = {};
for (let r = 0; r < rounds; r++) for (const steps of STEPS) for (const dist of ((r % 2) ? [...DISTS].reverse() : DISTS)) {
  const server = await serve(dist + "/", { base: "/x/" }); const browser = await launch("software");
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(() => {
    window.log = []; if (location.search.includes("hideside")) addEventListener("DOMContentLoaded", () => document.head.append(Object.assign(document.createElement("style"), { textContent: "aside.side{display:none!important}" })));
    addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
      const stage = document.querySelector(".status .stage")?.textContent;
      if (stage && log.at(-1)?.stage !== stage) { log.push({ stage, at: performance.now() }); if (stage === "waiting") document.querySelector(".bar .primary").click(); }
    }).observe(document, { subtree: true, childList: true, characterData: true }));
  });
  await page.goto(`${server.url}${LINK}&steps=2`);
  await page.waitForFunction(() => log.at(-1)?.stage === "done", null, { timeout: 200000, polling: 200 });
  await page.goto(`${server.url}${LINK}&steps=${steps}${dist.endsWith("dist") && process.env.HIDE ? "&hideside=1" : ""}`);
  const runOnce = async () => {
    await page.waitForFunction(() => log.at(-1)?.stage === "training", null, { timeout: 100000, polling: 20 });
    const a = cpu(), b0 = busy();
    await page.waitForFunction(() => log.at(-1)?.stage === "done", null, { timeout: 300000, polling: 250 });
    const b = cpu(), b1 = busy();
    const log = await page.evaluate(() => window.log);
    const t = log.findLast((l) => l.stage === "training"); const s = log.findLast((l) => ["starting", "compiling shaders"].includes(l.stage)) ?? log[0];
    const d = {}; for (const k in b) { const v = b[k] - (a[k] ?? 0); if (v > 50) d[k] = v; }
    const rate = (await page.textContent(".status")).match(/[\d.,]+.?[kM]? model-steps/)?.[0];
    return { training: Math.round(log.at(-1).at - t.at), lead: Math.round(t.at - s.at), rate, idle: b1.idle - b0.idle, steal: b1.steal - b0.steal, d };
  };
  await runOnce();
  for (let quiet = 0; quiet < 2; ) { const a = busy(); await page.waitForTimeout(700); const b = busy(); quiet = (b.idle - a.idle) > 0.8 * (b.total - a.total) ? quiet + 1 : 0; }
  await page.evaluate(() => (log.length = 0)); await page.click(".bar .primary");
  const x = await runOnce();
  console.log(dist.split("/").pop(), steps, JSON.stringify(x));
  (res[`${dist} ${steps}`] ??= []).push(x.training);
  await browser.close(); await server.close();
}
for (const k in res) console.log(k, res[k].join(" "), "median", [...res[k]].sort((a, b) => a - b)[res[k].length >> 1]);
