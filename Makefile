# One command each; `make` lists them. Everything lands in .venv, .framewarden and .aws-sam.
PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help demo up down test unit workflow lint bench build picture screenshots requirements clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## the main job on a laptop cloud; ARGS="--once --json demo.json" ends by itself
	@$(BIN)/framewarden demo $(ARGS)

up: $(INSTALLED) ## start the laptop cloud and deploy the stack to it
	@$(BIN)/framewarden up $(ARGS)

down: $(INSTALLED) ## end the laptop cloud
	@$(BIN)/framewarden down

test: lint ## everything: lint, all fast tests with coverage, every path on a running laptop cloud
	@$(BIN)/pytest tests/unit tests/laptop -n 2 --cov --cov-fail-under=95
	@$(BIN)/pytest tests/workflow

unit: $(INSTALLED) ## the fast suite: functions, template and machines, without a cloud and the sagas' kills
	@$(BIN)/pytest tests/unit -n 2 -m "not kills" $(ARGS)

workflow: $(INSTALLED) ## the real machine on a running laptop cloud
	@$(BIN)/pytest tests/workflow $(ARGS)

lint: $(INSTALLED) ## ruff, mypy, import-linter, statelint, cfn-lint, sam validate
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/statelint statemachines/*.asl.json
	@$(BIN)/cfn-lint template.yaml
	@SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 $(BIN)/sam validate --lint --template template.yaml

bench: $(INSTALLED) ## the figures of the README
	@$(BIN)/python -m benchmarks $(ARGS)

build: $(INSTALLED) ## build for AWS: sam build, then bytecode, so that no cold start compiles
	@runtime=$$($(BIN)/python -c 'import sys; print("python%d.%d" % sys.version_info[:2])'); \
	PATH="$(CURDIR)/$(BIN):$$PATH" SAM_CLI_TELEMETRY=0 $(BIN)/sam build --parameter-overrides "Runtime=$$runtime" $(ARGS) && \
	$(BIN)/python -m local.bytecode .aws-sam/build && \
	echo "Deploy it with the same Python: --parameter-overrides Runtime=$$runtime"

picture: $(INSTALLED) ## draw the state machine for the README from its definition
	@$(BIN)/python -m local.picture README.md

screenshots: $(INSTALLED) ## take the README's pictures of the desk in a browser
	@$(BIN)/python -m local.screenshots $(ARGS)

requirements: $(INSTALLED) ## pin every dependency anew, with hashes (needs uv)
	uv pip compile --python-version 3.11 --universal --generate-hashes --no-header --no-emit-index-url \
	  functions/requirements.in -o functions/requirements.txt
	uv pip compile --python-version 3.11 --universal --generate-hashes --no-header --no-emit-index-url \
	  requirements/laptop.in -o requirements/laptop.txt

clean: ## remove everything that was made here
	rm -rf .venv .aws-sam .framewarden .*_cache .coverage

$(INSTALLED): requirements/laptop.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "framewarden needs Python 3.11 or later: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "installing into .venv (about a minute, once)"
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
	  -r requirements/laptop.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
