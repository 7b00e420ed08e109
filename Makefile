# The project's verbs. All of them work on a bare machine with Python 3.11 or newer.

SHELL := /bin/bash
VENV ?= .venv
PORT ?= 9000
JOBS ?= 2
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
USED := $(VENV)/.twingen-installed
DEVELOPED := $(VENV)/.twingen-dev-installed

SECONDS_EACH ?= 120

.PHONY: help demo test check format regen conformance table bench constraints clean

help:
	@echo 'make demo    build the Okta twin from api_docs/okta and serve it (PORT=9000)'
	@echo 'make test    run the tests (JOBS=2)'
	@echo 'make check   ruff and mypy'
	@echo 'make regen   build every committed twin again from api_docs/'
	@echo 'make conformance   prove every committed twin: its CONFORMANCE.md and the table in README.md'
	@echo 'make bench   run the benchmarks'

demo: $(USED)
	$(BIN)/twingen build okta --docs api_docs/okta --out build/demo/okta --seconds 15 || [ $$? = 3 ]
	@echo
	$(BIN)/twingen run ./build/demo/okta --port $(PORT)

test: $(DEVELOPED)
	$(BIN)/python -m pytest -n $(JOBS) -q $(ARGS)

check: $(DEVELOPED)
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(DEVELOPED)
	$(BIN)/ruff check --fix .

regen: $(USED)
	@for docs in api_docs/*/; do \
		name=$$(basename $$docs); \
		$(BIN)/twingen build $$name --docs $$docs --no-verify || exit; \
	done

# A proof with findings is written as well: the page says what is left.
conformance: $(USED)
	@for twin in generated/*/; do \
		$(BIN)/twingen check ./$$twin --seconds $(SECONDS_EACH) --report md --out $$twin || [ $$? = 1 ] || exit; \
	done
	@$(MAKE) --no-print-directory table

table: $(USED)
	@mkdir -p build
	@$(BIN)/twingen list --markdown > build/twins.md
	@awk 'FNR == NR { table = table $$0 "\n"; next } /<!-- end of twins -->/ { skip = 0 } !skip { print } \
		/<!-- twins -->/ { printf "%s", table; skip = 1 }' build/twins.md README.md > build/README.md
	@cp build/README.md README.md

bench: $(DEVELOPED)
	@failed=0; for file in worlds build serve; do \
		$(BIN)/python bench/$$file.py || failed=1; \
	done; exit $$failed

constraints: $(DEVELOPED)
	@{ echo '# The versions that the project is tested with; regenerate with `make constraints`.'; \
		$(PIP) freeze --exclude twingen --exclude pip --exclude setuptools | grep '=='; \
	} > constraints.txt

clean:
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo 'twingen needs Python 3.11 or newer (PYTHON=/path/to/it)' >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo 'no virtual environment: is the venv package of Python installed?' >&2; exit 2; }

$(USED): pyproject.toml constraints.txt | $(BIN)/python
	@echo 'installing into $(VENV) ...'
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(DEVELOPED): pyproject.toml constraints.txt | $(BIN)/python
	@echo 'installing into $(VENV) ...'
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@ $(USED)
