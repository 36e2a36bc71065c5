"""A witness as c2sp.org/tlog-witness has it, for one log: what it answers is written from the text of the protocol."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flowyte.receipts.note import COSIGNER, signature_line, vkey
from flowyte.receipts.verify_receipt import Checkpoint, is_continued, read_checkpoint

NAME = "witness.example.com/w1"
NOW = 1_772_000_000


class SmallWitness:
    """Knows the largest head that it has signed. `asked` are the bodies that came."""

    def __init__(self, origin: str, public: bytes) -> None:
        self.origin, self.public = origin, public
        self.key = Ed25519PrivateKey.generate()
        self.size, self.root = 0, b""
        self.asked: list[bytes] = []
        self.answers_with: tuple[int, bytes] | None = None

    @property
    def vkey(self) -> str:
        return vkey(NAME, COSIGNER, self.key.public_key().public_bytes_raw())

    def answer(self, body: bytes) -> tuple[int, bytes]:
        self.asked.append(body)
        if self.answers_with is not None:
            return self.answers_with
        head, _, note = body.decode().partition("\n\n")
        first, *lines = head.split("\n")
        old, path = int(first.removeprefix("old ")), [base64.b64decode(line) for line in lines]
        point = read_checkpoint(note)
        if point.origin != self.origin:
            return 404, b""
        if not point.is_by(self.public):
            return 403, b""
        if old > point.size:
            return 400, b""
        if old != self.size:
            return 409, f"{self.size}\n".encode()
        if old == point.size and point.root != self.root:
            return 409, f"{self.size}\n".encode()
        if (old == 0 and path) or (old and not is_continued(old, self.root, point.size, point.root, path)):
            return 422, b""
        self.size, self.root = point.size, point.root
        return 200, self.line(point).encode()

    def line(self, point: Checkpoint) -> str:
        stamped = f"cosignature/v1\ntime {NOW}\n".encode() + point.body
        return signature_line(
            NAME, COSIGNER, self.key.public_key().public_bytes_raw(), NOW.to_bytes(8, "big") + self.key.sign(stamped)
        )

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Its submission prefix on loopback."""
        witness = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/prefix/add-checkpoint"
                status, body = witness.answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/prefix"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
