"""The language model on this machine: loading, constrained decoding, proof that the grammar binds."""
