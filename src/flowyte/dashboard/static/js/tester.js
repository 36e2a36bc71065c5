// Try the draft in text, beside the form that changes it: a chat session of its own, with what the agent does in between.

const root = document.querySelector("[data-tester]");
const log = root.querySelector("[data-log]");
const form = root.querySelector("form");
const input = form.querySelector("input");
let session = null;

const NOTES = {
  kb_retrieval: ({ passages, topScore, doubt }) =>
    passages.length ? `Found: ${passages[0].title} (${topScore.toFixed(2)})` : doubt ? `Not answered: ${doubt}` : null,
  tool_call: ({ phase, slot, display, name, ok }) => ({
    captured: `Noted ${slot}: ${display}`,
    returned: `${ok ? "Done" : "Failed"}: ${String(name).replaceAll("_", " ")}`,
  })[phase],
  error: ({ cause }) => `Error: ${cause.replaceAll("_", " ")}`,
  handoff: () => "A person was asked for",
};

async function post(path, body) {
  const answer = await fetch(`/api/v1${path}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Error(answer.status === 401 ? "You are signed out. Sign in again." : problem.detail || `The server answered ${answer.status}.`);
}

function add(who, text) {
  const item = document.createElement("li");
  item.className = who;
  item.textContent = text;
  log.append(item);
  log.scrollTop = log.scrollHeight;
  return item;
}

/** Each server-sent event as its type and data. */
async function* events(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    held += value;
    const blocks = held.split("\n\n");
    held = blocks.pop();
    for (const block of blocks) {
      const [kind, data] = block.split("\n");
      yield [kind.slice("event: ".length), JSON.parse(data.slice("data: ".length))];
    }
  }
}

async function begin() {
  const answer = await post("/chat/sessions", { agentId: root.dataset.agent, draftMode: true });
  const { data } = await answer.json();
  session = data.id;
  if (data.greeting) add("agent", data.greeting);
}

async function send(content) {
  if (!session) await begin();
  add("user", content);
  let said = null;
  for await (const [kind, { data }] of events(await post(`/chat/sessions/${session}/messages`, { content, stream: true }))) {
    if (kind === "delta") {
      said ??= add("agent", "");
      said.textContent += `${said.textContent ? " " : ""}${data.text}`;
    } else if (kind === "error" && !data) add("fault", "The answer broke off.");
    else if (kind in NOTES && NOTES[kind](data)) add("note", NOTES[kind](data));
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const content = input.value.trim();
  if (!content) return;
  input.value = "";
  form.inert = true;
  try {
    await send(content);
  } catch (error) {
    add("fault", error.message);
    session = null;
  }
  form.inert = false;
  input.focus();
});

root.querySelector("[data-again]").addEventListener("click", () => {
  if (session) post(`/chat/sessions/${session}/end`, {}).catch(() => {});
  session = null;
  log.replaceChildren();
  input.focus();
});

root.hidden = false;
