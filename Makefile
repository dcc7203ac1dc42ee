# The commands for people. Everything is installed into .venv, from requirements.lock.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run demo check test quick prove coverage format bench lock docs layout clean

help: ## list these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: .venv/.ready ## make .venv and install everything from the lock file

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 14) else "Python 3.11 to 3.14 is needed, this is %d.%d: make PYTHON=python3.12 …" % v)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv (about a minute, once) …"
	@bash .ci/install $(BIN)/python
	@$(BIN)/python -m compileall -q xero_pipeline xero_simulator
	@touch $@

run: setup ## connect when nothing is connected, serve the Dagster UI and the web page until Ctrl-C, sync
	@$(BIN)/xero-pipeline run $(ARGS)

demo: setup ## three simulated companies with something to find, in .xero-demo (docs/demo.md)
	@$(BIN)/xero-pipeline demo $(ARGS)

check: setup ## form, lint, types and definitions: what make test checks before the tests
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash .ci/check static

test: setup ## every check and every test
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash .ci/check

quick: setup ## the tests that are fast, for while you work: about two minutes
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "not journey and not slow"

prove: setup ## the long proofs with every seed: half an hour
	@XERO_PIPELINE_PROVE=1 $(BIN)/python -m pytest -n 2 --dist worksteal

coverage: setup ## every test, and the branches they take: fails below 95 %; half an hour
	@mkdir -p build/coverage && $(BIN)/python -m coverage erase
	@$(BIN)/python -m coverage run -m pytest -n 3 --dist worksteal
	@$(BIN)/python -m coverage combine --quiet && $(BIN)/python -m coverage report --skip-covered --sort=cover

format: setup ## format the code
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format .

bench: setup ## speed and size, printed as a page (ARGS=slices: 250,000 invoices, too)
	@$(BIN)/python -m benchmarks $(ARGS)

docs: setup ## the generated pages under docs/, and the site of all pages in build/docs
	@$(BIN)/python -m reference
	@$(BIN)/python -m xero_pipeline.queries.reference > docs/queries.md
	@$(BIN)/python -m xero_pipeline.metrics.reference > docs/metrics.md
	@$(BIN)/python -m xero_pipeline.checks.reference > docs/checks.md
	@$(BIN)/python -m xero_pipeline.assistants.reference
	@$(BIN)/python -m sphinx -q -E -W --keep-going -b html docs build/docs
	@echo "The site: build/docs/index.html"

layout: setup ## pin the declared tables and columns after a change of them
	@$(BIN)/python -m xero_pipeline_tests.layouts.pinned

lock: setup ## resolve pyproject.toml into requirements.lock again
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 pyproject.toml --all-extras --group dev --generate-hashes -o requirements.lock --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

clean: ## delete .venv and caches; your data in .xero stays
	@rm -rf .venv .ruff_cache .pytest_cache .hypothesis build/versions
