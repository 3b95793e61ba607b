"""Completion at the prompt: slash commands, tools and their flags, symbols, experiment and feature ids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, get_args, get_origin

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from pydantic.fields import FieldInfo

from copilot.messages import LiveState
from tools.catalog import TOOLS


def _fields(text: str) -> dict[str, FieldInfo]:
    """Return the arguments of the tool that a slash command names; none where it names no tool."""
    name = text[1:].split(" ", 1)[0]
    return next((tool.args.model_fields for tool in TOOLS if tool.name == name), {})


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
        word = re.split(r"[,(]", document.get_word_before_cursor(WORD=True))[-1]
        if word.startswith("--") and text.startswith("/"):
            yield from self._named(word[2:], self._flags(text))
        elif choices := self._choices(text, word):
            yield from self._named(word, choices)
        elif len(word) > 1:
            yield from self._values(word)

    def _named(self, start: str, names: Mapping[str, str]) -> Iterable[Completion]:
        for name, meaning in names.items():
            if name.startswith(start):
                yield Completion(name, start_position=-len(start), display_meta=meaning[:70])

    def _flags(self, text: str) -> dict[str, str]:
        return {name.replace("_", "-"): "" for name in _fields(text)}

    def _choices(self, text: str, word: str) -> dict[str, str]:
        """Return the values that the place of `word` admits, where they are few: `--interval`, a kind."""
        if not text.startswith("/"):
            return {}
        before = text.removesuffix(word).split()
        flag = before[-1] if before and before[-1].startswith("--") else ""
        name = flag[2:].replace("-", "_") if flag else _positional(text) if len(before) == 1 else ""
        field = _fields(text).get(name or "")
        if field is None or get_origin(field.annotation) is not Literal:
            return {}
        return dict.fromkeys(map(str, get_args(field.annotation)), "")

    def _values(self, word: str) -> Iterable[Completion]:
        state = self._state()
        shelves = (("symbol", state.symbols), ("experiment", state.experiments), ("feature", state.features))
        for meaning, names in shelves:
            for name in names:
                if name.lower().startswith(word.lower()) and name != word:
                    yield Completion(name, start_position=-len(word), display_meta=meaning)


def _positional(text: str) -> str | None:
    name = text[1:].split(" ", 1)[0]
    return next((tool.positional for tool in TOOLS if tool.name == name), None)
