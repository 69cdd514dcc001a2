"""Make an ``.rpm`` of the tree that `linux_tree.py` lays out."""

import platform
import subprocess
from pathlib import Path

from linux_tree import NAME, VERSION, commit_time

# What `linux_deb.py` has put into the tree for itself.
DEBIAN = ("DEBIAN", "usr/share/lintian", f"usr/share/doc/{NAME}/changelog.Debian.gz")

# A library that is in the package asks for nothing outside and is nothing that others may use. What remains
# is what rpm itself finds that the binaries need of the system.
SPEC = """\
%define _binary_payload w6T2.xzdio
%define _build_id_links none
%define __os_install_post %{{nil}}
%define debug_package %{{nil}}
%global __provides_exclude_from ^/usr/lib/{name}/.*$
%global __requires_exclude ^({own})
%global __requires_exclude_from ({optional})$
Name: {name}
Version: {version}
Release: 1
Summary: Draw a digit, and watch a convolutional neural network learn it
License: MIT AND LGPL-3.0-only AND BSD-3-Clause AND Apache-2.0 AND PSF-2.0
Group: Education
Requires: hicolor-icon-theme, shared-mime-info, desktop-file-utils

%description
Filterscope is an instrument for looking inside a convolutional neural
network. Draw a digit and see what the network makes of it, layer by layer,
while the ink is still wet. Press Play and watch the network's own filters
turn from noise into edge detectors, on your drawing.

%files
{files}
"""


def make_rpm(tree: Path, scratch: Path, out: Path) -> Path:
    """Pack `tree`; gives the package.

    Parameters
    ----------
    tree
        The laid out root; nothing of Debian's own is taken from it.
    scratch
        A folder for rpmbuild.
    out
        The folder to write to.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    spec = scratch / f"{NAME}.spec"
    own = sorted({path.name for path in tree.rglob("*.so*")})
    names = "|".join(name.replace(".", "\\\\.").replace("+", "\\\\+") for name in own)
    text = SPEC.format(
        name=NAME, version=VERSION, own=names, optional="libqgtk3\\\\.so", files="\n".join(_files(tree))
    )
    spec.write_text(text)
    root = scratch / "root"
    subprocess.run(["rm", "-rf", root], check=True)
    subprocess.run(["cp", "-a", tree, root], check=True)
    for debian in DEBIAN:
        subprocess.run(["rm", "-rf", root / debian], check=True)
    machine = platform.machine()
    package = out / f"{NAME}-{VERSION}-1.{machine}.rpm"
    command = [
        "rpmbuild",
        "-bb",
        "--quiet",
        f"--buildroot={root}",
        f"--target={machine}",
        f"--define=_topdir {scratch}",
        f"--define=_rpmdir {out}",
        "--define=_rpmfilename %{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm",
        f"--define=_buildhost {NAME}",
        "--define=use_source_date_epoch_as_buildtime 1",
        "--define=clamp_mtime_to_source_date_epoch 1",
        spec,
    ]
    environment = {"SOURCE_DATE_EPOCH": str(commit_time()), "PATH": "/usr/bin:/bin", "HOME": str(scratch)}
    subprocess.run(command, check=True, env=environment)
    return package


def _files(tree: Path) -> list[str]:
    """List what belongs to the package: its own folders whole, and single files in folders of the system."""
    whole = [f"/usr/lib/{NAME}", f"/usr/share/doc/{NAME}"]
    single = (
        f"/{path.relative_to(tree)}"
        for path in sorted(tree.rglob("*"))
        if path.is_symlink() or path.is_file()
    )
    apart = tuple(f"/{name}" for name in DEBIAN)
    rest = [path for path in single if not path.startswith((*(f"{folder}/" for folder in whole), *apart))]
    return ["%defattr(-,root,root)", *whole, *rest]
