# Every target makes the virtual environment it needs first; nothing but Python 3.11+ and make is asked for.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PRILL  := $(BIN)/prill
OUT    ?= out

.DEFAULT_GOAL := help
.PHONY: help gold test test-all test-fast check format bench fuzz docs schema requirements clean

help: ## Say what the targets are
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.run: requirements/run.txt pyproject.toml
	@tools/venv $(PYTHON) $(VENV) requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@tools/venv $(PYTHON) $(VENV) requirements/dev.txt
	@touch $@

gold: $(VENV)/.run ## Lock, build and run gold images; print what is in them, beside the standard image of the same archive
	@$(PRILL) lock gold/python3.yaml
	@$(PRILL) build gold/python3.yaml -o $(OUT)/python3
	@$(PRILL) test $(OUT)/python3 --config gold/tests/python3.yaml
	@$(PRILL) show $(OUT)/python3
	@$(PRILL) lock gold/nginx.yaml
	@$(PRILL) build gold/nginx.yaml -o $(OUT)/nginx
	@$(PRILL) test $(OUT)/nginx --config gold/tests/nginx.yaml
	@$(PRILL) lock gold/comparison/debian-python3.yaml
	@$(PRILL) build gold/comparison/debian-python3.yaml -o $(OUT)/debian-python3
	@$(PRILL) compare $(OUT)/debian-python3 $(OUT)/python3 $(OUT)/nginx

test: $(VENV)/.dev ## Run the tests
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not exhaustive"

test-all: $(VENV)/.dev ## Run the tests, with every variant of the catalogue rebuilt, scanned and emulated
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

test-fast: $(VENV)/.dev ## Run the tests that need neither Debian's archive nor foreign programs
	@$(BIN)/python -m pytest -q -m "not archive and not compat and not slow"

check: $(VENV)/.dev ## Format, lint, types, import contract
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## Let ruff format and fix what it can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## Compare builds, scans and pushes with their peers, in one run
	@$(BIN)/python tools/bench $(BENCH)

fuzz: $(VENV)/.dev ## Fuzz the readers of other people's bytes, each for SECONDS (60)
	@$(BIN)/python tools/fuzz.py $(FUZZ) --seconds $(or $(SECONDS),60)

schema: $(VENV)/.run ## Write the spec's JSON Schema anew from the types
	@$(BIN)/python tools/schema.py

requirements: $(VENV)/.dev ## Pin the dependencies anew, with hashes and without index addresses
	@cd requirements && for name in run dev; do ../$(BIN)/pip-compile --quiet --upgrade --generate-hashes \
	    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --allow-unsafe --strip-extras --no-header \
	    -o $$name.txt $$name.in; done

clean: ## Remove what make made
	@rm -rf $(VENV) $(OUT) .mypy_cache .ruff_cache .pytest_cache .hypothesis
