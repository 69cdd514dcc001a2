"""What is at work, as rows and as text; for when something is wrong, so it asks nothing that may fail."""

import os
import platform
import sys
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from engine.version import VERSION

# The names of modules that give their version, and what they are called.
_MODULES = {
    "PySide6": "PySide6",
    "numpy": "NumPy",
    "pyqtgraph": "pyqtgraph",
    "sklearn": "scikit-learn",
    "scipy": "SciPy",
    "safetensors": "safetensors",
    "onnx": "ONNX",
}


def program_rows() -> tuple[tuple[str, str], ...]:
    """Return the program, Python, Qt and the libraries that are loaded, each with its version."""
    rows = [("Filterscope", VERSION), ("Python", platform.python_version()), ("Qt", qVersion() or "unknown")]
    for name, called in _MODULES.items():
        # What is not needed yet is not loaded to be asked.
        version = getattr(sys.modules.get(name), "__version__", None)
        if version is not None:
            rows.append((called, str(version)))
    return tuple(rows)


def machine_rows() -> tuple[tuple[str, str], ...]:
    """Return the system, its cores, and what Qt paints on; nothing that tells whose machine it is."""
    rows = [("system", platform.platform()), ("processor", platform.machine())]
    rows.append(("cores", str(os.cpu_count() or "unknown")))
    app = QGuiApplication.instance()
    if isinstance(app, QGuiApplication):
        rows.append(("Qt platform", app.platformName()))
        for screen in app.screens():
            size, scale = screen.size(), screen.devicePixelRatio()
            rows.append(("screen", f"{size.width()} × {size.height()} at {scale:.0%}"))
    rows.append(("packaged", "yes" if getattr(sys, "frozen", False) else "no"))
    return tuple(rows)


def system_information() -> str:
    """Write all of it, one fact a line."""
    return "\n".join(f"{name}: {value}" for name, value in (*program_rows(), *machine_rows()))


def without_home(text: str) -> str:
    """Write "~" for the person's home folder, whose name is often the person's own."""
    try:
        home = str(Path.home())
    except RuntimeError:
        return text
    return text.replace(f"{home}{os.sep}", f"~{os.sep}") if len(home) > 1 else text
