"""A planner of several steps over one that plans single calls.

A request is cut into pieces (`copilot.planner.steps`); each piece is planned as if it were said next, on top of
what the pieces before it led to, so that "it" and "them" mean what they would mean then. The calls that are to
follow are told with the first; each is planned anew when its turn comes, with what has been observed by then
("explain the better one" knows the comparison). A piece that is no request of its own is read together with the
one before it.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Sequence

from copilot.context import about_tokens
from copilot.messages import Call, LiveState, Observation, Plan, Turn
from copilot.plan import CountsTokens, Planner, TellsParts, TellsPrompt
from copilot.planner.features import MADE
from copilot.planner.history import last_call
from copilot.planner.kinds import each_kind
from copilot.planner.lab import LEAKS
from copilot.planner.remarks import is_remark
from copilot.planner.steps import pieces
from copilot.planner.talk import reply
from copilot.planner.variants import variants

SURE = 0.1  # the margin from which a piece without a word such as "then" is a request of its own
MOST = 6  # pieces
COMPARE = "compare them"
_BEST = re.compile(
    r"\b(?:which|what|who) (?:one |of them |of the two )?(?:\w+ ){0,2}(?:better|best|wins?|won)\b", re.IGNORECASE
)
_COMPARES = re.compile(r"\bcompar(?:e|es|ed|ing|ison)\b", re.IGNORECASE)
_PROVES = re.compile(r"\W*(?:and )?(?:check|prove|verify|vet)(?:ed)?(?: it| them)? on\b", re.IGNORECASE)
_TRIES = re.compile(r"\b(?:test|try|train|run|predict|experiment|backtest|forecast)\w*\b", re.IGNORECASE)
_SHOWS_THEM = re.compile(
    r"\W*(?:please |just )*(?:list|show|print|display|see)(?: me| us)? (?:it|them|'?em|those|these"
    r"|that)(?: all)?\W*",
    re.IGNORECASE,
)
_KEEPS_THEM = re.compile(
    r"\W*(?:(?:and|please|just|then|all|of|it|them|these|those|build|make|create|keep|save|store|register)\b\W*)+",
    re.IGNORECASE,
)
TESTS = ("run_experiment", "run_backtest")


class StepwisePlanner:
    """A `Planner` that plans one call after the other with `single`."""

    def __init__(self, single: Planner) -> None:
        self.single = single

    def plan(self, turns: Sequence[Turn], state: LiveState, cancel: threading.Event | None = None) -> Plan:
        """Return the next call and, with the first one, those that are to follow; see `Planner.plan`."""
        started = time.perf_counter()
        history, turn = tuple(turns[:-1]), turns[-1]
        plan = (
            self._go_on(history, turn, state, cancel) if turn.steps else self._begin(history, turn, state, cancel)
        )
        return plan.model_copy(update={"ms": (time.perf_counter() - started) * 1e3})

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens in `text`."""
        return self.single.count_tokens(text) if isinstance(self.single, CountsTokens) else about_tokens(text)

    def prompt_for(self, turns: Sequence[Turn], state: LiveState) -> str | None:
        """Return what the model reads for the last turn, taken as one request; see `TellsPrompt`."""
        return self.single.prompt_for(turns, state) if isinstance(self.single, TellsPrompt) else None

    def _begin(
        self, history: tuple[Turn, ...], turn: Turn, state: LiveState, cancel: threading.Event | None
    ) -> Plan:
        plans = self._plans(history, turn.user, state, cancel)
        ahead = tuple(plan.call for _, plan in plans[1:])
        return plans[0][1].model_copy(update={"ahead": ahead})

    def _go_on(
        self, history: tuple[Turn, ...], turn: Turn, state: LiveState, cancel: threading.Event | None
    ) -> Plan:
        """Return what mends the last step, else the next piece, else the answer."""
        answer = self.single.plan((*history, turn), state, cancel)
        if answer.call.tool != "reply" or turn.steps[-1].status in ("failed", "cancelled"):
            return answer
        plans = self._plans(history, turn.user, state, cancel)
        done = completed(turn.steps)
        if len(done) >= len(plans):
            return answer
        said = tuple(
            Turn(user=text, steps=(step,)) for (text, _), step in zip(plans[: len(done)], done, strict=True)
        )
        return self.single.plan((*history, *said, Turn(user=plans[len(done)][0])), state, cancel)

    def _plans(
        self, history: tuple[Turn, ...], user: str, state: LiveState, cancel: threading.Event | None
    ) -> list[tuple[str, Plan]]:
        """Return the pieces of a request, each with its plan; one where it cannot be cut."""
        whole = [(user, False)]
        cut = self._parts(pieces(user), history, state)
        plans: list[tuple[str, Plan]] = []
        asked = cut if 1 < len(cut) <= MOST else whole
        for text, follows in asked:
            said = tuple(_as_done(*each) for each in plans)
            plan = self.single.plan((*history, *said, Turn(user=text)), _with_made(state, plans), cancel)
            if not plans and text != asked[-1][0] and plan.call == last_call(history) and is_remark(text):
                cut = cut[1:]
                continue
            goes_on = bool(plans) and not follows and _goes_on(plans[-1][1].call, plan.call, text)
            if not plans or (_stands_alone(plans[-1][1], plan, follows=follows) and not goes_on):
                plans.append((text, plan))
                continue
            joined = f"{plans.pop()[0]}, {text}"
            said = tuple(_as_done(*each) for each in plans)
            plans.append((joined, self.single.plan((*history, *said, Turn(user=joined)), state, cancel)))
        plans = plans if len(plans) > 1 or len(cut) == 1 else self._whole(history, user, state, cancel)
        return self._repeated(history, user, plans, state, cancel)

    def _parts(
        self, cut: list[tuple[str, bool]], history: tuple[Turn, ...], state: LiveState
    ) -> list[tuple[str, bool]]:
        """Return the pieces, cut on where they turn to another thing without a word that says so."""
        found: list[tuple[str, bool]] = []
        for text, follows in cut:
            first, *more = each_kind(text)
            parts = [first]
            if isinstance(self.single, TellsParts) and not more:
                parts = self.single.parts(text, history, state)
            found += [(parts[0], follows), *((each, False) for each in parts[1:]), *((each, True) for each in more)]
        return found

    def _repeated(
        self,
        history: tuple[Turn, ...],
        user: str,
        plans: list[tuple[str, Plan]],
        state: LiveState,
        cancel: threading.Event | None,
    ) -> list[tuple[str, Plan]]:
        """Return the plans with a test once for each run that its words ask for, each planned by itself."""
        found: list[tuple[str, Plan]] = []
        for text, plan in plans:
            texts = variants(text, state.symbols) if plan.call.tool in TESTS or "ask" in plan.call.args else [text]
            past = (*history, *(_as_done(*each) for each in found))
            if len(texts) > 1:
                runs = [(each, self.single.plan((*past, Turn(user=each)), state, cancel)) for each in texts]
            else:
                runs = []
            several = runs and all(run.call.tool in TESTS for _, run in runs)
            found += runs if several else [(text, plan)]
        tools = [each.call.tool for _, each in found]
        tests = sum(tool in TESTS for tool in tools)
        if tests > 1 and (_BEST.search(user) or _COMPARES.search(user)) and "compare_experiments" not in tools:
            past = (*history, *(_as_done(*each) for each in found))
            found.append((COMPARE, self.single.plan((*past, Turn(user=COMPARE)), state, cancel)))
        return found

    def _whole(
        self, history: tuple[Turn, ...], user: str, state: LiveState, cancel: threading.Event | None
    ) -> list[tuple[str, Plan]]:
        return [(user, self.single.plan((*history, Turn(user=user)), state, cancel))]


def completed(steps: Sequence[Observation]) -> list[Observation]:
    """Return the steps that did a piece of the request: neither failed nor run only to mend a failure."""
    suggested = [step.failure.suggestion for step in steps if step.failure is not None]
    return [step for step in steps if step.status not in ("failed", "cancelled") and step.call not in suggested]


def _as_done(text: str, plan: Plan) -> Turn:
    """Return a piece as a turn whose call went well: what the pieces after it lean on."""
    return Turn(user=text, steps=(Observation(call=plan.call, status="ok"),))


def _stands_alone(before: Plan, plan: Plan, *, follows: bool) -> bool:
    """Tell whether a piece is a request of its own."""
    if before.call.tool == "reply":
        return False
    if plan.call.tool == "reply":
        asks_money = plan.call.args.get("ask") == reply("ask_capital")
        return follows and ("refuse" in plan.call.args or asks_money)
    if follows:
        return plan.call != before.call
    return plan.margin >= SURE and before.margin >= SURE and _differs(before.call, plan.call)


def _goes_on(before: Call, call: Call, text: str) -> bool:
    """Tell whether a piece only says what to do with the last one's: "check them on Nike", "list them", "keep"."""
    pair = (before.tool, call.tool)
    if before.tool == call.tool and _SHOWS_THEM.fullmatch(text):
        return True
    if before.tool == "generate_features" and _KEEPS_THEM.fullmatch(text):
        return True
    if pair == ("check_features", "run_experiment"):
        return not _TRIES.search(text)
    proves = before.tool == "generate_features" and _PROVES.match(text) and not LEAKS.search(text)
    return bool(proves) and ("symbols" in call.args or pair[1] != "check_features") and pair[0] != pair[1]


def _with_made(state: LiveState, plans: Sequence[tuple[str, Plan]]) -> LiveState:
    """Return the workspace with the features that the pieces so far will have made by then."""
    calls = [plan.call for _, plan in plans if plan.call.tool == "generate_features"]
    names = [f"{MADE}{str(call.args['name']).removeprefix(MADE)}" for call in calls if call.args.get("name")]
    return state.model_copy(update={"features": (*state.features, *names)}) if names else state


def _differs(before: Call, call: Call) -> bool:
    """Tell whether two calls are of two tools, look at two things, or do other things with other symbols."""
    told = ("view", "kind", "as_of")
    other = any(name in call.args and call.args[name] != before.args.get(name) for name in told)
    one, two = ({**each.args, "symbols": None} for each in (before, call))
    symbols = [set(map(str, each.args.get("symbols") or ())) for each in (before, call)]
    apart = all(symbols) and symbols[0].isdisjoint(symbols[1]) and one != two
    return before.tool != call.tool or other or apart
