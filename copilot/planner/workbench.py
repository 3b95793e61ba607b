"""What the lab and scripts add to planning: which request is theirs, what it lacks, which feature is "mine"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from copilot.messages import LiveState, Turn
from copilot.planner import analysis, lab, own_features, rule, unmade
from copilot.planner.analysis_varied import varied
from copilot.planner.candidates import Candidates
from copilot.planner.evidence import Evidence
from copilot.planner.history import commands, last_call, last_symbols
from copilot.planner.talk import reply
from copilot.planner.unheard import unknown_words

OWN = frozenset({"generate_features", "check_features", "run_python"})
MOST_NAMED = 5
_WITH = re.compile(
    r"\b(?:it|this|that|(?:this|that) one|(?:the|my|this|that)(?: new)? feature)\b"
    r" (?:(?:together|along|combined|jointly) with|and|plus|with)(?= )",
    re.IGNORECASE,
)
_CHECKS = re.compile(r"\b(?:check|vet|verify) (?:it|them|that|this)(?! (?:predict|work)\w*)\b", re.IGNORECASE)
_TESTS = re.compile(
    r"\W*(?:please |now |then |and |so |can you |could you |let's |i'd like to )*(?:test|try"
    r"|evaluate)(?: out)?(?: the| whether| if)? $",
    re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(r"[.;!?](?= |$)|, (?!and |plus |minus |times )")
_PART = r"\b(?:from|of|and|with|using|by|on|out of|plus|per|than|via|times|minus|over) (?:(?:the|an?|its|my|\w+) )?"


def label_of(evidence: Evidence, history: Sequence[Turn], earlier: Evidence | None) -> str | None:
    """Return the tool of the lab that a request is plainly for, None where its words do not say.

    `earlier`: the request before, for what varies it.
    """
    if code := evidence.of("code"):
        return "generate_features" if "def feature" in code[0].value else "run_python"
    if evidence.of("entry") or rule.unnamed_rule(evidence.text):
        return "run_backtest"
    if analysis.analysis(evidence) or varied(evidence, history, earlier):
        return "run_python"
    if lab.wants_made(evidence):
        return "run_experiment" if _varies_experiment(evidence, history) else "generate_features"
    before = last_call(history)
    made = before is not None and before.tool == "generate_features" and _CHECKS.search(evidence.text)
    named = bool(evidence.features) or own_features.speaks_of_own(evidence) or lab.checks_own(evidence)
    if made or (named and lab.wants_checked(evidence)):
        return "check_features"
    return "run_experiment" if _tests(evidence) else None


def _tests(evidence: Evidence) -> bool:
    """Tell whether a feature stands right behind "test" or "try": "test the gap on it"."""
    features = evidence.of("feature")
    return bool(features) and _TESTS.match(evidence.text[: features[0].start]) is not None


def _varies_experiment(evidence: Evidence, history: Sequence[Turn]) -> bool:
    """Tell whether "add volatility" adds to the last experiment: nothing was made or examined since."""
    calls = [step.call.tool for turn in history for step in turn.steps]
    of_features = [tool for tool in calls if tool in ("run_experiment", "generate_features", "check_features")]
    return of_features[-1:] == ["run_experiment"] and not lab.says_feature(evidence)


def question(label: str, evidence: Evidence, history: Sequence[Turn], state: LiveState) -> str | None:
    """Return what to ask where a call of `label` would not answer the question that was asked."""
    if evidence.of("code"):
        return None
    if label == "generate_features":
        return _about_parts(evidence)
    if label == "run_python":
        found = analysis.analysis(evidence)
        return reply("ask_analysis") if found is not None and not found.clear else None
    if label == "run_experiment" and (other := list(unmade.of_something_else(evidence))):
        return reply("ask_feature_part").replace("[said]", _joined(other))
    if label == "run_experiment" and own_features.means_own(evidence) and not _own(evidence, history, state):
        held = own_features.made(state.features)[-MOST_NAMED:]
        return reply("ask_own_feature").replace("[held]", f"; you have {', '.join(held)}" if held else "")
    return None


def is_whole(evidence: Evidence, state: LiveState) -> bool:
    """Tell whether a request is, without those before it, plainly for the lab and lacks nothing."""
    if not commands(evidence.text) and not (evidence.symbols and analysis.analysis(evidence)):
        return False
    label = label_of(evidence, (), None)
    return label is not None and question(label, evidence, (), state) is None


def arguments(
    said: Candidates,
    *,
    tool: str,
    evidence: Evidence,
    history: Sequence[Turn],
    state: LiveState,
    earlier: Evidence | None,
) -> Candidates:
    """Return the arguments that were said, with what "my feature" or the request before stands for."""
    if tool == "run_python":
        return _script(said, evidence, history, earlier)
    newest = last_call(history)
    made = newest is not None and newest.tool in ("generate_features", "check_features")
    if tool == "run_experiment" and made and "features" in said and _WITH.search(evidence.text):
        own = own_features.features_meant(Evidence(_WITH.sub("it", evidence.text), ()), history, pronouns=True)
        return {**said, "features": [list(dict.fromkeys([*own, *said["features"][0]]))]}
    other = own_features.other_or_both(evidence, history, state.features) if tool == "check_features" else []
    if other and all(any(name.split("_")[0] in each for each in other) for name in evidence.features):
        return {**said, "features": [other]}  # "the other one I made, the RSI thing"
    if tool in ("check_features", "run_experiment") and "features" not in said:
        names = _own(evidence, history, state) if tool == "run_experiment" else []
        if tool == "check_features":
            names = own_features.features_meant(evidence, history, pronouns=True)
        if names:
            return {**said, "features": [names]}
    return said


def _own(evidence: Evidence, history: Sequence[Turn], state: LiveState) -> list[str]:
    newest = last_call(history)
    fresh = newest is not None and newest.tool in ("generate_features", "check_features")
    held = own_features.made(state.features)
    names = own_features.features_meant(evidence, history, pronouns=fresh)
    return names or (held if len(held) == 1 and own_features.means_own(evidence) else [])


def _script(said: Candidates, evidence: Evidence, history: Sequence[Turn], earlier: Evidence | None) -> Candidates:
    """Return code, symbols and period; those that were not said come from the conversation."""
    filled = dict(said)
    if "code" not in filled and (found := varied(evidence, history, earlier)):
        filled = {name: values for name, values in analysis.candidates(found, evidence).items() if values}
        before = last_call(history)
        for name in ("start", "end"):
            if before is not None and name in before.args and not {"start", "end"} & said.keys():
                filled[name] = [str(before.args[name])]
    reads_bars = "bars" in str(filled.get("code", [""])[0])
    if "symbols" not in filled and reads_bars and (symbols := last_symbols(history)):
        filled["symbols"] = [symbols]
    return filled


def lacks_symbols(tool: str, filled: Candidates, evidence: Evidence) -> bool:
    """Tell whether a script of ours has no symbols to read; code that was typed is left as it is."""
    return tool == "run_python" and "symbols" not in filled and not evidence.of("code")


def _about_parts(evidence: Evidence) -> str | None:
    """Return the question about a feature of which a part, or everything, is missing."""
    missed = [*unmade.left_over(evidence), *_unknown_parts(evidence)]
    if missed:
        return reply("ask_feature_part").replace("[said]", _joined(missed))
    return None if evidence.features else reply("ask_feature_formula")


def _unknown_parts(evidence: Evidence) -> list[str]:
    """Return the unknown words that may be parts of the feature: all, or those after "from", "and", "by"."""
    if any(re.search(r"[(*/]", evidence.text[each.start : each.end]) for each in evidence.of("feature")):
        evidence = _from_the_formula(evidence)
    unknown = unknown_words(evidence)
    if not evidence.features:
        return unknown
    return [word for word in unknown if re.search(_PART + re.escape(word), evidence.text, re.IGNORECASE)]


def _from_the_formula(evidence: Evidence) -> Evidence:
    """Return a request from the formula typed in it on, to the end of the clause: what else is told is no part."""
    features = evidence.of("feature")
    end = _CLAUSE_ENDS.search(evidence.text, features[-1].end)
    return evidence.part(features[0].start, end.start() if end else len(evidence.text))


def _joined(words: Iterable[str]) -> str:
    return re.sub(r"[{}]", "", ", ".join(dict.fromkeys(words)))
