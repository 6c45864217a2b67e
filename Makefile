# Two commands are enough: `make reach` answers the question, `make test` checks the house.
# Each sets up all it needs in .venv from the lock.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PIP := $(BIN)/python -m pip --disable-pip-version-check
export PYTHONUTF8 := 1
# Small matrices: threads of the linear algebra would only wait for each other.
export OPENBLAS_NUM_THREADS := 1
export NO_MKDOCS_2_WARNING := 1
# Two cores, three processes: some wait for browsers. One cache of compiled models; a file's tests share their fixtures,
# those of some folders too.
PYTEST := $(BIN)/python -m pytest -n 3 --dist loadfile

.PHONY: help setup reach check test quick test-all lint golden docs-output docs notebooks model-drivers fit skill lock clean

help: ## list the commands
	@$(PYTHON) -c "import re,pathlib; [print(f'make {m[0]:14} {m[1]}') for m in re.findall(r'^([a-z-]+):.*?## (.*)$$', pathlib.Path('Makefile').read_text(encoding='utf-8'), re.M)]"

setup: .venv/dev.stamp ## environment with everything: tests, linters, notebooks

reach: .venv/run.stamp ## the main job: is each 2020 target reachable, how surely, under which levers
	$(BIN)/qiantang reach

check: .venv/run.stamp ## all faults of the study's files, with file and line
	$(BIN)/qiantang check

test: .venv/dev.stamp ## linters, types and tests, side by side (some ten minutes on two cores)
	$(MAKE) --jobs 2 lint quick

quick: .venv/dev.stamp
	$(PYTEST) -m "not slow"

test-all: .venv/dev.stamp lint ## everything, the slow checks too
	$(PYTEST)

lint: .venv/dev.stamp ## ruff, mypy --strict, codespell, yamllint
	$(BIN)/ruff format --check src tests tools docs/site_pages.py notebooks/execute.py
	$(BIN)/ruff check src tests tools docs/site_pages.py notebooks/execute.py
	$(BIN)/mypy
	$(BIN)/codespell README.md CHANGELOG.md docs src tools scenarios model calibration/priors.yaml
	$(BIN)/yamllint -s study.yaml scenarios model calibration

golden: .venv/dev.stamp ## write the golden results anew, after showing old, new and change
	$(BIN)/python tests/golden.py

docs-output: .venv/dev.stamp ## write the outputs shown in README and docs anew
	$(BIN)/python tests/docs_blocks.py

docs: .venv/dev.stamp ## the documentation site in site/
	$(BIN)/mkdocs build --strict

notebooks: .venv/dev.stamp ## run the notebooks anew and keep their outputs
	$(BIN)/python notebooks/execute.py

model-drivers: .venv/run.stamp ## write the evidence's June 2018 driver paths into the model file
	$(BIN)/qiantang evidence --write-drivers --force

fit: .venv/run.stamp ## a new fit in calibration/fits/ (some minutes)
	$(BIN)/qiantang calibrate

skill: .venv/run.stamp ## a new scoreboard in calibration/skill/ (a quarter of an hour)
	$(BIN)/qiantang skill --rerun

lock: .venv/dev.stamp ## compile both locks anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --extra build --output-file requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --all-extras --constraints requirements.lock --output-file requirements-dev.lock pyproject.toml

clean: ## remove the environment and caches
	$(PYTHON) -c "import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ('.venv', '.mypy_cache', '.ruff_cache', '.pytest_cache')]"

.venv/made.stamp:
	$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info >= (3, 11) else 'Qiantang needs Python 3.11 or newer: make PYTHON=python3.12 reach')"
	$(PYTHON) -m venv .venv
	$(BIN)/python -c "open('.venv/made.stamp', 'w').close()"

.venv/run.stamp: .venv/made.stamp requirements.lock
	$(PIP) install --quiet --require-hashes --requirement requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -c "open('.venv/run.stamp', 'w').close()"

.venv/dev.stamp: .venv/made.stamp requirements-dev.lock
	$(PIP) install --quiet --require-hashes --requirement requirements-dev.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -c "open('.venv/dev.stamp', 'w').close(); open('.venv/run.stamp', 'w').close()"
