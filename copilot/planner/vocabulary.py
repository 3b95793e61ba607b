"""Words: splitting, stemming, and the everyday vocabulary that a name must not be confused with."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import prompts

_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?")
_ENDINGS = ("ations", "ation", "ings", "ing", "ities", "ity", "ments", "ment", "ies", "ied", "ers", "er", "es", "ed", "ly", "s", "e", "y")
# Words without which a request keeps its meaning; they carry no evidence of a subject.
FUNCTION_WORDS = frozenset(
    "a an the and or but of for on in at to from with by as is are was were be been am do does did have has had i me my "
    "mine we us our you your it its he she they them their this that these those there here please can could would will "
    "shall should may might must not no so if then than just also too very really some any all each every both either "
    "let let's lets i'd i'm i've it's that's what's you're don't isn't now well hey ok okay kindly maybe actually like "
    "want need wish again still yet ever one ones out up down over into onto about around".split()
)
_COMMON = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday today tomorrow yesterday spring summer autumn winter year years month months week "
    "weeks day days hour hours price prices stock stocks share shares market markets data bar bars history historical "
    "everything anything something nothing everyone someone people company companies ticker tickers symbol symbols "
    "index indices fund funds bond bonds cash dollar dollars euro euros money capital budget trade trades trading "
    "position positions portfolio strategy strategies signal signals feature features model models test tests run runs "
    "experiment experiments report reports result results return returns risk cost costs key keys order orders broker "
    "ticket tickets query table tables row rows column columns file files first second third last next previous daily "
    "weekly monthly open close high low volume good bad better best worse worst big small large new old same other such "
    "only even much many more most few less least where when which who why how what while because since until after "
    "before between during through under without within long short buy sell hold keep make take put give see look show "
    "load get fetch download import pull grab add update refresh use using try check start stop begin end go come work "
    "find tell know think say ask help thank thanks hello hi yes sure fine nice great cool true false time times "
    "back top max min mean average sum count select where limit group having distinct join union case write read "
    "regarding concerning against versus works using ai ml api csv html json pdf sql etf".split()
)


@cache
def load_plan_file(name: str) -> Any:  # noqa: ANN401  JSON of several shapes
    """Return a JSON file of `prompts/plan/`."""
    return json.loads((prompts.FOLDER / "plan" / name).read_text(encoding="utf-8"))


def words_of(text: str) -> list[str]:
    """Return the lower-case words of `text`."""
    return _TOKEN.findall(text.lower().replace("’", "'"))


def stem(word: str) -> str:
    """Return a crude stem: common endings off, at least three letters kept."""
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word


@cache
def everyday_words() -> frozenset[str]:
    """Return lower-case words that name no company: function words, the trade's terms, the words of the examples.

    Words that occur in the examples only with a capital are names and are left out.
    """
    lower: set[str] = set()
    for examples in load_plan_file("examples.json").values():
        for example in examples:
            lower.update(re.findall(r"\b[a-z][a-z']*", example))
    return FUNCTION_WORDS | _COMMON | frozenset(lower)
