"""Make a ``.deb`` of the tree that `linux_tree.py` lays out, with what its libraries really need."""

import gzip
import re
import subprocess
from collections.abc import Iterable
from email.utils import formatdate
from pathlib import Path

from linux_tree import NAME, VERSION, commit_time

# A plugin that only some desktops use; the program starts without what it needs.
OPTIONAL = ("libqgtk3.so",)
# What makes menus, icons and double-clicks of the files that come with the package; every desktop has it.
DESKTOP = ("desktop-file-utils", "hicolor-icon-theme", "shared-mime-info")
# Qt draws no letter without a font.
FONT = "fonts-dejavu-core | fonts-noto-core | fonts-liberation | fonts-freefont-ttf"

MAINTAINER = "Filterscope contributors <filterscope@users.noreply.github.com>"
# The program's version, then that of the packaging.
DEB_VERSION = f"{VERSION}-1"

CONTROL = """\
Package: {name}
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: {recommends}
Section: education
Priority: optional
Description: draw a digit, and watch a convolutional neural network learn it
 Filterscope is an instrument for looking inside a convolutional neural
 network. Draw a digit and see what the network makes of it, layer by layer,
 while the ink is still wet. Press Play and watch the network's own filters
 turn from noise into edge detectors, on your drawing.
 .
 Everything on screen is computed from the network's present weights. Two
 trained networks and 10,000 digits are included; no network connection is
 needed.
"""

OVERRIDES = """\
# The program brings its own Python, Qt and NumPy, exactly as tested, in a folder of its own: compiled modules
# without sources, libraries that are found beside it, some of which need nothing of the C library.
{name}: custom-library-search-path
{name}: embedded-library
{name}: library-not-linked-against-libc
{name}: package-installs-python-bytecode
{name}: shared-library-lacks-prerequisites
# cx_Freeze's own Python is linked so.
{name}: hardening-no-pie
# No part of Debian: there is no bug that asks for it.
{name}: initial-upload-closes-no-bugs
"""

HISTORY = """\
{name} ({version}) stable; urgency=medium

  * See changelog.gz for what is new in the program.

 -- {maintainer}  {date}
"""


def architecture() -> str:
    """Give Debian's name of this machine's kind."""
    return _told(["dpkg", "--print-architecture"]).strip()


def make_deb(tree: Path, scratch: Path, out: Path) -> Path:
    """Pack `tree`, to which the control files are added; gives the package.

    Parameters
    ----------
    tree
        The laid out root.
    scratch
        A folder for dpkg-shlibdeps.
    out
        The folder to write to.
    """
    depends, recommends = needs(tree, scratch)
    overrides = tree / "usr" / "share" / "lintian" / "overrides" / NAME
    overrides.parent.mkdir(parents=True, exist_ok=True)
    overrides.write_text(OVERRIDES.format(name=NAME))
    date = formatdate(commit_time())
    history = HISTORY.format(name=NAME, version=DEB_VERSION, maintainer=MAINTAINER, date=date).encode()
    written = tree / "usr" / "share" / "doc" / NAME / "changelog.Debian.gz"
    written.write_bytes(gzip.compress(history, 9, mtime=0))
    files = [path for path in tree.rglob("*") if path.is_file() and not path.is_symlink()]
    control = tree / "DEBIAN"
    control.mkdir()
    (control / "control").write_text(
        CONTROL.format(
            name=NAME,
            version=DEB_VERSION,
            maintainer=MAINTAINER,
            architecture=architecture(),
            kilobytes=sum(-(-path.stat().st_size // 1024) for path in files),
            depends=", ".join([*depends, FONT]),
            recommends=", ".join([*recommends, *DESKTOP]),
        )
    )
    sums = _told(["md5sum", *sorted(str(path.relative_to(tree)) for path in files)], cwd=tree)
    (control / "md5sums").write_text(sums)
    package = out / f"{NAME}_{DEB_VERSION}_{architecture()}.deb"
    command = [
        "dpkg-deb",
        "--root-owner-group",
        "-Zxz",
        "-z6",
        "--threads-max=2",
        "--build",
        str(tree),
        str(package),
    ]
    subprocess.run(
        command, check=True, env={"SOURCE_DATE_EPOCH": str(commit_time()), "PATH": "/usr/bin:/bin"}
    )
    return package


def needs(tree: Path, scratch: Path) -> tuple[list[str], list[str]]:
    """Ask dpkg-shlibdeps which packages the binaries need: those without which nothing goes, and the rest."""
    (scratch / "debian").mkdir(parents=True, exist_ok=True)
    (scratch / "debian" / "control").write_text(f"Source: {NAME}\n\nPackage: {NAME}\nArchitecture: any\n")
    binaries = [path for path in tree.rglob("*") if _is_elf(path)]
    own = sorted({str(path.parent) for path in binaries})
    arguments = ["dpkg-shlibdeps", "-O", "--ignore-missing-info", *(f"-l{folder}" for folder in own)]
    for path in binaries:
        field = "Recommends" if path.name in OPTIONAL else "Depends"
        arguments += [f"-d{field}", f"-e{path}"]
    told = _told(arguments, cwd=scratch)
    found = dict(re.findall(r"^shlibs:(\w+)=(.*)$", told, re.MULTILINE))
    return _packages(found["Depends"]), _packages(found.get("Recommends", ""))


def _packages(field: str) -> list[str]:
    return [name.strip() for name in field.split(",") if name.strip()]


def _is_elf(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _told(command: Iterable[str], cwd: Path | None = None) -> str:
    done = subprocess.run(list(command), cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        errors = (line for line in done.stderr.splitlines() if "warning" not in line)
        raise SystemExit("\n".join(errors))
    return done.stdout
