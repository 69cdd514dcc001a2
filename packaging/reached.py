"""Tell which modules of SciPy, scikit-learn and Narwhals the packaged program reaches.

They come as wholes of hundreds of modules, and the program uses two things of them: data sets from OpenML and
the photographs. Freezers follow every import that is written anywhere, also those inside functions that
nothing here calls, and so take nearly all. What is really loaded is asked of Python itself.
"""

import importlib
import pkgutil
import subprocess
import sys

TRIMMED = ("narwhals", "scipy", "sklearn")

# What `engine/datasets/openml_download.py` and `engine/calibration.py` import.
_USE = """
import sys
from scipy.optimize import minimize_scalar
from sklearn.datasets import fetch_openml
print(*sys.modules)
"""


def unreached_modules() -> list[str]:
    """List the modules of `TRIMMED` that stay unloaded while the program's features load what they need.

    A package that is not loaded stands for all that is in it.
    """
    told = subprocess.run([sys.executable, "-c", _USE], capture_output=True, text=True, check=True)
    loaded = set(told.stdout.split())
    unreached = []
    for name in TRIMMED:
        unreached += _below(name, loaded)
    return sorted(unreached)


def _below(package: str, loaded: set[str]) -> list[str]:
    found = []
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        if module.name not in loaded:
            found.append(module.name)
        elif module.ispkg:
            found += _below(module.name, loaded)
    return found
