"""The package `onnx`, which is an extra: imported when the first ONNX file is read or written."""

import importlib
from types import ModuleType

from engine.errors import FormatError


def onnx_package() -> ModuleType:
    """Give the package `onnx`; FormatError says how to get it where it is not installed."""
    try:
        return importlib.import_module("onnx")
    except ImportError:
        raise FormatError(
            "ONNX files need the package “onnx”, which this installation does not have; "
            "a program run from its sources can have it (pip install onnx)."
        ) from None
