# Everything one does with the project. Every target makes what it needs; none needs anything set up before.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
BIN := .venv/bin
PORT ?= 8000

.PHONY: demo test digest run test-services test-browser chaos bench check format

demo: digest ## The demo: seeds in, digests out, then the site with worker and beat
	@$(MAKE) --no-print-directory run

digest: .venv/run ## The demo without serving: ends by itself
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py demo

run: .venv/run ## Web, worker and beat together
	@$(BIN)/python manage.py migrate --verbosity 0
	@exec env PORT=$(PORT) $(BIN)/honcho start

test: .venv/dev ## All tests on the embedded defaults
	@$(BIN)/python -m pytest

test-services: .venv/dev ## The same tests on PostgreSQL and Redis, which are started where they do not run
	@.ci/with-services $(BIN)/python -m pytest -m "not browser"

chaos: .venv/dev ## Workers killed, Redis restarted, thousands of readers: each gets one digest
	@CHAOS_SUBSCRIBERS=$${CHAOS_SUBSCRIBERS:-5000} CHAOS_KILLS=$${CHAOS_KILLS:-20} \
		.ci/with-services $(BIN)/python -m pytest -m services tests/test_chaos.py -s

bench: .venv/dev .venv/peers ## This engine beside plain Django, django-newsletter and Postfix's own load generator
	@.ci/with-services .ci/with-postfix $(BIN)/python -m tests.benchmarks.delivery

test-browser: .venv/dev ## What a reader does, in Debian's Chromium
	@.ci/with-chromium $(BIN)/python -m pytest -m browser

check: .venv/dev ## Lint, format, types, migrations, production settings
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@DEBUG=false SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
		SITE_URL=https://papers.example.org EMAIL_URL=smtp+tls://mail.example.org:587 \
		POSTAL_ADDRESS="Example Lab" $(BIN)/python manage.py check --deploy --fail-level WARNING

format: .venv/dev ## Put the code in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/run: requirements/run.txt | .venv/bin/python
	@echo "Installing what the service needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@touch $@

.venv/dev: requirements/dev.txt .venv/run
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

.venv/peers: requirements/bench.txt .venv/run
	@echo "Installing what is measured beside it ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target $@ --no-deps \
		--require-hashes -r requirements/bench.txt
	@touch $@
