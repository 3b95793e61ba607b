"""One request to the first planner: what was said, what it may lean on, and how it could be misunderstood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from copilot.messages import Call, LiveState, Turn
from copilot.planner import own_features, talk, workbench
from copilot.planner.edits import edited_names, is_edit
from copilot.planner.evidence import Evidence
from copilot.planner.experiments import find_winners
from copilot.planner.fill_data import topic
from copilot.planner.given_up import given_up
from copilot.planner.history import last_call
from copilot.planner.index import COMPARED
from copilot.planner.limits import Limit, find_limits, question_about
from copilot.planner.mention import Kind
from copilot.planner.subjects import ask_about, unknown_predictor
from tools.catalog import TOOLS

_PRONOUN = re.compile(
    r"\b(?:its?|they|them|'?em|their|those|these|that|this|the same|there(?=\W*$)"
    r"|just (?:loaded|fetched|got|downloaded|pulled)|since(?=\W*$)|since then)\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"\b(?:again|once more|one more time|another time|re-?(?:run|do|try|test)|repeat|same|now|go|do it)\b",
    re.IGNORECASE,
)
FEW = 2  # words of substance in what only says how something is to be loaded
_LEADS = re.compile(r"\W*(?:and|then|now|also|plus|the|its|their|what about|with)\b", re.IGNORECASE)
_HOW: tuple[Kind, ...] = ("timezone", "interval", "source")
_OPENS = re.compile(
    r"\W*(?:please |now |can you )?(?:open|show|display|view|pull up|trade|report)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request with what it may lean on."""

    evidence: Evidence
    history: tuple[Turn, ...]
    state: LiveState
    own: Evidence | None = None  # the last message alone, where it answers a question of ours
    agreed: bool = False  # the user was told what is not offered, and goes on without it

    @property
    def text(self) -> str:
        """The words that were searched."""
        return self.evidence.text


def would_mislead(label: str, request: Request) -> str | None:
    """Return what to ask where a call of `label` would answer another question than the one that was asked."""
    evidence = request.evidence
    if label not in tool_names() or evidence.of("sql"):
        return None
    if not request.agreed and (limits := _limits(label, request)):
        return question_about(limits)
    if asked := workbench.question(label, evidence, request.history, request.state):
        return asked
    tests = label == "run_experiment"
    own = tests and own_features.means_own(evidence)
    if not own and (tests or evidence.symbols) and (predictor := unknown_predictor(evidence, plainly=not tests)):
        return ask_about(predictor)
    named = evidence.of("winner") or evidence.of("experiment") or evidence.of("symbol")
    opens = label in ("show_report", "propose_trades") or _OPENS.match(evidence.text)
    if opens and not named and any(find_winners(evidence.text, COMPARED)) and not _compares(request.history):
        return talk.reply("ask_winner")
    return None


def _leads_on(evidence: Evidence) -> bool:
    """Tell whether another kind of data is all that is said: "and the fundamentals"."""
    return topic(evidence) is not None and _LEADS.match(evidence.text) is not None


def _compares(history: Sequence[Turn]) -> bool:
    """Tell whether a comparison comes before that has no result yet: what won is known in its turn."""
    last = history[-1].steps[-1:] if history else ()
    return any(step.call.tool == "compare_experiments" and not step.result for step in last)


def _limits(label: str, request: Request) -> list[Limit]:
    """Return the wishes that cannot be met; a name that the call before had can be left out."""
    found = find_limits(request.text, request.evidence.mentions, label)
    if label == "run_experiment" and any(each.value[0] == "book" for each in request.evidence.of("option")):
        found = [limit for limit in found if limit.name != "short"]
    before = last_call(request.history)
    if before is not None and "target_volatility" in given_up(before, request.evidence):
        found = [limit for limit in found if limit.name != "weights"]  # it is done without
    if before is None or before.tool != label or edited_names(before, request.evidence, "symbols") is None:
        return found
    return [limit for limit in found if limit.name != "symbol"]


def leaned_on(request: Request) -> list[Call]:
    """Return the calls that a request may vary: the newest, and the newest experiment behind other looks at it."""
    newest, experiment = last_call(request.history), last_call(request.history, "run_experiment")
    kinds = {mention.kind for mention in request.evidence.mentions}
    behind = (
        experiment is not None and experiment is not newest and kinds & {"feature", "model", "horizon", "count"}
    )
    return [call for call in (experiment if behind else None, newest) if call is not None]


def repeats(call: Call, request: Request) -> bool:
    """Tell whether `call` is the test that just ran, though something else was asked for: "try a simpler model"."""
    asked = _AGAIN.search(request.text) is None and bool(request.evidence.content)
    return call.tool in ("run_experiment", "run_backtest") and asked and call == last_call(request.history)


def goes_with(previous: Call, evidence: Evidence) -> bool:
    """Tell whether a request for the tool used before means its arguments too: "which of them is better"."""
    if previous.tool == "propose_trades" and not evidence.of("money") and not evidence.of("number"):
        return True  # a ticket over no other sum
    if previous.tool == "ingest_data" and not evidence.symbols and len(evidence.content) <= FEW:
        # "the timezone is Europe/Berlin", "then the fundamentals"
        return any(evidence.of(kind) for kind in _HOW) or evidence.continues or _leads_on(evidence)
    again = previous.tool == "compare_experiments" and _PRONOUN.search(evidence.text) is not None
    return again or evidence.continues or is_edit(previous, evidence)


def leans_on_symbols(tool: str, request: Request) -> bool:
    """Tell whether a request without symbols means those of the call before: "and the news about them"."""
    evidence = request.evidence
    if tool in ("ingest_data", "show_data") and not evidence.of("path"):
        before = last_call(request.history)
        goes_on = before is not None and before.tool == tool and bool(evidence.of("period"))
        return goes_on or evidence.continues or _PRONOUN.search(evidence.text) is not None
    return tool in ("run_experiment", "run_backtest")


@cache
def tool_names() -> frozenset[str]:
    """Return the names of the tools; other labels are words of our own."""
    return frozenset(tool.name for tool in TOOLS)
