# The same verbs for people and for CI. `make run` and `make test` need Python 3.11 or newer and nothing else.
NEW    := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
            $$p -c '$(NEW)' 2>/dev/null && echo $$p && break; done)
VENV   ?= .venv
BIN    := $(VENV)/bin
DATA   ?= data
BEGAN  := $(shell date +%s)
PORT   ?= 8080
RINGS  := tests/unit tests/architecture tests/fuzz tests/postgres

.PHONY: run setup test explore check bench prove-isolation prove-guardrails prove-evidence clean

run: setup                     ## set up if needed, then serve; prints the address and a sign-in link
	@$(BIN)/flowyte up --data $(DATA) --port $(PORT) --since $(BEGAN)

setup: $(VENV)/.installed      ## environment and models; does nothing when done
	@$(BIN)/flowyte models --fetch --quiet-when-ready

test: setup $(VENV)/.developer check   ## every ring; a ring that cannot run here is printed as skipped
	@rm -f build/test-results.json
	@FLOWYTE_TEST_RESULTS=build/test-results.json $(BIN)/pytest -n 2 --dist loadfile $(RINGS)
	@FLOWYTE_TEST_RESULTS=build/test-results.json $(BIN)/pytest tests/acceptance  # alone: calls are in real time

explore: setup $(VENV)/.developer  ## generated tests with new cases, many more of them; minutes, and for hunting only
	@HYPOTHESIS_PROFILE=explore $(BIN)/pytest -q tests/unit

check: $(VENV)/.developer      ## lint, types, import contracts
	@$(BIN)/ruff check src tests bench
	@$(BIN)/ruff format --check -q src tests bench
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: setup                   ## benchmarks; they print figures and judge nothing
	@$(BIN)/flowyte bench voice --json
	@$(BIN)/flowyte bench calls --json

prove-isolation: setup         ## break every table's protection in eight ways; the last line is one JSON object
	@$(BIN)/flowyte prove isolation --data $(DATA) --json

prove-guardrails: setup        ## put an attacker in place of the model; the last line is one JSON object
	@$(BIN)/flowyte prove guardrails --json

prove-evidence: setup          ## tamper with receipts, delete a person and look for them; the last line is one JSON object
	@$(BIN)/flowyte prove evidence --json

$(VENV)/.environment:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; install it and run this again."; exit 1; }
	@echo "Creating the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.environment pyproject.toml
	@echo "Installing what Flowyte stands on (about a minute)"
	@$(BIN)/pip install --disable-pip-version-check --progress-bar off -q -e .
	@touch $@

$(VENV)/.developer: $(VENV)/.installed
	@echo "Installing the test tools"
	@$(BIN)/pip install --disable-pip-version-check --progress-bar off -q -e '.[dev]'
	@touch $@

clean:                         ## remove the environment; data folders stay
	rm -rf $(VENV)
