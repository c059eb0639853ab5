# `make demo` and `make test` set up .venv first, from nothing but python3 with pip.
# Your uv is used when there is one; else a private copy goes into .uv.

UV := $(or $(shell command -v uv),.uv/bin/uv)
PYTHON ?= python3
RUN := .venv/bin/

.DEFAULT_GOAL := help
.PHONY: help demo demo-quick example test peers test-peers report report-check agents test-agents check format bench bench-reliability constraints clean

help:  ## Show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

demo: .venv/.ready  ## Run 144 agent runs, score them, and show them in Phoenix and MLflow
	@$(RUN)midspan demo

demo-quick: .venv/.ready  ## The same without Phoenix and MLflow
	$(RUN)midspan demo --no-servers

example: .venv/.ready  ## Run an agent of examples/agents without a key: make example EXAMPLE=openai_sdk
	@$(RUN)python -m tests.agents.example $(EXAMPLE)

test: .venv/.ready  ## Run the tests, the real servers included
	$(RUN)pytest -n auto --dist loadgroup

peers: .venv/.ready  ## Install other evaluators, each in an environment of its own
	@$(RUN)python tests/peers/environments.py

test-peers: peers  ## Hold the compat scores to the verdicts of those evaluators
	MIDSPAN_PEERS=.peers $(RUN)pytest tests/peers

report:  ## Build the page of the report anew (needs Node)
	npm --prefix dashboards/web ci && npm --prefix dashboards/web run build

report-check:  ## Hold the committed page to its sources: types, tests, a build that gives the same
	npm --prefix dashboards/web ci && npm --prefix dashboards/web run check && npm --prefix dashboards/web test
	npm --prefix dashboards/web run build && git diff --exit-code dashboards/midspan/dashboards/report/bundle

agents: .venv/.ready  ## Install the examples' frameworks, each in an environment of its own
	@$(RUN)python tests/agents/environments.py

test-agents: agents  ## Run the examples: as they are, traced, and through the proxy
	MIDSPAN_AGENTS=.agents $(RUN)pytest tests/agents

check: .venv/.ready  ## Lint, format check, types and layers
	$(RUN)ruff check
	$(RUN)ruff format --check
	$(RUN)mypy
	$(RUN)lint-imports

format: .venv/.ready  ## Rewrite the code in the house format
	$(RUN)ruff check --fix
	$(RUN)ruff format

bench: .venv/.ready  ## Print the figures that the docs quote
	@for file in $(filter-out benchmarks/bench_reliability.py,$(wildcard benchmarks/bench_*.py)); do echo "== $$file"; $(RUN)python $$file; done

bench-reliability: .venv/.ready  ## Print what `midspan watch` bears: load, a long time, kill -9
	@$(RUN)python benchmarks/bench_reliability.py

COMPILE = $(UV) pip compile --upgrade --quiet --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url
constraints: $(UV)  ## Pin the newest versions that fit, for midspan and for each server
	$(COMPILE) --extra all --extra ray --group dev pyproject.toml -o constraints.txt
	$(COMPILE) --extra phoenix pyproject.toml -o constraints-phoenix.txt
	$(COMPILE) --extra mlflow pyproject.toml -o constraints-mlflow.txt
	$(RUN)python tests/agents/environments.py --pin

clean:  ## Remove what the other targets made
	rm -rf .venv .uv .peers .agents dashboards/web/node_modules .bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist midspan-demo midspan-examples
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.ready: pyproject.toml constraints.txt | $(UV)
	@echo 'setting up .venv, once; it takes about a minute'
	@$(UV) venv --quiet --clear --python $(PYTHON) .venv
	@$(UV) pip install --quiet --compile-bytecode --python .venv/bin/python -c constraints.txt -e '.[all,ray]' --group dev
	@touch $@

.uv/bin/uv:
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
		--target .uv 'uv>=0.9.25'
