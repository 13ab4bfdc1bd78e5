# Every developer command. `make` prints them.
.DEFAULT_GOAL := help
.PHONY: help run test check bench screenshots fmt lock messages diagrams ready
PYTHON ?= python3
T ?= tests
python := .venv/bin/python
tested := DJANGO_SETTINGS_MODULE=tests.settings $(python)

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

ready: # Make .venv once
	@$(PYTHON) deploy/prepare.py

run: ready ## Start the whole system with a demo: PORT=8000 STATE_DIR=var
	@exec $(python) manage.py up

test: ready ## Run all tests, or some: make test T=tests/ticketing
	@exec $(python) -m pytest -n 3 $(T)

check: ready ## Look at everything that needs no running: format, types, arrow, templates, migrations, translations
	$(python) -m ruff format --check --quiet .
	$(python) -m ruff check --quiet .
	$(python) -m mypy --no-error-summary .
	.venv/bin/lint-imports --no-logo
	$(python) -m djlint --lint --quiet templates
	$(tested) manage.py makemigrations --check --dry-run --verbosity 0
	LOG_LEVEL=warning $(tested) manage.py lintmigrations --quiet ok ignore
	$(python) -m pytest --quiet tests/test_migrations.py
	$(python) manage.py state_diagrams --check
	$(python) manage.py messages --check

bench: ready ## Measure the pages with 100,000 events, beside a bare view
	@$(python) -m bench

screenshots: ready ## Take pictures of the main pages, phone and desk, light and dark, into STATE_DIR/screenshots
	@SCREENSHOTS="$${STATE_DIR:-var}/screenshots" $(python) -m pytest --quiet --no-header -p no:randomly tests/browser/take_screenshots.py tests/browser/take_screenshots_of_paying.py
	@echo "Pictures are in $${STATE_DIR:-var}/screenshots"

fmt: ready ## Format the code
	$(python) -m ruff check --fix --quiet .
	$(python) -m ruff format .

lock: ready ## Write the locked requirements from requirements*.in (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet requirements-dev.in -o requirements-dev.txt

messages: ready ## Gather texts for translation and compile them
	$(python) manage.py messages

diagrams: ready ## Draw docs/state-machines.md from the tables of moves
	$(python) manage.py state_diagrams
