"""Probes that see what an attack did: a folder, a secret in a file and in the environment, a listening socket."""

from __future__ import annotations

import os
import socket
from pathlib import Path

SECRET = "kestrel-4417-not-to-be-seen"


class Probes:
    """Set the bait; `source` puts it into an attack, `clean` says what was taken."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "written"
        self._secret = folder / "secret.txt"
        self._secret.write_text(SECRET, encoding="utf-8")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0)
        os.environ["SLQ_SECRET"] = SECRET

    def source(self, text: str) -> str:
        """Return an attack with its words in capitals replaced."""
        port = self._listener.getsockname()[1]
        return (
            text.replace("SECRET_FILE", str(self._secret))
            .replace("PATH", str(self._path))
            .replace("PORT", str(port))
        )

    def found(self, told: str) -> list[str]:
        """Return every effect there is; `told` is all that came back."""
        effects = [f"file {path.name}" for path in self._folder.iterdir() if path != self._secret]
        if self._secret.read_text(encoding="utf-8") != SECRET:
            effects.append("the secret was changed")
        if SECRET in told:
            effects.append("the secret was told")
        try:
            self._listener.accept()[0].close()
            effects.append("a connection")
        except BlockingIOError:
            pass
        return effects

    def reset(self) -> None:
        """Remove what an attack left."""
        for path in self._folder.iterdir():
            path.unlink()
        self._secret.write_text(SECRET, encoding="utf-8")

    def close(self) -> None:
        """Take the bait away."""
        os.environ.pop("SLQ_SECRET", None)
        self._listener.close()
