# make run: chat with the demo model.   make test: everything that must hold.   make help: the rest.
.DEFAULT_GOAL := help
.PHONY: help run test lint types layers unit bench snapshots dist clean
BIN := .venv/bin

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run:  ## install what is missing and open hat-tui (ARGS="--url …" adds flags)
	@python3 bootstrap.py
	@$(BIN)/hat-tui $(ARGS)

test: dev lint types layers unit  ## linters, types, layers and every test

.PHONY: dev
dev:
	@python3 bootstrap.py --dev

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: dev
	$(BIN)/mypy

layers: dev
	$(BIN)/lint-imports

unit: dev
	$(BIN)/pytest

snapshots: dev  ## take the whole-screen snapshots anew, after looking at them
	$(BIN)/pytest tests/tui --snapshot-update

bench: dev  ## measure in a pty beside baselines and installed peers; writes docs/performance.md (ARGS="--quick …")
	$(BIN)/python -m bench $(ARGS)

dist: dev  ## build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:  ## remove .venv and what tools left
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
