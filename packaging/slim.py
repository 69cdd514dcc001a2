"""Take out of a frozen folder what the program does not use, and strip what stays. Called by `freeze.py`."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lighten import lighten_blas, lighten_icu
from reached import unreached_modules

# Of Qt's plugins: the screens, the person's look, writing systems, pictures that can be opened, our SVGs.
PLUGINS = {
    "iconengines": {"qsvgicon"},
    "imageformats": {"qgif", "qico", "qjpeg", "qsvg"},
    "platforminputcontexts": {"composeplatforminputcontextplugin", "ibusplatforminputcontextplugin"},
    "platforms": {"qxcb", "qwayland", "qoffscreen", "qwindows", "qcocoa"},
    "platformthemes": {"qgtk3", "qxdgdesktopportal"},
    "styles": {"qmodernwindowsstyle", "qwindowsvistastyle", "qmacstyle"},
    "wayland-decoration-client": {"adwaita", "bradient"},
    "wayland-graphics-integration-client": {"qt-plugin-wayland-egl"},
    "wayland-shell-integration": {"xdg-shell"},
    "xcbglintegrations": {"qxcb-egl-integration", "qxcb-glx-integration"},
}
# What plugins link to; the libraries of Python's own modules follow from those modules.
LIBRARIES = {
    "Qt6Core", "Qt6DBus", "Qt6Gui", "Qt6OpenGL", "Qt6OpenGLWidgets", "Qt6Svg", "Qt6WaylandClient",
    "Qt6Widgets", "Qt6WlShellIntegration", "Qt6XcbQpa", "icudata", "icui18n", "icuuc",
}  # fmt: skip
MODULES = {"QtCore", "QtGui", "QtOpenGL", "QtOpenGLWidgets", "QtSvg", "QtWidgets"}

UNUSED = (
    "**/tests",
    "**/*.pyi",
    "**/meson.build",
    "lib/PySide6/Qt/translations",
    "lib/PySide6/translations",
    "lib/pyqtgraph/colors/maps",
    "lib/pyqtgraph/examples",
    "lib/pyqtgraph/icons/peegee",
    "lib/pyqtgraph/opengl",
    "lib/sklearn/datasets/data",
    "lib/sklearn/datasets/descr",
)


def stem(path: Path) -> str:
    """Give a library's name without what the platforms put around it: ``libQt6Core.so.6`` is Qt6Core."""
    return path.name.split(".")[0].removeprefix("lib")


def unused(folder: Path) -> Iterator[Path]:
    """Find the files and folders that can go."""
    for pattern in UNUSED:
        yield from folder.glob(pattern)
    qt = folder / "lib" / "PySide6"
    for plugins in (*qt.glob("Qt/plugins"), *qt.glob("plugins")):
        for plugin in plugins.glob("*/*"):
            if stem(plugin) not in PLUGINS.get(plugin.parent.name, ()):
                yield plugin
    for library in (*qt.glob("Qt/lib/*"), *qt.glob("Qt6*.dll")):
        if stem(library) not in LIBRARIES:
            yield library
    for module in (*qt.glob("Qt*.so"), *qt.glob("Qt*.pyd")):
        if stem(module) not in MODULES:
            yield module
    # cx_Freeze copies all that is in the folder of a package, asked for or not.
    for name in unreached_modules():
        yield from folder.glob(f"lib/{name.replace('.', '/')}.*")


def size(path: Path) -> int:
    """Bytes of a file or of all files in a folder, each counted once, whatever links to it."""
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum({file.stat().st_ino: file.stat().st_size for file in files if file.is_file()}.values())


def remove(path: Path) -> None:
    """Remove a file or a folder, and the folders that this leaves empty."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    while not any(path.parent.iterdir()):
        path = path.parent
        path.rmdir()


def restore(folder: Path) -> None:
    """Take libraries that came beside a package as they came: cx_Freeze's patchelf has made them larger.

    Those without a search path of their own find what they need in `lib`, where the program looks for all.
    """
    for library in folder.glob("lib/*.libs/*"):
        shutil.copyfile(Path(sysconfig.get_path("platlib")) / library.relative_to(folder / "lib"), library)
        (folder / "lib" / library.name).unlink(missing_ok=True)
        (folder / "lib" / library.name).symlink_to(library.relative_to(folder / "lib"))


def strip(folder: Path) -> None:
    """Take the symbols out of ELF files that are only of use to a debugger.

    With elfutils: binutils' strip breaks the libraries that patchelf has given another search path.
    """
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                is_elf = file.read(4) == b"\x7fELF"
            if is_elf:
                subprocess.run(["eu-strip", path], check=True)


def lighten(folder: Path) -> None:
    """Put small libraries in the place of large ones; see `lighten.py`."""
    with tempfile.TemporaryDirectory() as scratch:
        lighten_icu(next(folder.glob("lib/PySide6/Qt/lib/libicudata.so.*")), Path(scratch))
        lighten_blas(folder, Path(scratch))


def join_twins(folder: Path) -> None:
    """Let one file stand for several of the same content, by relative links."""
    seen: dict[tuple[str, int], Path] = {}
    for path in sorted(folder.rglob("*.so*")):
        if path.is_symlink() or not path.is_file():
            continue
        key = (path.name, path.stat().st_size)
        first = seen.setdefault(key, path)
        if first is not path and first.read_bytes() == path.read_bytes():
            path.unlink()
            path.symlink_to(os.path.relpath(first, path.parent))


def make_slim(folder: Path) -> None:
    """Make a frozen folder small, and say by how much."""
    before = size(folder)
    for path in list(unused(folder)):
        if path.exists():
            remove(path)
    if sys.platform == "linux":
        restore(folder)
        strip(folder)
        lighten(folder)
        join_twins(folder)
    sys.stdout.write(f"{folder.name}: {before / 1e6:.1f} MB frozen, {size(folder) / 1e6:.1f} MB kept\n")
