"""The last script of ours with something else in it: "and by month?", "the median instead", "plot it".

What the script computes is read back from its text, so that a chain of such requests keeps what was said before.
The scripts are few enough to write them all (`copilot.planner.analysis.script`) and look one up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import product

from copilot.messages import Turn
from copilot.planner.analysis import BUSINESS, SHARES, Analysis, analysis, read, script, words_of
from copilot.planner.evidence import Evidence

_LEAD = re.compile(r"^\W*(?:and|now|what about|how about|same|the same|ok|then|also|but|instead)\b", re.IGNORECASE)
_SHORT_LEAD = 8  # words of a request that may vary the one before it
_ALONE = 3  # or fewer: nothing else can be meant


def varied(evidence: Evidence, history: Sequence[Turn], earlier: Evidence | None) -> Analysis | None:
    """Return the analysis before with what is said now in its place; None where nothing of it is.

    `earlier`: the request before, for a script over a window of its own.
    """
    steps = history[-1].steps if history else ()
    if not steps or steps[-1].call.tool != "run_python":
        return None
    words = len(evidence.text.split())
    leads = words <= _ALONE or (words <= _SHORT_LEAD and _LEAD.search(evidence.text) is not None)
    if not leads or BUSINESS.search(evidence.text):
        return None
    now = read(evidence)
    if not (now.statistic or now.quantity or now.group or now.plot or evidence.symbols):
        return None
    before = read_back(str(steps[-1].call.args.get("code", ""))) or (analysis(earlier) if earlier else None)
    if before is None:
        return None
    return replace(
        before,
        statistic=now.statistic or before.statistic,
        quantity=now.quantity or before.quantity,
        group=now.group or before.group,
        plot=now.plot or before.plot,
        clear=now.clear,
    )


def read_back(code: str) -> Analysis | None:
    """Return the analysis that `code` was written for; None for other code, and for a window of its own."""
    return _scripts().get(code.strip())


@cache
def _scripts() -> dict[str, Analysis]:
    statistics = [each for each in words_of("statistics") if each != "share"]
    kinds = product(
        (*statistics, *SHARES, None), words_of("quantities"), (*words_of("groups"), None), (False, True)
    )
    whole = [Analysis(*each[:3], plot=each[3]) for each in kinds if each[0] is not None or each[3]]
    return {script(each): each for each in reversed(whole)}
