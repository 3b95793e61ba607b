"""Completion at the prompt: slash commands, tools and their flags, symbols, experiment and feature ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from copilot.messages import LiveState
from tools.catalog import TOOLS


class SlqCompleter(Completer):
    """Offers what fits the word under the cursor; `state` is asked at every key and must be cheap."""

    def __init__(self, commands: Mapping[str, str], state: Callable[[], LiveState]) -> None:
        self._commands = {**commands, **{tool.name: tool.description for tool in TOOLS}}
        self._state = state

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002
    ) -> Iterable[Completion]:
        """Yield the completions for the text before the cursor."""
        text = document.text_before_cursor
        if text.startswith("/") and " " not in text:
            yield from self._named(text[1:], self._commands)
            return
        word = document.get_word_before_cursor(WORD=True).rpartition(",")[2]
        if word.startswith("--") and text.startswith("/"):
            yield from self._named(word[2:], self._flags(text))
        elif len(word) > 1:
            yield from self._values(word)

    def _named(self, start: str, names: Mapping[str, str]) -> Iterable[Completion]:
        for name, meaning in names.items():
            if name.startswith(start):
                yield Completion(name, start_position=-len(start), display_meta=meaning[:70])

    def _flags(self, text: str) -> dict[str, str]:
        name = text[1:].split(" ", 1)[0]
        for tool in TOOLS:
            if tool.name == name:
                return {field.replace("_", "-"): "" for field in tool.args.model_fields}
        return {}

    def _values(self, word: str) -> Iterable[Completion]:
        state = self._state()
        shelves = (("symbol", state.symbols), ("experiment", state.experiments), ("feature", state.features))
        for meaning, names in shelves:
            for name in names:
                if name.lower().startswith(word.lower()) and name != word:
                    yield Completion(name, start_position=-len(word), display_meta=meaning)
