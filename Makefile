# viticast. `make run` and `make test` do all the set-up on a machine that has Python 3.11 to 3.13 and make.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The local AWS of the tests; its packages clash with the project's.
AWS_VENV := .venv-aws
AWS_BIN := $(AWS_VENV)/bin
AWS_STAMP := $(AWS_VENV)/.installed
AWS_REQUIREMENTS := tests/local_aws/requirements
# Airflow, whose packages clash with the project's as well.
AIRFLOW_VENV := .venv-airflow
AIRFLOW_BIN := $(AIRFLOW_VENV)/bin
AIRFLOW_STAMP := $(AIRFLOW_VENV)/.installed
AIRFLOW_REQUIREMENTS := deploy/airflow/requirements
# The peers of the benchmark; statsforecast pins an older scipy.
PEERS_VENV := .venv-peers
PEERS_BIN := $(PEERS_VENV)/bin
PEERS_STAMP := $(PEERS_VENV)/.installed

# sample | a folder with Embrapa's 15 CSV files, or with folders of them | an http address.
# Without it, the source that conf/local/globals.yml names, or the sample.
SOURCE ?=
# Of the web page of Airflow.
PORT ?= 8080

# No dependency may report to its makers; progress bars and notes to developers have no place in a log.
export DO_NOT_TRACK := 1
export MLFLOW_DISABLE_TELEMETRY := true
export MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONWARNINGS := ignore:register_new_resolver:UserWarning,ignore::UserWarning:mlflow.pyfunc.utils.data_validation

ifeq ($(SOURCE),)
  PARAMS :=
else ifeq ($(SOURCE),sample)
  PARAMS := --params source=sample
else
  PARAMS := --params "source=embrapa,source_url=$(SOURCE)"
endif

.PHONY: help
help: ## Show what can be done
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  SOURCE=<folder or address> chooses the figures of run; the default is the synthetic sample"

$(STAMP): requirements.lock pyproject.toml
	@python=$$(for p in $(PYTHON) python3.11 python3.12 python3.13 python3 python; do \
	  "$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo "$$p" && break; done); \
	if [ -z "$$python" ]; then echo "viticast needs Python 3.11, 3.12 or 3.13: install one, or run make PYTHON=<its path>"; exit 1; fi; \
	echo "setting up $(VENV) with $$($$python --version); it takes some minutes and 1.8 GB ..."; \
	rm -rf $(VENV) && "$$python" -m venv $(VENV)
	@# The lock is complete, so nothing is left to resolve; pip refuses hashes of packages that others ask for with extras.
	@$(BIN)/python -m pip install --quiet --quiet --no-deps --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(AWS_STAMP): $(AWS_REQUIREMENTS).lock | $(STAMP)
	@echo "setting up $(AWS_VENV), the local AWS of the tests; it takes half a minute and 400 MB ..."
	@rm -rf $(AWS_VENV) && $(BIN)/python -m venv $(AWS_VENV)
	@$(AWS_BIN)/python -m pip install --quiet --quiet --no-deps --require-hashes --requirement $<
	@touch $@

$(AIRFLOW_STAMP): $(AIRFLOW_REQUIREMENTS).lock | $(STAMP)
	@echo "setting up $(AIRFLOW_VENV), Airflow beside the project; it takes a minute and 550 MB ..."
	@rm -rf $(AIRFLOW_VENV) && $(BIN)/python -m venv $(AIRFLOW_VENV)
	@$(AIRFLOW_BIN)/python -m pip install --quiet --quiet --no-deps --require-hashes --requirement $<
	@touch $@

$(PEERS_STAMP): benchmarks/requirements.lock pyproject.toml | $(STAMP)
	@echo "setting up $(PEERS_VENV), viticast beside its peers; it takes some minutes and 1.6 GB ..."
	@rm -rf $(PEERS_VENV) && $(BIN)/python -m venv $(PEERS_VENV)
	@$(PEERS_BIN)/python -m pip install --quiet --quiet --no-deps --require-hashes --requirement $<
	@$(PEERS_BIN)/python -m pip install --quiet --quiet --no-deps --editable .
	@touch $@

.PHONY: setup
setup: $(STAMP) ## Make the environment in .venv, from the lock

.PHONY: run
run: $(STAMP) ## Run the five pipelines (SOURCE=… for real figures)
	@$(BIN)/kedro run $(PARAMS)

.PHONY: test
test: $(STAMP) ## Run the fast tests, with coverage
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not real and not slow and not crash and not aws and not airflow and not airflow_proof" --cov --cov-report=term

.PHONY: test-real
test-real: $(STAMP) ## Run the tests on the real figures of ../shared and the slow ones
	@$(BIN)/python -m pytest -n 2 --dist loadfile --durations=15 -m "(real or slow) and not aws and not airflow"

.PHONY: faults
faults: $(STAMP) ## Try every kind of broken input: a table of input, outcome and message
	@$(BIN)/python -m tests.faults

.PHONY: broken-answers
broken-answers: $(STAMP) ## Break an API in every known way: a table of fault, outcome and message
	@$(BIN)/python -m tests.connectors

.PHONY: test-crash
test-crash: $(STAMP) ## Kill runs at 50 points, and let runs and readers meet (CRASH_POINTS=all for every point)
	@$(BIN)/python -m pytest -m "crash and not aws and not airflow"

.PHONY: test-aws
test-aws: $(STAMP) $(AWS_STAMP) ## Run the tests on a local AWS: S3, Glue, Athena and IAM on loopback, no account
	@$(BIN)/python -m pytest -n 2 --dist loadfile --durations=15 -m "aws and not airflow_proof"

.PHONY: dags
dags: $(STAMP) ## Write the DAGs of Airflow from the pipelines and conf/base/airflow.yml
	@$(BIN)/kedro dags

.PHONY: test-airflow
test-airflow: $(STAMP) $(AIRFLOW_STAMP) ## Run the tests of the DAGs in a real Airflow, with PostgreSQL; no Docker, no network
	@$(BIN)/python -m pytest -n 2 --dist loadfile --durations=15 -m airflow

.PHONY: prove-airflow
prove-airflow: $(STAMP) $(AIRFLOW_STAMP) $(AWS_STAMP) ## Run the DAG on Celery with Redis, and on the local AWS with a server of MLflow
	@$(BIN)/python -m pytest -m airflow_proof

.PHONY: airflow
airflow: $(STAMP) $(AIRFLOW_STAMP) ## Start Airflow with the DAGs on loopback, and print its address and password (PORT=8080)
	@$(AIRFLOW_BIN)/python deploy/airflow/serve.py --port $(PORT)

.PHONY: mutation
mutation: $(STAMP) ## Change the reader, the vetting and the corrections in a thousand ways, and count what the tests notice
	@rm -rf mutants
	@$(BIN)/mutmut run --max-children 2 > mutation.log 2>&1 || { tail -n 20 mutation.log; exit 1; }
	@$(BIN)/python tests/mutation_scores.py

.PHONY: check
check: $(STAMP) ## Lint, check formatting, types and the layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: benchmark
benchmark: $(STAMP) $(AWS_STAMP) $(PEERS_STAMP) ## Measure accuracy and speed against peers, and runs on AWS against embedded ones
	@$(PEERS_BIN)/python benchmarks/forecasting.py
	@$(BIN)/python benchmarks/ingestion.py
	@$(BIN)/python benchmarks/aws.py

.PHONY: viz
viz: $(STAMP) ## Show the pipelines in a browser, on loopback
	@$(BIN)/kedro viz run --host 127.0.0.1

COMPILE := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --upgrade

.PHONY: lock
lock: $(STAMP) ## Resolve requirements.lock anew, and those of the local AWS, of Airflow and of the peers
	@$(BIN)/uv pip compile pyproject.toml --extra dev $(COMPILE) --output-file requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra peers $(subst --universal,--python-platform linux,$(COMPILE)) --output-file benchmarks/requirements.lock
	@$(BIN)/uv pip compile $(AWS_REQUIREMENTS).in $(COMPILE) --output-file $(AWS_REQUIREMENTS).lock
	@$(BIN)/uv pip compile $(AIRFLOW_REQUIREMENTS).in $(COMPILE) --output-file $(AIRFLOW_REQUIREMENTS).lock

.PHONY: clean
clean: ## Delete the environment, caches and everything that runs wrote (not the sample, not conf/local)
	@find data -mindepth 1 -maxdepth 1 ! -name 00_sample ! -name README.md -exec rm -rf {} +
	@rm -rf $(VENV) $(AWS_VENV) $(AIRFLOW_VENV) $(PEERS_VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache htmlcov .coverage mutants mutation.log
	@find . -name __pycache__ -type d -not -path "./.git/*" -exec rm -rf {} +
