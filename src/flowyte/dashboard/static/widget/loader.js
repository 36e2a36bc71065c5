// One tag on somebody's page: asks how the chat looks here, draws its button, and brings the rest when it is opened.
//
// The page sees one element, one global (Flowyte) and, when something is wrong, one warning in the console. It gets no
// cookie, no style, no inline script, and nothing from another address than this one.

(() => {
  "use strict";
  const tag = document.currentScript;
  if (!tag || window.Flowyte) return;
  const base = new URL(tag.src).origin;
  const assets = `${base}/static/DIGEST/`;
  const key = tag.dataset.key || "";
  const phone = matchMedia("(max-width: 480px)");
  let panel = null;
  let opening = null;

  /** The visitor's place in this site's own storage: the conversation, its token, and whether the chat is open. */
  const kept = {
    name: `flowyte:${key.slice(-8)}`,
    read() {
      try { return JSON.parse(localStorage.getItem(this.name)) || {}; } catch { return {}; }
    },
    write(changes) {
      try { localStorage.setItem(this.name, JSON.stringify({ ...this.read(), ...changes })); } catch { /* storage is off: nothing is kept */ }
    },
    clear() {
      try { localStorage.removeItem(this.name); } catch { /* nothing was */ }
    },
  };

  const bootstrap = async () => {
    const answer = await fetch(`${base}/api/v1/widget/bootstrap?key=${encodeURIComponent(key)}`, { credentials: "omit", referrerPolicy: "no-referrer" });
    if (answer.status === 429 || answer.status >= 500) throw new TypeError("Not now.");
    const body = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(body.detail), { refused: true });
    return body.data;
  };

  /** `focus` is false when it opens by itself: the visitor goes on with what they were doing. */
  const open = async (focus = true) => {
    const { root, button, shown } = await begun;
    opening ??= import(`${assets}widget/panel.js`).then(({ Panel }) => new Panel({ root, button, shown, kept, base, assets, key, phone }));
    try {
      panel = await opening;
    } catch {
      opening = null; // the connection is gone: the next click tries again
      return hint(root, shown.copy.offlineText);
    }
    hint(root, "");
    panel.open(focus);
  };

  const hint = (root, words) => {
    root.querySelector(".hint")?.remove();
    if (!words) return;
    const made = document.createElement("p");
    made.className = "hint";
    made.setAttribute("role", "status");
    made.textContent = words;
    root.append(made);
  };

  const warn = (words) => console.warn(`Flowyte: ${words}`);

  const start = async () => {
    let shown = null;
    for (let wait = 5000; !shown; wait *= 2) {
      try {
        shown = await bootstrap();
      } catch (error) {
        if (error.refused) throw error;
        await new Promise((again) => { addEventListener("online", again, { once: true }); setTimeout(again, wait); });
      }
    }
    const { draw } = await import(`${assets}widget/draw.js`);
    const drawn = await draw(shown, assets, document.documentElement);
    if (!shown.behavior.rememberConversation) kept.clear();
    drawn.button.addEventListener("click", () => (panel?.shown ? panel.close() : open()));
    return { ...drawn, shown };
  };

  /** Open as it was left on the last page, or by itself after the operator's seconds; once, and never over a phone's page. */
  const byItself = ({ shown }) => {
    if (phone.matches) return;
    const { open: left } = kept.read();
    const after = shown.behavior.openAfterSeconds;
    if (left) open(false);
    else if (after && left === undefined) setTimeout(() => panel?.shown || open(false), after * 1000);
  };

  const begun = start();
  begun.then(byItself).catch((error) => warn(error.message));
  window.Flowyte = Object.freeze({ open: () => open().catch(() => {}), close: () => panel?.close() });
})();
