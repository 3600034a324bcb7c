// Starts the page's program, or says what is missing and what to do: a page never loads for ever.
// A plain script, since browsers load neither modules nor WebAssembly from disk; without an inline
// script, since a Content-Security-Policy may forbid those. scripts/finish writes the build's file
// names into its element and a digest into its own name.
(() => {
  const { script, program } = document.currentScript.dataset;
  const SLOW = 10_000; // milliseconds until the reader is told what is waited for
  const AGAIN = 4_000; // milliseconds between looks for a file that has not arrived
  const TRIES = 15;

  // The reader's theme, before anything is drawn; src/theme.rs keeps it.
  try { document.documentElement.dataset.theme = localStorage.getItem("superphase-theme") ?? ""; } catch {}

  let waitsFor = "its program";
  let told = false;

  /** Says a sentence in the place of "Superphase is loading.", with a button that loads the page again. */
  function tell(sentence, { reload = true } = {}) {
    told = true;
    if (document.readyState === "loading") {
      return addEventListener("DOMContentLoaded", () => tell(sentence, { reload }), { once: true });
    }
    const place = document.getElementById("loading");
    if (!place) return; // it runs
    const text = Object.assign(document.createElement("p"), { textContent: sentence });
    place.setAttribute("role", "alert");
    place.replaceChildren(text);
    if (!reload) return;
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Reload the page" });
    button.addEventListener("click", () => location.reload());
    place.append(button);
  }

  class Missing extends Error {}

  /** A file of the build as the host gives it; a page in its place counts as missing. */
  async function get(file, options) {
    const answer = await fetch(file, options);
    const type = answer.headers.get("content-type") ?? "";
    if (!answer.ok) throw new Missing(`${file} (the host answers ${answer.status})`);
    if (/html/.test(type)) throw new Missing(`${file} (the host answers with a page)`);
    return [answer, type];
  }

  async function compile() {
    const [answer, type] = await get(program, { credentials: "same-origin" });
    if (/^application\/wasm\b/.test(type)) return WebAssembly.compileStreaming(answer);
    // A host that does not know the type: compiled when all of it is there.
    const bytes = await answer.arrayBuffer();
    const mark = new Uint8Array(bytes, 0, Math.min(4, bytes.byteLength));
    if (String.fromCharCode(...mark) !== "\0asm") throw new Missing(`${program} (the host answers with something else)`);
    return WebAssembly.compile(bytes);
  }

  async function start() {
    // Both at once; the script's failure says nothing about its cause, so it is looked for below.
    const module = compile();
    module.catch(() => {});
    const imported = import(new URL(script, document.baseURI).href).catch(async (error) => {
      await get(script);
      throw error;
    });
    const { default: run } = await imported;
    const compiled = await module;
    // The program may be here before the page's own end: it draws into the body.
    if (document.readyState === "loading") {
      await new Promise((done) => addEventListener("DOMContentLoaded", done, { once: true }));
    }
    waitsFor = "its first picture";
    await run({ module_or_path: compiled });
  }

  /** Whether the host has another version of the page by now; looking also renews the browser's copy. */
  async function renewed() {
    const answer = await fetch(location.href, { cache: "reload" });
    const text = await answer.text();
    return answer.ok && text.includes("data-program=") && !text.includes(program);
  }

  /** A file is not there: the page is older than what the host has, or its files are still arriving. */
  async function recover({ message }) {
    // Once: a host or a copy that goes on giving the old page must not make the page reload for ever.
    const key = `superphase-renewed:${program}`;
    let first = false;
    try {
      first = sessionStorage.getItem(key) === null;
      sessionStorage.setItem(key, "");
    } catch {}
    for (let left = TRIES; left >= 0; left--) {
      if (await renewed().catch(() => false)) {
        if (first) return location.reload();
        return tell("There is a newer version of this page, and the browser still has the old one, whose files are gone. Reload the page without its copies (Shift and Reload).");
      }
      const here = await Promise.all([get(script, { cache: "reload" }), get(program, { cache: "reload" })]).then(() => true, () => false);
      if (here) return location.reload();
      if (left > 0) tell(`This page is incomplete: ${message} is missing. Perhaps it is just being published; looking again every few seconds.`);
      else tell(`This page is incomplete: ${message} is missing. Whoever publishes it has to upload all files of dist/.`);
      if (left > 0) await new Promise((done) => setTimeout(done, AGAIN));
    }
  }

  /** What a failure means to the reader. */
  function explain(error) {
    if (error instanceof Missing) return recover(error);
    const said = `${error?.message ?? error}`;
    if (self.origin === "null") {
      return tell("This frame gives the page no origin of its own (sandbox without allow-same-origin), so its program cannot be loaded here. Open the page by itself, or allow the frame its origin.");
    }
    if (/content security|unsafe-eval/i.test(said)) {
      return tell("The host's Content-Security-Policy forbids WebAssembly. It has to allow script-src 'self' 'wasm-unsafe-eval'.");
    }
    if (typeof WebAssembly !== "object" || error instanceof WebAssembly.CompileError) {
      return tell(`This browser cannot run the program (${said}). It needs WebAssembly with SIMD: Chrome 91, Firefox 89, Safari 16.4, or later.`);
    }
    if (navigator.onLine === false) return tell("There is no network, and no copy of the page in this browser yet.");
    tell(`The page could not start: ${said}.`);
  }

  // The program's own words, where a part of it is missing that the page needs.
  addEventListener("superphase-missing", ({ detail }) => tell(detail));

  if (location.protocol === "file:") {
    tell("This page was opened from disk, where browsers load no programs. Serve its folder instead, say with \"npx serve\" or \"python3 -m http.server\" in it, and open the address that is printed.", { reload: false });
    return;
  }
  setTimeout(() => {
    if (!told) tell(`Superphase still waits for ${waitsFor}: the network or this device is slow, or the host does not answer. It starts as soon as it can.`);
  }, SLOW);
  start().catch(explain);
})();
