# Everything a newcomer or contributor does. `make demo` and `make test` need nothing done before.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
# The first Python on this machine that is new enough and really runs.
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& { echo $$p; break; }; done)
UV := $(shell command -v uv 2>/dev/null)
# Most tests wait for kernels to start: two workers for each core.
WORKERS := $(shell n=$$(nproc 2>/dev/null || echo 2); echo $$((n > 4 ? 8 : 2 * n)))

.PHONY: help demo test thorough fast lint types format check bench pictures panel hub clean

help:
	@echo "make demo    watch a cohort go through the sample course (in ./demo)"
	@echo "make hub     try the sample course on a real JupyterHub on this machine (in ./hub-trial)"
	@echo "make test    everything CI runs: style, types, layers, tests"
	@echo "make thorough  that, and whole courses graded by nbgrader as well: before a release"
	@echo "make fast    the tests that take less than five minutes together"
	@echo "make check   kit check on the sample course"
	@echo "make bench   the benchmarks, into docs/benchmarks.md"
	@echo "make pictures  the pictures in docs/pictures, from the demo"
	@echo "make panel   the JupyterLab panel, from kit/lab/panel into kit/lab/labextension (needs node)"
	@echo "make format  let ruff put the code in order"
	@echo "make clean   remove what these commands made"

$(VENV)/bin/python:
	@[ -n "$(UV)$(PYTHON)" ] || { echo "mastery-kit needs Python 3.11, 3.12 or 3.13 with venv (Debian: apt install python3 python3-venv)."; exit 1; }
	@echo "Making $(VENV) …"
	@if [ -n "$(UV)" ]; then $(UV) venv -q $(if $(PYTHON),--python $(PYTHON)) $(VENV); else $(PYTHON) -m venv $(VENV); fi

define install
	@echo "Installing $(1) (a minute or two the first time) …"
	@if [ -n "$(UV)" ]; then $(UV) pip install -q --compile-bytecode --python $(BIN)/python -e "$(1)"; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check -e "$(1)"; fi
endef

$(VENV)/.kit: pyproject.toml | $(VENV)/bin/python
	$(call install,.)
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(call install,.[test])
	@touch $@ $(VENV)/.kit

$(VENV)/.hub: pyproject.toml | $(VENV)/bin/python
	$(call install,.[hub])
	@touch $@ $(VENV)/.kit

hub: $(VENV)/.hub
	@$(BIN)/kit hub

demo: $(VENV)/.kit
	@$(BIN)/kit demo demo

test: lint types
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup -m "not thorough"

thorough: lint types
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup

fast: $(VENV)/.test
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup -m "not browser and not long"

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.test
	$(BIN)/mypy

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: $(VENV)/.kit
	$(BIN)/kit check

pictures: demo $(VENV)/.test
	$(BIN)/python docs/pictures.py
	$(BIN)/python docs/pictures_hub.py
	$(BIN)/python docs/figures.py

# Installed again afterwards: JupyterLab reads the panel from the environment.
panel: $(VENV)/.kit
	$(BIN)/python kit/lab/panel/build.py
	$(call install,.)

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) demo hub-trial .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
