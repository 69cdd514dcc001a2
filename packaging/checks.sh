#!/bin/sh
# Run the checks named, or all of them, each under its heading, and close with a summary.
# A check that fails does not stop those after it. Fails if any did.
set -u
cd "$(dirname "$0")/.." || exit 1

python=.venv/bin/python
summary=
failures=0
# Arrays in tests are small: threads of the linear algebra library only get into each other's way.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1
export QT_QPA_PLATFORM=offscreen

run() {
    title=$1
    shift
    printf '\n=== %s\n' "$title"
    started=$(date +%s)
    "$@" </dev/null
    code=$?
    if [ "$code" -eq 0 ]; then
        verdict=passed
    else
        verdict="FAILED ($code)"
        failures=$((failures + 1))
    fi
    summary="$summary$(printf '%-44s %-12s %4s s' "$title" "$verdict" $(($(date +%s) - started)))
"
}

lint() {
    run "Style (ruff check)" $python -m ruff check .
    run "Layout (ruff format --check)" $python -m ruff format --check .
}

types() {
    # `--strict` on the command line would overrule the settings in pyproject.toml, which begin with it.
    run "Types (mypy, strict)" $python -m mypy
}

imports() {
    run "Import rules (import-linter)" $python -c \
        'import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_logo=True))'
}

# The tests of the engine, and those of the window, side by side: each uses one core, and there are two.
# What the first half prints is shown when the second is through.
unit() {
    run "Engine, window offscreen, both together" in_halves
}

in_halves() {
    first=$(mktemp) || return 1
    $python -m pytest tests/engine tests/test_*.py >"$first" 2>&1 &
    engine=$!
    trap 'kill "$engine" 2>/dev/null; rm -f "$first"' INT TERM
    $python -m pytest tests/gui tests/integration -o cache_dir=.pytest_cache/window
    second_code=$?
    wait "$engine"
    first_code=$?
    trap - INT TERM
    cat "$first"
    rm -f "$first"
    [ "$first_code" -eq 0 ] && [ "$second_code" -eq 0 ]
}

xcb() {
    if [ "$(uname -s)" = Linux ]; then
        run "Window on the real xcb platform (Xvfb)" $python -m pytest tests/xcb
    else
        printf '\nThe checks on the xcb platform run on Linux only.\n'
    fi
}

for check in "${@:-all}"; do
    case $check in
        all) lint; types; imports; unit; xcb ;;
        lint | types | imports | unit | xcb) "$check" ;;
        *) printf 'no check is called %s\n' "$check" >&2; exit 2 ;;
    esac
done
printf '\n=== Summary\n%s' "$summary"
[ "$failures" -eq 0 ]
