"""The one configuration that every platform's package is made from, for cx_Freeze.

    python packaging/freeze.py build_exe     a folder with the program in it, on any platform
    python packaging/freeze.py bdist_msi     Windows: an installer for one person, without administrator
    python packaging/freeze.py bdist_dmg     macOS: a disk image

Run from the top folder, by the Python that `requirements-package.txt` is installed in. `make package` does.
"""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cx_Freeze import Executable, build_exe, setup  # noqa: E402
from reached import unreached_modules  # noqa: E402
from slim import make_slim  # noqa: E402

from engine.version import VERSION  # noqa: E402

IDENTIFIER = "io.github.filterscope.Filterscope"
# Windows knows by this that a newer installer replaces an older one. It must never change.
UPGRADE_CODE = "{6F0B3C52-6B0E-4E0C-9A57-3D1C1B6F4E21}"
BUILD = ROOT / "build" / "package"
ICONS = BUILD / "icons"
IMAGES = Path(sysconfig.get_path("purelib")) / "sklearn" / "datasets" / "images"

# Never needed by the running program: readers of other formats that the person has not asked for, what
# packages are tested with, and Python's own tools. `readline` is under the GPL, and nothing here prompts.
UNUSED = [
    "_bz2", "_lzma", "_uuid", "array_api_compat.torch", "cffi", "cupy", "curses", "dask", "distributed",
    "doctest", "ensurepip", "idlelib", "IPython", "jax", "lib2to3", "matplotlib", "numba",
    "numpy._core._multiarray_tests", "numpy.distutils", "numpy.f2py", "numpy.testing", "numpy.tests",
    "onnx", "onnxruntime", "OpenGL", "pandas", "PIL", "pip", "polars", "psutil", "pyarrow",
    "pydoc_data", "pyqtgraph.console", "pyqtgraph.dockarea", "pyqtgraph.examples",
    "pyqtgraph.flowchart", "pyqtgraph.jupyter", "pytest", "readline", "setuptools", "sparse", "sqlite3",
    "test", "threadpoolctl.tests", "tkinter", "torch", "turtle", "wheel", "xmlrpc",
]  # fmt: skip

FROZEN = {
    "packages": ["engine", "gui", "resources"],
    "includes": [
        "sklearn.datasets",
        "sklearn.externals._arff",
        "PySide6.QtOpenGL",
        "PySide6.QtOpenGLWidgets",
    ],
    "excludes": UNUSED + unreached_modules(),
    "include_files": [
        *((ROOT / "resources" / name, f"lib/resources/{name}") for name in ("digits", "icons", "networks")),
        # The photographs of the Convolve page.
        *(
            (IMAGES / name, f"lib/sklearn/datasets/images/{name}")
            for name in ("china.jpg", "flower.jpg", "README.txt")
        ),
        (BUILD / "licences", "share/licences"),
    ],
    "path": [str(ROOT), *sys.path],
    # A traceback names files of the program, not of the machine that it was built on.
    "replace_paths": [("*", "")],
    "build_exe": str(BUILD / "filterscope"),
    "zip_include_packages": ["*"],
    # They read files beside themselves.
    "zip_exclude_packages": ["engine", "pyqtgraph", "resources", "sklearn"],
    "include_msvcr": True,
    # It looks for the call at the top of main.py only; ours is in main().
    "constants": ["ignore_freeze_support_message=1"],
}

DOCUMENTS = [
    {
        "CFBundleTypeName": name,
        "CFBundleTypeExtensions": [extension],
        "CFBundleTypeRole": "Editor",
        "LSHandlerRank": rank,
    }
    for name, extension, rank in (
        ("Filterscope project", "filterscope", "Owner"),
        ("Network", "safetensors", "Default"),
        ("ONNX network", "onnx", "Alternate"),
    )
]
MACOS = {
    "bundle_name": "Filterscope",
    "iconfile": str(ICONS / "filterscope.icns"),
    "plist_items": [
        ("CFBundleIdentifier", IDENTIFIER),
        ("CFBundleShortVersionString", VERSION),
        ("CFBundleDocumentTypes", DOCUMENTS),
        ("NSHighResolutionCapable", True),
    ],
}
DISK_IMAGE = {"volume_label": f"Filterscope {VERSION}", "applications_shortcut": True}


def windows_extensions() -> list[dict[str, str]]:
    """Tell the installer which files the program opens; an ONNX file stays with who opens it now."""
    return [
        {
            "extension": extension,
            "verb": "open",
            "executable": "filterscope.exe",
            "context": "Open in Filterscope",
            "argument": '"%1"',
        }
        for extension in ("filterscope", "safetensors")
    ]


WINDOWS = {
    # For the person who installs it; nobody needs to be an administrator.
    "all_users": False,
    "initial_target_dir": r"[LocalAppDataFolder]\Programs\Filterscope",
    "upgrade_code": UPGRADE_CODE,
    "install_icon": str(ICONS / "filterscope.ico"),
    "extensions": windows_extensions(),
    "output_name": f"filterscope-{VERSION}-win64.msi",
    "dist_dir": str(ROOT / "dist"),
}


def executables() -> list[Executable]:
    """Name the programs in the folder: on Windows one without a console, and one for the command line."""
    main = ROOT / "main.py"
    if sys.platform != "win32":
        return [Executable(main, target_name="filterscope")]
    window = Executable(
        main,
        base="gui",
        target_name="filterscope",
        icon=ICONS / "filterscope.ico",
        shortcut_name="Filterscope",
        shortcut_dir="ProgramMenuFolder",
    )
    return [window, Executable(main, target_name="filterscope-cli", icon=ICONS / "filterscope.ico")]


class BuildSlim(build_exe):
    """Freezes, then takes out what is not used, before anything is made of the folder."""

    def run(self) -> None:
        super().run()
        make_slim(Path(self.build_exe))


setup(
    name="Filterscope" if sys.platform in ("win32", "darwin") else "filterscope",
    version=VERSION,
    description="Draw a digit, and watch a convolutional neural network learn it",
    author="Filterscope contributors",
    options={"build_exe": FROZEN, "bdist_msi": WINDOWS, "bdist_mac": MACOS, "bdist_dmg": DISK_IMAGE},
    executables=executables(),
    cmdclass={"build_exe": BuildSlim},
)
