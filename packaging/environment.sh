#!/bin/sh
# Make .venv ready for `make run` ("run") or for `make test` ("dev"): find a Python, create the virtual
# environment, install the pinned packages by their hashes, see to the system libraries that Qt needs.
# A copy of each lock file inside .venv says what is installed, so a second call only compares files.
set -eu
cd "$(dirname "$0")/.."

wanted="CPython 3.11 to 3.14"
venv=.venv

say() { printf '%s\n' "$*"; }
fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Prints "3 12" for a Python that can run the program, nothing for another, and fails for what does not run.
version_of() {
    "$1" -c 'import platform, sys
fits = platform.python_implementation() == "CPython" and (3, 11) <= sys.version_info[:2] <= (3, 14)
print(*(sys.version_info[:2] if fits else ()))' 2>/dev/null
}

command_for_python() {
    if command -v apt-get >/dev/null; then say "sudo apt-get install python3 python3-venv"
    elif command -v dnf >/dev/null; then say "sudo dnf install python3"
    elif command -v pacman >/dev/null; then say "sudo pacman -S python"
    elif [ "$(uname -s)" = Darwin ]; then say "brew install python@3.13"
    else say "the package manager of this system, package python3"
    fi
}

# Sets `python` to the first that fits and can make a virtual environment.
find_python() {
    python=
    unequipped=
    unfit=
    for name in ${PYTHON:-python3.13 python3.12 python3.11 python3.14 python3 python}; do
        command -v "$name" >/dev/null || continue
        version=$(version_of "$name") || continue
        if [ -z "$version" ]; then
            unfit="$unfit, $name is $("$name" -V 2>&1)"
        elif "$name" -c 'import ensurepip, venv' 2>/dev/null; then
            python=$name
            return
        else
            unequipped=${unequipped:-$name}
        fi
    done
    if [ -n "$unequipped" ]; then
        "$unequipped" packaging/system_libraries.py venv
        python=$unequipped
    elif [ -n "$unfit" ]; then
        fail "Filterscope needs $wanted, but${unfit#,}: install a newer one with: $(command_for_python)"
    else
        fail "Filterscope needs $wanted, and no Python was found: install it with: $(command_for_python)"
    fi
}

install_locked() {
    cmp -s "$1" "$venv/$1" && return
    say "Installing the packages that $1 names into $venv; this takes a minute or two, once."
    PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 "$venv/bin/python" -m pip install -qq --no-input \
        --require-hashes --only-binary :all: -r "$1" </dev/null ||
        fail "The packages could not be installed. They need a network connection and, on Linux, glibc 2.34" \
            "or newer (2.39 on ARM); then repeat the same command."
    cp "$1" "$venv/$1"
}

if ! [ -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
    find_python
    say "Creating $venv with $("$python" -V 2>&1)."
    "$python" -m venv --clear "$venv"
fi
install_locked requirements.txt
case $1 in
    run) "$venv/bin/python" packaging/system_libraries.py run ;;
    dev)
        install_locked requirements-dev.txt
        "$venv/bin/python" packaging/system_libraries.py run test
        ;;
    *) fail "usage: environment.sh run|dev" ;;
esac
