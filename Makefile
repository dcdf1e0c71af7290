# Everything here sets itself up on a fresh clone that has Python 3.11, make and git.
#   make report      the demonstration and the example, from raw files to reports
#   make test        every test but the slow simulations
#   make gallery   every kind of map, in reports/gallery
#   make bench       speed and memory of cleaning, estimation and surveys, beside other libraries
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DATA := tests/published/data-packages.txt
RIVALS := .venv-rivals
TESTS ?= tests

.PHONY: report ready test test-slow test-browser browser-tools lab panel lint notebooks-as-text docs site gallery lock lock-rivals bench rivals clean

report: $(READY)
	$(BIN)/evaluation simulate --plain
	$(BIN)/evaluation run 2025 --plain
	$(BIN)/python examples/social-insurance/prepare.py
	$(BIN)/evaluation run --workspace examples/social-insurance --plain

test: $(READY)
	$(BIN)/python -m pytest $(TESTS)

test-slow: $(READY)
	$(BIN)/python -m pytest $(TESTS) -m slow

# Pages in the system's own browser, office files in the system's own office.
test-browser: $(READY) browser-tools
	$(BIN)/python -m pytest -rs tests/browser -m 'browser and not slow'

ready: $(READY)

# Installs browser and office where they are absent and it may; else says why the tests that need them will be skipped.
browser-tools:
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v soffice >/dev/null || missing="$$missing libreoffice-writer"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	why="Tests that need$$missing will be skipped: not installed here"; \
	if ! command -v apt-get >/dev/null; then echo "$$why, and there is no apt-get."; \
	elif [ "$$(id -u)" != 0 ]; then echo "$$why, and only root may: apt-get install$$missing"; \
	elif ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends $$missing; } >/dev/null; then \
	  echo "$$why, and apt-get could not install it."; fi

lab: $(READY)
	$(BIN)/evaluation lab

panel: $(READY)
	$(BIN)/evaluation panel

gallery: $(READY)
	$(BIN)/evaluation gallery --plain

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src
	$(BIN)/lint-imports

# What was changed in the texts goes back into the notebooks, and the other way round: the later one counts.
notebooks-as-text: $(READY)
	$(BIN)/jupytext --quiet --sync notebooks/*.ipynb notebooks/*/*.ipynb

docs: $(READY)
	$(BIN)/python -m evaluation.app.generate

# The documentation to read in a browser, from the disk: build/site/index.html
site: $(READY)
	for language in en ru; do \
	  $(BIN)/sphinx-build -q -W --keep-going -t $$language -c docs/site -d build/doctrees/$$language \
	    docs/site/$$language build/site/$$language || exit 1; \
	done
	cp docs/site/index.html build/site/index.html

# The lock is made anew after a change of pyproject.toml; uv is the one tool that is not in the lock itself.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command 'make lock' --extra dev pyproject.toml --output-file requirements.lock

lock-rivals:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --custom-compile-command 'make lock-rivals' --group pyproject.toml:rivals --output-file requirements-rivals.txt

bench: $(READY) rivals
	$(BIN)/evaluation bench clean
	$(BIN)/evaluation bench effects
	$(BIN)/evaluation bench survey

# Other libraries for the measurement alone, apart from ours: some of them need what ours does not.
rivals: $(RIVALS)/.ready

$(RIVALS)/.ready: requirements-rivals.txt
	$(PYTHON) -m venv --clear $(RIVALS)
	$(RIVALS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-rivals.txt
	touch $(RIVALS)/.ready

# Bytecode is compiled here, on all cores: a first run without it takes three times as long.
$(READY): requirements.lock pyproject.toml $(DATA)
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14) and "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.11 report")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-compile -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-compile --no-deps -r $(DATA)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q -j 0 $(VENV)/lib src || true
	touch $(READY)

clean:
	rm -rf $(VENV) $(RIVALS) build .staging .pytest_cache .mypy_cache .ruff_cache
