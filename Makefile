# Every target sets up what it needs. `make demo` and `make test` are the two that matter on a fresh machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DAY := 2026-11-22

# Nothing is reported to anyone by the tools we stand on.
export DO_NOT_TRACK = 1
export PREFECT_SERVER_ANALYTICS_ENABLED = false
export GX_ANALYTICS_ENABLED = false

.PHONY: help install install-dev demo test check samples bench properties fuzz mutation lock clean

help:
	@echo "make demo     read, judge and report the sample certificates"
	@echo "make test     run the tests"
	@echo "make check    lint, types, import contracts, limits, samples up to date"
	@echo "make samples  write the sample certificates and their reports again"
	@echo "make bench    measure, against named baselines (N=1000 certificates)"
	@echo "make properties  how verdicts may move, on many batches made by chance (EXAMPLES=2000 for each)"
	@echo "make fuzz     throw broken text at the readers of words (SECONDS=600)"
	@echo "make mutation change the core in small ways and see whether the tests notice (ONLY='--module judge.crosscheck')"

# Byte code is compiled at once: without it Great Expectations takes more than twice as long to import.
$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; assert sys.version_info >= (3, 11), 'Python 3.11 or newer is needed'"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q kratom_qc flows
	touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

install: $(VENV)/.installed

install-dev: $(VENV)/.installed-dev

demo: install
	@$(BIN)/kratom-qc run --inbox sample_reports/certificates --store demo_store --facts sample_reports/products.toml --on $(DAY)

test: install-dev
	$(BIN)/python -m pytest

check: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check kratom_qc flows tests sample_reports
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/kratom-qc limits lint
	$(BIN)/python sample_reports/make_certificates.py --check

samples: install
	$(BIN)/python sample_reports/make_certificates.py
	$(BIN)/python sample_reports/make_reports.py

N ?= 1000
bench: install-dev
	$(BIN)/python -m tests.tools.benchmark.bench --certificates $(N)

# The properties of tests/judge/properties with other examples on every run, and more of them than `make test` tries.
EXAMPLES ?= 2000
properties: install-dev
	env -u CI PROPERTY_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest tests/judge/properties --durations=0

SECONDS ?= 600
fuzz: install-dev
	$(BIN)/python -m tests.tools.fuzz.fuzz_statements $(SECONDS)

ONLY ?=
mutation: install-dev
	nice -n 10 $(BIN)/python -m tests.tools.mutation $(ONLY)

# Hashes and no addresses: the lock says what is installed, the machine's own settings say from where.
lock:
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group build --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) demo_store .mypy_cache .ruff_cache .pytest_cache .hypothesis
