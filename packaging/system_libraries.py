"""Install the system libraries that Qt needs on Linux, or say the command that does.

Standard library only, since it runs before anything is installed. This folder must never become a
package: the one of the same name, which pip and pytest need, would no longer be found.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

# What `ldd` lists for Qt's GUI library and its xcb platform beyond the C library: the name, and the
# package that brings it for apt, dnf and pacman.
LIBRARIES = """
libEGL.so.1              libegl1              libglvnd-egl         libglvnd
libGL.so.1               libgl1               libglvnd-glx         libglvnd
libX11.so.6              libx11-6             libX11               libx11
libX11-xcb.so.1          libx11-xcb1          libX11-xcb           libx11
libdbus-1.so.3           libdbus-1-3          dbus-libs            dbus
libfontconfig.so.1       libfontconfig1       fontconfig           fontconfig
libfreetype.so.6         libfreetype6         freetype             freetype2
libgthread-2.0.so.0      libglib2.0-0         glib2                glib2
libxcb-cursor.so.0       libxcb-cursor0       xcb-util-cursor      xcb-util-cursor
libxcb-icccm.so.4        libxcb-icccm4        xcb-util-wm          xcb-util-wm
libxcb-image.so.0        libxcb-image0        xcb-util-image       xcb-util-image
libxcb-keysyms.so.1      libxcb-keysyms1      xcb-util-keysyms     xcb-util-keysyms
libxcb-randr.so.0        libxcb-randr0        libxcb               libxcb
libxcb-render.so.0       libxcb-render0       libxcb               libxcb
libxcb-render-util.so.0  libxcb-render-util0  xcb-util-renderutil  xcb-util-renderutil
libxcb-shape.so.0        libxcb-shape0        libxcb               libxcb
libxcb-shm.so.0          libxcb-shm0          libxcb               libxcb
libxcb-sync.so.1         libxcb-sync1         libxcb               libxcb
libxcb-util.so.1         libxcb-util1         xcb-util             xcb-util
libxcb-xfixes.so.0       libxcb-xfixes0       libxcb               libxcb
libxcb-xkb.so.1          libxcb-xkb1          libxcb               libxcb
libxkbcommon.so.0        libxkbcommon0        libxkbcommon         libxkbcommon
libxkbcommon-x11.so.0    libxkbcommon-x11-0   libxkbcommon-x11     libxkbcommon-x11
"""


class Need(NamedTuple):
    """One thing that must be there, and the package that brings it, per package manager."""

    name: str
    is_there: Callable[[str], bool]
    apt: str
    dnf: str
    pacman: str


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def _is_command(name: str) -> bool:
    return shutil.which(name) is not None


def _is_font(_name: str) -> bool:
    home = Path.home()
    folders = (
        "/usr/share/fonts",
        "/usr/local/share/fonts",
        home / ".local/share/fonts",
        home / ".fonts",
    )
    return any(
        file.endswith((".ttf", ".otf", ".ttc"))
        for folder in folders
        for _, _, files in os.walk(folder)
        for file in files
    )


def _makes_environments(_name: str) -> bool:
    check = [sys.executable, "-c", "import ensurepip, venv"]
    return subprocess.run(check, stderr=subprocess.DEVNULL, check=False).returncode == 0


def _needs(group: str) -> list[Need]:
    if group == "run":
        font = Need("a font", _is_font, "fonts-dejavu-core", "dejavu-sans-fonts", "ttf-dejavu")
        rows = (row.split() for row in LIBRARIES.split("\n") if row)
        return [font, *(Need(name, _loads, *packages) for name, *packages in rows)]
    if group == "test":
        return [
            Need("Xvfb", _is_command, "xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb"),
            Need("xdotool", _is_command, "xdotool", "xdotool", "xdotool"),
        ]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return [Need("Python's venv module", _makes_environments, f"{version}-venv", "python3", "python")]


def missing_needs(groups: Iterable[str]) -> list[Need]:
    """List what is not there, of the groups "run", "test" and "venv"."""
    return [need for group in groups for need in _needs(group) if not need.is_there(need.name)]


def _command(missing: list[Need]) -> list[str]:
    """Give the command that installs what is missing; empty for an unknown package manager."""
    if _is_command("apt-get"):
        command = ["apt-get", "install", "-y", "--no-install-recommends"]
        packages = {need.apt for need in missing}
    elif _is_command("dnf"):
        command, packages = ["dnf", "install", "-y"], {need.dnf for need in missing}
    elif _is_command("pacman"):
        command, packages = ["pacman", "-S", "--needed"], {need.pacman for need in missing}
    else:
        return []
    return [*command, *sorted(packages)]


def _administrator() -> list[str] | None:
    """Give what goes before an apt command; None where it may not be run without asking."""
    if not _is_command("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    asked = ["sudo", "-n", "true"]
    if _is_command("sudo") and subprocess.run(asked, capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n"]
    return None


def _run_quietly(command: list[str]) -> bool:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
    return done.returncode == 0


def main(groups: list[str]) -> int:
    """Install or name what is missing of `groups`; 0 when everything is there at the end."""
    missing = missing_needs(groups) if sys.platform == "linux" else []
    if not missing:
        return 0
    names = ", ".join(need.name for need in missing)
    command = _command(missing)
    administrator = _administrator()
    if administrator is not None:
        sys.stdout.write(f"Installing what this system lacks: {names}.\n")
        sys.stdout.flush()
        prefix = [*administrator, "env", "DEBIAN_FRONTEND=noninteractive"]
        # A list of packages that is out of date, or a mirror that is down, need not stop the rest.
        _run_quietly([*prefix, "apt-get", "update"])
        if _run_quietly([*prefix, *command]) and not missing_needs(groups):
            return 0
    way = " ".join(["sudo", *command]) if command else "the package manager of this system"
    sys.stderr.write(f"This system lacks {names}. Install that with: {way}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
