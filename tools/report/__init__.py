"""One self-contained HTML page for an experiment."""
