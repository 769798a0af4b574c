# make up     the whole portal on this machine, nothing to configure
# make check  format, lint, types, layers, fast tests: the inner loop
# make test   everything
# Needs Python 3.11 and make; all else is installed into .venv from the lock files.

SHELL := /bin/sh
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMP := .venv/installed
PYTEST := $(BIN)/python -m pytest
export PYTHONPATH := $(CURDIR)

.PHONY: up check test static templates migrations deployment openapi-unchanged openapi \
        test-database fast-tests assets bench bench-data backup restore clean

up: $(STAMP)
	@$(BIN)/python -m customs_portal.runtime.up

check: static fast-tests

test: $(STAMP)
	@$(MAKE) --jobs=2 static templates migrations deployment openapi-unchanged test-database
	@echo "Tests"
	@$(PYTEST) -n 2 -m "not processes and not browser"
	@echo "Tests with real processes"
	@$(PYTEST) -n 2 --dist loadfile -m "processes"
	@echo "Tests in a browser"
	@$(PYTEST) -n 2 -m "browser"

static: $(STAMP)
	@echo "Format, lint, types, layers"
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

test-database: $(STAMP)
	@echo "Database of the tests"
	@$(DEVELOPMENT) $(BIN)/python -W ignore -m tests.fixtures.migrated

fast-tests: $(STAMP) assets
	@echo "Fast tests"
	@$(PYTEST) -q -n 2 -m "not processes and not browser and not slow"

templates: $(STAMP)
	@echo "Templates"
	@$(BIN)/djlint --quiet --lint templates customs_portal declarations risk messaging

migrations: $(STAMP)
	@echo "Migrations"
	@$(DEVELOPMENT) $(BIN)/python -W ignore manage.py makemigrations --check --dry-run

deployment: $(STAMP) assets
	@echo "Production settings"
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

openapi-unchanged: $(STAMP)
	@echo "OpenAPI schema"
	@mkdir -p build
	@$(DEVELOPMENT) $(BIN)/python manage.py spectacular --validate --fail-on-warn --file build/openapi.yaml
	@diff -u docs/openapi.yaml build/openapi.yaml || { echo "The API changed: make openapi"; exit 1; }

openapi: $(STAMP)
	@$(DEVELOPMENT) $(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

assets: $(STAMP)
	@$(BIN)/python -m customs_portal.runtime.assets

bench: $(STAMP)
	@test -n "$(NAME)" || { echo "Use: make bench NAME=...  One of:"; ls benchmarks; exit 2; }
	@$(BIN)/python -m benchmarks.$(NAME)

bench-data: $(STAMP)
	@test -n "$(N)" || { echo "Use: make bench-data N=1000000"; exit 2; }
	@$(BIN)/python -m benchmarks.data $(N)

# Commands that only read the code: no server is asked.
DEVELOPMENT = env DEMO=1 SECRET_KEY=unused DJANGO_SETTINGS_MODULE=customs_portal.settings
PRODUCTION = env DEMO=0 DEBUG=0 HTTPS=1 ALLOWED_HOSTS=portal.example DEVELOPMENT_TOOLS=0 \
	SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(64))") \
	SAMPLING_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(64))") \
	DATABASE_URL=postgresql://portal@localhost/portal REDIS_URL=redis://localhost/0

$(STAMP): requirements-dev.txt
	@test -n "$(PYTHON)" && $(PYTHON) -c "import sys; sys.exit(sys.version_info[:2] != (3, 11))" || \
	  { echo "Python 3.11 is needed: PYTHON=/path/to/python3.11 make ..."; exit 2; }
	@echo "Installing the locked packages into .venv (the first time this takes a minute or two)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --requirement requirements-dev.txt
	@touch $@

backup: $(STAMP)
	@test -n "$(FILE)" || { echo "Use: make backup FILE=..."; exit 2; }
	@$(BIN)/python -m customs_portal.runtime.backup save $(FILE)

restore: $(STAMP)
	@test -n "$(FILE)" || { echo "Use: make restore FILE=..."; exit 2; }
	@$(BIN)/python -m customs_portal.runtime.backup restore $(FILE)

clean:
	@test ! -e var/lock || $(PYTHON) -c "import fcntl; fcntl.flock(open('var/lock'), fcntl.LOCK_EX | fcntl.LOCK_NB)" \
	  2>/dev/null || { echo "The portal is running; stop it first."; exit 2; }
	rm -rf var build node_modules .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
