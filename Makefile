# Everything one runs here. `make` alone lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Two installs at once, of pip or of apt-get, trip over one another.
.NOTPARALLEL:
.PHONY: help figures test test-all test-fast site serve check bench archive lock clean FORCE

# Another Python than `python3`: `make PYTHON=/path/to/python3.12 figures`.
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
# The validator of archives asks for other versions of libraries than the project.
VALIDATOR := build/validator
PORT ?= 4000
# Some of the tests: `make test PYTEST_ARGS='tests/site -x'`.
PYTEST_ARGS ?=
# Tests of a file stay in one process, those of the replays by record: see tests/conftest.py. Each may start two of its own.
SPREAD := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# Libraries that are taken as new as they are today, whatever their pins: `make figures NEWEST='torch matplotlib'`.
NEWEST ?=
# What writes the lock.
UV := uv==0.13.9
# Where the site will live: `make site SITE_URL=https://name.github.io BASE_PATH=/repository`.
SITE_URL ?=
BASE_PATH ?=
# The web page of the repository, where the site leads readers who found an error: REPOSITORY=https://github.com/name/repository.
REPOSITORY ?=
# `make site PAPER=no`: without the article as a PDF, which Chromium prints.
PAPER ?=
# By their environment, so that no sign in them means anything to the shell.
export PYTHON PORT SITE_URL BASE_PATH REPOSITORY

# A bare container gives a C locale, in which Ruby refuses accents.
export LANG := C.UTF-8
export LC_ALL := C.UTF-8
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What would send the installs, or a change of folder, elsewhere.
export PIP_USER := 0
unexport PIP_TARGET PIP_PREFIX PIP_ROOT PYTHONEXECUTABLE PYTHONHASHSEED PYTHONHOME PYTHONPATH PYTHONPLATLIBDIR CDPATH BASH_ENV

# Without what is inherited, pip would take a package of another folder for one that is here. Killed, it leaves packages
# of which only a part is there: the mark, which it then leaves too, has the environment made again.
define pip_install
	@touch $(VENV)/.unfinished
	@status=0; $(BIN)/python -I -m pip install --quiet -r $< $(if $(NEWEST),&& $(BIN)/python -I -m pip install --quiet --upgrade $(NEWEST)) \
	  || status=$$?; rm $(VENV)/.unfinished; exit $$status
	@touch $@
endef

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 12

figures: $(VENV)/.runtime  ## train what has no record, redraw what is stale, write the article
	$(BIN)/python scripts/build_figures.py

TESTED := tools-test $(VENV)/.test $(VENV)/.notebook $(VENV)/.archive $(VENV)/.cluster $(VALIDATOR)/.installed node_modules/.package-lock.json

test: $(TESTED)  ## install what the tests need, then run them, but for those that make everything or measure speed
	$(BIN)/python -m pytest $(SPREAD) $(or $(PYTEST_ARGS),-m "not whole and not alone")

test-all: $(TESTED)  ## the same, and every test: what continuous integration runs
	$(BIN)/python -m pytest $(SPREAD) -m "not alone"
	$(BIN)/python -m pytest -m alone

test-fast: $(VENV)/.test $(VENV)/.archive  ## for the loop of who writes code: what neither trains, nor builds, nor opens a browser
	$(BIN)/python -m pytest $(SPREAD) -m "not (slow or whole or site or browser or alone)" $(PYTEST_ARGS)

site: tools-site $(VENV)/.notebook  ## build the site in _site, the laboratory notebook in _site/carnet
	$(BIN)/python scripts/build_site.py $(if $(filter no,$(PAPER)),--no-paper)

serve: tools-serve $(VENV)/.runtime  ## preview the site at http://127.0.0.1:4000, rebuilt at each change
	$(BIN)/python scripts/build_site.py --serve "$$PORT"

check: tools-check $(VENV)/.test $(VENV)/.notebook $(VENV)/.archive  ## style, types, the French of the article, and whether every file made is the one the sources give
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy
	$(BIN)/python scripts/build_figures.py --check
	$(BIN)/python scripts/check_language.py

bench: $(VENV)/.cluster  ## speed, as ratios measured in one run
	$(BIN)/python scripts/bench.py
	$(BIN)/python scripts/bench_vgg.py
	$(BIN)/python scripts/bench_ensemble.py
	$(BIN)/python scripts/bench_cluster.py

archive: $(VENV)/.archive $(VALIDATOR)/.installed  ## write an RO-Crate of this commit in build/archive, and validate it
	$(BIN)/python scripts/build_archive.py
	$(VALIDATOR)/bin/python figures_src/archive/validate.py build/archive/*-"$$(git rev-parse --short=12 HEAD)".zip

lock: $(VENV)/.python  ## write requirements.lock and its like: every pin, and all that pins bring on any system, with their hashes
	$(BIN)/python -I -m venv build/lock
	build/lock/bin/python -I -m pip install --quiet $(UV)
	UV="build/lock/bin/uv" bash scripts/lock.sh

clean:  ## forget everything installed or built; records and published files stay
	rm -rf $(VENV) node_modules build _site .mypy_cache .ruff_cache .pytest_cache .hypothesis

# All that a target needs of the system is asked for at once, before anything long.
.PHONY: tools-test tools-site tools-serve tools-check
tools-test:
	@bash scripts/install_tools.sh python npm jekyll browser java links spelling

tools-site:
	@bash scripts/install_tools.sh python jekyll $(if $(filter no,$(PAPER)),,chromium)

tools-serve:
	@bash scripts/install_tools.sh python jekyll

tools-check:
	@bash scripts/install_tools.sh python jekyll spelling

# Looked at each time, and left as it is when it is whole, where it was made, and of the Python asked for.
$(VENV)/.python: FORCE
	@bash scripts/install_tools.sh python environment

# The stamps are touched last: an install that was interrupted starts again.
$(VENV)/.runtime: requirements.txt $(VENV)/.python
	$(pip_install)

$(VENV)/.test: requirements-test.txt $(VENV)/.runtime
	$(pip_install)

$(VENV)/.notebook: requirements-notebook.txt $(VENV)/.runtime
	$(pip_install)

$(VENV)/.archive: requirements-archive.txt $(VENV)/.runtime
	$(pip_install)

$(VENV)/.cluster: requirements-cluster.txt $(VENV)/.runtime
	$(pip_install)

# One whose making was interrupted, or that was copied with the checkout, is made again.
$(VALIDATOR)/.installed: requirements-validator.txt $(VENV)/.runtime
	rm -rf $(VALIDATOR)
	$(BIN)/python -I -m venv $(VALIDATOR)
	$(VALIDATOR)/bin/python -I -m pip install --quiet -r $<
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --include=dev --no-global --location=project
	@touch $@
