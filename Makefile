# Every target sets up what it needs. `make demo` and `make test` are the two that matter on a fresh machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DAY := 2026-11-22

# Byte code is kept: a process that compiles this program for itself starts 0.7 s later, and tests start a hundred.
export PYTHONDONTWRITEBYTECODE =
# Nothing is reported to anyone by the tools we stand on.
export DO_NOT_TRACK = 1
export PREFECT_SERVER_ANALYTICS_ENABLED = false
export GX_ANALYTICS_ENABLED = false

.PHONY: help install install-dev demo serve test test-fast check samples bench properties fuzz faults soak bench-store mutation lock clean

help:
	@echo "make demo     read, judge and report the sample certificates"
	@echo "make serve    a portal with the samples and a user of each role (PORT=8000)"
	@echo "make test     run the tests, on every core"
	@echo "make test-fast  those that take no time: a minute, for the inner loop"
	@echo "make check    lint, types, import contracts, complexity, limits, samples up to date"
	@echo "make samples  write the sample certificates and their reports again"
	@echo "make bench    measure, against named baselines (N=1000 certificates)"
	@echo "make properties  every property on many examples made by chance (EXAMPLES=2000 for each)"
	@echo "make fuzz     throw broken text at the readers of words (SECONDS=600)"
	@echo "make bench-store  what a store costs as it grows (RESULTS=10000000, PASSES=2000)"
	@echo "make faults   kill, cut off, fill up and damage a store while a pass works on it (EVERY=5: each fifth call)"
	@echo "make mutation change the core in small ways and see whether the tests notice (ONLY='--module judge.crosscheck')"
	@echo "make soak     half an hour of arrivals with poison and kills: nothing lost, nothing doubled (SOAK=1800 seconds)"
	@echo "make lock     resolve the dependencies again"

# Byte code is compiled at once: without it Great Expectations takes more than twice as long to import.
INSTALL_LOCKED := UV_COMPILE_BYTECODE=1 .ci/install --require-hashes

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; assert sys.version_info >= (3, 11), 'Python 3.11 or newer is needed'"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL_LOCKED) -r requirements.lock
	.ci/install --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q kratom_qc flows
	@echo "$(VENV) holds $$(du -sh $(VENV) | cut -f1)"
	touch $@

# What the tests need besides; both locks are named, because either alone does not list everything that is asked for.
$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(INSTALL_LOCKED) -r requirements.lock -r requirements-dev.lock
	@echo "$(VENV) holds $$(du -sh $(VENV) | cut -f1)"
	touch $@

install: $(VENV)/.installed

install-dev: $(VENV)/.installed-dev

demo: install
	@$(BIN)/kratom-qc run --prefect --inbox sample_reports/certificates --store demo_store --facts sample_reports/products.toml --on $(DAY)

PORT ?= 8000
serve: install
	@exec $(BIN)/python sample_reports/serve_samples.py --store serve_store --on $(DAY) --port $(PORT)

# One worker more than cores: some tests wait for a server or a process and leave their core idle.
WORKERS := $$(( $$(nproc 2>/dev/null || sysctl -n hw.ncpu) + 1 ))
TESTS ?=
# Explaining every assertion beforehand takes each worker six seconds: what failed runs once more, explained, and stays failed.
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --assert=plain
EXPLAINED := { $(BIN)/python -m pytest -n 0 --last-failed --last-failed-no-failures=none --maxfail=20; exit 1; }
test: install-dev
	@.ci/browser
	$(PYTEST) $(TESTS) || $(EXPLAINED)

test-fast: install-dev
	$(PYTEST) -m "not slow" $(TESTS) || $(EXPLAINED)

check: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check kratom_qc flows tests sample_reports
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/complexipy --failed
	$(BIN)/kratom-qc limits lint
	$(BIN)/python sample_reports/make_certificates.py --check

samples: install
	$(BIN)/python sample_reports/make_certificates.py
	$(BIN)/python sample_reports/make_reports.py

N ?= 1000
bench: install-dev
	$(BIN)/python -m tests.tools.benchmark.bench --certificates $(N)

# Half an hour of a certificate a second, one in twenty poison, the worker killed every minute.
SOAK ?= 1800
soak: install-dev
	$(BIN)/python -m tests.tools.soak --seconds $(SOAK)

# Every property with other examples on every run, and more of them than `make test` tries.
EXAMPLES ?= 2000
properties: install-dev
	env -u CI PROPERTY_EXAMPLES=$(EXAMPLES) $(PYTEST) -m hypothesis --durations=0 $(TESTS)

SECONDS ?= 600
fuzz: install-dev
	$(BIN)/python -m tests.tools.fuzz.fuzz_statements $(SECONDS)

# Power cuts and full disks need root, most of the others strace; what cannot be tried is told.
EVERY ?= 5
faults: install-dev
	nice -n 10 $(BIN)/python -m tests.tools.faults --every $(EVERY)

RESULTS ?= 1000000
PASSES ?= 2000
bench-store: install-dev
	KRATOM_QC_SETTLE_SECONDS=0 $(BIN)/python -m tests.tools.benchmark.store --results $(RESULTS) --passes $(PASSES)

ONLY ?=
mutation: install-dev
	nice -n 10 $(BIN)/python -m tests.tools.mutation $(ONLY)

# Hashes and no addresses: the lock says what is installed, the machine's own settings say from where.
# The second lock lists only what the first does not.
COMPILE := .ci/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock:
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	echo uv | $(COMPILE) - -o .ci/requirements-uv.lock
	$(COMPILE) --group build pyproject.toml -o requirements.lock
	$(COMPILE) --group build --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock \
		$$(sed -nE 's/^([^ =]+)==.*/--no-emit-package \1/p' requirements.lock)

clean:
	rm -rf $(VENV) demo_store serve_store .complexipy_cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
