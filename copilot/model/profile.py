"""The prompt profile of a model: its own chat template, read from the GGUF.

A model without a template (a base model) gets plain text. User text cannot close a turn or open another: the marks
that templates use for it are broken up before rendering.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.model.llm import Message
from tools.kernel.errors import ModelError

_CONTROL = re.compile(r"<(?=[|/]?[\w|])")


@dataclass(frozen=True, slots=True)
class Profile:
    """How to write a prompt for one model.

    Attributes:
        family: architecture as the GGUF names it (`llama`, `qwen2`, ...).
        template: Jinja2 chat template, or None.
        bos: text of the begin-of-sequence token.
        eos: text of the end-of-sequence token.
    """

    family: str
    template: str | None
    bos: str
    eos: str

    def render(self, messages: Sequence[Message]) -> str:
        """Return the prompt text, ending where the assistant speaks."""
        safe: list[Message] = [{"role": each["role"], "content": defuse(each["content"])} for each in messages]
        if self.template is None:
            return "\n\n".join(each["content"] for each in safe) + "\n\n"
        return self._render_template(self.template, safe)

    def _render_template(self, template: str, messages: Sequence[Message]) -> str:
        import jinja2
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        try:
            formatter = Jinja2ChatFormatter(template=template, eos_token=self.eos, bos_token=self.bos)
            return str(formatter(messages=[*messages]).prompt)  # type: ignore[list-item]
        except (jinja2.TemplateError, ValueError) as error:
            raise ModelError(
                f"The model's chat template cannot be used: {error}.", hint="Choose another GGUF with --model PATH."
            ) from error


def defuse(text: str) -> str:
    """Return `text` with turn marks such as `<|im_end|>` and `</s>` broken up, so that they stay plain text."""
    return _CONTROL.sub("< ", text)


def profile_of(metadata: Mapping[str, str], *, bos: str, eos: str) -> Profile:
    """Return the profile for a GGUF's metadata."""
    return Profile(
        family=metadata.get("general.architecture", "unknown"),
        template=metadata.get("tokenizer.chat_template"),
        bos=bos,
        eos=eos,
    )
