"""The quant domain: one package a stage, each with one thin `tool.py`."""
