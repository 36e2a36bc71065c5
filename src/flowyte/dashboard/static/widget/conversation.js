// A visitor's conversation over the API: begun with the first message, taken up again after a reload, and no message
// twice. A message keeps one Idempotency-Key until it has been answered, however often the network is lost on the way.

const LONGEST_WAIT_MS = 15000;
const LOOKS_BACK_MS = [0, 1000, 2000, 3000, 5000, 8000, 8000, 8000]; // for the answer to a message that arrived while its stream was cut
const TRIES_OF_A_FAULT = 3;

/** It cannot go on. `label` names the words for it; `again` is whether sending once more may help. */
export class Stopped extends Error {
  constructor(label, again = false) {
    super(label);
    Object.assign(this, { label, again });
  }
}

class Refused extends Error {
  constructor(status, code, seconds) {
    super(code);
    Object.assign(this, { status, code, seconds });
  }
}

class Unanswered extends Error {} // it arrived, and its stream was cut

export class Conversation {
  #id = null;
  #token = null;
  #asked = 0; // messages of the visitor that are known to have arrived

  constructor({ base, key, kept, remember }) {
    Object.assign(this, { base, key, kept, remember });
    if (remember) ({ id: this.#id = null, token: this.#token = null } = kept.read());
  }

  get begun() {
    return this.#token !== null;
  }

  /** What was said before this page, or null when there is nothing to go on with. */
  async resume() {
    if (!this.begun) return null;
    try {
      const turns = await this.#turns();
      this.#asked = asked(turns);
      return turns;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status < 429) this.forget(); // the day is over, or the operator deleted it
      return null;
    }
  }

  /**
   * Rejects with Stopped. Otherwise resolves with whether the agent ended the conversation, and, where the answer had
   * to be read back, with all turns.
   * `on.gone` is whether the visitor has left the conversation meanwhile.
   * @param {{gone: () => boolean, piece: (text: string) => void, answer: (said: object) => void, waiting: (label: string, seconds?: number) => void, renewed: () => void}} on
   */
  async send(text, on) {
    const id = random();
    for (let tries = 0; ; tries++) {
      try {
        const answered = await this.#attempt(text, id, on);
        this.#asked += 1;
        return answered;
      } catch (error) {
        if (error instanceof Unanswered || error.code === "idempotency_conflict") return this.#readBack();
        await this.#mend(error, tries, on);
        if (on.gone()) throw new Stopped("ended");
      }
    }
  }

  async end() {
    const [id, token] = [this.#id, this.#token];
    this.forget();
    if (token) await this.#ask(`sessions/${id}/end`, token).catch(() => {}); // it ends by itself when nobody writes
  }

  forget() {
    this.#id = this.#token = null;
    if (this.remember) this.kept.write({ id: undefined, token: undefined });
  }

  /** Permission for one call. Rejects with Stopped. */
  async talk() {
    try {
      return (await (await this.#ask("talk-token", this.key)).json()).data;
    } catch (error) {
      throw new Stopped(error.status === 401 ? "switchedOff" : error.code === "origin_not_allowed" ? "notHere" : "callRefused");
    }
  }

  async #begin() {
    const { data } = await (await this.#ask("sessions", this.key)).json();
    this.#id = data.conversationId;
    this.#token = data.visitorToken;
    this.#asked = 0;
    if (this.remember) this.kept.write({ id: this.#id, token: this.#token });
  }

  async #attempt(text, id, on) {
    if (!this.begun) await this.#begin();
    const path = `sessions/${this.#id}/messages`;
    const answer = await this.#ask(path, this.#token, { id, body: { content: text, stream: true } });
    let over = false;
    for await (const [kind, { data, replayed }] of events(answer)) {
      if (kind === "delta" || kind === "filler") on.piece(data.text, kind);
      else if (kind === "agent_message") on.answer(data);
      else if (kind === "call_ended") over = true;
      else if (kind === "done") {
        if (replayed) throw new Unanswered();
        if (over) this.forget();
        return { over };
      } else if (kind === "error" && !data) throw new Stopped("brokeOff", true);
    }
    throw new TypeError("The stream was cut.");
  }

  /** Returns when it makes sense to send again. */
  async #mend(error, tries, on) {
    if (error instanceof Stopped) throw error;
    if (!(error instanceof Refused)) {
      on.waiting("noConnection");
      return connection(Math.min(LONGEST_WAIT_MS, 1000 * 2 ** Math.min(tries, 4)));
    }
    const { status, code, seconds } = error;
    if (status === 429) {
      on.waiting("tooMany", seconds);
      return pause(seconds * 1000);
    }
    if (this.begun && (status === 401 || status === 404 || code === "conversation_ended")) {
      this.forget();
      return on.renewed();
    }
    if (status === 401) throw new Stopped("switchedOff");
    if (code === "origin_not_allowed") throw new Stopped("notHere");
    if (status < 500 || tries >= TRIES_OF_A_FAULT) throw new Stopped("offline", status >= 500);
    return pause(1000 * 2 ** tries);
  }

  async #readBack() {
    for (const wait of LOOKS_BACK_MS) {
      await pause(wait);
      const turns = await this.#turns().catch(() => []);
      if (asked(turns) <= this.#asked || turns.at(-1).role !== "agent") continue;
      this.#asked = asked(turns);
      return { over: false, turns };
    }
    throw new Stopped("brokeOff", true);
  }

  async #turns() {
    const answer = await this.#ask(`sessions/${this.#id}/messages`, this.#token, { method: "GET" });
    return (await answer.json()).data;
  }

  async #ask(path, token, { method = "POST", id, body } = {}) {
    const headers = { Authorization: `Bearer ${token}` };
    if (body) headers["Content-Type"] = "application/json";
    if (id) headers["Idempotency-Key"] = id;
    const answer = await fetch(`${this.base}/api/v1/chat/widget/${path}`, {
      method, headers, body: body && JSON.stringify(body), credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer",
    });
    if (answer.ok) return answer;
    const problem = await answer.json().catch(() => ({}));
    throw new Refused(answer.status, problem.code, Number(answer.headers.get("Retry-After")) || 1);
  }
}

const asked = (turns) => turns.filter(({ role }) => role === "user").length;

/** Each server-sent event as its type and data. */
async function* events(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (held + value).split("\n\n");
    held = blocks.pop();
    for (const block of blocks) {
      const [kind, data] = block.split("\n");
      yield [kind.slice("event: ".length), JSON.parse(data.slice("data: ".length))];
    }
  }
}

const pause = (milliseconds) => new Promise((go) => { setTimeout(go, milliseconds); });

/** The browser says that it is back, or the time is over. */
const connection = (milliseconds) => Promise.race([pause(milliseconds), new Promise((go) => { addEventListener("online", go, { once: true }); })]);

const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
