// Talking to the agent from the open chat: one call at a time, with its captions where the messages stand.

import { openLine } from "../js/line.js";
import { openSound } from "../js/sound.js";
import { sheet } from "./draw.js";
import { make } from "./panel.js";

const STATES = { notice: "speaking", listening: "listening", hearing: "listening", judging: "listening", thinking: "thinking", speaking: "speaking", closing: "speaking" };
const FAULTS = { NotAllowedError: "microphoneRefused", SecurityError: "microphoneRefused", NotFoundError: "noMicrophone", NotReadableError: "noMicrophone" };
const BUSY = 1013;

export async function openVoice(panel) {
  const css = await (await fetch(`${panel.assets}widget/voice.css`, { credentials: "omit" })).text();
  panel.root.getRootNode().adoptedStyleSheets.push(sheet(css));
  return new Voice(panel);
}

class Voice {
  #call = null;

  constructor(panel) {
    this.panel = panel;
    const { labels, settings } = panel;
    const button = (className, text) => make("button", { className, type: "button", text });
    [this.start, this.mute, this.end, this.back] = [button("strong", labels.startTalking), button("", labels.mute), button("strong", labels.hangUp), button("", labels.back)];
    this.state = make("p", { role: "status" });
    this.level = make("div", { className: "level", "aria-hidden": "true" }, make("i"));
    this.view = make("div", { className: "voice" }, make("p", { text: settings.voiceDisclosure, dir: "auto" }), this.state, this.level, make("div", {}, this.start, this.mute, this.end, this.back));
    panel.form.before(this.view);
    this.start.addEventListener("click", () => this.#begin());
    this.end.addEventListener("click", () => this.#call?.line.end());
    this.back.addEventListener("click", () => this.hide());
    this.mute.addEventListener("click", () => this.#mute());
    addEventListener("pagehide", () => this.hangUp());
    this.#live(false);
  }

  show() {
    this.#turn(true);
    this.start.focus();
  }

  hide() {
    this.#turn(false);
    this.panel.talking.focus();
  }

  hangUp() {
    this.#call?.line?.end();
    this.#over();
  }

  #turn(here) {
    this.view.hidden = !here;
    this.panel.panel.classList.toggle("talks", here);
  }

  #live(running) {
    this.start.hidden = this.back.hidden = running;
    this.mute.hidden = this.end.hidden = this.level.hidden = !running;
    this.mute.setAttribute("aria-pressed", "false");
  }

  async #begin() {
    const { panel } = this;
    const call = { muted: false, captions: new Map(), heard: false };
    this.start.disabled = true;
    this.state.textContent = panel.labels.connecting;
    try {
      const worklets = { capture: `${panel.assets}js/capture.worklet.js`, playback: `${panel.assets}js/playback.worklet.js` };
      call.sound = await openSound(worklets, (pcm, level) => this.#hear(call, pcm, level), (level) => this.#show(call, level));
      const permitted = await panel.talk.talk();
      const on = { frame: (pcm) => call.sound.play(pcm), note: (note) => this.#note(call, note), closed: (code) => this.#closed(call, code) };
      call.line = openLine(permitted, on, new URL(panel.base));
      call.sound.lost(() => this.#over("noMicrophone"));
      this.#call = call;
      this.#live(true);
      this.end.focus();
    } catch (error) {
      call.sound?.close();
      this.state.textContent = panel.words(error.label ?? FAULTS[error.name] ?? (navigator.mediaDevices ? "callRefused" : "microphoneRefused"));
    }
    this.start.disabled = false;
  }

  #hear(call, pcm, level) {
    if (call.muted) return;
    call.line?.hear(pcm);
    this.#show(call, level);
  }

  #show(call, level) {
    if (call === this.#call) this.level.style.setProperty("--level", Math.min(1, Math.sqrt(level) * 1.6).toFixed(2));
  }

  #mute() {
    const call = this.#call;
    if (!call) return;
    call.muted = !call.muted;
    call.line.mute(call.muted);
    this.mute.setAttribute("aria-pressed", String(call.muted));
  }

  #note(call, note) {
    call.heard = true;
    if (note.type === "state") this.state.textContent = this.panel.labels[STATES[note.state]] ?? "";
    if (note.type === "cut") call.sound.cut();
    if (note.type === "caption") this.#caption(call, note);
    if (note.type === "ended") this.#over("callOver");
  }

  #caption(call, { id, who, text }) {
    if (!call.captions.has(id)) call.captions.set(id, this.panel.add(who));
    call.captions.get(id).textContent = text;
    this.panel.log.scrollTop = this.panel.log.scrollHeight;
  }

  #closed(call, code) {
    if (call === this.#call) this.#over(code === BUSY || !call.heard ? "callRefused" : "callLost");
  }

  #over(label) {
    const call = this.#call;
    if (!call) return;
    this.#call = null;
    call.sound.close();
    call.line.close();
    this.#live(false);
    if (label) this.state.textContent = this.panel.words(label);
    this.start.focus();
  }
}
