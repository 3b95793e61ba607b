"""Signals known at the close of a bar, computed from prices and volumes up to it."""
