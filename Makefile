# `make chat` and `make test` work on a fresh machine; each sets up what it needs first.
BIN := .venv/bin
ARGS ?=
WORKERS ?= auto

.PHONY: chat demo test test-all lint bench eval setup dev wheel clean

chat: setup            ## start the copilot
	@$(BIN)/slq-chat $(ARGS)

demo: setup            ## one scripted research session, printed
	@rm -rf build/demo
	@$(BIN)/slq-chat --workspace build/demo < prompts/demo.txt

test: dev lint         ## what CI runs
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not slow" $(ARGS)

test-all: dev lint     ## with the long suites
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

lint: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check --no-cache .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: dev             ## make bench ROWS=first_prompt,plan_warm
	$(BIN)/python tests/bench/bench.py $(if $(ROWS),--rows $(ROWS)) $(ARGS)

eval: dev              ## every planner on every case: build/eval.html, and the table in the README
	@mkdir -p build
	$(BIN)/slq eval --all --report build/eval.html --json $(ARGS) > build/eval.json
	$(BIN)/python -m copilot.evals.readme build/eval.json README.md

wheel: dev
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

setup:
	@./setup.sh

dev:
	@./setup.sh dev

clean:
	rm -rf build dist .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache *.egg-info
