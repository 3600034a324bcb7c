// Memory of processes, where the system tells (Linux); null elsewhere.
import { readFileSync } from "node:fs";

function kibibytes(file, field) {
  try {
    const line = readFileSync(file, "utf8").split("\n").find((line) => line.startsWith(`${field}:`));
    return Number(line.match(/\d+/)[0]);
  } catch {
    return null;
  }
}

/** Most memory a process has had so far, in bytes. */
export function peakOf(pid) {
  const size = kibibytes(`/proc/${pid}/status`, "VmHWM");
  return size && size * 1024;
}

/** Memory of a browser now, in bytes: all its processes, each shared page once. */
async function browserMemory(session) {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const sizes = processInfo.map(({ id }) => kibibytes(`/proc/${id}/smaps_rollup`, "Pss"));
  return sizes.some(Boolean) ? sizes.reduce((a, b) => a + b, 0) * 1024 : null;
}

/** Watches a browser's memory while `body` runs: `{ result, added }`, the most that it grew. */
export async function watchMemory(browser, body) {
  const session = await browser.newBrowserCDPSession();
  const before = await browserMemory(session);
  let most = before;
  let going = true;
  const watching = (async () => {
    while (going) {
      most = Math.max(most, await browserMemory(session));
      await new Promise((done) => setTimeout(done, 150));
    }
  })().catch(() => {}); // a browser that died says so elsewhere
  try {
    const result = await body();
    return { result, added: before && most - before };
  } finally {
    going = false;
    await watching;
    await session.detach().catch(() => {});
  }
}
