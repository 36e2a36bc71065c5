// The open chat: what was said, what may be said next, and where one writes. It decides nothing that the server decides.

import { Conversation } from "./conversation.js";
import { icon } from "./draw.js";

const CLOSE = "M6 6l12 12M18 6L6 18";
const SEND = "M4 12h15M13 6l6 6-6 6";
const TALK = "M12 4a3 3 0 0 1 3 3v4a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4";
const ADDRESS = /(https:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/;

export const make = (name, { className = "", text, ...attributes } = {}, ...children) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  for (const [each, value] of Object.entries(attributes)) made.setAttribute(each, value);
  made.append(...children);
  return made;
};

export class Panel {
  shown = false;
  #busy = false;
  #round = 0; // changes when the visitor leaves a conversation: what is still under way for it is no longer shown
  #ready = null;
  #grown = null; // the answer that is still coming

  constructor({ root, button, shown, kept, base, assets, key, phone, talk = null }) {
    Object.assign(this, { root, launcher: button, kept, base, assets, phone });
    this.copy = shown.copy;
    this.labels = shown.copy.labels;
    this.settings = shown;
    this.talk = talk ?? new Conversation({ base, key, kept, remember: shown.behavior.rememberConversation });
    this.#draw();
    this.#listen();
  }

  words(label) {
    return label === "offline" ? this.copy.offlineText : this.labels[label].replace("{name}", this.copy.title);
  }

  open(focus = true) {
    this.shown = true;
    this.root.classList.add("open");
    this.panel.hidden = false;
    this.launcher.setAttribute("aria-expanded", "true");
    this.kept.write({ open: true });
    this.#fit();
    this.#ready ??= this.#resume();
    if (focus) this.#focus();
    this.#scroll();
  }

  close() {
    const within = this.root.contains(this.root.getRootNode().activeElement);
    this.shown = false;
    this.voice?.hangUp();
    this.root.classList.remove("open");
    this.panel.hidden = true;
    this.launcher.setAttribute("aria-expanded", "false");
    this.kept.write({ open: false });
    if (within) this.launcher.focus();
  }

  // What is drawn

  #draw() {
    const { copy, labels, settings } = this;
    const button = (className, label, path) => make("button", { className, type: "button", "aria-label": label, title: label }, icon(path));
    this.closing = button("round close", labels.close, CLOSE);
    this.talking = button("round", labels.talk, TALK);
    this.talking.hidden = !settings.behavior.voice;
    const heading = make("div", { className: "who" }, make("h2", { text: copy.title, dir: "auto" }));
    if (copy.subtitle) heading.append(make("p", { text: copy.subtitle, dir: "auto" }));
    this.said = make("ol");
    this.log = make("div", { className: "log", role: "log", "aria-live": "polite", "aria-label": copy.title, tabindex: "0" }, this.said);
    this.quick = make("div", { className: "quick", role: "group", "aria-label": labels.suggestions });
    this.state = make("p", { className: "state", role: "status" });
    this.input = make("textarea", { rows: "1", placeholder: copy.placeholder, "aria-label": copy.placeholder, maxlength: settings.limits.messageCharacters, enterkeyhint: "send", dir: "auto" });
    this.sending = make("button", { className: "round send", type: "submit", "aria-label": labels.send, title: labels.send }, icon(SEND));
    this.form = make("form", {}, this.input, this.sending);
    this.anew = make("button", { type: "button", text: labels.newConversation });
    this.ending = make("button", { type: "button", text: labels.end });
    this.foot = make("div", { className: "foot" }, this.anew, this.ending);
    if (copy.privacyUrl) this.foot.append(make("a", { href: copy.privacyUrl, target: "_blank", rel: "noopener noreferrer", text: labels.privacy }));
    this.panel = make("div", { className: "panel", role: "dialog", "aria-label": copy.title, tabindex: "-1" },
      make("header", {}, heading, this.talking, this.closing), make("p", { className: "told", text: settings.disclosure, dir: "auto" }),
      this.log, this.quick, this.state, this.form, this.foot);
    this.panel.hidden = true;
    this.root.append(this.panel);
    this.#greet();
  }

  #listen() {
    this.closing.addEventListener("click", () => this.close());
    this.talking.addEventListener("click", () => this.#speak());
    this.anew.addEventListener("click", () => this.#renew());
    this.ending.addEventListener("click", () => this.#end());
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.#write(this.input.value); });
    this.panel.addEventListener("keydown", (event) => this.#key(event));
    this.phone.addEventListener("change", () => this.#fit());
    visualViewport?.addEventListener("resize", () => this.#fit());
    visualViewport?.addEventListener("scroll", () => this.#fit());
  }

  /** Keys that are typed here are not the page's shortcuts. */
  #key(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.close();
    if (event.key === "Tab" && this.phone.matches) this.#hold(event);
    if (event.target === this.input && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#write(this.input.value);
    }
  }

  /** Full screen, the page behind cannot be seen, so the focus stays here. */
  #hold(event) {
    const places = [...this.panel.querySelectorAll("button, a, textarea, [tabindex='0']")].filter((each) => each.offsetParent && !each.disabled);
    const here = this.root.getRootNode().activeElement;
    const [leaving, next] = event.shiftKey ? [places[0], places.at(-1)] : [places.at(-1), places[0]];
    if (here !== leaving && here !== this.panel) return;
    event.preventDefault();
    next.focus();
  }

  /** On a phone the keyboard covers a part of the screen, which the panel leaves to it. */
  #fit() {
    const full = this.phone.matches && this.shown;
    this.panel.setAttribute("aria-modal", String(full));
    const view = full && visualViewport;
    this.panel.style.setProperty("--height", view ? `${view.height}px` : "100%");
    this.panel.style.setProperty("--top", view ? `${view.offsetTop}px` : "0px");
  }

  #focus() {
    (matchMedia("(pointer: coarse)").matches || this.form.hidden ? this.panel : this.input).focus();
  }

  #greet() {
    this.said.replaceChildren();
    if (this.copy.greeting) this.add("agent", this.copy.greeting);
    this.#offer(this.copy.starterQuestions);
    this.#tell("");
    this.form.hidden = false;
    this.foot.classList.toggle("begun", this.talk.begun);
  }

  add(who, text = "") {
    const name = make("span", { className: "unseen", text: `${who === "user" ? this.labels.you : this.copy.title}: ` });
    const words = make("p", { dir: "auto", text });
    const item = make("li", { className: who }, ...(who === "note" ? [words] : [name, words]));
    if (who === "agent") linked(words);
    this.said.append(item);
    this.#scroll();
    return words;
  }

  #scroll() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  #offer(choices = []) {
    const focused = this.quick.contains(this.root.getRootNode().activeElement);
    this.quick.replaceChildren(...choices.map((choice) => {
      const made = make("button", { type: "button", text: choice, dir: "auto" });
      made.addEventListener("click", () => this.#write(choice));
      return made;
    }));
    if (focused) this.#focus();
    this.#scroll();
  }

  #tell(words, ...more) {
    this.state.replaceChildren(words, ...more);
    this.#scroll();
  }

  // What happens

  async #resume() {
    try {
      const turns = await this.talk.resume();
      if (turns?.length) this.#show(turns);
    } catch {
      this.#tell(this.words("noConnection"));
      addEventListener("online", () => { this.#ready = this.#resume(); }, { once: true });
    }
  }

  #show(turns) {
    this.said.replaceChildren();
    for (const { role, content } of turns) this.add(role, content);
    this.#offer(turns.at(-1).role === "agent" ? turns.at(-1).quickReplies : []);
    this.#tell("");
    this.foot.classList.add("begun");
  }

  async #write(text) {
    const content = text.trim();
    if (!content || this.#busy) return;
    const round = this.#round;
    const gone = () => round !== this.#round;
    this.#occupied(true);
    this.input.value = "";
    await this.#ready; // what was said before stands above
    this.#offer();
    this.add("user", content);
    try {
      await this.#answered(content, gone);
    } catch (error) {
      if (!gone()) this.#stop(error, content);
    }
    if (!gone()) this.#occupied(false);
  }

  #occupied(busy) {
    this.#busy = busy;
    this.sending.disabled = busy;
  }

  async #answered(content, gone) {
    this.#wait();
    let choices = [];
    const { over, turns } = await this.talk.send(content, {
      gone,
      piece: (words, kind) => gone() || this.#grow(words, kind),
      answer: ({ text, quickReplies }) => { choices = quickReplies; gone() || this.#whole(text); },
      waiting: (label, seconds) => gone() || this.#cut(this.words(label).replace("{seconds}", seconds)),
      renewed: () => { this.add("note", this.labels.wentOn); this.add("user", content); },
    });
    if (gone()) return;
    this.#settle();
    if (turns) this.#show(turns);
    else this.#offer(choices);
    this.foot.classList.toggle("begun", this.talk.begun);
    if (over) this.#over();
  }

  #wait() {
    this.dots = make("li", { className: "typing", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
    this.said.append(this.dots);
    this.#tell(make("span", { className: "unseen", text: this.words("writing") }));
  }

  #grow(words, kind) {
    if (kind === "filler") return void this.add("agent", words).parentElement.after(this.dots);
    this.dots.remove();
    this.#grown ??= this.add("agent");
    this.#grown.append(`${this.#grown.textContent ? " " : ""}${words}`);
    this.#scroll();
  }

  #whole(text) {
    if (!this.#grown) this.#grow(text);
    this.#grown.textContent = text;
    linked(this.#grown);
    this.#scroll();
  }

  /** The stream was lost: what it brought is shown again when the whole answer is here. */
  #cut(words) {
    this.#grown?.parentElement.remove();
    this.#settle();
    this.#tell(words);
  }

  #settle() {
    this.dots?.remove();
    this.#grown = null;
    this.#tell("");
  }

  #stop(error, content) {
    this.#settle();
    const again = make("button", { type: "button", text: this.labels.askAgain });
    again.addEventListener("click", () => this.#write(content));
    this.#tell(this.words(error.label ?? "offline"), ...(error.again ?? true ? [again] : []));
    if (error.again === false) this.input.value = content;
  }

  #over() {
    this.form.hidden = true;
    this.#offer();
    this.#tell(this.labels.ended);
    this.foot.classList.add("begun", "over");
  }

  async #end() {
    this.#leave();
    this.#over();
    this.anew.focus();
    await this.talk.end();
  }

  #leave() {
    this.#round += 1;
    this.#settle();
    this.#occupied(false);
  }

  #renew() {
    this.#leave();
    this.talk.end();
    this.foot.classList.remove("over");
    this.#greet();
    this.#focus();
  }

  /** Its bytes come with the first wish to talk, and the microphone is asked for after another click. */
  async #speak() {
    try {
      const { openVoice } = await import("./voice.js");
      this.voice ??= await openVoice(this);
      this.voice.show();
    } catch {
      this.#tell(this.words("offline"));
    }
  }
}

/** Addresses of the web become links that show where they lead. */
function linked(element) {
  const parts = element.textContent.split(ADDRESS);
  if (parts.length === 1) return;
  element.replaceChildren(...parts.map((part, place) => (place % 2 ? make("a", { href: part, target: "_blank", rel: "noopener noreferrer", text: part }) : part)));
}
