"""What is never done, whatever else was said: recognised by plain rules before anything is retrieved.

Not the safeguard itself: there is no broker client, no tool reads secrets, and the audit log cannot be changed through
a tool. These rules only make the answer a clear refusal instead of a wrong call.
"""

from __future__ import annotations

import re

_SHARES = r"(?:[0-9][0-9,]*|a|an|some|my|our|the|all|more|one hundred|hundred|ten|fifty|half)"
_BROKER_NAMES = r"(?:brokers?|brokerage|robinhood|interactive brokers|ibkr|schwab|fidelity|etrade|e\*trade|alpaca|degiro|trading 212)"
_RULES: tuple[tuple[str, str], ...] = (
    ("refuse_secret", r"\b(?:api|access|secret|private)[ _-]?keys?\b|\bpasswords?\b|\bcredentials?\b|(?<!\w)\.env\b|\bsecrets?\b|\benv(?:ironment)? (?:file|variables?)\b"
                      r"|\b(?:access|auth|secret|bearer) tokens?\b|\bsystem prompt\b"),
    ("refuse_tamper", r"\b(?:delete|erase|wipe|remove|purge|falsify|fake|forge|doctor|tamper|rewrite|alter|edit|clear|truncate|disable|switch off|turn off|bypass|skip|circumvent|ignore|overwrite)\b"
                      r".{0,40}\b(?:audit|logs?|records?|history|experiments?|runs?|lake|database|tables?|gate|confirmation|approval|rules|instructions|results?|holdout|sharpe)\b"
                      r"|\b(?:drop|truncate|alter) table\b|\b(?:delete from|insert into|update) \w+ (?:where|set|values)\b|\bpeek at the (?:holdout|test)"
                      r"|\bmake (?:the |my )?(?:sharpe|results?|numbers|returns|performance) look"),
    ("refuse_broker", rf"\b(?:place|submit|send|execute|route|transmit|enter|put in|put through|fill|cancel)\b.{{0,30}}\b(?:orders?|trades?)\b(?!.*\bticket for my review)"
                      rf"|\b{_BROKER_NAMES}\b|\b(?:buy|sell|short|purchase|dump)\b (?:me )?{_SHARES}\b.{{0,25}}\bshares?\b"
                      rf"|\b(?:buy|sell|short)\b (?:it|them|this|everything|all)\b|\b(?:buy|sell|short) [0-9][0-9,]*\b|\b(?:market|limit|stop) order\b|\breal money\b"
                      r"|\b(?:can|could) you (?:please )?(?:buy|sell|short|purchase)\b|\b(?:buy|sell|purchase) (?:me )?(?:some|[0-9]+) (?!stocks|names|positions|of the)"
                      r"|\b(?:trade|go) (?:it |this |that )?live\b|\blive (?:trading|trade|order)|\bauto[- ]?trad|\bliquidate\b|\bclose (?:out )?(?:my|all|the|our) positions?\b"
                      r"|^(?:please |now |go and |just )?(?:buy|sell|short)\b(?!.*\b(?:and hold|pressure|signal|side)\b)|\b(?:confirm|approve|accept) (?:the |my |that |this )?ticket\b"),
    ("refuse_guarantee", r"\bguarante\w*|\brisk[- ]?free (?:return|profit|money|gain|trade)|\bsure thing\b|\bcan(?:no|')t (?:lose|fail)\b|\b(?:certain|sure|bound|guaranteed) to (?:rise|go up|double|win|make|triple|gain)"
                         r"|\bpromise (?:me|that|us)\b|\bget rich\b|\b(?:without|no) (?:any )?risk\b|\b(?:surely|definitely|certainly) (?:go|rise|double|make|win|earn)|\bnever loses?\b|\b100 ?% (?:safe|sure|certain)"),
    ("refuse_outside", r"\b(?:e-?mail|text|sms|tweet|fax|whatsapp|slack)\b (?:me|it|this|that|the|to|him|her|them)\b"),
)  # fmt: skip
_PATTERNS = tuple((label, re.compile(pattern, re.IGNORECASE)) for label, pattern in _RULES)
_QUESTION = re.compile(r"^(?:what (?:is|are|does)|what's|explain|define|how do(?:es)?|tell me about)\b.*\b(?:order|audit|ticket|broker)", re.IGNORECASE)


def forbidden(text: str) -> str | None:
    """Return the reason's label where `text` asks for something that is never done."""
    if _QUESTION.search(text):
        return None
    return next((label for label, pattern in _PATTERNS if pattern.search(text)), None)
