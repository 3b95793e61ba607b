"""A rule in words."""

from __future__ import annotations


def rule_words(entry: str, exit_: str | None) -> str:
    """Return when a rule holds a symbol, from its conditions in canonical form."""
    return f"hold while {entry}" if exit_ is None else f"enter when {entry}, leave when {exit_}"
