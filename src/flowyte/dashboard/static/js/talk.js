// The Talk page: one call at a time, from the button to the link to what it left behind.

import { openLine, permission, Refused } from "./line.js";
import { openSound } from "./sound.js";

const STATES = {
  notice: "Hearing the notice", listening: "Listening", hearing: "Hearing you", judging: "Listening",
  thinking: "Thinking", speaking: "Speaking", closing: "Saying goodbye",
};
const CAUSES = {
  caller_hung_up: "You ended the call.", agent_ended: "The agent ended the call.", max_duration: "The longest time for a call is reached.",
  no_response: "The call ended, because nothing was said.", service_failed: "The call ended by a fault of the service.",
};
const VOICE = 0.02; // loudness above which the microphone hears speech rather than a room
const YIELDED = new Set(["listening", "hearing", "judging", "thinking"]); // in others what is loud may be a cough or an echo
const AUDIBLE = 0.005;

const root = document.querySelector("[data-talk]");
const part = (name) => root.querySelector(`[data-${name}]`);
const rings = { caller: root.querySelector(".ring.caller"), agent: root.querySelector(".ring.agent") };

let call = null;

class Call {
  static async begin() {
    const made = new Call();
    made.sound = await openSound(root.dataset, (pcm, level) => made.heard(pcm, level), (level) => made.played(level));
    try {
      const permitted = await permission(root.dataset.agent, root.dataset.draft === "true");
      made.record = permitted.room;
      made.line = openLine(permitted, {
        frame: (pcm) => made.sound.play(pcm), note: (note) => made.note(note), closed: (code) => made.closed(code),
      });
    } catch (error) {
      made.sound.close();
      throw error;
    }
    made.sound.lost(() => made.fail("The microphone was taken away. Connect it and talk again."));
    return made;
  }

  constructor() {
    this.muted = false;
    this.over = false;
    this.begun = false;
    this.voiceAt = 0; // when the microphone last heard speech
    this.silent = true; // whether the agent is
  }

  heard(pcm, level) {
    if (this.over || !this.line) return;
    if (!this.muted) this.line.hear(pcm);
    if (!this.muted && level > VOICE && YIELDED.has(root.dataset.state)) this.voiceAt = performance.now();
    show("caller", this.muted ? 0 : level);
  }

  played(level) {
    show("agent", level);
    const audible = level > AUDIBLE;
    if (audible && this.silent && this.voiceAt) this.tell(performance.now() - this.voiceAt);
    this.silent = !audible;
  }

  /** How long the answer took, once for each time that the caller spoke. */
  tell(milliseconds) {
    this.voiceAt = 0;
    if (milliseconds > 15000) return; // a reminder after silence answers nothing
    part("wait").hidden = false;
    part("wait").textContent = `Answered ${(milliseconds / 1000).toFixed(2)} s after you fell silent, as heard here`;
  }

  note(note) {
    if (note.type === "state") state(note.state, STATES[note.state] ?? note.state);
    if (note.type === "cut") this.sound.cut();
    if (note.type === "caption") caption(note);
    if (note.type === "ended") this.finish(CAUSES[note.cause] ?? "The call is over.");
    this.begun = true;
  }

  mute() {
    this.muted = !this.muted;
    this.line.mute(this.muted);
    part("mute").setAttribute("aria-pressed", String(this.muted));
    part("mute").textContent = this.muted ? "Muted" : "Mute";
  }

  closed(code) {
    if (this.over) return;
    if (code === 1013) this.fail("No call can be taken now. Try again in a minute.");
    else if (code === 1008) this.fail("The permission for this call is used up or too old. Talk again.");
    else if (!this.begun) this.fail("The voice service does not answer. Is it running?");
    else this.fail("The connection was lost. What was said until then is kept.");
  }

  fail(words) {
    this.finish("The call is over.");
    fault(words);
  }

  finish(words) {
    if (this.over) return;
    this.over = true;
    call = null;
    this.sound.close();
    this.line?.close();
    state("idle", words);
    show("caller", 0);
    show("agent", 0);
    buttons(false);
    part("after").hidden = !this.begun;
    part("record").href = `/conversations/${this.record}`;
  }
}

function show(side, level) {
  rings[side].style.setProperty("--level", Math.min(1, Math.sqrt(level) * 1.6).toFixed(2));
}

function state(name, words) {
  root.dataset.state = name;
  part("now").textContent = words;
}

function fault(words) {
  part("fault").textContent = words;
  part("fault").hidden = !words;
}

function buttons(live) {
  part("start").hidden = live;
  for (const name of ["mute", "end", "keypad"]) part(name).hidden = !live;
  part("mute").textContent = "Mute";
  part("mute").setAttribute("aria-pressed", "false");
}

function caption({ id, who, text, final }) {
  const list = part("captions");
  part("hint").hidden = true;
  let item = list.querySelector(`[data-id="${CSS.escape(id)}"]`);
  if (!item) {
    item = document.createElement("li");
    item.dataset.id = id;
    item.className = who;
    const name = document.createElement("span");
    name.className = "who";
    name.textContent = who === "user" ? "You" : root.dataset.name;
    item.append(name, document.createElement("span"));
    list.append(item);
  }
  item.lastChild.textContent = text;
  item.classList.toggle("growing", !final);
  list.parentElement.scrollTop = list.parentElement.scrollHeight; // the captions move, never the page with its buttons
}

function reason(error) {
  if (error instanceof Refused) return error.message;
  if (error.name === "NotAllowedError") return "The browser does not let this page use the microphone. Allow it beside the address, then talk again.";
  if (error.name === "NotFoundError") return "There is no microphone. Connect one, then talk again.";
  if (error.name === "NotReadableError") return "The microphone is in use by another program. Close that, then talk again.";
  if (!navigator.mediaDevices) return "Browsers give the microphone only to https pages and to this machine itself. Open this page over https.";
  return "The call could not begin. Try again.";
}

part("start").addEventListener("click", async () => {
  fault("");
  part("after").hidden = true;
  part("wait").hidden = true;
  part("captions").replaceChildren();
  part("start").disabled = true;
  state("idle", "Connecting");
  try {
    call = await Call.begin();
    buttons(true);
    part("end").focus();
  } catch (error) {
    state("idle", "Not connected");
    fault(reason(error));
  }
  part("start").disabled = false;
});
part("mute").addEventListener("click", () => call?.mute());
part("end").addEventListener("click", () => call?.line.end());
part("keypad").addEventListener("click", ({ target }) => target.dataset.key && call?.line.key(target.dataset.key));
addEventListener("pagehide", () => call?.line.end());
