# Every target is one that people type; `make` alone lists them. The work is done by .venv, which `make install` builds.
PYTHON ?=
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install demo test check bench audit-bench attack contract fuzz privacy servers real-llm sbom audit-deps lock

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "  make %-11s %s\n", $$1, $$2 }'

install: ## build .venv from requirements.lock (PYTHON=python3.12 chooses the Python)
	@PYTHON="$(PYTHON)" bash .ci/install

demo: install ## a fresh instance with sample mail on http://127.0.0.1:8000
	$(BIN)/duebox demo

test: install ## all tests, with a real Dovecot, PostgreSQL and Chromium (installed by apt when missing)
	bash tests/provision.sh
	$(BIN)/pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder || { [ $$? -eq 1 ] && $(ALONE); }

# What fails beside two others on a busy machine runs again by itself; what passes only so is named at the end.
ALONE := $(BIN)/pytest --last-failed --last-failed-no-failures=none --maxfail=5 -rp

check: install ## formatting, lint, types, imports that point down, declared dependencies, data sets, gates
	@mkdir -p build
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/python -m evals data
	$(BIN)/python -m evals run --dataset evals/datasets/dev.jsonl >build/dev.txt || { cat build/dev.txt; exit 1; }

bench: install ## the figures, as a table and in build/bench.json
	$(BIN)/python -m tests.bench

attack: install ## 1,000 hostile mails with each model: nothing may leave without a person (ARGS=100 for fewer)
	$(BIN)/python -m tests.attacks $(ARGS)

contract: install ## generated calls to every operation of the API, as each role (ARGS=5 for fewer)
	$(BIN)/python -m tests.contract $(ARGS)

fuzz: install ## the parsers under a fuzzer that follows coverage (ARGS=600 for ten minutes; two as it is)
	@[ -d build/atheris ] || $(BIN)/pip install --quiet --no-deps --only-binary :all: --target build/atheris atheris==3.0.0
	PYTHONPATH=build/atheris:. $(BIN)/python -m tests.fuzz.parsers $(ARGS)

audit-bench: install ## the audit chain with 16 writers, tampered with, cut off and paged through
	$(BIN)/python -m tests.bench audit

privacy: install ## canaries in 2,000 mails of seven languages, searched wherever words could go
	$(BIN)/python -m tests.privacy

servers: install ## a Dovecot and an SMTP sink to try things on, in the foreground
	$(BIN)/python -m tests.servers

real-llm: install ## the model's protocol with a real small model (builds llama.cpp's server once, some 13 minutes)
	bash tests/real_llm/provision.sh
	$(BIN)/pytest -m real_llm tests/real_llm

sbom: ## CycloneDX list of all that is locked, with hashes, in build/sbom.json (needs uv)
	@mkdir -p build
	uv tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements requirements.lock --output-reproducible --of JSON -o build/sbom.json

audit-deps: ## known weaknesses of what is locked, as PyPI's advisory database has them (needs uv and the network)
	uv tool run --quiet --from pip-audit==2.10.1 pip-audit -r requirements.lock --require-hashes --disable-pip

lock: ## pin what pyproject.toml asks for (needs uv; ARGS=--upgrade takes the newest): for .venv all, for the image what runs
	uv pip compile pyproject.toml --group dev $(LOCK) $(ARGS) -o requirements.lock
	uv pip compile pyproject.toml --constraints requirements.lock $(LOCK) --no-annotate -o .docker/requirements.lock

LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"
