"""Runs code nobody has read: in a single-use child process that can compute and nothing else."""
