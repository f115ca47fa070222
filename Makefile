# What a developer does, by name. `make help` lists it.

PY := .venv/bin/python
LANGUAGE_FILES := $(shell find locale -name '*.po' 2>/dev/null)
OWN_ASSETS := $(shell find static -type f 2>/dev/null)
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)
PYTEST := $(PY) -m pytest --verbosity=0 -n $(WORKERS)

# Root owns its own virtual environment here, and a newer pip is nobody's concern.
export PIP_ROOT_USER_ACTION := ignore
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

# What the checks of a deployment are asked against: a production machine's environment.
DEPLOYED := DEBUG=off HTTPS=on BEHIND_PROXY=on TRUSTED_PROXIES=1 HSTS_SECONDS=31536000 ALLOWED_HOSTS=pairing.example.edu.cn \
	SECRET_KEY=this-key-is-only-for-manage-py-check-0123456789-abcdefghijklmnop

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install install-dev hooks demo demo-reset run test test-fast test-sqlite test-postgres coverage mutants attack check \
	format bench words lock clean

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 16

install: .venv/.base node_modules/.done $(LANGUAGE_FILES:.po=.mo)  ## Prepare .venv, the assets and the languages
	@:

install-dev: install .venv/.dev node_modules/.dev  ## The same, with what tests and checks need

hooks: install-dev  ## Let git format and check what is committed (.pre-commit-config.yaml)
	@.venv/bin/pre-commit install

.venv/bin/python:
	@echo "· virtual environment"
	@python=$$(sh scripts/find_python.sh) && "$$python" -m venv .venv

.venv/.base: requirements/base.txt | .venv/bin/python
	@echo "· Python packages"
	@$(PY) -m pip install --quiet --require-hashes -r $<
	@touch $@

.venv/.dev: requirements/dev.txt | .venv/.base
	@echo "· Python packages for tests and checks"
	@$(PY) -m pip install --quiet --require-hashes -r $<
	@touch $@

.venv/.mutants: requirements/mutants.txt | .venv/.dev
	@echo "· Python packages for mutants"
	@$(PY) -m pip install --quiet --require-hashes -r $<
	@touch $@

node_modules/.done: package-lock.json package.json requirements/node.txt | .venv/bin/python
	@echo "· front-end assets"
	@sh scripts/assets.sh --omit=dev --omit=optional
	@touch $@

node_modules/.dev: node_modules/.done
	@echo "· what tests need of npm"
	@sh scripts/assets.sh
	@touch node_modules/.done $@

%.mo: %.po | .venv/.base
	@$(PY) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@

staticfiles/.done: $(OWN_ASSETS) node_modules/.done .venv/.base pairing_site/settings.py pairing_site/assets.py
	@echo "· static files"
	@DEBUG=off SECRET_KEY=signs-nothing-here $(PY) manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@

demo: install staticfiles/.done  ## Serve the demo college on 127.0.0.1:$PORT (8000)
	@sh scripts/demo.sh

demo-reset: install  ## Throw the demo college away, with what was entered since; `make demo` makes it anew
	@sh scripts/demo_reset.sh

run: install  ## Serve what `make demo` loaded on 127.0.0.1:$PORT (8000), and read the code anew when it changes
	@DEBUG=on $(PY) manage.py runserver "127.0.0.1:$${PORT:-8000}"

test: test-sqlite test-postgres  ## Run the whole suite on SQLite, then on a real PostgreSQL all that a database changes

test-fast: install-dev  ## Run what failed last, then the rest without a browser, on SQLite, up to the first failure
	@DATABASE_URL=sqlite:///var/test.sqlite3 $(PYTEST) --exitfirst --failed-first -m "not browser" $(ARGS)

coverage: install-dev  ## Run the suite on SQLite and list the lines and branches that no test reaches (var/coverage/)
	@DATABASE_URL=sqlite:///var/test.sqlite3 $(PYTEST) --cov --cov-report=term:skip-covered --cov-report=html $(ARGS)

mutants: install-dev .venv/.mutants  ## Change single lines of the rules and see whether a test notices (ARGS="--sample 50 models")
	@[ -f var/coverage/data ] || DATABASE_URL=sqlite:///var/test.sqlite3 $(PYTEST) --cov --cov-context=test --cov-report=
	@$(PY) -m scripts.mutants $(ARGS)

test-sqlite: install-dev
	@echo "· tests on SQLite"
	@DATABASE_URL=sqlite:///var/test.sqlite3 $(PYTEST) $(ARGS)

test-postgres: install-dev
	@echo "· tests on PostgreSQL"
	@$(PY) -m tests.postgres $(PYTEST) -m "not once" $(ARGS)

attack: install-dev  ## Cast the nets large: hours of hostile requests, files, sheets, kills and races (docs/threat-model.md)
	@echo "· nets on SQLite"
	@NETS=large DATABASE_URL=sqlite:///var/test.sqlite3 $(PYTEST) tests/nets $(ARGS)
	@echo "· nets on PostgreSQL"
	@NETS=large $(PY) -m tests.postgres $(PYTEST) tests/nets $(ARGS)

check: install-dev  ## Try the code: format, lint, types, layers, migrations, words, deployment
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	.venv/bin/mypy .
	.venv/bin/djlint --check --quiet templates
	.venv/bin/djlint --lint --quiet templates
	.venv/bin/lint-imports --no-logo
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) -m tests.postgres $(PY) -m scripts.check_migrations
	$(PY) -m scripts.check_words
	$(DEPLOYED) $(PY) manage.py check --deploy --fail-level WARNING

format: install-dev  ## Format and tidy the code and the templates
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .
	.venv/bin/djlint --reformat --quiet templates

bench: install-dev  ## Measure speed on PostgreSQL, as ratios (bench/README.md)
	@$(PY) -m tests.postgres $(PY) -m pytest --verbosity=0 -s bench $(ARGS)

words: install-dev  ## Collect new words into locale/ (needs gettext)
	$(PY) manage.py makemessages --locale zh_Hans --no-wrap --add-location file --no-obsolete \
		--ignore 'node_modules/*' --ignore '.venv/*' --ignore 'staticfiles/*' --ignore 'tests/*'

lock: | .venv/.base  ## Lock the Python packages and the assets anew
	$(PY) -m pip install --quiet --require-hashes -r requirements/lock.txt
	for name in lock node base dev mutants; do \
		.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-header --no-strip-extras $(ARGS) requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done
	npm install --package-lock-only --ignore-scripts

clean:  ## Remove what can be made again; data/ stays
	rm -rf .venv node_modules staticfiles var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find locale -name '*.mo' -delete
