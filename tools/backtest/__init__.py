"""Weights in, ledger out: fills, costs, performance."""
