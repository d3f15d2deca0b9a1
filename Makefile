# For work on Quoth itself, in an active virtual environment; to use it, the README's commands are enough.
CONFIG ?= configs/base.yaml
POLNEAR ?= ../shared/data/polnear
SEEDS ?= ../shared/data/seeds.jsonl
SCORED ?= runs/results

.PHONY: install lint test test-all train results card benchmark

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

# The five seed articles are not ours to ship; without them, their result is kept, and refused if it is of another model.
results:  ## measure the shipped model; eval/results, the model card and the README's table from that
	mkdir -p $(SCORED) eval/results
	quoth evaluate dev --baselines --polnear $(POLNEAR) -o $(SCORED)/authored-dev
	quoth evaluate test --baselines --polnear $(POLNEAR) -o $(SCORED)/authored-test
	quoth evaluate polnear-dev --baselines --polnear $(POLNEAR) -o $(SCORED)/polnear-dev
	cp $(SCORED)/authored-dev/result.json eval/results/authored-dev.json
	cp $(SCORED)/authored-test/result.json eval/results/authored-test.json
	cp $(SCORED)/polnear-dev/result.json eval/results/polnear-dev.json
	if [ -f $(SEEDS) ]; then python -m quoth.eval.quoted $(SEEDS) $(SCORED)/seeds-quoted.jsonl && \
		quoth evaluate $(SCORED)/seeds-quoted.jsonl --baselines --polnear $(POLNEAR) -o $(SCORED)/seeds && \
		cp $(SCORED)/seeds/result.json eval/results/seeds.json; fi
	$(MAKE) card

card:  ## the model card and the README's table, from eval/results
	quoth card eval/results/*.json --training model/checkpoint/training.json -o model/checkpoint/README.md
	python -m quoth.eval.table README.md

benchmark:  ## speed and memory on this machine, and the README's table from that; an hour on two cores
	quoth benchmark -o eval/results/speed
	python -m quoth.eval.benchmark_table README.md
