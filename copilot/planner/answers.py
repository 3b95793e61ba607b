"""Whether a message answers the question we asked before it, or is a request that stands on its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from copilot.messages import LiveState, Turn
from copilot.planner import talk, workbench
from copilot.planner.conditions import words
from copilot.planner.evidence import Evidence, gather
from copilot.planner.history import commands, open_request
from copilot.planner.numbers import PLACES
from copilot.planner.retrieve import Reading, Retriever, terms_of

_OFFERS = re.compile(
    r"(?:^|[.!?;] )(?:shall|should|may) i (?:go on|go ahead|continue|proceed|carry on|do it|run (?:it|that"
    r"|this))\b(?![^?]*\bone of\b)[^?]*\?$",
    re.IGNORECASE,
)
_COURTESIES = {
    "thank", "thanks", "thx", "ta", "cheers", "dear", "love", "mate", "please", "pls", "kindly", "sorry", "oh",
    "ah", "sir", "madam", "buddy", "pal", "darling", "yes", "sure", "ok", "okay", "hm", "hmm", "well", "then",
    "appreciated",
}  # fmt: skip
_PLACES = {**PLACES, "former": 0, "latter": -1, "1": 0, "2": 1, "3": 2}
_NTH = re.compile(rf"(?:the )?(?P<nth>{'|'.join(_PLACES)})(?: one)?(?:,? please)?", re.IGNORECASE)
_OFFERED = re.compile(r"(?:: |mean |between )(?P<names>[\w^=.-]+(?:, [\w^=.-]+)*,? or [\w^=.-]+)\?\s*$")
_LEVEL = re.compile(
    r"(?:\b(?:under|below|over|above|less than|more than)|[<>]) ?(?:the |its |an? )?[0-9]", re.IGNORECASE
)
_SAY = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|well|hm+|then|let's say|let us say|say|maybe|for example|when(?:ever)?|if|once|use|take"
    r"|try)\b[ ,]*)+",
    re.IGNORECASE,
)
LIKELY = 0.4  # a share above this makes a command one
SURE = 0.6  # a share of certainty above this makes a few words a request of their own
SHORT = 2  # words of substance up to which an answer to a question is only an answer


class Answers:
    """Tells answers from requests, by what the examples of `retriever` are about."""

    def __init__(self, retriever: Retriever, today: Callable[[], date]) -> None:
        self._retriever = retriever
        self._today = today

    def open_words(self, history: tuple[Turn, ...], evidence: Evidence, state: LiveState) -> list[str]:
        """Return the messages that a question of ours left open and that `evidence` answers, oldest first."""
        words = open_request(history)
        for place in range(len(words) - 1, 0, -1):  # one of them may have been a request of its own
            if self._is_new(gather(words[place], state, self._today()), words[:place], state):
                words = words[place:]
                break
        return [] if words and not asked_without(history) and self._is_new(evidence, words, state) else words

    def _is_new(self, evidence: Evidence, asked: list[str], state: LiveState) -> bool:
        """Tell whether `evidence` is no answer to what was `asked`, but a request that stands on its own."""
        content = set(evidence.content) - _COURTESIES
        if self.gives_the_rule(evidence, asked, state):
            return False
        if evidence.of("code") or len(content) > SHORT or workbench.is_whole(evidence, state):
            return True
        own = self._best(evidence)
        if not content or own.share < LIKELY:
            return False
        before, both = (
            gather(", ".join(words), state, self._today()) for words in (asked, [*asked, evidence.text])
        )
        if commands(evidence.text) and own.label != self._best(before).label:
            return True
        said, asked_for = ({each.kind for each in one.mentions} for one in (evidence, before))
        if commands(evidence.text) and said & asked_for:
            return True  # it says anew what was said before
        return own.share > SURE and own.label != self._label(both)

    def gives_the_rule(self, evidence: Evidence, asked: list[str], state: LiveState) -> bool:
        """Tell whether conditions are given for symbols that were asked about without any that can be read."""
        if evidence.symbols or not _LEVEL.search(evidence.text):
            return False
        before = gather(", ".join(asked), state, self._today())
        return bool(before.symbols) and not before.features and not any(each.value for each in before.of("entry"))

    def with_rule(self, asked: str, answer: str, state: LiveState) -> str:
        """Return what was `asked` with the rule that `answer` gives in place of conditions nobody could read."""
        return _without_unread(gather(f"{asked}, {_begun(answer)}", state, self._today()))

    def _label(self, evidence: Evidence) -> str | None:
        """Return what `evidence` is about where that is clear by itself."""
        best = self._best(evidence)
        return best.label if best.share > SURE else None

    def _best(self, evidence: Evidence) -> Reading:
        return self._retriever.rank(terms_of(evidence.text, evidence.mentions))[0]


def one_of_the_offered(question: str, answer: str) -> str:
    """Return the name that "the second" means among those a question offered ("X or Y?"), else the answer."""
    said = _NTH.fullmatch(answer.strip(" .!?,"))
    offered = _OFFERED.search(question)
    if said is None or offered is None:
        return answer
    names = [each.strip() for each in re.split(r",| or ", offered["names"]) if each.strip()]
    place = _PLACES[said["nth"].lower()]
    return names[place] if -len(names) <= place < len(names) else answer


def _begun(answer: str) -> str:
    """Return an answer that begins with a condition as the rule that it is: "RSI under 35" is when to buy."""
    said = _SAY.sub("", answer)
    verb = re.search(rf"\b(?:{words()['enter']})\b", said, re.IGNORECASE)
    level = _LEVEL.search(said)
    return answer if verb is not None and level is not None and verb.start() < level.start() else f"buy when {said}"


def _without_unread(evidence: Evidence) -> str:
    """Return the text of a request without the conditions that nobody can read: "whenever it was cheap"."""
    text = evidence.text
    unread = [each for each in evidence.mentions if each.kind in ("entry", "exit") and each.value is None]
    for each in sorted(unread, key=lambda each: -each.start):
        before = re.sub(rf"\b(?:{words()['when']})\s*$", "", text[: each.start], flags=re.IGNORECASE)
        text = before + text[each.end :]
    return text


def asked_without(history: Sequence[Turn]) -> bool:
    """Tell whether our last words offered to go on without what cannot be done."""
    answer = history[-1].answer.rstrip() if history else ""
    return answer.endswith(talk.reply("ask_without")) or _OFFERS.search(answer) is not None
