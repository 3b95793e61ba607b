"""A real hub on loopback: addresses that redirect to a store on another port, with the hub's headers."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hub:
    """What the two servers do.

    Attributes:
        content: the file at every address.
        stated: the sha256 that the hub states; None where it states none.
        sent: what the store really sends; `content` where None.
        cuts: after how many bytes each request to the store is broken off; the last holds for the rest.
        ranges: whether the store knows Range.
        status: what the hub answers instead of a redirect.
        renamed: whether the address has moved on the hub.
        held: where set, the store waits for it before the first byte.
    """

    content: bytes
    stated: str | None = ""
    sent: bytes | None = None
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    status: int | None = None
    busy: int = 0
    renamed: bool = False
    held: threading.Event | None = None
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    stored: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    store_url: str = ""

    def __post_init__(self) -> None:
        if self.stated == "":
            self.stated = hashlib.sha256(self.content).hexdigest()

    @property
    def starts(self) -> list[int]:
        """Return the first byte that each request to the store asked for."""
        return [int(each.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-")) for each in self.stored]


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *args: Any) -> None:
        """Stay quiet."""

    def say(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", "0")
        self.end_headers()


class _Front(_Quiet):
    def do_HEAD(self) -> None:
        hub = self.hub
        hub.asked.append((self.command, self.path, dict(self.headers)))
        if hub.busy:
            hub.busy -= 1
            self.say(503)
        elif hub.status is not None:
            self.say(hub.status, X_Error_Code="GatedRepo" if hub.status == 401 else "EntryNotFound")
        elif hub.renamed and not self.path.startswith("/moved"):
            self.say(307, Location=f"/moved{self.path}")
        else:
            linked = {"X_Linked_ETag": f'"{hub.stated}"'} if hub.stated else {}
            size = {"X_Linked_Size": str(len(hub.content))}
            self.say(302, Location=f"{hub.store_url}/blob?signed=1", X_Repo_Commit="c" * 40, **size, **linked)

    def do_GET(self) -> None:
        self.do_HEAD()


class _Store(_Quiet):
    def do_GET(self) -> None:
        hub = self.hub
        hub.stored.append(dict(self.headers))
        content = hub.content if hub.sent is None else hub.sent
        start = hub.starts[-1] if hub.ranges else 0
        body = content[start:]
        headers = {"Content_Length": str(len(body)), "ETag": '"not-a-hash"'}
        if start:
            self.say(206, Content_Range=f"bytes {start}-{len(content) - 1}/{len(content)}", **headers)
        else:
            self.say(200, **headers)
        cut = (hub.cuts.pop(0) if len(hub.cuts) > 1 else hub.cuts[0]) if hub.cuts else len(body)
        try:
            if hub.held is not None:
                hub.held.wait(20)
            self.wfile.write(body[:cut])
        except OSError:
            pass  # the client has gone
        self.close_connection = True


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve `hub` and its store on two free ports of 127.0.0.1."""
    servers = []
    for kind in (_Store, _Front):
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (kind,), {"hub": hub}))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
    hub.store_url, hub.url = (f"http://127.0.0.1:{server.server_address[1]}" for server in servers)
    try:
        yield hub
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
