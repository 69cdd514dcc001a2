"""Write resources/licences: what this program is made of, in which versions, under which licences.

Usage:
    python packaging/collect_licences.py            # write
    python packaging/collect_licences.py --check    # say what is out of date, and fail if anything is

The names and versions are those of requirements.txt, which must be what is installed; licences and their
texts come from the installed distributions. Wheels bundle other libraries on each system, with texts of
their own, so a package is built with what this writes on the system it is built on; what is kept in the
repository is Linux's. Kept by hand are the texts that no distribution brings: LGPL-3.0.txt, GPL-3.0.txt
and qt-third-party.txt.
"""

import argparse
import json
import re
import sys
import sysconfig
from email.message import Message
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "licences"
REGISTER = "register.json"
# Which Python it is differs from machine to machine; what matters is the one that a package is built with.
OF_THE_MACHINE = "python.txt"
BY_HAND = ("LGPL-3.0.txt", "GPL-3.0.txt", "qt-third-party.txt")
LGPL = "LGPL-3.0-only"
# Where the metadata has the whole text, several licences to choose from, or only a family of them.
CHOSEN = {
    "colorama": "BSD-3-Clause",
    "pyside6-essentials": LGPL,
    "safetensors": "Apache-2.0",
    "scipy": "BSD-3-Clause",
    "shiboken6": LGPL,
}
# As the projects write themselves.
CALLED = {
    "numpy": "NumPy",
    "pyside6-essentials": "PySide6 Essentials",
    "scipy": "SciPy",
    "shiboken6": "Shiboken 6",
}
HOMES = {
    "numpy": "https://numpy.org",
    "scipy": "https://scipy.org",
    "colorama": "https://github.com/tartley/colorama",
}
# Parts that are compiled into a library without a text of their own.
WITHIN = {
    "safetensors": (
        "The compiled part holds the Rust crates itoa, memmap2, once_cell, pyo3, serde and serde_json, each "
        "under the MIT licence or the Apache licence 2.0, whose text is below.\n\n"
    )
}
# Where the metadata names several pages, the first of these is the project's own.
HOME_LABELS = ("homepage", "source", "documentation")
LICENCE_NAME = re.compile(r"(^|[_-])(licen[cs]e|copying|notice)", re.IGNORECASE)

# Each paragraph becomes one line, which wraps where it is shown.
NOTICE = """Qt, PySide6 and Shiboken in this program

Filterscope uses Qt {qt}, PySide6 {qt} and Shiboken {qt}. They are free software under the GNU Lesser
General Public License, version 3, whose text follows together with that of the GNU General Public
License, which it builds on. Copyright © The Qt Company Ltd. and other contributors.

They are used as the Qt Company publishes them, unchanged, as the Python distributions PySide6-Essentials
and shiboken6, and loaded as dynamic libraries: separate files, which the program does not check and which
you may replace.

How to replace them

In an installed program they are the files in the folder that the window “About Filterscope” names under
“where Qt is”, and those of the folders PySide6 and shiboken6 beside or above it. On Linux they are
libQt6*.so.6, *.abi3.so and libshiboken6*.so.*; on Windows Qt6*.dll, *.pyd and shiboken6*.dll; on macOS
Qt*.framework, *.abi3.so and libshiboken6*.dylib. Put files of the same names there that you have built
from the sources, changed as you like, of a version that is binary compatible with {qt}, and start the
program again. Files of Qt, PySide6 and Shiboken should be of one version. Keep a copy of the old ones.

With the sources of Filterscope, which are under the MIT licence, install your own PySide6 into the
environment in place of the one in requirements.txt, and start main.py.

You may change Qt, PySide6 and Shiboken for your own use, and reverse engineer this program for debugging
such changes.

The sources

Qt {qt}: https://download.qt.io/archive/qt/

PySide6 and Shiboken {qt}: https://code.qt.io/cgit/pyside/pyside-setup.git
"""


class Part(NamedTuple):
    """One part of the program; `texts` are files in resources."""

    name: str
    distribution: str
    version: str
    licence: str
    home: str
    texts: list[str]


def pinned() -> dict[str, str]:
    """Return the version of each distribution in requirements.txt."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))


def licence_text(found: Distribution) -> str:
    """Return all licence files of a distribution, each under its name."""
    files = sorted(
        (file for file in found.files or () if _is_licence(file.as_posix())), key=lambda file: str(file)
    )
    # The project's own comes before those of what it bundles.
    files.sort(key=lambda file: len(file.parts))
    texts = [(file.as_posix(), Path(str(file.locate())).read_text(encoding="utf-8")) for file in files]
    if len(texts) == 1:
        return _tidy(texts[0][1])
    return "\n".join(f"{'=' * 8} {name.partition('/')[2]}\n\n{_tidy(text)}\n" for name, text in texts)


def _is_licence(name: str) -> bool:
    folder, _, inner = name.partition("/")
    return folder.endswith(".dist-info") and bool(LICENCE_NAME.search(inner.rpartition("/")[2]))


def _tidy(text: str) -> str:
    lines = text.replace("\f", "\n").replace("\r\n", "\n").expandtabs().split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def _fields(found: Distribution) -> Message:
    # typeshed knows less of this object than it can do.
    fields: object = found.metadata
    assert isinstance(fields, Message)
    return fields


def home_of(name: str, fields: Message) -> str:
    """Return the address of a project's own page."""
    if name in HOMES:
        return HOMES[name]
    pages = dict(line.split(", ", 1) for line in fields.get_all("Project-URL", []))
    pages = {label.lower(): page for label, page in pages.items()}
    return next((pages[label] for label in HOME_LABELS if label in pages), str(fields.get("Home-page", "")))


def collect() -> dict[str, str]:
    """Return the content of every file that is not kept by hand, by its name."""
    texts = {"filterscope.txt": (ROOT / "LICENSE").read_text(encoding="utf-8")}
    pins = pinned()
    qt = pins["pyside6-essentials"]
    texts["qt-notice.txt"] = re.sub(r"(?<!\n)\n(?!\n|$)", " ", NOTICE).format(qt=qt)
    texts[OF_THE_MACHINE] = _tidy(python_licence().read_text(encoding="utf-8"))
    of_qt = _here("qt-notice.txt", "LGPL-3.0.txt", "GPL-3.0.txt")
    parts = [
        Part("Filterscope", "", "", "MIT", "", _here("filterscope.txt")),
        Part("Python", "", "", "PSF-2.0", "https://www.python.org", _here(OF_THE_MACHINE)),
        Part("Qt", "", qt, LGPL, "https://www.qt.io", [*of_qt, *_here("qt-third-party.txt")]),
    ]
    for name, version in pins.items():
        found = distribution(name)
        if found.version != version:
            raise SystemExit(f"{name} {version} is pinned, but {found.version} is installed")
        fields = _fields(found)
        licence = CHOSEN.get(name) or str(fields.get("License-Expression") or fields.get("License"))
        files = of_qt
        if licence != LGPL:
            files = _here(f"{name}.txt")
            texts[f"{name}.txt"] = WITHIN.get(name, "") + licence_text(found)
        parts.append(Part(CALLED.get(name, name), name, version, licence, home_of(name, fields), files))
    parts.append(Part("MNIST digits", "", "", "CC-BY-SA-3.0", "", ["digits/NOTICE.md"]))
    rows = [part._asdict() for part in parts]
    texts[REGISTER] = json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
    return texts


def _here(*names: str) -> list[str]:
    return [f"{FOLDER.name}/{name}" for name in names]


def python_licence() -> Path:
    """Return where this Python keeps its licence."""
    library = Path(sysconfig.get_path("stdlib"))
    places = [library / "LICENSE.txt", library.parent / "LICENSE.txt"]
    return next(place for place in places if place.is_file())


def main() -> int:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(description="Write resources/licences.")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    check = parser.parse_args().check
    texts = collect()
    present = {path.name for path in FOLDER.iterdir()} - set(BY_HAND)
    stale = present - texts.keys()
    changed = []
    for name, text in texts.items():
        path = FOLDER / name
        if check and name == OF_THE_MACHINE and path.is_file():
            continue
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            changed.append(name)
            if not check:
                path.write_text(text, encoding="utf-8", newline="\n")
    if not check:
        for name in stale:
            (FOLDER / name).unlink()
    for name in sorted([*changed, *stale]):
        sys.stdout.write(f"{name} {'is out of date' if check else 'written or removed'}\n")
    return 1 if check and (changed or stale) else 0


if __name__ == "__main__":
    sys.exit(main())
