"""Pairs for training: requests from the phrase books of `prompts/tuning/`, each with the call that should follow.

Beside them lie rounds, whole conversations by other authors (`*.jsonl`), which are trained on as they are.

Every pair is seeded and reproducible; the set's version is the hash of its pairs. Wordings and slot values are held
out for `held`. What the prompt says is built by `copilot.planner.sight`, as in use: the resolvers read the filled
phrase, so that the model learns with the same slips of theirs that it will meet.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

import prompts
from copilot.messages import Call, LiveState, Observation, Turn
from copilot.planner.emit import args_of
from copilot.planner.evidence import gather
from copilot.planner.features import MADE
from copilot.planner.sight import sight, written
from copilot.tuning.own import fill_own, intents_of
from copilot.tuning.pair import EXPERIMENTS, OWN_FEATURES, Pair, Split
from copilot.tuning.rounds import pairs_of_rounds, rounds
from copilot.tuning.slots import HELD_EVERY, POOLS, TODAY, fill_slot, slipped
from tools.kernel.errors import BadRequest
from tools.kernel.phrases import kind_of, read_book, slots_of
from tools.kernel.spec import Progress, Tool, silent

STORED = ("AAPL", "AMZN", "FB", "GOOG", "IBM", "MSFT", "ORCL", "SPY")
LOWER_CASE = 0.15  # of the requests, as many people type


def make_pairs(
    folder: Path | None = None,
    *,
    seed: int = 7,
    fills: int = 2,
    plugins: Sequence[Tool[Any, Any]] = (),
    progress: Progress = silent,
) -> list[Pair]:
    """Return the pairs of all phrase books in `folder` and of `plugins`, `fills` of each wording.

    Args:
        folder: holds the books; those of SLQ if not given.
        seed: of all that is drawn.
        fills: how often a wording is filled that is trained on and stands alone.
        plugins: tools of other packages, which are added.
        progress: told how many intents are done.

    Raises:
        BadRequest: a book is not of its form, or a call in one is not one that its tool takes.
        Unreadable: a phrase of a pool is not understood by the resolvers.
        ValueError: a call has an argument that its tool does not have.
    """
    intents = [intent for path in books(folder) for intent in json.loads(path.read_text(encoding="utf-8"))]
    own = [intent for tool in plugins for intent in intents_of(tool)]
    pairs: list[Pair] = []
    for done, intent in enumerate([*intents, *own]):
        progress("making pairs (intents)", done, len(intents) + len(own))
        pairs += _pairs_of(intent, seed, fills)
    return [*pairs, *(pair for path in rounds(folder) for pair in pairs_of_rounds(path))]


def books(folder: Path | None = None) -> list[Path]:
    """Return the phrase books in `folder`, or those of SLQ, in order. Raises BadRequest for one of another form."""
    found = sorted((folder or prompts.FOLDER / "tuning").glob("*.json"))
    found = [path for path in found if path.name != POOLS]
    if not found:
        raise BadRequest(f"There is no phrase book in {folder}.", hint="Give a folder with JSON files of intents.")
    for path in found:
        read_book(path)
    return found


def _pairs_of(intent: Mapping[str, Any], seed: int, fills: int) -> Iterator[Pair]:
    for place, wording in enumerate(intent["say"]):
        draw = random.Random(f"{seed}/{intent['intent']}/{place}")  # noqa: S311  no secret
        split: Split = "held" if place % HELD_EVERY == HELD_EVERY - 1 else "train"
        many = fills if split == "train" and not intent.get("before") else 1
        for _ in range(many):
            yield _pair(intent, wording, draw, split)


def _pair(intent: Mapping[str, Any], wording: str, draw: random.Random, split: Split) -> Pair:
    state = _state(draw, intent)
    texts: dict[str, str] = {}
    values: dict[str, Any] = {}
    small = split == "train" and draw.random() < LOWER_CASE

    def fill(slot: str) -> tuple[str, Any]:
        if pool := intent.get("slots", {}).get(kind_of(slot)):
            return fill_own(pool, _field_of(slot, intent), draw, held=split == "held")
        return fill_slot(kind_of(slot), draw, state, held=split == "held", small=small)

    def say(text: str) -> str:
        text = text.lower() if small else text
        for slot in slots_of(text):
            if slot not in texts:
                texts[slot], values[slot] = fill(slot)
            text = text.replace(f"{{{slot}}}", texts[slot])
        return text

    turns = [_turn(say(each["user"]), each, values) for each in intent.get("before", ())]
    request = say(slipped(wording, draw) if split == "train" else wording)
    call = Call(tool=intent["call"]["tool"], args=_filled(intent["call"]["args"], values, state))
    made = tuple(f"{MADE}{value}" for slot, value in values.items() if kind_of(slot) == "name")
    state = state.model_copy(update={"features": (*state.features, *(made if turns else ()))})
    if unknown := call.args.keys() - args_of(call.tool).model_fields.keys():
        raise ValueError(f"{intent['intent']}: {call.tool} has no {', '.join(sorted(unknown))}")
    evidence = gather(request, state, TODAY)
    return Pair(sight(turns, evidence, state), written(call), intent["intent"], split)


def _turn(user: str, before: Mapping[str, Any], values: Mapping[str, Any]) -> Turn:
    """Return an earlier turn, answered by a call or by a question of ours."""
    if "call" not in before:
        return Turn(user=user, answer=before.get("answer", ""))
    call = Call(tool=before["call"]["tool"], args=_filled(before["call"]["args"], values, LiveState()))
    return Turn(user=user, steps=(Observation(call=call, status="ok"),))


def _field_of(slot: str, intent: Mapping[str, Any]) -> FieldInfo | None:
    """Return the argument that a slot alone gives the value of."""
    fields = args_of(intent["call"]["tool"]).model_fields
    return next(
        (fields.get(name) for name, value in intent["call"]["args"].items() if value == f"{{{slot}}}"), None
    )


def _filled(args: Mapping[str, Any], values: Mapping[str, Any], state: LiveState) -> dict[str, Any]:
    """Return `args` with the slots in them replaced by what they stand for; a period becomes start and end."""
    filled: dict[str, Any] = {}
    for name, value in args.items():
        meant = _meant(value, values)
        if name.startswith("period") and isinstance(meant, dict):
            filled |= meant
        elif name == "features":
            filled[name] = _features(value, meant)
        elif meant == "ALL":
            filled[name] = list(state.experiments)
        else:
            filled[name] = meant
    return filled


def _features(said: Any, meant: Any) -> list[str]:
    """Return feature ids; what the user named before carries the mark of made features."""
    slots = said if isinstance(said, list) else [said]
    if any(str(slot).startswith("{name") for slot in slots):
        return [f"{MADE}{name}" for name in meant]
    return meant if isinstance(meant, list) else [meant]


def _meant(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        items = [_meant(each, values) for each in value]
        return [item for each in items for item in (each if isinstance(each, list) else [each])]
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        return values[value[1:-1]]
    return value


def _state(draw: random.Random, intent: Mapping[str, Any]) -> LiveState:
    """Return a workspace to speak in; one with experiments where the intent speaks of them."""
    text = json.dumps(intent)
    runs = 3 if "{experiment" in text or '"ALL"' in text else draw.randint(0, 3)
    return LiveState(
        symbols=tuple(sorted(draw.sample(STORED, draw.randint(0, len(STORED))))),
        experiments=EXPERIMENTS[:runs],
        features=OWN_FEATURES[: draw.randint(0, 2)],
    )
