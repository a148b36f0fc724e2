# One target per job that CI runs too; each installs what it needs.
PYTHON ?= python3
CLIENT := $(shell sed -n 's/.*"pinned": *"\([^"]*\)".*/\1/p' tests/client/versions.json)
BIN := .venv/bin

.PHONY: demo test unit check bench nightly matrix clean

# The main job: a bad day of an agent, played against the installed hooks.
demo: .venv/ready .cache/client/$(CLIENT)/ready
	PATH="$(CURDIR)/.cache/client/$(CLIENT)/node_modules/.bin:$$PATH" $(BIN)/ambidex demo

# Everything that must hold before a change lands.
test: check .venv/ready .cache/client/$(CLIENT)/ready
	$(BIN)/python -m pytest -m "not nightly" -n 2 --dist worksteal

# The fast path while writing: no client, nothing that takes seconds.
unit: .venv/ready
	$(BIN)/python -m pytest -m "not nightly and not client and not slow" -q

# Style, types and the boundaries between packages.
check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Whole-process timings as ratios; nothing here is a test.
bench: .venv/ready
	$(BIN)/python -m bench

# What takes longer: the client's other versions, and long property runs.
nightly: test matrix
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest tests/properties -q

matrix: .venv/ready
	$(BIN)/python -m testing.matrix

# The development environment, pinned; rebuilt when the lock or the package's metadata changes.
.venv/ready: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.cache/client/%/ready:
	npm install --silent --no-fund --no-audit --no-package-lock --prefix .cache/client/$* @anthropic-ai/claude-code@$*
	touch $@

clean:
	rm -rf .venv .cache dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
