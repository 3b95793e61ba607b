"""A planned call in a line to edit: prefilled as the slash command that types it, completed as at the prompt.

Enter takes the line where it is a valid call; where it is not, the error is shown and the text stays. An empty
line, Ctrl-C or Ctrl-D gives up: nothing of the call is changed.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from copilot.execute import validate
from copilot.messages import Call, LiveState
from copilot.slash import parse_slash
from copilot.slash_form import slash_form
from copilot.untrusted import plain
from tools.catalog import find_tool
from tools.kernel.errors import BadRequest


def read_edited(call: Call, console: Console, known: Callable[[], LiveState]) -> Call | None:
    """Let a person edit `call`; return it valid, `call` itself where both mean the same, None where given up."""
    from copilot.prompt import make_editor

    read, text = make_editor(known), slash_form(call)
    while True:
        try:
            text = read(text).strip()
        except (KeyboardInterrupt, EOFError):
            return None
        if not text.strip("/"):
            return None
        try:
            edited = _in_order(parse_slash(text.removeprefix("/")))
            return call if same(call, edited) else edited
        except BadRequest as error:
            console.print(plain(error.message, "bad"))
            console.print(plain(error.hint, "quiet"))


def _in_order(call: Call) -> Call:
    """Return `call` with its arguments in the order of its tool's: cards of one tool read alike."""
    fields = find_tool(call.tool).args.model_fields
    return call.model_copy(update={"args": {name: call.args[name] for name in fields if name in call.args}})


def same(call: Call, edited: Call) -> bool:
    """Tell whether two calls mean the same, however written. Raises BadRequest where `edited` is not valid."""
    args = validate(find_tool(edited.tool), edited.args)
    if call.tool != edited.tool:
        return False
    try:
        return validate(find_tool(call.tool), call.args) == args
    except BadRequest:
        return False
