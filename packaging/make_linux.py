"""Make the Linux packages of a frozen folder: ``python packaging/make_linux.py BUILD DIST``."""

import shutil
import sys
from pathlib import Path

from linux_deb import make_deb
from linux_rpm import make_rpm
from linux_tree import NAME, VERSION, lay_out


def main(build: Path, dist: Path) -> int:
    """Make a ``.deb`` and a ``.rpm`` where their tools are; gives the exit code."""
    tree, bill = build / "root", dist / f"{NAME}-{VERSION}.cdx.json"
    lay_out(build / NAME, build / "icons", bill, tree)
    made = []
    if shutil.which("dpkg-deb"):
        made.append(make_deb(tree, build / "deb", dist))
    if shutil.which("rpmbuild"):
        made.append(make_rpm(tree, build / "rpm", dist))
    for package in made:
        sys.stdout.write(f"{package.name}: {package.stat().st_size / 1e6:.1f} MB\n")
    return 0 if made else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()))
