// The chat as the form would have it, redrawn while one types. It is the visitors' own script with another line behind
// it: what is written here is simulated with the draft.

import { draw } from "../widget/draw.js";
import { Panel } from "../widget/panel.js";

const root = document.querySelector("[data-preview]");
const site = root.querySelector("[data-site]");
const form = document.querySelector("[data-widget]");
const wrong = root.querySelector("[data-wrong]");
const forgotten = { read: () => ({}), write() {}, clear() {} };
const desk = { matches: false, addEventListener() {} };
const WAIT_MS = 250;
let open = true;
let waiting = 0;
let drawn = 0;

/** Each message is simulated with all before it; only the last one's answer is new. */
class Rehearsal {
  said = [];

  get begun() { return this.said.length > 0; }
  async resume() { return null; }
  async end() { this.said = []; }

  async send(text, on) {
    this.said.push(text);
    const answer = await fetch(`/api/v1/agents/${root.dataset.agent}/simulate`, {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ transcript: this.said.map((content) => ({ role: "user", content })) }),
    });
    if (!answer.ok) throw Object.assign(new Error(), { label: "offline", again: true });
    let heard = 0;
    let over = false;
    for (const block of (await answer.text()).split("\n\n")) {
      const [kind, data] = block.split("\n").map((line) => line.slice(line.indexOf(": ") + 2));
      if (kind === "user_utterance") heard += 1;
      if (kind === "call_ended") over = true;
      if (kind === "agent_message" && heard === this.said.length) on.answer(JSON.parse(data).data);
    }
    return { over };
  }
}

async function redraw() {
  const turn = ++drawn;
  const answer = await fetch(`${location.pathname}/preview`, { method: "POST", body: new FormData(form) });
  if (!answer.ok || turn !== drawn) return;
  const { shown, errors } = await answer.json();
  wrong.textContent = errors ? Object.entries(errors).map(([field, words]) => `${labelOf(field)}: ${words}`).join(" ") : "";
  if (!shown) return;
  shown.behavior.voice &&= false; // talking has a page of its own here
  const place = document.createElement("div");
  const { root: inner, button } = await draw(shown, root.dataset.assets, place);
  if (turn !== drawn) return;
  const panel = new Panel({ root: inner, button, shown, kept: forgotten, base: "", assets: root.dataset.assets, key: "", phone: desk, talk: new Rehearsal() });
  button.addEventListener("click", () => { open = true; panel.open(); });
  panel.closing.addEventListener("click", () => { open = false; });
  site.replaceChildren(place);
  if (open) panel.open(false);
}

function labelOf(field) {
  const control = form.elements[field];
  return control ? document.querySelector(`label[for="${CSS.escape(control.id)}"]`)?.textContent.trim() : field;
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(redraw, WAIT_MS);
});
root.hidden = false;
redraw();
