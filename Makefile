# Chấm Thi. `make run` and `make test` need Python 3.11 (with venv) and make; they bring the rest themselves.
SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
HOST ?= 127.0.0.1
PORT ?= 8000
JOBS ?= 2
# The data that `make run` keeps and `make reset` wipes. Demo mode: a sample contest, and a clock that can be set.
VAR := var
DEMO := CHAMTHI_DEMO=1 CHAMTHI_DATA_DIR=$(VAR)

RUN_READY := $(VENV)/.ready-to-run
DEV_READY := $(VENV)/.ready-to-develop
PROJECT_READY := $(VENV)/.ready-project
PACKAGES := frontend/node_modules/.package-lock.json
ASSETS := frontend/dist/manifest.json

.PHONY: help run test demo bench screenshots lint format build reset lock migration translations install

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22

run: install ## The site with the sample contest on http://127.0.0.1:8000, data kept in var/
	@$(DEMO) $(BIN)/chamthi migrate
	@$(DEMO) $(BIN)/chamthi sample
	@$(DEMO) CHAMTHI_BASE_URL=$${CHAMTHI_BASE_URL:-http://$(HOST):$(PORT)} $(BIN)/chamthi serve --host $(HOST) --port $(PORT)

test: $(DEV_READY) $(PROJECT_READY) $(ASSETS) ## All tests, on SQLite and PostgreSQL, in a real browser too
	@$(BIN)/python -m tests.support.needs
	@$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

demo: install ## The whole contest through a real server, from upload to archive, into var/demo/
	@$(BIN)/chamthi demo --out $(VAR)/demo

bench: $(DEV_READY) $(PROJECT_READY) $(ASSETS) ## Speed beside a bare handler with the same SQL, on both databases
	@$(BIN)/python -m tests.bench

screenshots: $(DEV_READY) $(PROJECT_READY) $(ASSETS) ## Take the pictures of README anew
	@$(BIN)/python -m tests.support.needs
	@$(BIN)/python -m tests.e2e.screenshots

lint: $(DEV_READY) $(PROJECT_READY) $(PACKAGES) ## Ruff, mypy, import contracts, templates, translations, TypeScript
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@PATH=$(BIN):$$PATH $(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet frontend/templates
	@$(BIN)/python tools/translations.py check
	@cd frontend && ../tools/with-node ../$(VENV) npm run --silent check

format: $(DEV_READY) ## Format the code
	@$(BIN)/ruff check --select I --fix --quiet
	@$(BIN)/ruff format

build: $(PROJECT_READY) $(ASSETS) ## A wheel in dist/, with the front end in it
	@$(BIN)/python -m hatchling build -t wheel -d dist

reset: ## Wipe the data of `make run`
	rm -rf $(VAR)

lock: ## Resolve the dependencies of pyproject.toml into the lock files (needs uv)
	@command -v uv >/dev/null || { echo "error: make lock needs uv: python3 -m pip install uv"; exit 1; }
	uv pip compile $(LOCK) pyproject.toml --group build -o requirements.lock
	uv pip compile $(LOCK) -c requirements.lock pyproject.toml --group build --group dev -o requirements-dev.lock
	uv pip compile $(LOCK) --group node -o requirements-node.lock

LOCK := --quiet --python-version 3.11 --generate-hashes --universal --no-header --no-emit-index-url

migration: $(DEV_READY) $(PROJECT_READY) ## A new migration from the models: make migration m="what changes"
	@test -n "$(m)" || { echo 'error: make migration m="what changes"'; exit 1; }
	@rm -f $(VAR)/migration.db*
	@$(DEMO) CHAMTHI_DATABASE_URL=sqlite:///$(VAR)/migration.db $(BIN)/alembic upgrade head
	@$(DEMO) CHAMTHI_DATABASE_URL=sqlite:///$(VAR)/migration.db $(BIN)/alembic revision --autogenerate -m "$(m)"

translations: $(DEV_READY) ## Add to en.po what the source says and it does not
	@$(BIN)/python tools/translations.py update

install: $(RUN_READY) $(PROJECT_READY) $(ASSETS) ## Everything that `make run` needs, without running it

# ---- environment ------------------------------------------------------------------------------------------

$(BIN)/python:
	@set -eu; \
	for python in $(PYTHON) python3.11 python3.12 python3.13 python3; do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; python=; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "error: Python 3.11 or newer is needed (Debian: apt-get install python3 python3-venv)"; exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	    version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	    echo "error: this Python cannot make environments. Install: apt-get install python$$version-venv"; exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$python" --version)"; \
	"$$python" -m venv $(VENV)

$(RUN_READY): requirements.lock | $(BIN)/python
	@echo "Installing what the site needs (requirements.lock, checked by hash)"
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

# The development lock holds everything of the other, at the same versions.
$(DEV_READY): requirements-dev.lock requirements.lock | $(BIN)/python
	@echo "Installing what development needs (requirements-dev.lock, checked by hash)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $(RUN_READY) $@

# In place: a change of the code needs no second installation. The lock brought the build backend.
$(PROJECT_READY): pyproject.toml hatch_build.py | $(BIN)/python
	@test -e $(RUN_READY) || $(MAKE) $(RUN_READY)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# ---- front end --------------------------------------------------------------------------------------------

FRONTEND_SOURCES := $(shell find frontend/src -type f 2>/dev/null) frontend/build.mjs frontend/tsconfig.json

$(PACKAGES): frontend/package-lock.json frontend/package.json | $(BIN)/python
	@echo "Installing the front end's packages (package-lock.json, no install scripts)"
	@cd frontend && ../tools/with-node ../$(VENV) npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(ASSETS): $(PACKAGES) $(FRONTEND_SOURCES)
	@echo "Building the front end"
	@cd frontend && ../tools/with-node ../$(VENV) node build.mjs
