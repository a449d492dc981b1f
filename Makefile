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

.PHONY: run build

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
