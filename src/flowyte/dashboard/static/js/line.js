// One call over the voice WebSocket, as docs/reference/voice-websocket.md has it.

const FRAME_BYTES = 640;

export class Refused extends Error {}

/** Permission to begin one conversation. Throws Refused with words for a person. */
export async function permission(agent, draft) {
  const answer = await fetch(`/api/v1/agents/${agent}/talk-token`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ draftMode: draft }),
  });
  const body = await answer.json().catch(() => ({}));
  if (answer.status === 401) throw new Refused("You are signed out. Sign in again, then come back to this page.");
  if (!answer.ok) throw new Refused(body.detail || `The server answered ${answer.status}.`);
  return body.data;
}

/**
 * @param {{realtimeUrl: string, token: string}} permitted
 * @param {{frame: (pcm: ArrayBuffer) => void, note: (note: object) => void, closed: (code: number) => void}} on
 * @param {{host: string, protocol: string}} server
 */
export function openLine(permitted, on, server = location) {
  const own = new URL(permitted.realtimeUrl);
  own.host = server.host; // the public address may be another name of this one; the one in use is what CSP allows
  own.protocol = server.protocol === "https:" ? "wss:" : "ws:";
  own.searchParams.set("token", permitted.token);
  const socket = new WebSocket(own);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => send({ type: "hello" });
  socket.onmessage = ({ data }) => (typeof data === "string" ? on.note(JSON.parse(data)) : on.frame(data));
  socket.onclose = ({ code }) => on.closed(code);
  const send = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
  return {
    hear(pcm) {
      if (socket.readyState === WebSocket.OPEN && pcm.byteLength === FRAME_BYTES) socket.send(pcm);
    },
    mute: (on_) => send({ type: "mute", on: on_ }),
    key: (digit) => send({ type: "key", digit }),
    end: () => (socket.readyState === WebSocket.CONNECTING ? socket.close() : send({ type: "end" })),
    close: () => socket.close(),
  };
}
