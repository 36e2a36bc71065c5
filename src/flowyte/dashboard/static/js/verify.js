// The page /verify: files are taken by what is in them, and checked here. Nothing is fetched and nothing is sent.
import { canVerify, verify } from "./receipt.js";

const root = document.querySelector("[data-verify]");
const input = root.querySelector("input");
const zone = root.querySelector("[data-drop]");
const given = root.querySelector("[data-given]");
const result = root.querySelector("[data-result]");
const VERDICTS = {
  holds: ["good", "It holds"], fails: ["danger", "It does not hold"],
  unproved: ["attention", "Nothing is proved"], refused: ["danger", "This is not a receipt"],
};
const RESULTS = { ok: ["good", "Good"], bad: ["danger", "Wrong"], open: ["attention", "Not checked"] };
const NAMES = {
  receipt: "the receipt", held: "a checkpoint that you hold", keys: "the log's keys", proof: "a consistency proof",
  recording: "the recording",
};
let files = {};

function made(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

async function kindOf(file) {
  const begin = await file.slice(0, 4_000).text();
  if (begin.startsWith("RIFF")) return "recording";
  if (/^\S+\n\d+\n\S+\n\n— /.test(begin)) return "held";
  if (/^\s*\{\s*"from"\s*:/.test(begin)) return "proof";
  if (/^\s*\{\s*"log"\s*:[^{]*"keys"\s*:/.test(begin)) return "keys";
  return "receipt";
}

const bytes = async (file) => (file ? new Uint8Array(await file.arrayBuffer()) : null);

async function take(list) {
  for (const file of list) files[await kindOf(file)] = file;
  given.replaceChildren(...Object.entries(files).map(([kind, file]) => made("li", "", `${file.name}: ${NAMES[kind]}`)));
  if (!files.receipt) {
    show({ state: "unproved", anchored: false, checks: [["Receipt", "open", "Give the receipt itself too."]] });
    return;
  }
  const [raw, held, keys, proof] = await Promise.all(["receipt", "held", "keys", "proof"].map((kind) => bytes(files[kind])));
  show(await verify(raw, { held, keys, proof, recording: files.recording ?? null }));
}

function show(verdict) {
  const [tone, words] = VERDICTS[verdict.state];
  const only = verdict.state === "holds" && !verdict.anchored;
  const head = made("p", `notice ${only ? "attention" : tone}`, only ? `${words}, but only in itself: see Anchor` : words);
  const rows = verdict.checks.map(([name, state, text]) => {
    const row = document.createElement("tr");
    const mark = document.createElement("td");
    mark.append(made("span", `status ${RESULTS[state][0]}`, RESULTS[state][1]));
    row.append(made("th", "", name), mark, made("td", "", text));
    row.firstChild.scope = "row";
    return row;
  });
  const table = document.createElement("table");
  table.append(...rows);
  result.replaceChildren(head, table);
  result.dataset.verdict = verdict.state;
}

input.addEventListener("change", async () => {
  await take([...input.files]);
  input.value = ""; // so that the same file can be given again after it was changed
});
root.querySelector("[data-again]").addEventListener("click", () => {
  files = {};
  given.replaceChildren();
  result.replaceChildren();
  delete result.dataset.verdict;
  input.value = "";
});
for (const name of ["dragover", "dragleave", "drop"]) {
  zone.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.toggle("over", name === "dragover");
    if (name === "drop") take([...event.dataTransfer.files]);
  });
}
const missing = await canVerify();
if (missing) {
  input.disabled = true;
  result.replaceChildren(made("p", "notice danger", `${missing} Verify with verify_receipt.py instead.`));
}
root.dataset.ready = "yes";
