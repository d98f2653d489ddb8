# anomaly-labs: `make help` lists the targets. Each sets up .venv by itself, again only when the lock has changed.

LOCK    ?= requirements.lock
VENV    := .venv
READY   := $(VENV)/ready-$(shell cat $(LOCK) pyproject.toml | cksum | cut -d ' ' -f 1)
BIN     := $(VENV)/bin
COURSE   = $(BIN)/anomaly-labs
LABTESTS = tests/test_build.py tests/test_hidden_tests.py tests/test_wrong_answers.py
WORKERS  = --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# Byte code is compiled once, at set-up: without it each notebook kernel spends 20 s compiling TensorFlow.
unexport PYTHONDONTWRITEBYTECODE
export UV_COMPILE_BYTECODE := 1
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# nbgrader starts helper programs by bare name.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help course class lab bench slides site formgrader labs try-lab test-lab test test-all test-quick test-elsewhere lint data pictures lock clean

help: ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY):
	@sh scripts/setup.sh "$(VENV)" "$(LOCK)" "$(PYTHON)"
	@touch $@

course: $(READY) ## Build, execute and grade the whole course, and print the results
	@$(COURSE) course

class: $(READY) ## Grade thirty sample submissions of the assessment and compare their points
	@$(COURSE) class

lab: $(READY) ## Open JupyterLab on the labs
	@JUPYTER_CONFIG_PATH=src/anomaly_labs/jupyter $(BIN)/jupyter lab --notebook-dir=labs

slides: $(READY) ## Write the slides of each lab to build/slides: one HTML file each, offline
	@$(COURSE) slides

site: $(READY) ## Write the site of the course to build/site: offline, with search, no answers
	@$(COURSE) site

formgrader: $(READY) ## Grade written answers by hand, in the browser
	@$(COURSE) formgrader

labs: $(READY) ## Rebuild the learners' notebooks and the tables of labs from solutions/
	@$(COURSE) build

try-lab: $(READY) ## Build and execute one lab (LAB=lab1_xgboost), and print where its page is
	@$(COURSE) course --no-grading $(or $(LAB),$(error name the lab: make try-lab LAB=lab1_xgboost))

test-lab: $(READY) ## Run the tests of one lab (LAB=lab1_xgboost), then execute and grade it in fast mode
	@$(BIN)/python -m pytest -q $(LABTESTS) --lab $(or $(LAB),$(error name the lab: make test-lab LAB=lab1_xgboost))
	@$(COURSE) course --fast $(LAB)

test: $(READY) ## Run the tests
	@sh scripts/system.sh
	@$(BIN)/python -m pytest -q $(WORKERS)

test-all: $(READY) ## Run every test, the long ones and the browser's too, and a quick part on the other Pythons
	@sh scripts/system.sh
	@$(BIN)/python -m pytest -q $(WORKERS) -m "not gpu and not network"
	@MAKE="$(MAKE)" sh scripts/elsewhere.sh "$(BIN)/python" all

test-quick: $(READY) ## Run the quick tests: some of each package, in at most three minutes
	@sh scripts/system.sh
	@$(BIN)/python -m pytest -q $(WORKERS) -m "quick and not gpu and not network and not slow and not browser"

test-elsewhere: $(READY) ## Run the quick tests on another Python of this machine, with each commit on the next
	@MAKE="$(MAKE)" sh scripts/elsewhere.sh "$(BIN)/python" next

bench: $(READY) ## Run the benchmarks and write benchmarks/RESULTS.md (NAMES="loading lab1" for some)
	@$(BIN)/python benchmarks/run.py $(NAMES)

lint: $(READY) ## Check style, types and that built notebooks are fresh
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(COURSE) build --check

data: $(READY) ## Download the real data sets into data/
	@$(COURSE) data download

pictures: $(READY) ## Write the pictures of README.md to docs/pictures (needs chromium)
	@$(BIN)/python scripts/pictures.py

lock: ## Resolve both lock files again (needs uv)
	@sh scripts/lock.sh

clean: ## Delete what can be made again (never grading/ or data/)
	rm -rf build .pytest_cache .mypy_cache .ruff_cache
	find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
