# One target per job that CI runs too; each installs what it needs, from a fresh clone on.
# Needed on the machine: Python 3.11 or newer, git, node with npm, make, a C compiler.

# The first Python that is recent enough; `make PYTHON=/path/to/python3.12 …` names another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$name"; break; }; done)
UV ?= uv
# The client's versions: the first is the pinned one, the others make the matrix.
CLIENTS := $(shell grep -o '[0-9][0-9]*\.[0-9][0-9]*\.[0-9][0-9]*' tests/client/versions.json)
CLIENT := $(firstword $(CLIENTS))
BIN := .venv/bin

.PHONY: demo test unit check bench nightly matrix mutation lock picture clean

# The main job: a bad day of an agent, played against the hooks and through Claude Code.
demo: .venv/ready .cache/client/$(CLIENT)/ready
	PATH="$(CURDIR)/.cache/client/$(CLIENT)/node_modules/.bin:$$PATH" $(BIN)/ambidex demo

# Everything that must hold before a change lands: at most 25 minutes on two cores.
test: check .venv/ready .cache/client/$(CLIENT)/ready .cache/types/ready
	$(BIN)/python -m pytest -m "not nightly" -n 2 --dist worksteal

# The fast path while writing, under a minute: no client, nothing that takes seconds.
unit: .venv/ready
	$(BIN)/python -m pytest tests/unit tests/properties tests/repository \
	  -m "not nightly and not client and not slow" -q -n 2 --dist worksteal

# Style, types and the boundaries between packages.
check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Whole-process timings as ratios; nothing here is a test. Some 20 minutes on an idle machine;
# `make bench ONLY="hooks guard"` runs some groups.
bench: .venv/ready .cache/peer/ready
	$(BIN)/python -m bench $(ONLY)

# What takes longer: long property runs, downloads, the client's other versions.
nightly: test matrix
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest tests/properties -q
	$(BIN)/python -m pytest -m nightly

matrix: .venv/ready $(CLIENTS:%=.cache/client/%/ready)
	AMBIDEX_CLIENT_VERSIONS=all $(BIN)/python -m pytest -m client -n 2 --dist worksteal

# Whether the guard's tests notice a change of its rules: two to four hours on two cores.
# `make mutation ONLY="--modules rules/git_work protected"` looks at some modules.
mutation: .venv/ready
	$(BIN)/python -m testing.mutate_guard --sample 6 --at-least 85 $(ONLY)

# The README's picture, from a real run of the demo.
picture: .venv/ready
	$(BIN)/python -m testing.picture

# Both lock files, after a change of the dependencies; `make lock UPGRADE=--upgrade` moves all pins.
LOCK := $(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header $(UPGRADE)
lock:
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra dev --constraints requirements.lock --output-file requirements-dev.lock
	for name in requirements requirements-dev; do \
	  { printf '# Every package of %s, pinned with its hashes. Written by: make lock\n' \
	      "$$([ $$name = requirements ] && echo "Ambidex's own environment" || echo "the development environment")"; \
	    cat $$name.lock; } >$$name.new && mv $$name.new $$name.lock; done

# The development environment, pinned; made anew when the lock or the package's metadata changes.
.venv/ready: requirements-dev.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Ambidex needs Python 3.11 or newer, and neither python3 ($$(python3 --version 2>&1))" \
	    "nor python3.14 to python3.11 is one. Install one, or name it: make PYTHON=/path/to/python" >&2; exit 1; }
	"$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.cache/client/%/ready:
	@command -v npm >/dev/null || { echo "npm is needed to install the Claude Code client" >&2; exit 1; }
	npm install --silent --no-fund --no-audit --no-package-lock --prefix .cache/client/$* @anthropic-ai/claude-code@$*
	touch $@

# The type checkers that Node brings, for the tests of the gate that runs them.
.cache/types/ready:
	@command -v npm >/dev/null || { echo "npm is needed to install tsc and pyright" >&2; exit 1; }
	npm install --silent --no-fund --no-audit --no-package-lock --prefix .cache/types typescript@5.9.3 pyright@1.1.414
	touch $@

# A peer of the guard, for the comparison in the bench only.
.cache/peer/ready:
	@command -v npm >/dev/null || { echo "npm is needed to install cc-safety-net" >&2; exit 1; }
	npm install --silent --no-fund --no-audit --no-package-lock --prefix .cache/peer cc-safety-net@2.4.5
	touch $@

# The mutation tool of JavaScript projects, for the test that calls it.
.cache/stryker/ready:
	@command -v npm >/dev/null || { echo "npm is needed to install Stryker" >&2; exit 1; }
	npm install --silent --no-fund --no-audit --no-package-lock --prefix .cache/stryker @stryker-mutator/core@9.6.1
	touch $@

clean:
	rm -rf .venv .cache dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
