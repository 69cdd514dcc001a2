# `make run` opens the program and `make test` runs every check; both do all their own set-up.
# `make help` lists the rest.

ARGS =
LOCK = pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links

.PHONY: help run test lint types imports unit xcb setup bench lock package package-test clean distclean

help:
	@echo "make run            open the program; ARGS=\"--help\" passes arguments on"
	@echo "make test           run every check"
	@echo "make lint types imports unit xcb    run one of them"
	@echo "make setup          only do the set-up for both: .venv and system libraries"
	@echo "make bench          measure, one benchmark after the other"
	@echo "make package        build what this platform installs, in dist/: .deb and .rpm, .msi, or .dmg"
	@echo "make package-test   install the .deb in a bare Debian, use it, remove it (as root on Debian)"
	@echo "make lock           pin anew what pyproject.toml asks for"
	@echo "make clean          remove caches and build products; distclean removes .venv too"
	@echo "PYTHON=/path/to/python3 chooses the Python that .venv is made with"

run:
	@sh packaging/environment.sh run
	@.venv/bin/python main.py $(ARGS)

test: setup
	@sh packaging/checks.sh

lint types imports unit xcb: setup
	@sh packaging/checks.sh $@

setup:
	@sh packaging/environment.sh dev

bench: setup
	@screen=; [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || ! command -v xvfb-run >/dev/null || screen="xvfb-run -a"; \
	for script in benchmarks/[!_]*.py; do \
		echo "=== $$script"; $$screen .venv/bin/python "$$script" || exit 1; \
	done

package:
	@sh packaging/package.sh

# Builds only what is not there yet.
package-test:
	@[ -f dist/SHA256SUMS ] || sh packaging/package.sh
	@sh packaging/environment.sh run
	@sh packaging/test_tools.sh
	@python3 packaging/try_package.py dist/*.deb dist/*.rpm build/pictures

# The lock files hold names, versions, markers and hashes for Linux, Windows and macOS, and nothing else.
lock:
	@tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && python3 -m venv "$$tools" && \
	"$$tools/bin/python" -m pip install -qq uv==0.13.9 && \
	"$$tools/bin/uv" $(LOCK) --upgrade pyproject.toml -o requirements.txt && \
	"$$tools/bin/uv" $(LOCK) --upgrade --group dev -c requirements.txt -o requirements-dev.txt && \
	"$$tools/bin/uv" $(LOCK) --upgrade --group package -c requirements.txt pyproject.toml \
		-o packaging/requirements-package.txt

clean:
	@rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	@rm -rf .venv
