"""A person at a terminal: a real pseudo-terminal with `slq-chat` on it, real keys, and an eye on the screen."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pexpect

BIN = Path(sys.executable).parent
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\r")
TURN_SECONDS = 90


def clean_environment() -> dict[str, str]:
    """Return the environment without the developer's own settings, and with no vendor that a test could reach."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLQ_")}
    kept["SLQ_SOURCES"] = "sample"
    return {**kept, "PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "50"}


def _heed_ctrl_c() -> None:
    """Undo an ignored SIGINT, as terminals do: a run in a shell's background hands it down to all it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def slq(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `slq` on the workspace `folder`."""
    command = [str(BIN / "slq"), "--workspace", str(folder), *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=clean_environment(), check=False
    )


class Terminal:
    """One `slq-chat` process and everything it printed."""

    def __init__(self, workspace: Path, *options: str) -> None:
        command = [str(BIN / "slq-chat"), "--workspace", str(workspace), *options]
        self.process = pexpect.spawn(
            command[0],
            command[1:],
            encoding="utf-8",
            dimensions=(50, 120),
            timeout=TURN_SECONDS,
            env=clean_environment(),
            cwd=str(workspace.parent),
            preexec_fn=_heed_ctrl_c,
        )
        self.process.str_last_chars = 2000  # of the screen, in the message of a test that fails
        self.screen = ""

    def see(self, pattern: str) -> str:
        """Wait until `pattern` is on the screen; return what was printed up to its end."""
        self.process.expect(pattern)
        seen = ANSI.sub("", str(self.process.before) + str(self.process.after))
        self.screen += seen
        return seen

    def type(self, line: str) -> None:
        """Type a line and press Enter."""
        self.process.send(line + "\r")

    def ask(self, line: str, until: str) -> str:
        """Type a line at the prompt and wait for `until`."""
        self.type(line)
        return self.see(until)

    def leave(self) -> int:
        """Type /quit and return the exit code."""
        self.type("/quit")
        self.process.expect(pexpect.EOF)
        self.process.close()
        return int(self.process.exitstatus or 0)

    def kill(self) -> None:
        """End the process as a power cut would."""
        self.process.kill(9)
        self.process.wait()
        self.process.close()
