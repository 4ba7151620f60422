# make up [DOCS=/path/to/docs]   a page that answers questions about your documentation
# make test                      the server, in a real database, over real HTTP
# make browser                   the box in a real browser, and the clients of others
# make examples                  the sites in examples/, built by their generators, in a real browser
# make engines                   the box in Firefox and WebKit
# make soak                      what takes minutes: kills, long runs, large trees
# make check                     style, types, floors

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DOCS ?=

.PHONY: up test browser examples engines soak check benchmarks wheel clean

up: $(VENV)/.installed
	@$(BIN)/lectern up $(if $(DOCS),"$(DOCS)")

test: $(VENV)/.installed-dev $(VENV)/.installed-clients $(VENV)/.installed-browser
	$(BIN)/pytest -n 3 --dist worksteal --ignore tests/browser --ignore tests/clients
	$(BIN)/node --test tests/static/*.test.mjs

browser: $(VENV)/.installed-dev $(VENV)/.installed-clients $(VENV)/.installed-browser
	$(BIN)/pytest -n 2 --dist worksteal tests/browser tests/clients

# Built sites and what builds them stay in build/examples.
examples: $(VENV)/.installed-dev $(VENV)/.installed-browser
	$(BIN)/pytest -m examples tests/browser/examples

# Screenshots stay in build/engines.
engines: $(VENV)/.installed-dev $(VENV)/.installed-engines
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pytest -m engines tests/browser/engines

soak: $(VENV)/.installed-dev
	$(BIN)/pytest -m soak
	$(BIN)/pytest -n 2 --hypothesis-profile=default tests/documents tests/answering

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The wheel, installed into an empty environment, must run the main job.
wheel: $(VENV)/.installed-dev
	PATH="$(CURDIR)/$(BIN):$$PATH" sh tests/wheel.sh

benchmarks: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .lectern build dist node_modules

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Lectern needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

$(VENV)/.installed-clients: tests/clients/package.json tests/clients/package-lock.json $(VENV)/.installed-dev
	cd tests/clients && PATH="$(CURDIR)/$(BIN):$$PATH" npm install --no-audit --no-fund --silent
	@touch $@

$(VENV)/.installed-browser: $(VENV)/.installed-dev
	sh tests/install_browser.sh $(BIN)
	@touch $@

$(VENV)/.installed-engines: $(VENV)/.installed-dev
	sh tests/install_engines.sh $(BIN)
	@touch $@
