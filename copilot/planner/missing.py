"""Which of SLQ's own questions asks for an argument that a call cannot do without."""

from __future__ import annotations

_QUESTIONS = {
    ("ingest_data", "path"): "ask_path",
    ("ingest_data", "interval"): "ask_interval",
    ("show_data", "interval"): "ask_interval",
    ("ingest_data", "symbols"): "ask_symbols_ingest",
    ("run_experiment", "symbols"): "ask_symbols_experiment",
    ("run_backtest", "symbols"): "ask_symbols_experiment",
    ("run_backtest", "entry"): "ask_condition",
    ("propose_trades", "capital_usd"): "ask_capital",
    ("query_data", "sql"): "ask_sql",
    ("run_python", "sql"): "ask_sql",
    ("run_python", "code"): "ask_analysis",
    ("generate_features", "code"): "ask_analysis",
    ("run_python", "symbols"): "ask_symbols_python",
}


def question_for(tool: str, field: str) -> str:
    """Return the name of the question in `prompts/plan/replies.json`."""
    return _QUESTIONS.get((tool, field), "ask_unclear")
