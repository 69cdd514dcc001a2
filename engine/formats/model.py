"""Networks as `.safetensors` files: the parameters by name, the description as JSON in the metadata."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from engine.errors import FormatError
from engine.formats.files import read_network_file, write_atomically
from engine.formats.problems import problem
from engine.formats.spec_json import spec_from_json, spec_to_json
from engine.formats.text import brief
from engine.parameters import Parameters
from engine.spec import NetworkSpec

logger = logging.getLogger(__name__)

FORMAT = "filterscope-network"
VERSION = 1

# Far above any network that this program can train; keeps a mistaken file from filling the memory.
MOST_BYTES = 1 << 30


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What a file holds: the description, the parameters, and the card (what it was trained on and how)."""

    spec: NetworkSpec
    parameters: Parameters
    card: Mapping[str, Any]


def save_model(
    path: str | Path,
    spec: NetworkSpec,
    parameters: Parameters,
    *,
    card: Mapping[str, Any] | None = None,
) -> None:
    """Write a network as float32; OSError if it cannot be, and then an older file stays as it was."""
    tensors = {name: np.ascontiguousarray(v, np.float32) for name, v in parameters.items()}
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "spec": spec_to_json(spec),
        "card": msgspec.json.encode(dict(card or {})).decode(),
    }
    write_atomically(path, save(tensors, metadata))


def load_model(path: str | Path) -> Model:
    """Read a network.

    Raises
    ------
    FormatError
        If the file cannot be read, is damaged, of another kind or a newer version, or its numbers do not fit
        its description. The text is one sentence that names the file.
    """
    return model_of(*read_safetensors(path), brief(Path(path).name))


def model_of(metadata: Mapping[str, str], tensors: Mapping[str, np.ndarray], name: str) -> Model:
    """Put together the network of a file that errors call `name`; FormatError if it is none."""
    if metadata.get("format") != FORMAT:
        raise FormatError(
            f"“{name}” holds no network of Filterscope: its safetensors metadata must say "
            f"format “{FORMAT}”, got {brief(metadata.get('format', 'none'))!r}."
        )
    version = metadata.get("version", "")
    if version != str(VERSION):
        newer = version.isdecimal() and len(version) < 9 and int(version) > VERSION
        raise FormatError(
            f"“{name}” was written by {'a newer' if newer else 'another'} version of Filterscope: its format "
            f"must be version {VERSION}, got {brief(version)!r}."
        )
    try:
        spec = spec_from_json(metadata.get("spec", ""))
        card = msgspec.json.decode(metadata.get("card", "{}"), type=dict[str, Any])
    except (FormatError, msgspec.MsgspecError, RecursionError) as error:
        raise FormatError(f"“{name}” is damaged: {problem(error)}.") from None
    return Model(spec, fit_parameters(spec, tensors, name), card)


def read_safetensors(path: str | Path) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """Read metadata and tensors of any `.safetensors` file; FormatError with one sentence if it is none."""
    return decode_safetensors(read_network_file(path, MOST_BYTES), brief(Path(path).name))


def decode_safetensors(content: bytes, name: str) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """Give metadata and tensors of a `.safetensors` file's content; `name` is for an error's sentence."""
    try:
        tensors = load(content)
        length = int.from_bytes(content[:8], "little")
        header = msgspec.json.decode(content[8 : 8 + length], type=dict[str, Any])
        metadata = msgspec.convert(header.get("__metadata__", {}), type=dict[str, str])
    except (SafetensorError, msgspec.MsgspecError, ValueError, KeyError, TypeError, RecursionError) as error:
        logger.info("“%s” is no .safetensors file: %s: %s", name, type(error).__name__, brief(error, 300))
        raise FormatError(f"“{name}” is damaged or {_what_is_wrong(content)}.") from None
    return metadata, tensors


class _Place(msgspec.Struct):
    data_offsets: tuple[int, int] = (0, 0)


def _what_is_wrong(content: bytes) -> str:
    """Say why some content cannot be read: it is shorter than its header says, or has no such header."""
    begin = 8 + int.from_bytes(content[:8], "little")
    try:
        places = msgspec.json.decode(content[8:begin], type=dict[str, _Place]).values()
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return "not a .safetensors file: its header cannot be read"
    wanted = begin + max((place.data_offsets[1] for place in places), default=0)
    if len(content) < wanted:
        return f"cut short: it must have {brief(wanted, 30)} bytes, got {len(content)}"
    return "not a .safetensors file: its header does not fit its content"


def fit_parameters(spec: NetworkSpec, tensors: Mapping[str, np.ndarray], name: str) -> Parameters:
    """Put a file's float32 tensors in a network's places; FormatError if they are no numbers for it."""
    wanted = dict(spec.layout.shapes)
    if set(tensors) != set(wanted):
        odd = sorted(set(tensors) ^ set(wanted))[0]
        problem = "is missing" if odd in wanted else "is not part of its description"
        raise FormatError(f"“{name}” does not fit its own description: {brief(odd)} {problem}.")
    for key, shape in wanted.items():
        tensor = tensors[key]
        if tensor.shape != shape or tensor.dtype != np.float32:
            raise FormatError(
                f"“{name}” does not fit its own description: {key} must be float32 of shape {shape}, "
                f"got {tensor.dtype} of shape {tensor.shape}."
            )
        if not np.isfinite(tensor).all():
            raise FormatError(f"“{name}” is damaged: {key} holds numbers that are not finite.")
        if key.endswith("running_variance") and tensor.min() < 0:
            raise FormatError(f"“{name}” is damaged: {key} holds numbers below zero.")
    parameters = Parameters(spec.layout)
    for key, tensor in tensors.items():
        parameters[key][...] = tensor
    return parameters
