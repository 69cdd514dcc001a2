#!/bin/sh
# Build what this platform can install: on Linux a .deb and a .rpm, on Windows an .msi, on macOS a .dmg, each
# with a bill of materials and SHA-256 sums, in dist/. Everything is made in build/; PYTHON chooses the Python
# to freeze.
set -eu
cd "$(dirname "$0")/.."

build=build/package
venv=build/package-venv
python=$venv/bin/python
system=$(uname -s)
case $system in MINGW* | MSYS* | CYGWIN*) python=$venv/Scripts/python ;; esac

# Debian's names of what the build calls, and of what the libraries inside are looked up in.
tools="binutils dpkg-dev elfutils gcc icu-devtools libc6-dev libgtk-3-0 libwayland-cursor0 libwayland-egl1
    libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-util1
    libxcb-xkb1 libxkbcommon-x11-0 libegl1 libgl1 libdbus-1-3 libfontconfig1 rpm"

need_tools() {
    missing=
    for tool in $tools; do dpkg -s "$tool" >/dev/null 2>&1 || missing="$missing $tool"; done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -eq 0 ]; then
        echo "Installing what the build needs:$missing"
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null
    else
        echo "The build needs more. Install that with: sudo apt-get install$missing" >&2
        exit 1
    fi
}

if [ "$system" = Linux ]; then
    if ! command -v dpkg-deb >/dev/null; then
        echo "Packages for Linux are built on Debian or Ubuntu." >&2
        exit 1
    fi
    need_tools
fi
if ! cmp -s packaging/requirements-package.txt "$venv/requirements.txt"; then
    "${PYTHON:-python3}" -m venv --clear "$venv"
    "$python" -m pip install -qq --disable-pip-version-check --require-hashes --only-binary :all: \
        -r packaging/requirements-package.txt
    cp packaging/requirements-package.txt "$venv/requirements.txt"
fi

version=$("$python" -c "from engine.version import VERSION; print(VERSION)")
rm -rf dist "$build"
mkdir -p dist "$build"
QT_QPA_PLATFORM=offscreen "$python" packaging/icons.py "$build/icons"
"$python" packaging/bill.py licences "$build/licences"
freeze() {
    if ! "$python" packaging/freeze.py "$@" >"$build/freeze.log" 2>&1; then
        tail -30 "$build/freeze.log" >&2
        exit 1
    fi
}
case $system in
    Linux) freeze build_exe ;;
    Darwin) freeze bdist_dmg ;;
    *) freeze bdist_msi ;;
esac
tail -1 "$build/freeze.log"
"$python" packaging/bill.py bom "$build/filterscope" "dist/filterscope-$version.cdx.json"
case $system in
    Linux) "$python" packaging/make_linux.py "$build" dist ;;
    Darwin) cp build/*.dmg "dist/filterscope-$version-$(uname -m).dmg" ;;
esac
cd dist
if command -v sha256sum >/dev/null; then sha256sum -- * >SHA256SUMS; else shasum -a 256 -- * >SHA256SUMS; fi
cat SHA256SUMS
