"""What an answer of the API means: it says nearly everything with status 200.

A refusal is {"Note": ...}, {"Information": ...} or {"Error Message": ...}. The sentences are free text, so they are
told apart by the words that have been stable over the years.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from tools.kernel.errors import SourceUnavailable

Answer = Mapping[str, Any]
REFUSALS = ("Note", "Information", "Error Message")


class Fault(StrEnum):
    """Why a call gave no data."""

    UNKNOWN = "unknown symbol"
    PREMIUM = "premium endpoint"
    EMPTY = "nothing in the range"
    MINUTE = "too many calls a minute"
    DAY = "too many calls a day"
    KEY = "the key is not valid"
    BROKEN = "unreadable answer"


RULES: tuple[tuple[Fault, tuple[str, ...]], ...] = (
    (Fault.EMPTY, ("no articles found",)),
    (Fault.MINUTE, ("spreading out", "sparingly")),  # names the day's limit and premium plans too
    (Fault.PREMIUM, ("premium endpoint", "premium feature")),
    (Fault.KEY, ("apikey is invalid", "invalid or missing", "claim your free api key", "demo api key", "**demo**")),
    (Fault.UNKNOWN, ("invalid inputs", "invalid api call")),
    (Fault.MINUTE, ("per minute", "per second")),  # names the day's limit too
    (Fault.DAY, ("per day", "daily rate limit")),
    (Fault.MINUTE, ("frequency", "rate limit", "higher api call")),
)
"""The words of a refusal, in lower case; the first rule that fits counts."""


class Refused(Exception):
    """The vendor gave no data for one call; `fault` says why, `detail` in a few words for the user."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


def read_answer(body: bytes) -> Answer:
    """Return the JSON object of an answer with data. Raises Refused."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(Fault.BROKEN, "its answer was not complete JSON") from None
    if not isinstance(answer, dict):
        raise Refused(Fault.BROKEN, "its answer was not a JSON object")
    for name in REFUSALS:
        if name in answer:
            fault = judge(name, str(answer[name]).lower())
            raise Refused(fault, DETAILS[fault])
    return answer


def judge(name: str, text: str) -> Fault:
    """Return the meaning of a refusal called `name` whose text is `text`, in lower case."""
    found = next((fault for fault, words in RULES if any(each in text for each in words)), None)
    if found is not None:
        return found
    return Fault.UNKNOWN if name == "Error Message" else Fault.BROKEN


DETAILS = {
    Fault.UNKNOWN: "Alpha Vantage does not know it",
    Fault.PREMIUM: "your Alpha Vantage plan does not include it",
    Fault.EMPTY: "Alpha Vantage has nothing in the range",
    Fault.MINUTE: "Alpha Vantage asks for fewer calls a minute",
    Fault.DAY: "Alpha Vantage's calls of today are used up",
    Fault.KEY: "Alpha Vantage does not accept the key",
    Fault.BROKEN: "Alpha Vantage's answer has an unknown form",
}


def key_rejected() -> SourceUnavailable:
    """Return the error for a key that the vendor does not accept."""
    return SourceUnavailable(
        "Alpha Vantage does not accept the key.", hint="Correct SLQ_ALPHA_VANTAGE_KEY in .env or the environment."
    )
