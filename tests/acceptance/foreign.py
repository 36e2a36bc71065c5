"""Somebody's site with a strict policy on another origin, and a wire to the product that can be cut."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PIECE = 65_536


@contextmanager
def site(scripts: dict[str, str], policy: str) -> Iterator[str]:
    """Each path is a page whose only script is the tag; the address is another host's than the product's."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            tag = scripts.get(self.path)
            body = PAGE.replace("TAG", tag or "").encode()
            self.send_response(200 if tag is not None else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Harbour Dental</title>
<meta name="viewport" content="width=device-width, initial-scale=1">TAG</head>
<body><main><h1>Harbour Dental</h1><p>We look after your teeth.</p><p><a href="/">Start</a></p>
<p><label>Search <input name="q"></label></p></main></body></html>"""


@dataclass(slots=True)
class Wire:
    """Copies bytes to the product and back. `cut` ends every connection and takes none until `mend`."""

    target: tuple[str, int]
    url: str = ""
    whole: bool = True
    lose_answer_to: bytes = b""
    """The first request that begins so reaches the product, and the answer is lost with the connection."""
    lost: int = 0
    _listener: socket.socket = field(default_factory=socket.socket)
    _open: list[socket.socket] = field(default_factory=list)

    def cut(self) -> None:
        self.whole = False
        for each in self._open:
            _end(each)
        self._open.clear()

    def mend(self) -> None:
        self.whole = True

    def accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self.whole:
                near.close()
                continue
            far = socket.create_connection(self.target)
            self._open += [near, far]
            wanted = threading.Event()
            threading.Thread(target=self._copy, args=(near, far, wanted, True), daemon=True).start()
            threading.Thread(target=self._copy, args=(far, near, wanted, False), daemon=True).start()

    def _copy(self, source: socket.socket, sink: socket.socket, wanted: threading.Event, up: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                if up and self.lose_answer_to and piece.startswith(self.lose_answer_to):
                    self.lose_answer_to = b""
                    wanted.set()
                if not up and wanted.is_set():
                    self.lost += 1
                    break
                sink.sendall(piece)
        for each in (source, sink):
            _end(each)


@contextmanager
def wire(url: str) -> Iterator[Wire]:
    parts = urlsplit(url)
    made = Wire(target=(parts.hostname or "", parts.port or 80))
    made._listener.bind(("127.0.0.1", 0))
    made._listener.listen(64)
    made.url = f"http://127.0.0.1:{made._listener.getsockname()[1]}"
    threading.Thread(target=made.accept, daemon=True).start()
    try:
        yield made
    finally:
        made._listener.close()
        made.cut()


def _end(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
