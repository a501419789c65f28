# Tandem on a bare machine: Python 3.11 or newer and make. `make help` lists the targets.
# A stamp in .venv says what was done for which lock, so that the second time costs nothing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
  $(name) -c 'import sys; print("$(name)") if sys.version_info >= (3, 11) else 0' 2>/dev/null | grep -x $(name))))
VENV := .venv
BIN := $(VENV)/bin
DATA ?= .tandem-demo
SIZE_DATA ?= .tandem-size
PORT ?= 8000
LANGUAGE ?= en
CLIENT ?= ../tandem-client
# a uv on PATH is taken from 0.5 on (older ones do not know our lock files); else the pinned one goes into .venv
OWN_UV := $(shell uv --version 2>/dev/null | awk -F '[ .]' '$$1 == "uv" && ($$2 > 0 || $$3 >= 5) { print "yes" }')
UV = $(if $(OWN_UV),uv,$(BIN)/uv)
export UV_LINK_MODE ?= copy
# compiled now, whatever the environment says of writing bytecode: otherwise each start would compile all of it again
export UV_COMPILE_BYTECODE ?= 1
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

BUNDLE_SOURCES := $(shell find frontend src/tandem/locale -name node_modules -prune -o -type f ! -name '*.mo' -print 2>/dev/null)

.PHONY: help build demo test check proof bench lint format lock clean client browser
.DELETE_ON_ERROR:

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'
	@echo "  Settings for demo: PORT=$(PORT) DATA=$(DATA) LANGUAGE=en|zh"

build: $(VENV)/.built  ## build everything; afterwards .venv/bin/tandem runs

demo: $(VENV)/.built  ## load the sample organisation, start, print the address and three sign-ins
	@exec $(BIN)/tandem demo --data $(DATA) --port $(PORT) --language $(LANGUAGE)

test: $(VENV)/.dev browser  ## run everything that CI runs; says at the end what was skipped and why
	@scripts/test.sh all

check: $(VENV)/.dev  ## style, types, layers and the rules of the house, without the long tests
	@scripts/test.sh check

proof: $(VENV)/.dev browser  ## the long tests: kills, sizes, real files
	@scripts/test.sh proof

bench: $(VENV)/.dev  ## the pages of 100,000 work items beside the bare floor (about 15 minutes, the data included)
	@$(BIN)/python -m benchmarks.pages --data $(SIZE_DATA) $(BENCH)

lint: $(VENV)/.dev  ## ruff and the layers
	@scripts/test.sh lint

format: $(VENV)/.dev  ## put the Python files in order
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: $(VENV)/.tools  ## write the three lock files again from pyproject.toml
	@scripts/lock.sh $(UV)

client: $(VENV)/.dev  ## generate a Python client from the OpenAPI document into CLIENT, outside of the repository
	@scripts/client.sh $(CLIENT)

clean:  ## remove what was built, and the demonstration with its data
	@if [ -x $(BIN)/tandem ] && [ -d $(DATA) ]; then $(BIN)/tandem stop --data $(DATA) || true; fi
	@if [ -f $(DATA)/database.location ]; then rm -rf -- "$$(cat $(DATA)/database.location)"; fi
	@if [ -x $(BIN)/tandem ] && [ -d $(SIZE_DATA) ]; then $(BIN)/tandem stop --data $(SIZE_DATA) || true; fi
	rm -rf $(VENV) $(DATA) $(SIZE_DATA) dist build frontend/node_modules src/tandem/web/static/tandem/dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

browser:
	@scripts/browser.sh

$(VENV)/.tools: requirements-build.lock
	@if [ -z "$(PYTHON)" ]; then echo "Tandem needs Python 3.11 or newer; none was found. Name it: make PYTHON=/path/to/python"; exit 1; fi
	@echo "Making the Python environment ($$($(PYTHON) --version))"
	@if [ -x $(BIN)/python ]; then :; \
	elif [ -n "$(OWN_UV)" ]; then uv venv -q --python "$$(command -v $(PYTHON))" $(VENV); \
	elif ! $(PYTHON) -m venv $(VENV); then rm -rf $(VENV); echo "Python's venv module is missing: install it (python3-venv), or install uv."; exit 1; fi
	@if [ -z "$(OWN_UV)" ] && [ ! -x $(BIN)/uv ]; then \
	  if ! $(BIN)/python -m pip --version >/dev/null 2>&1 && ! $(BIN)/python -m ensurepip >/dev/null 2>&1; then \
	    echo "The environment in $(VENV) has no pip (uv made it, or it was left half done). Remove it with"; \
	    echo "'rm -rf $(VENV)' and run make again: it is made anew. Or install uv 0.5 or newer."; exit 1; fi; \
	  awk '/^[a-z]/ { ours = /^uv==/ } ours' requirements-build.lock > $(VENV)/uv.lock && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.lock; fi
	@touch $@

$(VENV)/.runtime: $(VENV)/.tools requirements.lock
	@echo "Installing what Tandem runs on"
	@$(UV) pip install -q --require-hashes --no-deps -r requirements.lock
	@touch $@

$(VENV)/.built: $(VENV)/.runtime pyproject.toml hatch_build.py $(BUNDLE_SOURCES)
	@echo "Building Tandem and its browser files"
	@$(UV) pip install -q --no-deps --reinstall-package tandem-pmo --build-constraints requirements-build.lock -e .
	@$(BIN)/python -m compileall -q -j 0 src || true
	@touch $@
	@echo "Built: $(BIN)/tandem"

$(VENV)/.dev: $(VENV)/.built requirements-dev.lock
	@echo "Installing what the tests need"
	@$(UV) pip install -q --require-hashes --no-deps -r requirements-dev.lock
	@touch $@
