"""Which of SLQ's own questions asks for an argument that a call cannot do without."""

from __future__ import annotations

_BY_TOOL = {
    ("ingest_data", "symbols"): "ask_symbols_ingest",
    ("run_experiment", "symbols"): "ask_symbols_experiment",
    ("run_backtest", "symbols"): "ask_symbols_experiment",
    ("run_python", "symbols"): "ask_symbols_python",
}
_BY_FIELD = {
    "entry": "ask_condition",
    "capital_usd": "ask_capital",
    "sql": "ask_sql",
    "code": "ask_analysis",
    "path": "ask_path",
    "interval": "ask_interval",
}


def question_for(tool: str, field: str) -> str:
    """Return the name of the question in `prompts/plan/replies.json`."""
    return _BY_TOOL.get((tool, field)) or _BY_FIELD.get(field, "ask_unclear")
