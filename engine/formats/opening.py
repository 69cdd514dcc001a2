"""Networks in any of the formats that can be read, by the endings of their names."""

from pathlib import Path

from engine.formats.model import Model, model_of, read_safetensors
from engine.formats.state_dict import TORCH, model_of_state_dict
from engine.formats.text import brief

ONNX = ".onnx"
NETWORK_SUFFIXES = (".safetensors", ONNX)


def is_network_name(path: str | Path) -> bool:
    """Tell whether a file is named like a network."""
    return Path(path).suffix.lower() in NETWORK_SUFFIXES


def open_network(path: str | Path) -> Model:
    """Read a network: an `.onnx` file as ONNX, anything else as `.safetensors`, under our names or PyTorch's.

    Raises
    ------
    FormatError
        If it cannot be read; the text is one sentence.
    """
    if Path(path).suffix.lower() == ONNX:
        from engine.formats.onnx_import import load_onnx

        return load_onnx(path)
    metadata, tensors = read_safetensors(path)
    make = model_of_state_dict if metadata.get("format") == TORCH else model_of
    return make(metadata, tensors, brief(Path(path).name))
