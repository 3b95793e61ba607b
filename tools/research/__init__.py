"""The pipeline as one recorded run, and the record of past ones."""
