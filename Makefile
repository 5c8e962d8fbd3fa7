# Two commands do everything on a fresh machine: `make packs` and `make test`.
EDITION ?= 2024-07
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
PY := .venv/bin/python
READY := .venv/.ready

.PHONY: help setup packs test notebooks explore dashboard lock clean

help:  ## Show what can be done
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/'

setup: $(READY)  ## Make .venv with everything the project needs

$(READY): requirements.lock pyproject.toml
	python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $(READY)

packs: $(READY)  ## Render the packs of Kent and its districts (EDITION=2024-07 JOBS=2)
	.venv/bin/scorecard packs --edition $(EDITION) --jobs $(JOBS) --resume

test: $(READY)  ## Run every check and test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m pytest -n 2 --dist loadfile

notebooks: $(READY)  ## Run every notebook again and store its outputs as the reference
	$(PY) tests/refresh_notebooks.py

explore: $(READY)  ## Open the notebooks in JupyterLab
	JUPYTER_PATH=scorecard/templates SCORECARD_PAGE=/voila/render/explore_trends.ipynb $(PY) -m jupyterlab notebooks

dashboard: $(READY)  ## Open explore_trends as a page, for those without Jupyter
	JUPYTER_PATH=scorecard/templates $(PY) -m voila --preheat_kernel=True --pool_size=1 notebooks/explore_trends.ipynb

lock: $(READY)  ## Resolve the dependencies again into requirements.lock
	$(PY) -m pip install --quiet uv
	$(PY) -m uv pip compile pyproject.toml --extra test --extra cluster --extra dashboard --extra database --universal --no-header --no-annotate --quiet --output-file requirements.lock

clean:  ## Remove .venv and all packs (imported benchmark data stay)
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis *.egg-info
	find outputs -mindepth 1 -not -name .gitkeep -not -path "outputs/benchmarks*" -delete
