# For work on Quoth itself, in an active virtual environment; to use it, the README's commands are enough.
CONFIG ?= configs/base.yaml
POLNEAR ?= ../shared/data/polnear

.PHONY: install lint test test-all train

install:  ## the package from this tree, with what training, tests and linters need
	pip install torch==2.13.0
	pip install -e '.[dev]'

# mypy sees the tree under the package's own name, whatever the checkout is called: relative and tests' imports both hold.
lint:  ## style, format and types
	ruff check .
	ruff format --check .
	here="$(CURDIR)"; above=$$(mktemp -d); trap 'rm -rf "$$above"' EXIT; ln -s "$$here" "$$above/quoth" && cd "$$above" && \
		mypy --config-file quoth/pyproject.toml --cache-dir "$$here/.mypy_cache" --exclude '^quoth/(build|dist|runs)/' quoth

test:  ## the quick tests
	pytest

test-all:  ## all tests, a small training run among them
	pytest -m "slow or not slow"

train:  ## the shipped model; make train CONFIG=… POLNEAR=… for another
	quoth train $(CONFIG) $(if $(POLNEAR),--polnear $(POLNEAR))
