# make run     install what is missing, then serve the demo on http://127.0.0.1:8000
# make test    everything the continuous integration runs
# make check   the linters alone
# make prove   the long tests at full size
# make bench   measure the figures we claim
# make setup   install what is missing, and stop there
# make lock    write the exact versions and hashes of requirements*.txt anew
# make clean   remove what was installed and built; var/ with its cases stays

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ASSETS := web/assets
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
PIP_COMPILE := $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe \
	--no-header --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

.PHONY: help setup run test check prove bench lock clean tools letters tests-need
.DELETE_ON_ERROR:

help:
	@sed -n 's/^# //p' Makefile

setup: $(VENV)/.installed web/static/manifest.json letters

run: setup
	SPOC_DEMO=$${SPOC_DEMO:-1} $(BIN)/flask --app web serve

test: setup $(VENV)/.installed-dev tests-need tests/provider/node_modules/.installed check
	$(BIN)/pytest -n auto --maxprocesses 4 --dist worksteal

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

prove: setup $(VENV)/.installed-dev tests-need tests/provider/node_modules/.installed
	$(BIN)/pytest tests/long --full

bench: setup $(VENV)/.installed-dev tests-need bench/node_modules/.installed
	$(BIN)/python -m bench

bench/node_modules/.installed: bench/package-lock.json | tools
	cd bench && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# The OpenID provider that tests sign in at.
tests/provider/node_modules/.installed: tests/provider/package-lock.json | tools
	cd tests/provider && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

tools:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Expected Python 3.11 or newer, but found no $(PYTHON)." \
	    "Install it (Debian: apt-get install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) tests/machine.py tools

letters:
	@$(PYTHON) tests/machine.py letters

tests-need:
	@$(PYTHON) tests/machine.py tests

$(BIN)/python: | tools
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Installing the Python packages (a minute or two the first time) ..."
	$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

$(ASSETS)/node_modules/.installed: $(ASSETS)/package-lock.json | tools
	cd $(ASSETS) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

web/static/manifest.json: $(ASSETS)/node_modules/.installed $(ASSETS)/build.mjs \
		$(wildcard $(ASSETS)/source/*) $(wildcard $(ASSETS)/images/*)
	cd $(ASSETS) && node build.mjs

lock: $(VENV)/.installed-dev
	@for extra in "" -dev; do \
	  file=requirements$$extra.txt; \
	  $(PIP_COMPILE) $${extra:+--extra dev --constraint requirements.txt} \
	    --output-file $$file pyproject.toml && \
	  sed -i '1i # Written by make lock; the wishes stand in pyproject.toml.' $$file; \
	done

clean:
	rm -rf $(VENV) $(ASSETS)/node_modules bench/node_modules tests/provider/node_modules web/static
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
