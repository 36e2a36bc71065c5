// Microphone and speaker of one call.

const RATE = 16000;

/**
 * Asks for the microphone and opens both directions. Rejects with the browser's own error when it is refused.
 * @param {{capture: string, playback: string}} worklets addresses of the two
 * @param {(pcm: ArrayBuffer, level: number) => void} onFrame 20 ms of the caller
 * @param {(level: number) => void} onPlayed loudness of what the speaker plays, 0 to 1
 */
export async function openSound(worklets, onFrame, onPlayed) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
  });
  try {
    return await connect(stream, worklets, onFrame, onPlayed);
  } catch (error) {
    stop(stream); // else the browser goes on showing that it records
    throw error;
  }
}

async function connect(stream, worklets, onFrame, onPlayed) {
  const out = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
  await out.audioWorklet.addModule(worklets.playback);
  const speaker = new AudioWorkletNode(out, "playback", { numberOfInputs: 0, outputChannelCount: [1] });
  speaker.port.onmessage = ({ data }) => onPlayed(data);
  speaker.connect(out.destination);
  const { context, source } = microphone(out, stream);
  await context.audioWorklet.addModule(worklets.capture);
  const ear = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  ear.port.onmessage = ({ data }) => onFrame(data.pcm, data.level);
  source.connect(ear);
  await Promise.all([out.resume(), context.resume()]);
  return {
    play: (pcm) => speaker.port.postMessage(pcm, [pcm]),
    cut: () => speaker.port.postMessage("cut"),
    close() {
      stop(stream);
      for (const each of new Set([out, context])) each.close();
    },
    lost: (then) => stream.getAudioTracks()[0].addEventListener("ended", then),
  };
}

function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** In the speaker's context where the browser converts the rate; in one of its own where it does not. */
function microphone(out, stream) {
  try {
    return { context: out, source: out.createMediaStreamSource(stream) };
  } catch {
    const context = new AudioContext();
    return { context, source: context.createMediaStreamSource(stream) };
  }
}
