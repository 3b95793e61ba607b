"""Which kinds of calls run without a question. Pure: the policy and its words; `consent` asks by it.

A class is about one call, not its tool: loading the sample writes, loading from a vendor uses the network. By
default trades are proposed at once, because their ticket asks by itself; no policy touches that question.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.kernel.errors import BadRequest
from tools.kernel.spec import Effect
from tools.kernel.types import Record

CLASSES = tuple(effect for effect in Effect if effect is not Effect.NONE)
MEANING = {
    Effect.READ: "reads the lake and past experiments",
    Effect.WRITE: "stores data or features: your files, the embedded sample",
    Effect.EXECUTE: "computes: experiments, backtests, Python in the sandbox",
    Effect.NETWORK: "asks a vendor over the network",
    Effect.TRADE: "draws up a ticket; only its typed id confirms it, whatever is set here",
}
NOTHING = "none"


class Approved(Record):
    """The classes that run without a question; every other one asks first."""

    classes: tuple[Effect, ...]

    def covers(self, effect: Effect) -> bool:
        """Tell whether a call of this class runs at once; one that does nothing always does."""
        return effect is Effect.NONE or effect in self.classes

    def words(self) -> str:
        """Return it as `parse` reads it."""
        return ",".join(self.classes) or NOTHING


def parse(words: str) -> Approved:
    """Return the policy that `words` name: classes between commas or blanks, or "none". Raises BadRequest."""
    names = words.lower().replace(",", " ").split()
    allowed = [effect.value for effect in CLASSES]
    unknown = [name for name in names if name not in allowed]
    if not names or (unknown and names != [NOTHING]):
        problem = f"{unknown[0]!r} is no kind of call." if unknown else "No kind of call is named."
        raise BadRequest(problem, hint=f"Name some of {', '.join(allowed)}; or none, to be asked about every call.")
    return Approved(classes=tuple(effect for effect in CLASSES if effect.value in names))


def asked_about(approved: Approved) -> Sequence[Effect]:
    """Return the classes that ask before they run."""
    return [effect for effect in CLASSES if not approved.covers(effect)]
