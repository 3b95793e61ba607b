"""Planning with a model that SLQ was not tuned for: the catalogue in its prompt, a grammar around its answer."""
