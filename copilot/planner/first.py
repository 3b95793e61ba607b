"""The first planner: rules refuse, retrieval chooses the tool, what was said fills it, the model writes the call.

For a small model without training. It knows the phrasings of `prompts/plan/examples.json` and their neighbours;
where two tools are close, the margin says so and the user is asked. A tuned model takes its place behind the same
protocol.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from copilot.context import about_tokens
from copilot.messages import Call, LiveState, Observation, Plan, Turn
from copilot.model.llm import LLM
from copilot.plan import CountsTokens
from copilot.planner import lab, talk, workbench
from copilot.planner.about import about_last
from copilot.planner.again import again
from copilot.planner.answers import Answers, asked_without, one_of_the_offered
from copilot.planner.as_meant import as_meant
from copilot.planner.candidates import Candidates
from copilot.planner.carried import at_other_levels
from copilot.planner.direct import after, looked_up, next_term, own_words, words_for
from copilot.planner.earlier import opens_it, repeated_test
from copilot.planner.emit import Missing, emit
from copilot.planner.evidence import Evidence, gather
from copilot.planner.explaining import asks_why
from copilot.planner.fill import asks_who_won, ranks_all, sets_side_by_side
from copilot.planner.going_on import goes_on
from copilot.planner.history import corrected, ranked_ids, usable
from copilot.planner.index import example_index
from copilot.planner.leaning import candidates_for
from copilot.planner.limits import offers_less, says_no, says_yes, without_limits
from copilot.planner.missing import question_for
from copilot.planner.request import Request, leaned_on, repeats, tool_names, would_mislead
from copilot.planner.retrieve import Reading, terms_of
from copilot.planner.revised import revised
from copilot.planner.unheard import unheard

UNSURE = 0.5  # below this margin the next readings are worked out too
UNKNOWN_SCORE = 0.3  # a best score below this is a request about something else
UNKNOWN_COVERAGE = 0.65  # or one whose words are mostly new, with nothing named that the tools know
UNHEARD_COUNTS = 0.75  # what every phrase that nothing accounts for leaves of the margin
MOST_ALTERNATIVES = 2
MOST_TRIED = 4
# What only these tools know; a request that names one is not about something else.
_INTO_TRADES = re.compile(
    r"\bturn (?:it|that|this|them|those) into (?:[a-z]+ ){0,2}(?:trades|positions|tickets?)\b", re.IGNORECASE
)
_SUBJECTS = frozenset({"symbol", "feature", "entry", "experiment", "winner", "money", "path", "code"})
_YES_BUT = re.compile(r"\W*(?:yes|yeah|yep|sure|ok(?:ay)?)\W+(?:but|and|only|then)?\W*(?=\w)", re.IGNORECASE)


class FirstPlanner:
    """A `Planner` over any `LLM`; `today` dates phrases such as "the last five years"."""

    def __init__(self, llm: LLM, today: Callable[[], date]) -> None:
        self._llm = llm
        self._today = today
        self._retriever = example_index()
        self._answers = Answers(self._retriever, today)

    def plan(self, turns: Sequence[Turn], state: LiveState, cancel: threading.Event | None = None) -> Plan:
        """Return the next call; see `Planner.plan`."""
        started = time.perf_counter()
        turn = turns[-1]
        if turn.steps:
            call = self._emit_exact(turn.user, after(turn), cancel)
            plan = Plan(call=call, margin=1.0)
        else:
            plan = self._plan_new(turn.user, tuple(turns[:-1]), state, cancel)
        return plan.model_copy(update={"ms": (time.perf_counter() - started) * 1e3})

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens in `text`."""
        return self._llm.count_tokens(text) if isinstance(self._llm, CountsTokens) else about_tokens(text)

    def _plan_new(
        self, user: str, history: tuple[Turn, ...], state: LiveState, cancel: threading.Event | None
    ) -> Plan:
        user = as_meant(user, (*state.features, *state.symbols))
        evidence = gather(user, state, self._today(), ranked_ids(history))
        if (asking := self._asking(evidence, history)) != user:
            evidence = gather(asking, state, self._today(), ranked_ids(history))
        request = Request(evidence, usable(history), state)
        settled = self._settled(evidence, history, state)
        if settled is not None and not self._doubts(settled, request):
            return Plan(call=self._emit_exact(user, settled, cancel), margin=1.0)
        request = self._complete(request)
        readings = self._readings(request)
        label = readings[0].label
        if asked := would_mislead(label, request):
            call = Call(tool="reply", args={"ask": asked})
            return Plan(call=self._emit_exact(request.text, call, cancel), margin=1.0)
        call = self._write(label, request, cancel)
        if repeats(call, request):
            call = self._emit_exact(
                request.text, Call(tool="reply", args={"ask": talk.reply("ask_change")}), cancel
            )
            return Plan(call=call, margin=1.0)
        missed = unheard(call, request.own or request.evidence)
        figures = [phrase for phrase in missed if any(letter.isdigit() for letter in phrase)]
        if figures and call.tool in ("run_experiment", "run_backtest", "propose_trades") and not request.agreed:
            words = ", ".join(figures).replace("{", "(").replace("}", ")")
            asked = talk.reply("ask_figure").replace("[said]", words)
            call = self._emit_exact(request.text, Call(tool="reply", args={"ask": asked}), cancel)
            return Plan(call=call, margin=1.0)
        margin = min(1.0, max(0.0, readings[0].share - readings[1].share)) * UNHEARD_COUNTS ** len(missed)
        others = self._others(readings[1:], call, request, cancel) if margin < UNSURE else []
        return Plan(call=call, margin=margin, alternatives=tuple(others), unheard=missed)

    def _asking(self, evidence: Evidence, history: tuple[Turn, ...]) -> str:  # noqa: ARG002  a tuned model tells
        """Return the text of a request without what asks for nothing."""
        return evidence.text

    def _doubts(self, settled: Call, request: Request) -> bool:  # noqa: ARG002  a tuned model may
        """Tell whether what the rules settled is unlikely to be what was meant."""
        return False

    def _settled(self, evidence: Evidence, history: tuple[Turn, ...], state: LiveState) -> Call | None:
        """Return what needs no choice of a tool: fixed words, a name put right, a number to look up."""
        user = evidence.text
        call = (
            at_other_levels(history, evidence)  # before what is refused: "sell at 60 already" is no order
            or own_words(user, evidence)
            or corrected(history, evidence, agrees=says_yes(user))
            or next_term(user, history)
        )
        if call:
            return call
        if evidence.of("code"):
            return None  # whatever else its words may mean
        if call := revised(history, user) or again(history, evidence):
            return call
        if self._answers.open_words(history, evidence, state):
            declines = asked_without(history) and says_no(user)
            return Call(tool="reply", args={"text": talk.reply("declined")}) if declines else None
        about = not (evidence.of("symbol") or lab.wants_checked(evidence) or asks_why(evidence))
        if about and (words := about_last(user, history)):
            return Call(tool="reply", args={"text": words})
        return looked_up(evidence, state)

    def _others(
        self, readings: list[Reading], chosen: Call, request: Request, cancel: threading.Event | None
    ) -> list[Call]:
        """Return the next readings that are calls; a question or a refusal is no choice to offer."""
        others: list[Call] = []
        for reading in readings[:MOST_TRIED]:
            if reading.label in tool_names() and len(others) < MOST_ALTERNATIVES:
                other = self._write(reading.label, request, cancel)
                if other.tool != "reply" and other not in (chosen, *others):
                    others.append(other)
        return others

    def _complete(self, request: Request) -> Request:
        """Put an answer to our own question behind the request that it answers."""
        open_words = self._answers.open_words(request.history, request.evidence, request.state)
        if not open_words or request.evidence.of("code"):
            return request
        asked = ", ".join(words.rstrip(" .!") for words in open_words)
        before, questions = request.history[: -len(open_words)], request.history[-len(open_words) :]
        gives_way = says_yes(request.text) or bool(request.evidence.of("model"))
        if gives_way or any(offers_less(turn.answer) for turn in questions):
            asked = without_limits(asked, gather(asked, request.state, self._today()).mentions)
        if asked_without(request.history):
            evidence = gather(asked, request.state, self._today(), ranked_ids(before))
            meant = replace(request, evidence=evidence, history=before, agreed=True)
            if says_yes(request.text):
                return meant
            return self._varied(request, meant) if _YES_BUT.match(request.text) else request
        answer = one_of_the_offered(request.history[-1].answer, request.text)
        text = lab.answered(gather(asked, request.state, self._today()), request.history[-1].answer, answer)
        if self._answers.gives_the_rule(request.evidence, open_words, request.state):
            text = self._answers.with_rule(asked, answer, request.state)
        both = gather(text, request.state, self._today())
        return replace(request, evidence=both, own=request.evidence)

    def _varied(self, request: Request, meant: Request) -> Request:
        """Return "yes, but on IBM" as a change to the call that was agreed to."""
        call = self._write(self._readings(meant)[0].label, meant, None)
        if call.tool == "reply":
            return request
        turn = Turn(user=meant.text, steps=(Observation(call=call, status="pending"),))
        text = _YES_BUT.sub("now ", request.text)
        evidence = gather(text, request.state, self._today())
        return replace(request, evidence=evidence, history=(*meant.history, turn))

    def _readings(self, request: Request) -> list[Reading]:
        """Return what the request may be about, best first; at least two."""
        evidence = request.evidence
        if evidence.of("sql") and not evidence.of("code"):
            return _certain("query_data")
        if evidence.of("winner") and not evidence.content:
            return _certain("show_report")
        plain = _of_experiments(evidence, request.history)
        if label := plain or workbench.label_of(evidence, request.history, self._earlier(request)):
            return _certain(label)
        terms = terms_of(evidence.text, evidence.mentions)
        readings = self._retriever.rank(terms)
        for previous in leaned_on(request):
            if goes_on(previous, readings[0], request):
                return _certain(previous.tool)
        if self._is_foreign(readings[0], terms, evidence):
            return self._foreign("refuse_outside" if self._retriever.coverage(terms) else "ask_unclear", readings)
        return readings

    def _foreign(self, label: str, readings: list[Reading]) -> list[Reading]:  # noqa: ARG002  a tuned model asks on
        """Return the readings of a request whose words no example has."""
        return _certain(label)

    def _is_foreign(self, best: Reading, terms: list[str], evidence: Evidence) -> bool:
        if {mention.kind for mention in evidence.mentions} & _SUBJECTS:
            return False
        return best.score < UNKNOWN_SCORE or self._retriever.coverage(terms) < UNKNOWN_COVERAGE

    def _write(self, label: str, request: Request, cancel: threading.Event | None) -> Call:
        """Return the call for one reading of the request."""
        if label not in tool_names():
            return self._emit_exact(request.text, words_for(label, request.text), cancel)
        try:
            return emit(self._llm, request.text, label, self._candidates(label, request), cancel)
        except Missing as missing:
            return self._ask(label, missing, request, cancel)

    def _ask(self, label: str, missing: Missing, request: Request, cancel: threading.Event | None) -> Call:
        """Return the question about what a call of `label` lacks."""
        of_file = missing.field == "symbols" and bool(request.evidence.of("path"))
        name = "ask_symbols_file" if of_file else question_for(label, missing.field)
        return self._emit_exact(request.text, Call(tool="reply", args={"ask": talk.reply(name)}), cancel)

    def _candidates(self, tool: str, request: Request) -> Candidates:
        """Return what the arguments of `tool` may be. Raises Missing; see `copilot.planner.leaning`."""
        return candidates_for(tool, request, self._earlier(request))

    def _earlier(self, request: Request) -> Evidence | None:
        """Return the request before this one, where it is on record."""
        before = request.history[-1:] if request.history else ()
        return gather(before[0].user, request.state, self._today()) if before else None

    def _emit_exact(self, request: str, call: Call, cancel: threading.Event | None) -> Call:
        """Write a call that is settled: each argument has one candidate."""
        if call.args == {"text": ""}:
            return call  # the answer is the record's summary; there is nothing to write
        return emit(self._llm, request, call.tool, {name: [value] for name, value in call.args.items()}, cancel)


def _of_experiments(evidence: Evidence, history: Sequence[Turn]) -> str | None:
    """Return the tool that a request plainly asks to say of experiments what it can; None where none is."""
    if ranks_all(evidence) or asks_who_won(evidence.text) or sets_side_by_side(evidence):
        return "compare_experiments"
    if asks_why(evidence):
        return "explain_experiment"
    if _INTO_TRADES.search(evidence.text):
        return "propose_trades"
    return "show_report" if opens_it(evidence.text, history) else repeated_test(evidence, history)


def _certain(label: str) -> list[Reading]:
    return [Reading(label, 1.0, 1.0), Reading("text", 0.0, 0.0)]
