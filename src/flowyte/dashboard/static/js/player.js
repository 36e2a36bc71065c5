// The recording of a conversation: two lanes to look at and click into, and a transcript that follows.
// Without this script the page has the browser's own controls.

const root = document.querySelector("[data-player]");
const audio = root.querySelector("audio");
const canvas = root.querySelector("canvas");
const part = (name) => root.querySelector(`[data-${name}]`);
const lines = [...document.querySelectorAll("[data-transcript] [data-at-ms]")].map((item) => ({
  item, from: Number(item.dataset.atMs) / 1000, to: Number(item.dataset.endMs) / 1000,
}));
const STEP_S = 5;
const BAR_PX = 3;

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

const silences = (root.dataset.silences ?? "").split(",").filter(Boolean).map((each) => {
  const [from, to, track] = each.split("-");
  return { from: Number(from) / 1000, to: Number(to) / 1000, callerOnly: track === "caller" };
});

let peaks = null;
let bars = []; // a colour and heights, for each lane

/** The loudest of every few peaks: a long call has more of them than there is room for bars. */
function thin(track, room) {
  const each = Math.max(1, Math.ceil(track.length / room));
  return Array.from({ length: Math.ceil(track.length / each) }, (_, i) => Math.max(...track.slice(i * each, (i + 1) * each)));
}

/** The size of the page has changed: the canvas in pixels of the screen, and as many bars as it has room for. */
function fit() {
  const { width, height } = canvas.getBoundingClientRect();
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  bars = [["--caller", thin(peaks.caller, width / BAR_PX)], ["--agent", thin(peaks.agent, width / BAR_PX)]];
  draw();
}

/** A stretch that was not recorded, or silenced before it was stored: shaded, with slanted lines. In seconds. */
function hatch(pen, from, to, height, colour) {
  const left = (from / peaks.seconds) * canvas.width;
  const width = Math.max(2 * devicePixelRatio, ((to - from) / peaks.seconds) * canvas.width);
  pen.save();
  pen.beginPath();
  pen.rect(left, 0, width, height);
  pen.clip();
  pen.fillStyle = colour("--sunk");
  pen.fillRect(left, 0, width, height);
  pen.strokeStyle = colour("--faint");
  pen.globalAlpha = 0.6;
  pen.lineWidth = devicePixelRatio;
  pen.beginPath();
  for (let x = left - height; x < left + width; x += 7 * devicePixelRatio) {
    pen.moveTo(x, height);
    pen.lineTo(x + height, 0);
  }
  pen.stroke();
  pen.restore();
}

function draw() {
  const scale = devicePixelRatio;
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  const style = getComputedStyle(root);
  const colour = (name) => style.getPropertyValue(name);
  const played = audio.currentTime / peaks.seconds;
  for (const [from, to] of peaks.gaps) hatch(pen, from, to, canvas.height, colour);
  for (const { from, to, callerOnly } of silences) hatch(pen, from, to, callerOnly ? canvas.height / 2 : canvas.height, colour);
  for (const [lane, [name, track]] of bars.entries()) {
    const middle = canvas.height * (lane === 0 ? 0.25 : 0.75);
    const reach = canvas.height * 0.22;
    const step = canvas.width / track.length;
    pen.fillStyle = colour(name);
    for (let i = 0; i < track.length; i++) {
      pen.globalAlpha = i / track.length <= played ? 1 : 0.45;
      const tall = Math.max(scale, (track[i] / 255) * reach * 2);
      pen.fillRect(i * step, middle - tall / 2, Math.max(1, step * 0.7), tall);
    }
  }
  pen.globalAlpha = 1;
  pen.fillStyle = colour("--text");
  pen.fillRect(Math.round(played * canvas.width), 0, Math.max(1, scale), canvas.height);
}

function follow() {
  part("time").textContent = `${clock(audio.currentTime)} / ${clock(peaks.seconds)}`;
  canvas.setAttribute("aria-valuenow", audio.currentTime.toFixed(1));
  canvas.setAttribute("aria-valuetext", clock(audio.currentTime));
  for (const { item, from, to } of lines) {
    const here = audio.currentTime > 0 && from <= audio.currentTime && audio.currentTime < to;
    if (here && !item.hasAttribute("aria-current") && !audio.paused) item.scrollIntoView({ block: "nearest" });
    item.toggleAttribute("aria-current", here);
    if (here) item.setAttribute("aria-current", "true");
  }
  draw();
}

function seek(seconds) {
  audio.currentTime = Math.max(0, Math.min(peaks.seconds, seconds));
  follow();
}

function glide() {
  follow();
  if (!audio.paused) requestAnimationFrame(glide);
}

function toggle() {
  if (audio.paused) audio.play(); else audio.pause();
}

function keys(event) {
  const moves = { ArrowRight: STEP_S, ArrowUp: STEP_S, ArrowLeft: -STEP_S, ArrowDown: -STEP_S };
  if (event.key in moves) seek(audio.currentTime + moves[event.key]);
  else if (event.key === "Home") seek(0);
  else if (event.key === "End") seek(peaks.seconds);
  else if (event.key === " ") toggle();
  else return;
  event.preventDefault();
}

async function open() {
  const answer = await fetch(root.dataset.peaks);
  if (!answer.ok) return; // the browser's own controls stay
  peaks = await answer.json();
  if (!peaks.caller.length) return;
  audio.controls = false;
  part("lanes").hidden = part("controls").hidden = false;
  canvas.setAttribute("aria-valuemax", peaks.seconds.toFixed(1));
  const gaps = peaks.gaps.map(([from, to, by]) => `${clock(from)} to ${clock(to)} (${by === "caller" ? "by the caller" : "paused by you"})`);
  part("gaps").textContent = gaps.length ? `Not recorded: ${gaps.join(", ")}.` : "";
  canvas.addEventListener("click", (event) => seek((event.offsetX / canvas.clientWidth) * peaks.seconds));
  canvas.addEventListener("keydown", keys);
  part("play").addEventListener("click", toggle);
  part("rate").addEventListener("change", ({ target }) => { audio.playbackRate = Number(target.value); });
  audio.addEventListener("play", () => { part("play").textContent = "Pause"; glide(); });
  audio.addEventListener("pause", () => { part("play").textContent = "Play"; follow(); });
  audio.addEventListener("seeked", follow);
  new ResizeObserver(fit).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  fit();
  follow();
}

document.addEventListener("click", ({ target }) => {
  const at = target.closest("[data-seek]");
  if (!at || !peaks) return;
  seek(Number(at.dataset.seek) / 1000);
  audio.play();
});

open();
