# Needs python3 (3.11 or newer, with venv) and make; everything else comes from the registries.
PYTHON ?= python3
V := .venv
export PATH := $(CURDIR)/$(V)/bin:$(PATH)
export REFLEX_USE_NPM := 1
export REFLEX_TELEMETRY_ENABLED := false
export REFLEX_CHECK_LATEST_VERSION := false
export REFLEX_DIR := $(CURDIR)/.reflex
export npm_config_audit := false
export npm_config_fund := false
export npm_config_update_notifier := false
# No address of a registry may get into the committed lock file.
export npm_config_omit_lockfile_registry_resolved := true

BUILT := .web/.built
SOURCES := rxconfig.py crm_app/app.py $(shell find crm_app assets reflex.lock -type f \
  -not -name '*.pyc' \( -path '*/ui/*' -o -path 'assets/*' -o -path 'reflex.lock/*' \) 2>/dev/null)

.PHONY: run build test test-fast check bench lock clean

run: $(BUILT)
	@$(V)/bin/crm serve

build: $(BUILT)

$(V)/.installed: requirements.lock
	@test -x $(V)/bin/python || $(PYTHON) -m venv $(V)
	$(V)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@printf '#!%s\nimport sys\n\nsys.path.insert(0, "%s")\nfrom crm_app.cli import run\n\nrun()\n' \
	  "$(CURDIR)/$(V)/bin/python" "$(CURDIR)" > $(V)/bin/crm && chmod +x $(V)/bin/crm
	@touch $@

$(BUILT): $(V)/.installed $(SOURCES)
	NPM_CONFIG_REGISTRY="$$(npm config get registry)" $(V)/bin/reflex export --frontend-only --no-zip
	@touch $@

# What only tests, checks and benchmarks need comes on top of what runs the product.
$(V)/.installed-dev: $(V)/.installed requirements-dev.lock
	$(V)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Everything: rules, services on SQLite and PostgreSQL, real servers, and a real browser.
test: $(V)/.installed-dev $(BUILT)
	$(V)/bin/python -m pytest -n 2 --dist loadgroup -m "not browser"
	$(V)/bin/python -m pytest -m browser

# The part without servers, browsers and long crowds.
test-fast: $(V)/.installed-dev
	$(V)/bin/python -m pytest -n 2 --dist loadgroup -m "not browser and not server and not slow"

check: $(V)/.installed-dev
	$(V)/bin/ruff format --check .
	$(V)/bin/ruff check .
	$(V)/bin/mypy
	$(V)/bin/lint-imports

bench: $(V)/.installed-dev
	@for part in $(basename $(notdir $(wildcard benchmarks/[a-z]*.py))); do \
	  $(V)/bin/python -m benchmarks.$$part || exit 1; done

# Pin anew after a change of pyproject.toml.
lock: $(V)/.installed-dev
	$(V)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --quiet pyproject.toml --output-file requirements.lock
	$(V)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --quiet pyproject.toml --extra dev --constraint requirements.lock \
	  --output-file requirements-dev.lock

clean:
	rm -rf $(V) .web .reflex .states build .mypy_cache .ruff_cache .pytest_cache .hypothesis
