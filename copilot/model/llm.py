"""What the copilot asks of a language model, and the records that cross that boundary.

Nothing here imports a model library, so planners and tests depend on this file only.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypedDict

from tools.kernel.errors import SLQError
from tools.kernel.types import Record

Schema = Mapping[str, Any]


class Lark(str):
    """A grammar in llguidance's dialect of Lark, for a syntax that is not JSON."""

    __slots__ = ()


class Message(TypedDict):
    """One message of a chat prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


Prompt = str | Sequence[Message]


class Cancelled(SLQError):
    """The user stopped the generation; the engine stays usable."""


class Generation(Record):
    """What the model wrote.

    Attributes:
        text: the decoded text.
        tokens: number of tokens in `text`, chosen and forced.
        forced_tokens: those with no alternative under the grammar; appended without asking the model.
        evaluated_tokens: tokens the network read, prompt included; smaller when a prefix was reused.
        ms: wall-clock time in milliseconds.
        finished: False where `max_tokens` cut the text.
    """

    text: str
    tokens: int
    forced_tokens: int
    evaluated_tokens: int
    ms: float
    finished: bool


class Share(Record):
    """How likely the model holds one of several continuations: `share` is 0 to 1, 1 for all of them together."""

    option: str
    share: float


class LLM(Protocol):
    """A language model that can be held to a JSON schema."""

    @property
    def name(self) -> str:
        """The model's name, for cards and records."""

    def generate(
        self,
        prompt: Prompt,
        *,
        schema: Schema | None = None,
        max_tokens: int = 256,
        cancel: threading.Event | None = None,
    ) -> Generation:
        """Continue `prompt` greedily; with `schema`, the text is a JSON value of it.

        Raises:
            Cancelled: `cancel` was set.
            BadRequest: the prompt does not fit the context.
            ModelError: the schema is not usable as a grammar.
        """


class PlanningLLM(LLM, Protocol):
    """A language model that also tells how likely it holds each of several continuations."""

    def generate(
        self,
        prompt: Prompt,
        *,
        schema: Schema | Lark | None = None,
        max_tokens: int = 256,
        cancel: threading.Event | None = None,
    ) -> Generation:
        """Continue `prompt` greedily; see `LLM.generate`."""

    def rank(
        self,
        prompt: Prompt,
        options: Sequence[str],
        *,
        most: int,
        least: float = 0.0,
        cancel: threading.Event | None = None,
    ) -> tuple[Share, ...]:
        """Return the `most` likeliest continuations of `prompt` among `options`, best first.

        After the first, none whose share is below `least`: looking further costs time.

        Raises:
            Cancelled: `cancel` was set.
            BadRequest: the prompt does not fit the context.
        """

    def count_tokens(self, prompt: Prompt) -> int:
        """Return how many tokens `prompt` takes."""
