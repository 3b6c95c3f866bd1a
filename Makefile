# Everything you do with the project. Every target makes what it needs; none needs any setup first.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PORT ?= 8000
# As many processes as cores; one that runs out of tests takes over some of another's.
PARALLEL := -n auto --dist worksteal

.PHONY: help demo test coverage digest run test-services test-browser chaos faults bench upgrade-check operator-check check format lock backup restore

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# The demo and the checks ignore the settings of a real service in the same folder.
demo digest check: export ENV_FILE :=

demo: digest ## The demo: seeds in, digests out, then the site with worker and beat
	@$(MAKE) --no-print-directory run

digest: .venv/run ## The demo without the site: it ends by itself
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py demo

run: .venv/run ## Web, worker and beat together
	@$(BIN)/python manage.py migrate --verbosity 0
	@exec env PATH="$(CURDIR)/$(BIN):$$PATH" PORT=$(PORT) honcho start

backup: .venv/run ## Back the database up to BACKUP_DIR
	@$(BIN)/python manage.py backup

restore: .venv/run ## Replace the database with a backup: make restore FILE=…
	@test -n "$(FILE)" || { echo "Say which: make restore FILE=var/backups/…" >&2; exit 1; }
	@$(BIN)/python manage.py restore "$(FILE)"

test: .venv/dev ## All tests on the embedded defaults
	@$(BIN)/python -m pytest $(PARALLEL)

coverage: .venv/dev ## The same tests, and which branches of the code they cover
	@$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=
	@$(BIN)/python -m tests.support.room_coverage

test-services: .venv/dev ## All tests of what is stored, on a PostgreSQL and a Redis of their own
	@.ci/with-services $(BIN)/python -m pytest $(PARALLEL) -m "not browser and not storeless"

chaos: .venv/dev ## Workers killed, Redis restarted, thousands of readers: each gets one digest
	@CHAOS_SUBSCRIBERS=$${CHAOS_SUBSCRIBERS:-5000} CHAOS_KILLS=$${CHAOS_KILLS:-20} \
		.ci/with-services $(BIN)/python -m pytest -m services tests/sending/test_chaos.py -s

faults: .venv/dev ## Redis, PostgreSQL, the disk, the clock and the machine fail for a minute, one after another
	@FAULT_SECONDS=$${FAULT_SECONDS:-60} .ci/with-services $(BIN)/python -m pytest -m services \
		tests/sending/test_outages.py -s

upgrade-check: .venv/dev ## From 0.1.0 to this version with a million deliveries: what is kept, locked, and for how long
	@.ci/with-services $(BIN)/python -m tests.benchmarks.upgrade

operator-check: ## What a new operator does, following the README word for word, up to a digest in a mailbox
	@.ci/with-services .ci/operator

bench: .venv/dev .venv/peers ## This engine next to plain Django, django-newsletter and Postfix's own load generator
	@.ci/with-services .ci/with-postfix $(BIN)/python -m tests.benchmarks.delivery

test-browser: .venv/dev ## What a reader does, in Debian's Chromium
	@.ci/with-chromium $(BIN)/python -m pytest $(PARALLEL) -m browser

check: .venv/dev ## Lint, format, templates, styles and scripts, types, layers, unsafe code, migrations, production settings
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint --quiet --lint templates
	@! test -x $(BIN)/biome || $(BIN)/biome lint --error-on-warnings --log-level=error
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/bandit --quiet --severity-level medium --recursive --configfile pyproject.toml config digest subscriptions
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@DEBUG=false SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
		SITE_URL=https://papers.example.org PROXY_COUNT=1 EMAIL_URL=smtp+tls://mail.example.org:587 \
		POSTAL_ADDRESS="Example Lab" $(BIN)/python manage.py check --deploy --fail-level WARNING

format: .venv/dev ## Fix and format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: ## Regenerate the hashed requirements; needs uv
	@set -e; compile="uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header --override requirements/left_out.in"; \
	$$compile requirements/run.in -o requirements/run.txt; \
	$$compile requirements/ses.in -c requirements/run.txt -o requirements/ses.txt; \
	$$compile requirements/dev.in -c requirements/run.txt -c requirements/ses.txt -o requirements/dev.txt

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/run: requirements/run.txt | .venv/bin/python
	@echo "Installing what the service needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/run.txt
	@touch $@

.venv/dev: requirements/dev.txt .venv/run
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

.venv/peers: requirements/bench.txt .venv/run
	@echo "Installing what is measured beside it ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target $@ --no-deps \
		--require-hashes -r requirements/bench.txt
	@touch $@
