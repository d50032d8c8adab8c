# Every target does its own set-up, in .venv, without root; run any of them first. Needs Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
SCALE ?= 1
PICTURES ?= pictures
PYTEST := $(VENV)/bin/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder
MEASURING := tests/events tests/domain tests/flows
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup demo up test check bench faults pictures lock clean

setup: $(READY)
	@echo "ready: $(VENV)/bin/imni"

demo: $(READY)  ## 214 simulated patients, from screening to five years, and the analysis
	$(VENV)/bin/imni demo

up: $(READY)  ## the installation: Prefect with its interface, schedules, reactor
	$(VENV)/bin/imni up

# Measuring coverage costs a quarter of the time: only the tests that call events and domain themselves pay it.
test: $(READY)  ## all tests; every line and branch of events and domain
	$(PYTEST) tests $(MEASURING:%=--ignore=%)
	$(PYTEST) $(MEASURING) --cov --cov-report=term-missing:skip-covered --cov-fail-under=100

check: $(READY)  ## style, types and the dependency rule
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/pyright
	$(VENV)/bin/lint-imports

bench: $(READY)  ## measured speeds
	$(VENV)/bin/python -m tests.benchmarks

faults: $(READY)  ## everything the engine must survive, as often as is due (hours); `make faults FAULTS=bit_flips SCALE=0.1`
	$(VENV)/bin/python -m tests.faults --scale $(SCALE) $(FAULTS)

pictures: $(READY)  ## a picture of every page and form of the interface, in the folder PICTURES (needs Chromium; six minutes)
	$(VENV)/bin/python -m tests.browser.pictures $(PICTURES)

# A stale set-up is brought up to date; an unfinished one (.ready is missing) is made anew. The lock names everything, so
# nothing is resolved again: pip before 23.3 looks past the lock for `coverage[toml]` as soon as a newer coverage is out.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is missing or older than Python 3.11: install a newer one, or name it: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) comes without venv: install it (on Debian the package python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(if $(wildcard $(READY)),,--clear) $(VENV)
	@rm -f $(READY)
	$(VENV)/bin/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock
	$(VENV)/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(READY)

lock:  ## what pyproject.toml asks for, pinned; `make lock NEWEST=--upgrade` for the newest of everything
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(PYTHON) -m venv "$$folder" && "$$folder/bin/python" -m pip install --quiet uv && \
	"$$folder/bin/uv" pip compile pyproject.toml --all-extras --generate-hashes --universal --python-version 3.11 \
	  --no-header --no-annotate --no-emit-index-url --quiet $(NEWEST) -o requirements.lock
	@echo "requirements.lock is written: read the difference, run make check test, commit it"

clean:  ## everything that make can make again
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
