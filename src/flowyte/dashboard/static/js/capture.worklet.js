// The microphone as frames of the voice wire: 320 samples of 16 bits at 16 kHz, fifty a second.
//
// The context runs at 16 kHz where the browser can; else the samples are brought there by windowed-sinc interpolation,
// cut off below 8 kHz so that nothing folds back into the voice. Buffers are made once; a frame is copied when posted.

const RATE = 16000;
const FRAME = 320;
const PHASES = 64;
const HALF = 16; // samples on each side of a place between two of them

/** Weights of the neighbours for each of 64 places between two samples. */
function weights(ratio) {
  const cut = Math.min(1, 1 / ratio) * 0.95;
  return Array.from({ length: PHASES }, (_, phase) => Float32Array.from({ length: 2 * HALF }, (_, tap) => {
    const at = tap - HALF + 1 - phase / PHASES;
    const sinc = at === 0 ? cut : Math.sin(Math.PI * cut * at) / (Math.PI * at);
    return sinc * (0.5 + 0.5 * Math.cos((Math.PI * at) / HALF));
  }));
}

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.ratio = sampleRate / RATE;
    this.table = this.ratio === 1 ? null : weights(this.ratio);
    this.recent = new Float32Array(4096);
    this.held = 0; // samples in `recent`
    this.place = HALF; // of the next sample to make, in samples of `recent`
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.power = 0;
  }

  process([[samples]]) {
    if (!samples) return true;
    if (this.table === null) for (const sample of samples) this.push(sample);
    else this.resample(samples);
    return true;
  }

  resample(samples) {
    this.recent.set(samples, this.held);
    this.held += samples.length;
    while (this.place + HALF < this.held) {
      const whole = Math.floor(this.place);
      const taps = this.table[Math.floor((this.place - whole) * PHASES)];
      let sum = 0;
      for (let tap = 0; tap < 2 * HALF; tap++) sum += taps[tap] * this.recent[whole - HALF + 1 + tap];
      this.push(sum);
      this.place += this.ratio;
    }
    const done = Math.floor(this.place) - HALF;
    this.recent.copyWithin(0, done, this.held);
    this.held -= done;
    this.place -= done;
  }

  push(sample) {
    const level = Math.max(-1, Math.min(1, sample));
    this.frame[this.filled++] = level * 32767;
    this.power += level * level;
    if (this.filled < FRAME) return;
    const copy = this.frame.slice();
    this.port.postMessage({ pcm: copy.buffer, level: Math.sqrt(this.power / FRAME) }, [copy.buffer]);
    this.filled = 0;
    this.power = 0;
  }
}

registerProcessor("capture", Capture);
