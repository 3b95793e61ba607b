"""Ad-hoc analysis: a few lines of Python over bars or a query, run in the sandbox."""
