"""Networks in any of the formats that can be read, by the endings of their names."""

from pathlib import Path

from engine.formats.model import Model, load_model

ONNX = ".onnx"
NETWORK_SUFFIXES = (".safetensors", ONNX)


def is_network_name(path: str | Path) -> bool:
    """Tell whether a file is named like a network."""
    return Path(path).suffix.lower() in NETWORK_SUFFIXES


def open_network(path: str | Path) -> Model:
    """Read a network: an `.onnx` file as ONNX, anything else as `.safetensors`.

    Raises
    ------
    FormatError
        If it cannot be read; the text is one sentence.
    """
    if Path(path).suffix.lower() == ONNX:
        from engine.formats.onnx_import import load_onnx

        return load_onnx(path)
    return load_model(path)
