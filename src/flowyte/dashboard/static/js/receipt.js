// Verifies a receipt in the browser: the same checks, in the same order and words, as verify_receipt.py, which says why.
// It asks for nothing and sends nothing. WebCrypto does the hashing and the signatures.

const FORMAT = "flowyte-receipt/1";
const CLOSED = "closed";
const AWAITS = "awaits";
const MAX_BYTES = 16 << 20;
const MAX_PARTS = 1_000_000;
const MAX_NUMBER = Number.MAX_SAFE_INTEGER;
const MAX_PATH = 63;
const MAX_DEPTH = 100;
const WAV_HEADER = 44;

class Refused extends Error {}

// ---- reading

const BASE64 = "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?";
const NUMBER = "0|[1-9][0-9]{0,15}";
const whole = (pattern) => new RegExp(`^(?:${pattern})$`);
const INT = "int";
const ANY = whole("[^]*");
const ONE_LINE = whole("[^\\n]*");
const WORD = whole("[\\x21-\\x7e]{1,200}");
const NAME = whole("[A-Za-z][A-Za-z0-9_]{0,63}");
const TIME = whole("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z");
const HASH = whole("[0-9a-f]{64}");
const BYTES_32 = whole("[A-Za-z0-9+/]{43}=");
const BYTES_64 = whole("[A-Za-z0-9+/]{86}==");
const NOTE = whole(`([\\x21-\\x7e]{1,200})\\n(${NUMBER})\\n([A-Za-z0-9+/]{43}=)\\n\\n((?:— [\\x21-\\x7e]{1,200} ${BASE64}\\n)+)`);

class OneOf {
  constructor(...shapes) { this.shapes = shapes; }
}
const FIELD = new OneOf(
  { name: NAME, json: ONE_LINE }, { name: NAME, json: ONE_LINE, key: HASH }, { name: NAME, commitment: HASH },
);
const EVENT = {
  seq: INT, type: NAME, at: TIME, atMs: INT, fields: [FIELD], index: new OneOf(INT, null), path: [HASH],
};
const KEY = { public: BYTES_32, since: TIME, endorsement: new OneOf(BYTES_64, null) };
const PROOF = { from: INT, to: INT, path: [HASH] };
const KEY_LIST = { log: WORD, keys: [KEY] };
const RECEIPT = {
  format: whole(FORMAT), hash: whole("sha256"), commitment: whole("hmac-sha256"), signature: whole("ed25519"),
  log: WORD, conversation: WORD, state: whole("logged|pending|before-log"), events: [EVENT],
  checkpoint: new OneOf(ANY, null), keys: [KEY], consistency: [PROOF],
};

function read(raw, shape, what) {
  let parts = 0;
  for (const byte of raw) if (byte === 0x5b || byte === 0x7b || byte === 0x2c) parts += 1;
  if (raw.length > MAX_BYTES || parts > MAX_PARTS) {
    throw new Refused(`The ${what} is larger than ${MAX_BYTES >> 20} MB or has more than ${MAX_PARTS} parts.`);
  }
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw new Refused(`The ${what} is not text.`);
  }
  const found = new Parser(text, what).all();
  if (shape === RECEIPT && isObject(found) && found.format !== FORMAT) {
    throw new Refused(`Its format is not ${FORMAT}: it is no receipt, or one for a newer version of this program.`);
  }
  shaped(found, shape, what);
  return found;
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

function shaped(value, shape, where) {
  let one = shape;
  if (shape instanceof OneOf) one = shape.shapes.find((each) => resembles(value, each)) ?? lastNull(value, shape);
  if (!resembles(value, one)) throw new Refused(`${where} does not have the shape that it should have.`);
  if (Array.isArray(one)) {
    for (const entry of value) shaped(entry, one[0], where);
  } else if (one !== null && one !== INT && !(one instanceof RegExp)) {
    for (const name of Object.keys(one)) shaped(value[name], one[name], `${where}.${name}`);
  }
}

// `find` gives undefined for nothing found, and `??` would pass over a null that was found.
const lastNull = (value, shape) => (value === null && shape.shapes.includes(null) ? null : shape.shapes[0]);

function resembles(value, shape) {
  if (shape === null) return value === null;
  if (shape === INT) return typeof value === "number";
  if (shape instanceof RegExp) return typeof value === "string" && !/[\ud800-\udfff]/u.test(value) && shape.test(value);
  if (Array.isArray(shape)) return Array.isArray(value);
  const names = Object.keys(shape);
  return isObject(value) && Object.keys(value).length === names.length && names.every((name) => name in value);
}

// JSON.parse takes keys that stand twice, fractions and numbers that it cannot hold; a receipt has none of them.
class Parser {
  constructor(text, what) { this.text = text; this.at = 0; this.what = what; this.depth = 0; }

  fail() { throw new Refused(`The ${this.what} is not JSON as it should be.`); }

  all() {
    const value = this.value();
    this.space();
    if (this.at !== this.text.length) this.fail();
    return value;
  }

  space() { while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at += 1; }

  value() {
    this.space();
    const mark = this.text[this.at];
    if (mark === "{" || mark === "[") {
      this.depth += 1;
      if (this.depth > MAX_DEPTH) this.fail();
      const value = mark === "{" ? this.object() : this.list();
      this.depth -= 1;
      return value;
    }
    if (mark === '"') return this.string();
    for (const [word, value] of [["true", true], ["false", false], ["null", null]]) {
      if (this.text.startsWith(word, this.at)) { this.at += word.length; return value; }
    }
    return this.number();
  }

  number() {
    const found = /(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
    found.lastIndex = this.at;
    const match = found.exec(this.text);
    if (!match) this.fail();
    if (match[1] || match[2]) throw new Refused("It has a number with a fraction, which no receipt has: take the file of …/receipt/file.");
    this.at += match[0].length;
    return wholeNumber(match[0]);
  }

  string() {
    const found = /"((?:[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"/y;
    found.lastIndex = this.at;
    let match;
    try {
      match = found.exec(this.text);
    } catch { this.fail(); }
    if (!match) this.fail();
    this.at += match[0].length;
    return JSON.parse(match[0]);
  }

  list() {
    const found = [];
    this.at += 1;
    this.space();
    if (this.text[this.at] === "]") { this.at += 1; return found; }
    for (;;) {
      found.push(this.value());
      this.space();
      const mark = this.text[this.at++];
      if (mark === "]") return found;
      if (mark !== ",") this.fail();
    }
  }

  object() {
    const found = Object.create(null);
    this.at += 1;
    this.space();
    if (this.text[this.at] === "}") { this.at += 1; return found; }
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') this.fail();
      const name = this.string();
      this.space();
      if (this.text[this.at++] !== ":") this.fail();
      if (name in found) throw new Refused("A key stands twice in the same object.");
      found[name] = this.value();
      this.space();
      const mark = this.text[this.at++];
      if (mark === "}") return found;
      if (mark !== ",") this.fail();
    }
  }
}

function wholeNumber(text) {
  if (!whole(NUMBER).test(text) || Number(text) > MAX_NUMBER) {
    throw new Refused("A number is negative, or larger than any that a receipt has.");
  }
  return Number(text);
}

// ---- what is computed

const bytesOf = (text) => new TextEncoder().encode(text);
const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const toHex = (raw) => Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("");
const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const same = (one, other) => one !== null && other !== null && toHex(one) === toHex(other);
const half = (number) => Math.floor(number / 2);
const odd = (number) => number % 2 === 1;

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
}

const sha256 = async (raw) => new Uint8Array(await crypto.subtle.digest("SHA-256", raw));
const leafHash = (body) => sha256(joined([0], body));
const nodeHash = (left, right) => sha256(joined([1], left, right));
const fourOf = async (name, kind, key) => (await sha256(joined(bytesOf(name), [10, kind], key))).slice(0, 4);

async function commitment(key, value) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const made = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign(algorithm, made, value));
}

async function isSigned(key, signature, message) {
  try {
    const made = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, made, signature, message);
  } catch (error) {
    if (error.name === "NotSupportedError") throw error;
    return false;
  }
}

function eventBody(log, conversation, event, fields) {
  const head = ["flowyte/event/1", log, conversation, event.seq, event.type, event.at, event.atMs];
  const sorted = fields.slice().sort((one, other) => (one[0] < other[0] ? -1 : 1));
  return bytesOf([...head, ...sorted.map((field) => field.join(" "))].join("\n") + "\n");
}

async function rootFromInclusion(leaf, index, size, path) {
  let [place, last, root] = [index, size - 1, leaf];
  if (place > last) return null;
  for (const sibling of path) {
    if (last === 0) return null;
    if (odd(place) || place === last) {
      root = await nodeHash(sibling, root);
      while (!odd(place) && place) [place, last] = [half(place), half(last)];
    } else {
      root = await nodeHash(root, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 ? root : null;
}

async function isContinued(old, oldRoot, size, root, path) {
  if (!(old > 0 && old < size) || !path.length) return old === size && size > 0 && !path.length && same(oldRoot, root);
  let power = old;
  while (power % 2 === 0) power /= 2;
  const rest = power === 1 ? [oldRoot, ...path] : path;
  let [place, last] = [old - 1, size - 1];
  while (odd(place)) [place, last] = [half(place), half(last)];
  let [before, after] = [rest[0], rest[0]];
  for (const sibling of rest.slice(1)) {
    if (last === 0) return false;
    if (odd(place) || place === last) {
      [before, after] = [await nodeHash(sibling, before), await nodeHash(sibling, after)];
      while (!odd(place) && place) [place, last] = [half(place), half(last)];
    } else {
      after = await nodeHash(after, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && same(before, oldRoot) && same(after, root);
}

function readCheckpoint(text) {
  const found = text.length <= 20_000 ? NOTE.exec(text) : null;
  if (!found) throw new Refused("A checkpoint is not origin, size and root, an empty line, and signatures.");
  const [, origin, size, root, signatures] = found;
  const lines = signatures.slice(0, -1).split("\n").map((line) => line.split(" ").slice(1));
  return {
    origin, size: wholeNumber(size), root: fromBase64(root), body: bytesOf(`${origin}\n${size}\n${root}\n`),
    lines: lines.map(([name, raw]) => [name, fromBase64(raw)]),
  };
}

async function isBy(point, key) {
  const expected = await fourOf(point.origin, 1, key);
  for (const [name, raw] of point.lines) {
    const mine = name === point.origin && same(raw.slice(0, 4), expected);
    if (mine && (await isSigned(key, raw.slice(4), point.body))) return true;
  }
  return false;
}

async function signerOf(point, keys) {
  for (const [n, key] of keys.entries()) if (await isBy(point, key)) return n;
  return -1;
}

async function publicKeys(log, keys) {
  const found = [];
  for (const key of keys) {
    const body = bytesOf(`flowyte/key/1\n${log}\n${key.public}\n${key.since}\n`);
    if (found.length && !(await isSigned(found.at(-1), fromBase64(key.endorsement ?? ""), body))) return null;
    found.push(fromBase64(key.public));
  }
  return found;
}

function clearValue(event, name, shape = INT) {
  const open = (one) => one.name === name && "json" in one && !("key" in one);
  const text = event.fields.find(open)?.json ?? "";
  try {
    return read(bytesOf(text), shape, name);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

// ---- the checks

class Verdict {
  constructor() { this.state = "holds"; this.anchored = false; this.checks = []; }

  say(name, good, words) {
    this.checks.push([name, good === null ? "open" : good ? "ok" : "bad", words]);
    if (good === false) this.state = "fails";
  }

  anchor(words) { this.say("Anchor", true, words); this.anchored = true; }
}

// `raw`, `held`, `keys` and `proof` are bytes, `recording` is a Blob; all but the first may be missing.
export async function verify(raw, { held = null, keys = null, proof = null, recording = null } = {}) {
  const verdict = new Verdict();
  try {
    const receipt = read(raw, RECEIPT, "receipt");
    const known = keys === null ? null : read(keys, KEY_LIST, "list of keys");
    if (proof !== null) receipt.consistency.push(read(proof, PROOF, "consistency proof"));
    const before = held === null ? null : readCheckpoint(new TextDecoder("utf-8", { ignoreBOM: true }).decode(held));
    await check(receipt, verdict, before, known);
    await checkRecording(receipt, verdict, recording);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    verdict.state = "refused";
    verdict.checks.push(["Format", "bad", error.message]);
  }
  verdict.anchored = verdict.anchored && verdict.state === "holds";
  return verdict;
}

async function check(receipt, verdict, held, known) {
  const { events, log } = receipt;
  verdict.say("Format", true, `${FORMAT}, conversation ${receipt.conversation}, ${events.length} events`);
  if (receipt.state !== "logged") {
    verdict.state = "unproved";
    verdict.say("Log", null, receipt.state === "pending"
      ? "The events are not in the log yet; they are within a minute. Fetch the file again."
      : "No proof: from before the log.");
    return;
  }
  if (receipt.checkpoint === null || events.some((event) => event.index === null)) {
    throw new Refused("It says that it has a proof and has none.");
  }
  const point = readCheckpoint(receipt.checkpoint);
  const keys = await publicKeys(log, receipt.keys);
  checkEvents(events, verdict);
  await checkTree(receipt, point, verdict);
  const signer = await signerOf(point, keys ?? []);
  if (keys === null) {
    verdict.say("Signature", false, "A key of the file is not endorsed by the one before it.");
  } else if (point.origin !== log || signer < 0) {
    verdict.say("Signature", false, `No key of ${log} has signed the checkpoint, which is of ${point.origin}.`);
  } else {
    verdict.say("Signature", true, `Ed25519, key ${toHex(keys[signer]).slice(0, 16)}`);
  }
  if (known !== null) await checkKeys(log, signer < 0 ? null : keys[signer], known, verdict);
  if (held !== null) await checkHeld(receipt, point, keys ?? [], signer, held, verdict);
  if (held === null && known === null) {
    verdict.say("Anchor", null, "The file vouches for its own key: give a checkpoint or the keys that you hold.");
  }
}

function checkEvents(events, verdict) {
  const closings = events.filter((event) => event.type === CLOSED);
  if (events.some((event, at) => event.seq !== at + 1)) {
    verdict.say("Events", false, "They are not numbered one after the other: some are missing, added or moved.");
  } else if (!closings.length || events.at(-1) !== closings.at(-1) || closings.slice(0, -1).some((one) => clearValue(one, AWAITS) !== 1)) {
    verdict.say("Events", false, "The last one is not that which closes a conversation: later ones may be missing.");
  } else if (closings.some((one) => clearValue(one, "events") !== one.seq)) {
    verdict.say("Events", false, "The closing event counts another number of events.");
  } else if (clearValue(closings.at(-1), AWAITS) === 1) {
    verdict.say("Events", null, `1 to ${events.length}, none missing so far; what became of a transfer may be told later, and then stands in a later file.`);
  } else {
    verdict.say("Events", true, `1 to ${events.length}, none missing, closed`);
  }
}

async function checkTree(receipt, point, verdict) {
  const wrong = [];
  let [last, opened, withheld] = [-1, 0, 0];
  for (const event of receipt.events) {
    const fields = [];
    for (const one of event.fields) {
      let digest = one.commitment;
      if ("key" in one) digest = toHex(await commitment(fromHex(one.key), bytesOf(one.json)));
      fields.push(digest ? [one.name, "#", digest] : [one.name, "=", one.json]);
      opened += "key" in one;
      withheld += "commitment" in one;
    }
    if (new Set(fields.map(([name]) => name)).size !== fields.length) {
      throw new Refused("A field stands twice in the same event.");
    }
    const leaf = await leafHash(eventBody(receipt.log, receipt.conversation, event, fields));
    const path = event.path.slice(0, MAX_PATH + 1).map(fromHex);
    const root = await rootFromInclusion(leaf, event.index, point.size, path);
    if (event.index <= last || !same(root, point.root)) wrong.push(event.seq);
    last = event.index;
  }
  if (wrong.length) {
    const more = wrong.length > 5 ? ` and ${wrong.length - 5} more` : "";
    const named = wrong.slice(0, 5).join(", ");
    verdict.say("Tree", false, `Not in the signed tree as they stand here: event ${named}${more}.`);
  } else {
    verdict.say("Tree", true, `all events lie in ${receipt.log} at size ${point.size}; ` +
      `fields opened: ${opened}, withheld: ${withheld}`);
  }
}

async function checkKeys(log, signer, known, verdict) {
  const mine = (await publicKeys(known.log, known.keys)) ?? [];
  if (known.log !== log || !mine.some((key) => same(key, signer))) {
    verdict.say("Anchor", false, "The keys that you hold are not those that signed: another log, or a forged key.");
  } else {
    verdict.anchor("signed by a key that you hold");
  }
}

async function checkHeld(receipt, point, keys, signer, held, verdict) {
  const by = await signerOf(held, keys);
  const [small, large] = held.size < point.size ? [held, point] : [point, held];
  const proof = receipt.consistency.find((one) => one.from === small.size && one.to === large.size);
  if (held.origin !== receipt.log || by < 0) {
    verdict.say("Anchor", false, "No key of this file has signed your checkpoint: another log, or a forged key.");
  } else if (held.size === point.size && same(held.root, point.root) && signer === by) {
    verdict.anchor(`the very checkpoint that you hold, size ${held.size}`);
  } else if (held.size === point.size) {
    verdict.say("Anchor", false, `Fork: size ${held.size} was signed twice, with two trees or by two keys.`);
  } else if (!proof) {
    const older = large === held ? "older than yours: an old state, or a shorter log" : "newer than yours";
    verdict.say("Anchor", false, `The checkpoint of the file is ${older}, and the file does not prove that one ` +
      `continues the other. Fetch it again with ?since=${held.size}.`);
  } else if (!(await isContinued(small.size, small.root, large.size, large.root,
    proof.path.slice(0, MAX_PATH + 1).map(fromHex)))) {
    verdict.say("Anchor", false, "Fork: the tree of the file and the tree that you hold are not one history.");
  } else if (large === point && signer < by) {
    verdict.say("Anchor", false, "An older key than that of your checkpoint signed a newer tree.");
  } else {
    verdict.anchor(`one history with the checkpoint of size ${held.size} that you hold`);
  }
}

async function checkRecording(receipt, verdict, file) {
  const closing = receipt.events.at(-1) ?? { type: "", fields: [] };
  const pieces = closing.type === CLOSED ? clearValue(closing, "recordingPieces", [HASH]) : null;
  if (receipt.state !== "logged" || (pieces === null && file === null)) return;
  const [size, rate, step] = ["Bytes", "Rate", "PieceBytes"].map((name) => clearValue(closing, `recording${name}`));
  if (pieces === null) {
    verdict.say("Recording", false, "No recording of this conversation was logged.");
  } else if (!(size && rate && step) || pieces.length !== Math.ceil(size / step)) {
    verdict.say("Recording", false, "What was logged of the recording does not fit together.");
  } else if (file === null) {
    verdict.say("Recording", null, `${size} bytes of sound are bound; give the sound file to compare it.`);
  } else {
    const wrong = await wrongSound(file, step, pieces, size, rate);
    verdict.say("Recording", !wrong, wrong || `${size} bytes of sound, every piece as it was logged`);
  }
}

async function wrongSound(file, step, pieces, size, rate) {
  const part = async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer());
  const head = await part(0, WAV_HEADER);
  const mark = (from, to) => String.fromCharCode(...head.slice(from, to));
  if (head.length < WAV_HEADER || mark(0, 4) !== "RIFF" || mark(8, 16) !== "WAVEfmt " || mark(36, 40) !== "data") {
    return "The sound file is not a WAV file as it was downloaded.";
  }
  const view = new DataView(head.buffer);
  const format = [view.getUint16(20, true), view.getUint16(22, true), view.getUint16(34, true), view.getUint32(24, true)];
  if (format.join() !== [1, 2, 16, rate].join()) return "The sound file has another format than the recording.";
  for (const [number, expected] of pieces.entries()) {
    const from = WAV_HEADER + number * step;
    const piece = await part(from, from + Math.min(step, size - number * step));
    if (toHex(await leafHash(piece)) !== expected) {
      return `The sound differs from the recording, first ${Math.floor((number * step) / (rate * 4))} s after it begins.`;
    }
  }
  return file.size > WAV_HEADER + size ? "The sound file is longer than the recording." : "";
}

// Whether this browser can: subtle crypto needs https (or this machine), and Ed25519 a browser of 2025 or later.
export async function canVerify() {
  if (!globalThis.crypto?.subtle) return "WebCrypto works on https addresses only, and this page did not come by one.";
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32).fill(1), { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") return "This browser has no Ed25519 signatures in WebCrypto.";
  }
  return "";
}
