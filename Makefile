# Needs python3 (3.11 or newer, with venv) and make; everything else comes from the registries.
PYTHON ?= python3
V := .venv
export PATH := $(CURDIR)/$(V)/bin:$(PATH)
# Reflex asks no one for versions and sends no figures home; Node comes from a wheel, packages by npm.
export REFLEX_USE_NPM := 1
export REFLEX_TELEMETRY_ENABLED := false
export REFLEX_CHECK_LATEST_VERSION := false
export REFLEX_DIR := $(CURDIR)/.reflex
export npm_config_audit := false
export npm_config_fund := false
export npm_config_update_notifier := false
# No address of a registry may get into the committed lock file.
export npm_config_omit_lockfile_registry_resolved := true

PIP := $(V)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes
BUILT := .web/.built
SOURCES := $(shell find rxconfig.py crm_app assets reflex.lock -type f -not -name '*.pyc' \
  \( -path '*/ui/*' -o -path 'crm_app/app.py' -o -path 'rxconfig.py' -o -path 'assets/*' -o -path 'reflex.lock/*' \))

.PHONY: run demo build test test-browser check bench clean

run: $(BUILT)
	@$(V)/bin/crm serve

# The same with a sample team and data, kept apart from your own.
demo: $(BUILT)
	@$(V)/bin/crm demo

build: $(BUILT)

# Everything but the browser, in two processes; then the browser against the built and served app.
test: $(V)/.installed-dev
	$(V)/bin/pytest -n 2 -m "not browser"
	@$(MAKE) --no-print-directory test-browser

test-browser: $(V)/.installed-dev $(BUILT)
	$(V)/bin/pytest -m browser

# The main job told aloud, on real parts; PICTURES=folder keeps pictures of the way.
journey: $(V)/.installed-dev $(BUILT)
	@$(V)/bin/python -m tests.browser.journey $(PICTURES)

# A calendar server and a mail server for walking it by hand: docs/try-it.md.
journey-parts: $(V)/.installed-dev
	@$(V)/bin/python -m tests.browser.journey.parts

check: $(V)/.installed-dev
	$(V)/bin/ruff format --check .
	$(V)/bin/ruff check .
	$(V)/bin/mypy
	$(V)/bin/lint-imports

BENCHMARKS := $(basename $(notdir $(filter-out %__init__.py,$(wildcard benchmarks/*.py))))

bench: $(V)/.installed-dev
	@for each in $(BENCHMARKS); do echo "== $$each"; $(V)/bin/python -m benchmarks.$$each || exit 1; done

clean:
	rm -rf .web .reflex .states $(V)

$(V)/bin/python:
	$(PYTHON) -m venv $(V)

$(V)/.installed: requirements.lock | $(V)/bin/python
	$(PIP) -r requirements.lock
	@printf '#!%s\nimport sys\n\nsys.path.insert(0, "%s")\nfrom crm_app.cli import run\n\nrun()\n' \
	  "$(CURDIR)/$(V)/bin/python" "$(CURDIR)" > $(V)/bin/crm && chmod +x $(V)/bin/crm
	@touch $@

$(V)/.installed-dev: requirements-dev.lock $(V)/.installed
	$(PIP) -r requirements-dev.lock
	@touch $@

$(BUILT): $(V)/.installed $(SOURCES)
	@echo "Building the pages; this takes about half a minute the first time."
	@NPM_CONFIG_REGISTRY="$$(npm config get registry)" $(V)/bin/reflex export --frontend-only --no-zip --loglevel warning
	@touch $@
