// The agent's voice: frames of 16 kHz from the wire into a ring, out to the speaker, emptied at once on `cut`.
//
// The server sends at most 100 ms ahead, so a second of room is plenty. After a pause the ring waits for 40 ms before it
// plays, which evens out a network's jitter; a rest shorter than that is played after 60 ms without more. The context
// runs at 16 kHz, so nothing is converted here and process() makes no garbage.

const ROOM = 16000;
const ENOUGH = 640;
const PATIENCE = 960;

class Playback extends AudioWorkletProcessor {
  constructor() {
    super();
    this.ring = new Float32Array(ROOM);
    this.read = 0;
    this.held = 0;
    this.waited = 0;
    this.playing = false;
    this.power = 0;
    this.counted = 0;
    this.port.onmessage = ({ data }) => {
      if (data === "cut") this.held = 0;
      else this.add(new Int16Array(data));
    };
  }

  add(frame) {
    const start = this.read + this.held;
    for (let i = 0; i < frame.length; i++) this.ring[(start + i) % ROOM] = frame[i] / 32768;
    this.held += frame.length;
    if (this.held > ROOM) { // the tab slept: only what is newest is still worth hearing
      this.read = (this.read + this.held - ROOM) % ROOM;
      this.held = ROOM;
    }
  }

  process(_inputs, [[out]]) {
    if (!this.playing && this.held > 0) this.waited += out.length;
    if (!this.playing && (this.held >= ENOUGH || this.waited >= PATIENCE)) this.begin();
    const count = this.playing ? Math.min(out.length, this.held) : 0;
    for (let i = 0; i < count; i++) {
      const sample = this.ring[(this.read + i) % ROOM];
      out[i] = sample;
      this.power += sample * sample;
    }
    out.fill(0, count);
    this.read = (this.read + count) % ROOM;
    this.held -= count;
    if (count < out.length) this.playing = false;
    this.report(out.length);
    return true;
  }

  begin() {
    this.playing = true;
    this.waited = 0;
  }

  /** Loudness twenty times a second. */
  report(samples) {
    this.counted += samples;
    if (this.counted < 800) return;
    this.port.postMessage(Math.sqrt(this.power / this.counted));
    this.counted = 0;
    this.power = 0;
  }
}

registerProcessor("playback", Playback);
