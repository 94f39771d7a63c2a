# Two commands do all set-up on a machine that has only Python 3.11 and git:
#   make demo    the simulated hospital, all screens at one address
#   make test    everything that must hold
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := .make
export PATH := $(CURDIR)/$(BIN):$(PATH)
# hundreds of servers are started by the tests; without it each compiles them anew
unexport PYTHONDONTWRITEBYTECODE
PAGES := $(shell git ls-files 'kiosk_web/**' 'queue_displays/web/**' 2>/dev/null)
CODE := actors realtime queue_displays devices push tests

# a module at a time each, the longest first; three, for the tests often wait for a disk
ABREAST := -n 3 --dist loadfile --no-loadscope-reorder
# two targets side by side, their lines whole (make before 4.0 cannot)
SIDE_BY_SIDE := -j2 $(if $(filter output-sync,$(.FEATURES)),-Oline)
# Where there is room in memory the tests' files lie there, and wait for no disk. What
# a kill may lose is the same: it loses nothing the kernel has, on a disk or not.
ROOM = $(shell test -w /dev/shm && df -Pk /dev/shm | awk 'NR == 2 && $$4 > 4000000 { print "TMPDIR=/dev/shm" }')
# one part of `make test`: its name, its command; how long it took is told at the end
define part
@began=$$(date +%s); ( $(2) ); code=$$?; \
  printf '%5d s  %s\n' $$(($$(date +%s) - began)) '$(1)' >> $(STAMP)/times; \
  test $$code = 0 || { cat $(STAMP)/times; exit $$code; }
endef

.PHONY: help install pages pictures demo test test-pages test-names bench soak lint lint-code lint-pages format pins clean
help:            ## what can be done here
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*##/\t/' | expand -t 12

install: $(STAMP)/runtime $(STAMP)/pages  ## the server and its pages, into .venv

$(STAMP)/runtime: requirements.txt pyproject.toml
	@mkdir -p $(STAMP)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "houzhen needs Python 3.11 or later as '$(PYTHON)'; name another with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "installing the server's packages ..."
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(STAMP)/dev: $(STAMP)/runtime requirements-dev.txt
	@echo "installing the tests' packages ..."
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(STAMP)/bench: $(STAMP)/runtime requirements-bench.txt
	@echo "installing the peers the benchmarks run beside ..."
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@

$(STAMP)/machine: tests/machine.sh
	@bash tests/machine.sh
	@touch $@

$(STAMP)/npm: $(STAMP)/runtime kiosk_web/package.json kiosk_web/package-lock.json
	@echo "installing the pages' packages ..."
	@cd kiosk_web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

pages: $(STAMP)/pages
$(STAMP)/pages: $(STAMP)/npm $(PAGES)
	@echo "building the pages ..."
	@cd kiosk_web && npm run --silent build
	@touch $@

demo: install    ## the simulated hospital at http://127.0.0.1:8000
	@$(BIN)/houzhen demo

# what needs one core each goes side by side: installing, types, the pages
test:            ## everything that must hold
	@mkdir -p $(STAMP); rm -f $(STAMP)/times
	$(call part,set-up; lint; tests of the pages,$(MAKE) --no-print-directory $(SIDE_BY_SIDE) \
	  install $(STAMP)/machine lint test-pages test-names)
	$(call part,tests,$(ROOM) $(BIN)/pytest -m "not soak and not alone" $(ABREAST) --durations 15)
	$(call part,tests that measure time,$(ROOM) $(BIN)/pytest -m "alone and not soak" $$(grep -rl --include='test_*.py' mark.alone tests))
	@cat $(STAMP)/times

test-pages: $(STAMP)/npm
	@cd kiosk_web && npm run --silent test

# by one of them, so that those who run the tests find them compiled
test-names: $(STAMP)/dev
	@$(BIN)/pytest -qq --collect-only >/dev/null || $(BIN)/pytest --collect-only

lint: lint-code lint-pages  ## style, types and the arrows between the rooms
lint-code: $(STAMP)/dev
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/mypy
lint-pages: $(STAMP)/dev $(STAMP)/npm
	@$(BIN)/lint-imports --no-timings 2>/dev/null || $(BIN)/lint-imports
	@cd kiosk_web && npm run --silent check

format:
	@$(BIN)/ruff check --fix $(CODE); $(BIN)/ruff format $(CODE)

bench: install $(STAMP)/bench  ## every figure of docs/performance.md, beside its peers
	@for name in fanout commands recovery actors stall next forecast screens kiosks; do $(BIN)/houzhen bench $$name || exit 1; done

pictures: install $(STAMP)/dev $(STAMP)/machine  ## docs/pictures/desks anew (needs Pillow)
	@$(BIN)/python -m tests.e2e.desk_pictures

soak: install $(STAMP)/dev $(STAMP)/machine  ## the long tests: 200 kills, long fuzzing
	@$(BIN)/pytest -m soak --timeout 3600 --durations 15

pins:            ## write the hashed requirements anew (needs uv)
	uv pip compile pyproject.toml --extra postgres --group web --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url -q -o requirements.txt
	uv pip compile pyproject.toml --extra postgres --group web --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url -q -c requirements.txt -o requirements-dev.txt
	uv pip compile pyproject.toml --group bench --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url -q -c requirements.txt -o requirements-bench.txt

clean:           ## forget what was installed and built
	rm -rf $(VENV) $(STAMP) kiosk_web/node_modules kiosk_web/dist
