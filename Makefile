# The same words here and in CI. Each sets up what it needs, once, in .venv and node_modules: nothing of it is global,
# but for what `make test` asks of Debian (chromium, strace), and that only as root.

PYTHON ?= python3
TESTS ?=
JOBS ?= 2

# Where the environment forbids Python to keep what it compiled, each of the hundreds of programs that the tests start
# compiles everything anew: that is half of a hub's start.
export PYTHONDONTWRITEBYTECODE :=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes
DIST := src/cordboard/web/dist
PAGES := $(shell find src/cordboard/web/page src/cordboard/protocols sdk/js/src examples \
	\( -name '*.ts' -o -name '*.js' -o -name '*.json' -o -name '*.html' -o -name '*.css' -o -name '*.svg' \) 2>/dev/null)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo across test matrix lint types generate gallery bench docs page wheel pins debian clean

help: ## say what the words are
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 9

setup: .venv/.dev .venv/.package .venv/.examples page salesforce/node_modules/.installed ## everything for working on Cordboard, into .venv and node_modules

demo: .venv/.runtime .venv/.package page ## a simulated contact centre and a page whose phone rings
	@$(BIN)/cordboard demo

across: .venv/.runtime .venv/.package page ## the same, over another vendor's wire: a page for Amazon Connect takes calls from Five9
	@$(BIN)/python examples/five9-behind-streams

test: setup debian ## everything but the whole matrix; TESTS=... for a part
	@echo "test: pytest with $(JOBS) processes"
	@$(BIN)/pytest -n $(JOBS) --dist worksteal $(TESTS)

matrix: setup debian ## every cell of link x session x scenario
	@echo "matrix: pytest -m matrix with $(JOBS) processes"
	@$(BIN)/pytest -n $(JOBS) -m matrix $(TESTS)

lint: .venv/.dev .venv/.package .venv/.examples ## ruff, its format, who may import whom, and whether what is generated is current
	@echo "lint: ruff check"
	@$(BIN)/ruff check
	@echo "lint: ruff format --check"
	@$(BIN)/ruff format --check
	@echo "lint: imports"
	@$(BIN)/lint-imports --no-logo
	@echo "lint: generated files"
	@$(BIN)/python -m tools.generate --check

generate: .venv/.dev .venv/.package ## what is made from the model: types for the pages, JSON Schema, the reference
	@$(BIN)/python -m tools.generate

types: .venv/.dev .venv/.package .venv/.examples node_modules/.installed ## mypy --strict and tsc
	@echo "types: mypy --strict"
	@$(BIN)/mypy
	@echo "types: tsc"
	@npm run --silent types

gallery: setup debian ## pictures of all pages at every size, light and dark, into .cache/gallery
	@$(BIN)/python -m tests.browser.gallery

bench: .venv/.dev .venv/.bench .venv/.package page ## measure, beside what others reach
	@$(BIN)/python -m bench

docs: .venv/.dev .venv/.package ## the documentation, into site/
	@echo "docs: mkdocs build --strict"
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict
	@echo "docs: site/index.html"

page: $(DIST)/.built ## the pages, into src/cordboard/web/dist

wheel: .venv/.dev page ## the wheel, into dist/
	@$(BIN)/python -m hatchling build --target wheel

clean: ## take away everything that the words above made
	rm -rf .venv node_modules salesforce/node_modules $(DIST) sdk/js/dist dist build site .cache .hypothesis .import_linter_cache .mypy_cache \
		.pytest_cache .ruff_cache .schemathesis

# --- what the words stand on -----------------------------------------------------------------------------------------

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "setup: Cordboard needs Python 3.11 or newer; name one with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
		|| { echo "setup: this Python cannot make a venv; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "setup: .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.runtime: requirements/build.txt requirements/runtime.txt | .venv/.made
	@echo "setup: what running needs, by hash"
	@$(PIP) -r requirements/build.txt -r requirements/runtime.txt
	@touch $@

# One file holds all: what runs is tested in the very versions that are installed for running.
.venv/.dev: requirements/dev.txt | .venv/.made
	@echo "setup: what working on it needs, by hash"
	@$(PIP) -r requirements/dev.txt
	@touch .venv/.runtime $@

# What the bench compares with; nothing else needs it.
.venv/.bench: requirements/bench.txt requirements/dev.txt | .venv/.dev
	@echo "setup: what the bench compares with, by hash"
	@$(PIP) -r requirements/bench.txt
	@touch $@

# After one of the two above: building the package needs what they bring.
.venv/.package: pyproject.toml | .venv/.made
	@test -e .venv/.runtime || $(MAKE) --no-print-directory .venv/.runtime
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@

# A protocol that somebody else wrote, found by its entry point like anyone's.
.venv/.examples: examples/wickerline/pyproject.toml | .venv/.package
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --no-index \
		--editable examples/wickerline
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc
	@command -v npm >/dev/null || { echo "setup: the pages need Node 20 and npm, which are not here" >&2; exit 1; }
	@echo "setup: what the pages need, from package-lock.json"
	@npm ci --silent
	@touch $@

# The Salesforce components are tested by Salesforce's own runner, which is none of the pages' business.
salesforce/node_modules/.installed: salesforce/package.json salesforce/package-lock.json salesforce/.npmrc
	@command -v npm >/dev/null || { echo "setup: the Salesforce components need Node 20 and npm, which are not here" >&2; exit 1; }
	@echo "setup: what the Salesforce components are tested with, from salesforce/package-lock.json"
	@npm ci --silent --prefix salesforce
	@touch $@

$(DIST)/.built: build.mjs tsconfig.json $(PAGES) node_modules/.installed
	@node build.mjs
	@touch $@

# The pins, written anew by hand now and then. No address of a registry gets into them.
pins: .venv/.dev
	@for name in dev build runtime bench; do \
		$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-config --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
			$$(test $$name = dev || echo "--constraints requirements/dev.txt") \
			requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done

debian:
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v strace >/dev/null || missing="$$missing strace"; \
	test -n "$$missing" || exit 0; \
	if [ "$$(id -u)" != 0 ]; then \
		echo "test: not here:$$missing. Install them first: sudo apt-get install$$missing" >&2; exit 1; \
	fi; \
	echo "test: installing$$missing from Debian"; \
	export DEBIAN_FRONTEND=noninteractive; \
	apt-get update -qq </dev/null && apt-get install -qq -y --no-install-recommends $$missing </dev/null >/dev/null
