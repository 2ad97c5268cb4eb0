SHELL := /bin/sh
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= out
comma := ,
READY := $(VENV)/.ready
PEERS := $(VENV)/.peers
E2E := $(VENV)/.e2e
CUDA := $(VENV)/.cuda

.PHONY: demo national test test-e2e test-gpu bench bench-gpu lint clean help

help:
	@echo "make demo   benchmark this machine, solve the national plan, write out/report.html"
	@echo "make national  the demo, its studies, and the reports and the picture in docs"
	@echo "make test   all tests"
	@echo "make test-e2e  reports in Chromium and LibreOffice, installed where apt and PyPI can"
	@echo "make test-gpu  GPU kernels compiled to PTX and run in the simulator, installed where PyPI can; needs no GPU"
	@echo "make bench  long measurements: kernels against their peers, planner against its peers"
	@echo "make bench-gpu  GPU kernels on the first visible GPU"
	@echo "make lint   ruff and mypy"
	@echo "make clean  remove the environment and everything made"

define install
	@if uv --version >/dev/null 2>&1; then \
	  test -x $(BIN)/python || uv venv --quiet --python "$(PYTHON)" $(VENV); \
	  uv pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt -e ".[$(1)]"; \
	else \
	  test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[$(1)]"; \
	fi
	@touch $@
endef

$(READY): pyproject.toml constraints.txt
	$(call install,report$(comma)dev)

$(PEERS): $(READY)
	$(call install,report$(comma)dev$(comma)peers)

$(E2E): $(READY)
	$(call install,report$(comma)dev$(comma)e2e)

$(CUDA): $(READY)
	$(call install,report$(comma)dev$(comma)cuda)

CPU_MIXES := edge_control platform transactions
SETS := default neutral high
PLANS := $(foreach set,$(SETS),$(OUT)/china-$(set))

# Exit code 4 is a kernel refused, which stops only what needs it: the capability record says so itself.
demo: $(READY)
	@$(BIN)/innocap bench run --suite quick --resume --force -o $(OUT)/bench.json || test $$? -eq 4
	@$(BIN)/innocap bench capability $(OUT)/bench.json $(foreach mix,$(CPU_MIXES),--mix configs/mixes/$(mix).yaml) -o $(OUT)/capability.json --force
	@for set in $(SETS); do \
	  $(BIN)/innocap plan solve configs/china/plan.yaml --elasticities $$set \
	    --record cloud_server=$(OUT)/capability.json -o $(OUT)/china-$$set --force || exit $$?; \
	done
	@$(BIN)/innocap report $(PLANS) --bench $(OUT)/bench.json -o $(OUT)/report.html --force
	@$(BIN)/innocap report $(PLANS) --bench $(OUT)/bench.json --lang zh -o $(OUT)/report-zh.html --force

MEASURED := --set records.cloud_server=../../$(OUT)/capability.json
STUDIES := --frontier $(OUT)/frontier --ladder $(OUT)/ladder --alternatives $(OUT)/alternatives

national: demo $(E2E)
	@$(BIN)/innocap plan frontier configs/china/plan.yaml $(MEASURED) --points 12 -o $(OUT)/frontier --force
	@$(BIN)/innocap plan ladder configs/china/plan.yaml $(MEASURED) -o $(OUT)/ladder --force
	@$(BIN)/innocap plan alternatives configs/china/plan.yaml $(MEASURED) --elasticities-all -o $(OUT)/alternatives --force
	@for lang in en zh; do \
	  $(BIN)/innocap report $(PLANS) --bench $(OUT)/bench.json $(STUDIES) --lang $$lang --format html,pdf \
	    -o docs/national/report-$$lang --force || exit $$?; \
	done
	@$(BIN)/python docs/picture.py docs/national/report-en.html docs/national/report-zh.html docs/report.png

test: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

test-e2e: $(READY)
	@tests/e2e/packages.sh
	@$(MAKE) --no-print-directory $(E2E) || echo "make test-e2e: the browser's driver (pip install '.[e2e]') is not to be had" >&2
	@$(BIN)/python -m pytest -rs tests/e2e

test-gpu: $(READY)
	@$(MAKE) --no-print-directory $(CUDA) || echo "make test-gpu: the CUDA compiler (pip install '.[cuda]') is not to be had" >&2
	@$(BIN)/python -m pytest -rs -n auto --maxprocesses 4 tests/kernels/gpu

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(PEERS)
	@$(BIN)/innocap bench run --suite standard --peers -o $(OUT)/bench-standard.json --force
	@$(BIN)/python benchmarks/planning.py
	@$(BIN)/python benchmarks/modules.py
	@$(BIN)/python benchmarks/resolve.py --pyomo --walk 200
	@$(BIN)/python benchmarks/scaled.py

bench-gpu: $(CUDA)
	@$(BIN)/innocap bench gpu --size standard -o $(OUT)/bench-gpu.json --force

clean:
	rm -rf $(VENV) $(OUT) .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks build dist *.egg-info
