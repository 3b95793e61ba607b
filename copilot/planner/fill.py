"""From what was said to candidate values of a tool's arguments.

A field for which the request holds no evidence gets no candidate and stays out of the grammar, so that its default
holds. One candidate is forced by the grammar; among several the model chooses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from copilot.messages import LiveState, Turn
from copilot.planner import analysis, fill_data, lab
from copilot.planner.candidates import Candidates, first, one, period
from copilot.planner.earlier import compared_with
from copilot.planner.evidence import Evidence
from copilot.planner.experiments import described, in_order, resolve
from copilot.planner.explaining import about_a_holding
from copilot.planner.figures import likely_horizon
from copilot.planner.fill_own import fill_own
from copilot.planner.history import last_call
from copilot.planner.mention import Mention
from copilot.planner.numbers import SMALL
from tools.catalog import plugin_tools

_EVERYTHING = re.compile(
    r"\b(?:(?<!same )(?<!close )(?<!stop )(?<!sell )everything(?! else)"
    r"|all (?:of )?(?:the |my |our )?(?:stocks|symbols|names|data|tickers)"
    rf"|all (?:of )?(?:the |my |our |these |those )?{SMALL} (?:stocks|symbols|names|tickers)"
    r"(?: (?:that )?(?:i|we) (?:have|hold|own)| there are| in the lake| stored)"
    r"|(?:the )?whole (?:universe|lake)|(?:my|our) (?:whole |entire )?(?:universe|symbols|stocks|tickers))\b",
    re.IGNORECASE,
)
# All of them are meant: "rank my experiments", "which of all my runs did best".
_AMONG_ALL = re.compile(
    r"\b(?:rank|sort(?! of)|order|leader ?board)\b(?!.*\b(?:last|latest|two|three|first)\b)"
    r"|\b(?:best|worst|highest|lowest|most|top|winner|strongest|weakest)\b.*\b(?:my|all|so far|ever|every)\b"
    r"|\b(?:my|all|so far|ever|every)\b.*\b(?:best|worst|highest|lowest|most|strongest|weakest)\b"
    r"|\bwhich\b(?!.*\b(?:last|latest|two|both|three|first|them|these|those)\b)"
    r".*\b(?:best|worst|highest|lowest|strongest|weakest)\b",
    re.IGNORECASE,
)
_SIDE_BY_SIDE = re.compile(
    r"^\W*(?:please |now |and |can you |could you )*(?:put|set|place|lay|line up|hold) .{3,80}"
    r"\b(?:next to|beside|alongside|side by side|up against|against)\b",
    re.IGNORECASE,
)
_WHO_WON = re.compile(
    r"\W*(?:(?:so|and|ok(?:ay)?|well|now)[, ]+)*(?:who|which(?: one| of them| of the two)?)(?:'s| is| has| did)?"
    r" (?:won|wins?|winning|better|did (?:it )?better|do better|came? out (?:on top|ahead|better)|ahead|best)\W*",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\b(?:with|to|against|versus|vs\.?|next to|beside|than)\b|(?:,| and) (?=(?:the|my|that)\b)", re.IGNORECASE
)
_EACH = re.compile(r"\b(?:and|with|to|against|versus|vs\.?|or|next to|beside|than)\b|,", re.IGNORECASE)
_PLURAL = re.compile(r"\b(?:experiments|runs|backtests|tests|ones|trials|results)\b", re.IGNORECASE)
_RUNS = re.compile(r"\b(?:experiments?|runs?|ran|backtests?|trials?|strateg(?:y|ies)|models?)\b", re.IGNORECASE)
MOST_COMPARED = 20  # as many as the tool takes; the newest
FEWEST_COMPARED = 2  # the latest two are the default
LEAST_CAPITAL = 100  # a smaller bare number is more likely a count than an amount of money


def fill(tool: str, evidence: Evidence, state: LiveState) -> Candidates:
    """Return field -> candidates for `tool`. An unknown tool has none."""
    filler = _FILLERS.get(tool)
    if filler is not None:
        candidates = filler(evidence, state)
    else:
        own = any(each.name == tool for each in plugin_tools())
        candidates = fill_own(tool, evidence, state) if own else {}
    return {name: values for name, values in candidates.items() if values}


def _experiment(evidence: Evidence, state: LiveState) -> Candidates:
    symbols = evidence.symbols
    everything = not symbols and _EVERYTHING.search(evidence.text) is not None
    if everything:
        symbols = list(state.symbols)
    horizon = first(evidence, "horizon") or one(likely_horizon(evidence.text, evidence.mentions))
    return {
        "symbols": one(symbols),
        "features": one(evidence.features),
        "model": first(evidence, "model"),
        "horizon_days": horizon,
        "top_n": [] if everything else first(evidence, "count"),  # "all five stocks" limits nothing
        **{field: [value] for field, value in (mention.value for mention in evidence.wanted("option"))},
        **period(evidence),
    }


def _backtest(evidence: Evidence, state: LiveState) -> Candidates:
    said = {kind: [mention.value for mention in evidence.of(kind)][:1] for kind in ("entry", "exit")}
    return {"symbols": _experiment(evidence, state)["symbols"], **said, **period(evidence)}


def _chosen(evidence: Evidence, state: LiveState) -> list[str]:
    """Return the experiment ids a request may mean: one if it is named, several if only its symbols are."""
    if winners := evidence.of("winner"):
        return [winners[0].value]
    ids = in_order(state.experiments)
    said = evidence.of("experiment")
    if said and said[0].value in (("rank", -1), ("last", 1)):
        return []
    return resolve(said, ids)[:1] or described(evidence.text, tickers(evidence.symbols), ids)


def _report(evidence: Evidence, state: LiveState) -> Candidates:
    return {"experiment": list(_chosen(evidence, state))}


def _explain(evidence: Evidence, state: LiveState) -> Candidates:
    """Return the experiment to explain; a symbol that is held is one of its holdings, and names no experiment."""
    held = evidence.of("symbol") and not evidence.of("experiment") and about_a_holding(evidence.text)
    if not held:
        return _report(evidence, state)
    return {"experiment": described(evidence.text, (), in_order(state.experiments))[:1]}


def _compare(evidence: Evidence, state: LiveState) -> Candidates:
    return comparison(evidence, state, ())


def comparison(evidence: Evidence, state: LiveState, history: Sequence[Turn]) -> Candidates:
    """Return the experiments to compare: those that are named, or that the words point at in `history`.

    Nothing where they are the latest two, which is the default.
    """
    ids = in_order(state.experiments)
    said = evidence.of("experiment")
    named = resolve(said, ids)
    if not named and ranks_all(evidence):
        named = ids
    described = _described_each(evidence, ids) if len(named) < FEWEST_COMPARED else []
    named = list(dict.fromkeys([*named, *described]))
    named = compared_with(evidence, history, named)
    before = last_call(history)
    if named and evidence.adds and before is not None and before.tool == "compare_experiments":
        named = [*(before.args.get("experiments") or ids[-FEWEST_COMPARED:]), *named]  # "add the ridge one to it"
    picked = described or any(each.value[0] == "id" for each in said) or _by_place(said)
    if len(named) < FEWEST_COMPARED or (not picked and set(named) == set(ids[-FEWEST_COMPARED:])):
        return {}
    return {"experiments": one(list(dict.fromkeys(named))[-MOST_COMPARED:])}


def _by_place(said: Sequence[Mention]) -> bool:
    """Tell whether several experiments were told by their places from the first on: "the second and the third"."""
    return len(said) > 1 and all(how == "rank" and place >= 0 for how, place in (each.value for each in said))


def _described_each(evidence: Evidence, ids: Sequence[str]) -> list[str]:
    """Return the experiments that parts of a request describe: "the ridge against the IBM one"."""
    for cut in (_AGAINST, _EACH):
        found = []
        for start, end in _between(cut, evidence.text):
            names = [each.value for each in evidence.of("symbol") if start <= each.start < end]
            found += described(evidence.text[start:end], tickers(names), ids)[:1]
        if len(found) > 1:
            return found
    if _PLURAL.search(evidence.text):
        return list(reversed(described(evidence.text, tickers(evidence.symbols), ids, whole=False)))
    return found


def _between(cut: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of the parts of `text` between the matches of `cut`."""
    begin = 0
    for match in cut.finditer(text):
        yield begin, match.start()
        begin = match.end()
    yield begin, len(text)


def sets_side_by_side(evidence: Evidence) -> bool:
    """Tell whether two runs are to be put next to each other."""
    runs = evidence.of("experiment") or _RUNS.search(evidence.text)
    return bool(runs) and _SIDE_BY_SIDE.search(evidence.text) is not None


def asks_who_won(text: str) -> bool:
    """Tell whether the better one of the last runs is asked for and nothing else: "who won?"."""
    return _WHO_WON.fullmatch(text) is not None


def ranks_all(evidence: Evidence) -> bool:
    """Tell whether all experiments are to be put in order, or the best of all is asked for."""
    text = evidence.text
    named = evidence.of("symbol") or evidence.of("experiment") or evidence.of("winner") or evidence.of("money")
    return not named and _RUNS.search(text) is not None and _AMONG_ALL.search(text) is not None


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
        "max_positions": first(evidence, "count"),
    }


def _python(evidence: Evidence, _state: LiveState) -> Candidates:
    if typed := evidence.of("code"):
        return {
            "code": [typed[0].value],
            "symbols": one(evidence.symbols),
            "sql": first(evidence, "sql"),
            **period(evidence),
        }
    found = analysis.analysis(evidence)
    return analysis.candidates(found, evidence) if found is not None and found.clear else {}


def tickers(names: Sequence[str]) -> list[str]:
    """Return what an experiment id may hold for each name: the ticker, or the first word of a group."""
    from tools.ingest.universe import aliases

    known = aliases()
    meant = [(name, known.get(name.lower(), ())) for name in names]
    return [symbols[0] if len(symbols) == 1 else name.split()[0] for name, symbols in meant]


_FILLERS: dict[str, Callable[[Evidence, LiveState], Candidates]] = {
    "ingest_data": fill_data.ingest,
    "list_inventory": fill_data.inventory,
    "query_data": fill_data.query,
    "show_data": fill_data.show,
    "generate_features": lab.generate,
    "check_features": lab.check,
    "run_experiment": _experiment,
    "run_backtest": _backtest,
    "run_python": _python,
    "show_report": _report,
    "explain_experiment": _explain,
    "compare_experiments": _compare,
    "propose_trades": _propose,
}
