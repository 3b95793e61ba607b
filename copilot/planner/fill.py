"""From what was said to candidate values of a tool's arguments.

A field for which the request holds no evidence gets no candidate and stays out of the grammar, so that its default
holds. One candidate is forced by the grammar; among several the model chooses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from copilot.messages import LiveState
from copilot.planner.evidence import Evidence, period_of
from copilot.planner.experiments import in_order, named_after, resolve

Candidates = dict[str, list[Any]]

_KINDS = (
    ("tickets", r"\b(?:tickets?|proposals?|decisions?)\b"),
    ("snapshots", r"\b(?:snapshots?|versions?)\b"),
    ("models", r"\bmodels?\b"),
    ("features", r"\b(?:features?|indicators?|signals?|predictors?|factors?)\b"),
    ("experiments", r"\b(?:experiments?|runs?|ran|backtests?|tests?|studies|trials?)\b"),
    ("data", r"\b(?:data|datasets?|symbols?|tickers?|bars?|prices?|stocks?|lake|rows?)\b"),
)  # fmt: skip
_SAMPLE = re.compile(r"\b(?:sample|embedded|built[- ]?in|bundled|shipped)\b", re.IGNORECASE)
_EVERYTHING = re.compile(
    r"\b(?:everything|all (?:of )?(?:the |my |our )?(?:stocks|symbols|names|data|tickers)"
    r"|(?:the )?whole (?:universe|lake)"
    r"|(?:my|our) (?:whole |entire )?(?:universe|symbols|stocks|tickers))\b",
    re.IGNORECASE,
)
FEWEST_COMPARED = 2  # the latest two are the default
LEAST_CAPITAL = 100  # a smaller bare number is more likely a count than an amount of money


def fill(tool: str, evidence: Evidence, state: LiveState) -> Candidates:
    """Return field -> candidates for `tool`. An unknown tool has none."""
    filler = _FILLERS.get(tool)
    candidates = {} if filler is None else filler(evidence, state)
    return {name: values for name, values in candidates.items() if values}


def _one(value: Any) -> list[Any]:
    return [] if value is None or value == [] else [value]


def _period(evidence: Evidence) -> Candidates:
    start, end = period_of(evidence.of("period"))
    return {"start": _one(start and start.isoformat()), "end": _one(end and end.isoformat())}


def _first(evidence: Evidence, kind: Any) -> list[Any]:
    return [mention.value for mention in evidence.of(kind)][:1]


def _ingest(evidence: Evidence, _state: LiveState) -> Candidates:
    source = "sample" if _SAMPLE.search(evidence.text) else None
    return {"symbols": _one(evidence.symbols), **_period(evidence), "source": _one(source)}


def _experiment(evidence: Evidence, state: LiveState) -> Candidates:
    symbols = evidence.symbols
    if not symbols and _EVERYTHING.search(evidence.text):
        symbols = list(state.symbols)
    return {
        "symbols": _one(symbols),
        "features": _one(evidence.features),
        "horizon_days": _first(evidence, "horizon"),
        "top_n": _first(evidence, "count"),
        **_period(evidence),
    }


def _inventory(evidence: Evidence, _state: LiveState) -> Candidates:
    found = [
        (match.start(), kind)
        for kind, pattern in _KINDS
        if (match := re.search(pattern, evidence.text, re.IGNORECASE))
    ]
    # "data" beside another noun is filler: "the data versions", "which runs used my data".
    named = sorted(found, key=lambda each: (each[1] == "data", each[0]))
    return {"kind": _one(named[0][1] if named else None)}


def _query(evidence: Evidence, _state: LiveState) -> Candidates:
    return {"sql": _first(evidence, "sql")}


def _chosen(evidence: Evidence, state: LiveState) -> list[str]:
    """Return the experiment ids a request may mean: one if it is named, several if only its symbols are."""
    ids = in_order(state.experiments)
    said = evidence.of("experiment")
    if said and said[0].value == ("rank", -1):
        return []
    return resolve(said, ids)[:1] or named_after(_tickers(evidence.symbols), ids)


def _report(evidence: Evidence, state: LiveState) -> Candidates:
    return {"experiment": list(_chosen(evidence, state))}


def _compare(evidence: Evidence, state: LiveState) -> Candidates:
    ids = in_order(state.experiments)
    said = evidence.of("experiment")
    named = resolve(said, ids)
    if not named:
        named = [hits[0] for symbol in evidence.symbols if (hits := named_after(_tickers([symbol]), ids))]
    typed = any(mention.value[0] == "id" for mention in said)
    if not typed and (len(named) < FEWEST_COMPARED or set(named) == set(ids[-FEWEST_COMPARED:])):
        return {}
    return {"experiments": _one(list(dict.fromkeys(named)))}


def _propose(evidence: Evidence, state: LiveState) -> Candidates:
    amounts = [mention.value for mention in evidence.of("money")]
    if not amounts:
        bare = [mention.value for mention in evidence.of("number")]
        # A bare "2000" reads as a year everywhere but here.
        said = " ".join(evidence.text[each.start : each.end] for each in evidence.of("period"))
        bare += [int(figure) for figure in re.findall(r"\b[0-9]{4}\b", said)]
        amounts = [value for value in bare if value >= LEAST_CAPITAL]
    return {
        "experiment": list(_chosen(evidence, state)),
        "capital_usd": amounts[:1],
        "max_positions": _first(evidence, "count"),
    }


def _tickers(names: list[str]) -> list[str]:
    """Return what an experiment id may hold for each name: the ticker, or the first word of a group."""
    from tools.ingest.universe import aliases

    known = aliases()
    meant = [(name, known.get(name.lower(), ())) for name in names]
    return [symbols[0] if len(symbols) == 1 else name.split()[0] for name, symbols in meant]


_FILLERS: dict[str, Callable[[Evidence, LiveState], Candidates]] = {
    "ingest_data": _ingest,
    "run_experiment": _experiment,
    "list_inventory": _inventory,
    "query_data": _query,
    "show_report": _report,
    "compare_experiments": _compare,
    "propose_trades": _propose,
}
