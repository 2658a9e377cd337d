# Everything one runs here. `make` alone lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help figures test site serve check bench clean tools gems

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 4000
# Where the site will live: `make site SITE_URL=https://name.github.io BASE_PATH=/repository`.
SITE_URL ?=
BASE_PATH ?=

# Jekyll and Sass refuse accents in a C locale, which is what a bare container gives.
export LANG := C.UTF-8
export LC_ALL := C.UTF-8
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export BUNDLE_FROZEN := false

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 12

figures: $(VENV)/.runtime  ## train what has no record, redraw what is stale, write the article
	$(BIN)/python scripts/build_figures.py

test: $(VENV)/.test $(VENV)/.notebook node_modules/.package-lock.json tools gems  ## install what the tests need, then run every test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

site: $(VENV)/.notebook tools-jekyll gems  ## build the site in _site, the laboratory notebook in _site/carnet
	@mkdir -p build
	@printf 'url: "%s"\nbaseurl: "%s"\n' '$(SITE_URL)' '$(BASE_PATH)' > build/address.yml
	JEKYLL_ENV=production bundle exec jekyll build --config _config.yml,build/address.yml
	$(BIN)/python scripts/build_notebook.py $(if $(SITE_URL),--url '$(SITE_URL)$(BASE_PATH)/carnet/')

serve: tools-jekyll gems  ## preview the site at http://127.0.0.1:4000, rebuilt at each change
	bundle exec jekyll serve --host 127.0.0.1 --port $(PORT) --livereload

check: $(VENV)/.test $(VENV)/.notebook tools-language  ## style, types, the French of the article, and whether every file made is the one the sources give
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python scripts/build_figures.py --check
	$(BIN)/python scripts/check_language.py

bench: $(VENV)/.runtime  ## speed, as ratios measured in one run
	$(BIN)/python scripts/bench.py
	$(BIN)/python scripts/bench_vgg.py

clean:  ## forget everything installed or built; records and published files stay
	rm -rf $(VENV) node_modules build _site .jekyll-cache .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

$(VENV)/bin/python:
	PYTHON='$(PYTHON)' VENV='$(VENV)' bash scripts/install_tools.sh python

# The stamps are touched last: an install that was interrupted starts again.
$(VENV)/.runtime: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements-test.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet -r requirements-test.txt
	@touch $@

$(VENV)/.notebook: requirements-notebook.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet -r requirements-notebook.txt
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json
	@command -v npm > /dev/null || bash scripts/install_tools.sh npm
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

tools:
	@bash scripts/install_tools.sh jekyll browser java links spelling

.PHONY: tools-jekyll tools-language
tools-language:
	@bash scripts/install_tools.sh jekyll spelling

tools-jekyll:
	@bash scripts/install_tools.sh jekyll

gems: | tools-jekyll
	@bash scripts/install_tools.sh gems
