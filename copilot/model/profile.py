"""The prompt profile of a model: its own chat template, read from the GGUF.

A model without a template (a base model) gets plain text; one whose template knows no system message reads it at
the head of the first message. A model that thinks aloud is asked not to: its answer is bound by a grammar. User
text cannot close a turn or open another: the marks that templates use for it are broken up before rendering.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

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

    @property
    def calls(self) -> Literal["json", "function_gemma"]:
        """The syntax in which the model was trained to call tools; JSON for all that are not known here."""
        return "function_gemma" if self.template and "<start_function_call>" in self.template else "json"

    def render(self, messages: Sequence[Message]) -> str:
        """Return the prompt text, ending where the assistant speaks."""
        safe: list[Message] = [{"role": each["role"], "content": defuse(each["content"])} for each in messages]
        if self.template is None:
            return "\n\n".join(each["content"] for each in safe) + "\n\n"
        import jinja2

        try:
            return self._render_template(self.template, safe)
        except (jinja2.TemplateError, ValueError) as error:
            if not (len(safe) > 1 and safe[0]["role"] == "system"):
                raise _unusable(error) from error
        first: Message = {"role": safe[1]["role"], "content": f"{safe[0]['content']}\n\n{safe[1]['content']}"}
        try:
            return self._render_template(self.template, [first, *safe[2:]])
        except (jinja2.TemplateError, ValueError) as error:
            raise _unusable(error) from error

    def _render_template(self, template: str, messages: Sequence[Message]) -> str:
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        formatter = Jinja2ChatFormatter(template=template, eos_token=self.eos, bos_token=self.bos)
        return str(formatter(messages=[*messages], enable_thinking=False).prompt)  # type: ignore[list-item]


def _unusable(error: Exception) -> ModelError:
    return ModelError(
        f"The model's chat template cannot be used: {error}.", hint="Choose another GGUF with --model PATH."
    )


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
