"""Lay out a frozen folder as Linux has programs, below a folder that stands for the root.

The ``.deb`` and the ``.rpm`` are made of the same tree.
"""

import gzip
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from engine.version import VERSION  # noqa: E402

LINUX = ROOT / "packaging" / "linux"
NAME = "filterscope"
IDENTIFIER = "io.github.filterscope.Filterscope"
# The icons' own names, and what they are in the system's theme.
THEME_ICONS = {
    "filterscope": f"apps/{IDENTIFIER}",
    "project": "mimetypes/application-x-filterscope",
    "network": "mimetypes/application-x-filterscope-network",
}
SOURCES = {
    "filterscope": ROOT / "resources" / "icons" / "filterscope.svg",
    "project": LINUX / "project.svg",
    "network": LINUX / "network.svg",
}


def commit_time() -> int:
    """Seconds at which the packaged commit was made, for what has a date in it."""
    told = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return int(told.stdout) if told.returncode == 0 and told.stdout.strip() else int(time.time())


def lay_out(frozen: Path, icons: Path, bill: Path, root: Path) -> None:
    """Fill `root`, which is emptied first.

    Parameters
    ----------
    frozen
        What `freeze.py build_exe` made.
    icons
        What `icons.py` made.
    bill
        The bill of materials.
    root
        Where the tree begins.
    """
    shutil.rmtree(root, ignore_errors=True)
    program = root / "usr" / "lib" / NAME
    shutil.copytree(frozen, program, symlinks=True)
    documents = root / "usr" / "share" / "doc" / NAME
    _lay_out_documents(program, documents, bill)
    binaries = root / "usr" / "bin"
    binaries.mkdir(parents=True)
    (binaries / NAME).symlink_to(f"../lib/{NAME}/{NAME}")
    share = root / "usr" / "share"
    _fill(LINUX / f"{IDENTIFIER}.desktop", share / "applications" / f"{IDENTIFIER}.desktop")
    _fill(LINUX / f"{IDENTIFIER}.metainfo.xml", share / "metainfo" / f"{IDENTIFIER}.metainfo.xml")
    _fill(LINUX / f"{IDENTIFIER}.mime.xml", share / "mime" / "packages" / f"{IDENTIFIER}.xml")
    manual = share / "man" / "man1" / f"{NAME}.1"
    _fill(LINUX / f"{NAME}.1", manual)
    _compress(manual)
    _lay_out_icons(icons, share / "icons" / "hicolor")
    _settle(root)


def _lay_out_documents(program: Path, documents: Path, bill: Path) -> None:
    documents.mkdir(parents=True)
    shutil.move(program / "share" / "licences", documents / "licences")
    # Where the program looks for them, on every platform.
    (program / "share" / "licences").symlink_to(f"../../../share/doc/{NAME}/licences")
    # Most texts are among the program's resources, for About to show.
    (documents / "licences" / "more").symlink_to(f"../../../../lib/{NAME}/lib/resources/licences")
    shutil.copytree(LINUX / "examples", documents / "examples")
    shutil.copy(bill, documents / "bill-of-materials.cdx.json")
    _fill(LINUX / "copyright", documents / "copyright")
    shutil.copy(ROOT / "CHANGELOG.md", documents / "changelog")
    _compress(documents / "changelog")


def _lay_out_icons(icons: Path, theme: Path) -> None:
    for name, place in THEME_ICONS.items():
        for size in icons.glob("[0-9]*"):
            target = theme / f"{size.name}x{size.name}" / f"{place}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(size / f"{name}.png", target)
        target = theme / "scalable" / f"{place}.svg"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SOURCES[name], target)


def _fill(source: Path, target: Path) -> None:
    """Copy a text with version and date in their places."""
    target.parent.mkdir(parents=True, exist_ok=True)
    date = datetime.fromtimestamp(commit_time(), UTC).date().isoformat()
    text = source.read_text(encoding="utf-8")
    target.write_text(text.replace("@VERSION@", VERSION).replace("@DATE@", date), encoding="utf-8")


def _compress(path: Path) -> None:
    # Without name and time in it, so that the same text gives the same file.
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    path.unlink()


def _settle(root: Path) -> None:
    """Give all files the rights that installed files have."""
    for path in root.rglob("*"):
        if path.is_symlink():
            continue
        runs = path.is_dir() or (path.parent.name == NAME and path.name == NAME)
        path.chmod(0o755 if runs else 0o644)
    root.chmod(0o755)
