"""Write down what is inside: a software bill of materials (CycloneDX), and everybody's licences.

Usage: ``python packaging/bill.py licences FOLDER`` before freezing, and ``python packaging/bill.py bom FOLDER
OUT`` after it, by the Python of the build's virtual environment.
"""

import hashlib
import json
import platform
import re
import shutil
import sys
import uuid
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from engine.version import VERSION  # noqa: E402

# What is in the package, with the licence that we use it under, as SPDX writes it.
PYTHON_PACKAGES = {
    "colorama": "BSD-3-Clause",
    "cx_Freeze": "PSF-2.0",
    "freeze_core": "MIT",
    "joblib": "BSD-3-Clause",
    "msgspec": "BSD-3-Clause",
    "narwhals": "MIT",
    "numpy": "BSD-3-Clause",
    "platformdirs": "MIT",
    "pyqtgraph": "MIT",
    "PySide6_Essentials": "LGPL-3.0-only",
    "safetensors": "Apache-2.0",
    "scikit-learn": "BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "shiboken6": "LGPL-3.0-only",
    "threadpoolctl": "BSD-3-Clause",
}
# Libraries that these bring along: the beginning of the file's name, what it is, its licence.
LIBRARIES = (
    ("libQt6Core", "Qt", "LGPL-3.0-only"),
    ("libicudata", "ICU", "Unicode-3.0"),
    ("libscipy_openblas64_", "OpenBLAS", "BSD-3-Clause"),
    ("libgfortran", "GNU Fortran runtime", "GPL-3.0-or-later WITH GCC-exception-3.1"),
    ("libquadmath", "GNU quad-precision runtime", "LGPL-2.1-or-later"),
    ("libgomp", "GNU OpenMP runtime", "GPL-3.0-or-later WITH GCC-exception-3.1"),
    ("libcrypto", "OpenSSL", "Apache-2.0"),
    ("libssl", "OpenSSL", "Apache-2.0"),
    ("libffi", "libffi", "MIT"),
)
LICENCE_NAME = re.compile(r"(licen[cs]e|copying|notice)", re.IGNORECASE)


def licence_files(package: Distribution) -> Iterator[Path]:
    """Find the licence texts that a package brings."""
    for file in package.files or ():
        if ".dist-info" in file.parts[0] and LICENCE_NAME.search("/".join(file.parts[1:])):
            yield Path(str(package.locate_file(file)))


def collect_licences(folder: Path) -> None:
    """Put the licence texts that the program does not have among its resources into `folder`, by name."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", folder / "Filterscope.txt")
    known = {text.stem for text in (ROOT / "resources" / "licences").iterdir()}
    for name in (name for name in PYTHON_PACKAGES if name not in known):
        texts = sorted(licence_files(distribution(name)))
        parts = (text.read_text(encoding="utf-8", errors="replace") for text in texts)
        if content := "\n\n".join(parts):
            (folder / f"{name}.txt").write_text(content, encoding="utf-8")


def component(name: str, version: str, licence: str, **more: Any) -> dict[str, Any]:
    """Describe one part as CycloneDX does."""
    simple = " " not in licence
    licences = [{"license": {"id": licence}}] if simple else [{"expression": licence}]
    described = {"type": "library", "name": name, "licenses": licences, **more}
    return described | ({"version": version} if version else {})


def python_version(folder: Path) -> str:
    """Read which Python is inside: on Linux it is cx_Freeze's own, not the one that freezes."""
    series = ".".join(map(str, sys.version_info[:2]))
    program = folder / "filterscope"
    content = program.read_bytes() if program.is_file() else b""
    found = re.findall(rf"\b{re.escape(series)}\.\d+\b".encode(), content)
    return found[0].decode() if found else platform.python_version()


def components(folder: Path) -> Iterator[dict[str, Any]]:
    """Describe Python, its packages and the shared libraries that are in the frozen folder."""
    python = python_version(folder)
    yield component("CPython", python, "PSF-2.0", purl=f"pkg:generic/cpython@{python}")
    for name, licence in PYTHON_PACKAGES.items():
        version = distribution(name).version
        purl = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
        yield component(name, version, licence, purl=purl)
    for start, name, licence in LIBRARIES:
        for file in sorted(folder.rglob(f"{start}*")):
            if not file.is_symlink():
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                where = [{"name": "file", "value": file.relative_to(folder).as_posix()}]
                hashes = [{"alg": "SHA-256", "content": digest}]
                yield component(name, "", licence, hashes=hashes, properties=where)


def bill(folder: Path) -> dict[str, Any]:
    """Make the bill of materials of a frozen folder; the same folder gives the same bill."""
    parts = list(components(folder))
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(parts, sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": component("Filterscope", VERSION, "MIT") | {"type": "application"}},
        "components": parts,
    }


def main(arguments: list[str]) -> int:
    """Do one of the two; gives the exit code."""
    match arguments:
        case ["licences", folder]:
            collect_licences(Path(folder))
        case ["bom", folder, out]:
            Path(out).write_text(json.dumps(bill(Path(folder)), indent=1) + "\n", encoding="utf-8")
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
