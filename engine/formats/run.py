"""A run at rest as one file: all that is needed to show it and to go on with it bit for bit.

A `.safetensors` file: parameters, first values, optimiser state and the tables of numbers as tensors; names,
settings and position as JSON in its metadata.
"""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from engine.errors import EngineError, FormatError
from engine.formats.config_json import ConfigValues, config_from_values, config_to_builtins
from engine.formats.files import write_atomically
from engine.formats.model import decode_safetensors, read_safetensors
from engine.formats.spec_json import spec_from_json, spec_to_json
from engine.formats.text import brief
from engine.history import STEP_FIELDS, TEST_FIELDS
from engine.parameters import Parameters
from engine.session import SessionRecord
from engine.trainer import TrainerState
from engine.training_config import TrainingConfig
from engine.training_data import Position

FORMAT = "filterscope-run"
VERSION = 1

_OPTIMIZER = "optimizer."


class _Header(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    data: str
    spec: str
    config: ConfigValues
    position: tuple[int, int, int]


def save_run(path: str | Path, record: SessionRecord, *, data: str) -> None:
    """Write a run; `data` names its data set. OSError if it cannot be written."""
    write_atomically(path, run_to_bytes(record, data=data))


def run_to_bytes(record: SessionRecord, *, data: str) -> bytes:
    """Give a run as `save_run` writes it."""
    at = record.state.position
    header = {
        "name": record.name,
        "data": data,
        "spec": spec_to_json(record.spec),
        "config": config_to_builtins(record.config),
        "position": (at.step, at.epoch, at.picture),
    }
    tensors: dict[str, NDArray[Any]] = {
        "parameters": record.state.parameters.vector,
        "initial": record.initial.vector,
        "steps": _as_bytes(record.steps),
        "tests": _as_bytes(record.tests),
    }
    if record.state.averaged is not None:
        tensors["averaged"] = record.state.averaged.vector
    for name, value in record.state.optimizer.items():
        tensors[_OPTIMIZER + name] = np.ascontiguousarray(value)
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "run": msgspec.json.encode(header).decode(),
    }
    return save(tensors, metadata)


def load_run(path: str | Path) -> tuple[SessionRecord, str]:
    """Read a run and the name of its data set; FormatError says what is wrong with the file."""
    return _as_run(*read_safetensors(path), brief(Path(path).name))


def run_from_bytes(content: bytes) -> tuple[SessionRecord, str]:
    """Read what `run_to_bytes` gave."""
    return _as_run(*decode_safetensors(content, "run"), "run")


def _as_run(
    metadata: dict[str, str], tensors: dict[str, NDArray[Any]], name: str
) -> tuple[SessionRecord, str]:
    if metadata.get("format") != FORMAT or metadata.get("version") != str(VERSION):
        raise FormatError(
            f"“{name}” must be a run of Filterscope, version {VERSION}, got "
            f"{brief(metadata.get('format', 'another kind of file'))} {brief(metadata.get('version', ''))}."
        )
    try:
        header = msgspec.json.decode(metadata.get("run", ""), type=_Header)
        spec = spec_from_json(header.spec)
        if min(header.position) < 0:
            raise FormatError(f"a position must not be below zero, got {header.position}")
        parameters = Parameters(spec.layout, _private(tensors["parameters"]))
        initial = Parameters(spec.layout, _private(tensors["initial"]))
        optimizer = {
            key.removeprefix(_OPTIMIZER): value
            for key, value in tensors.items()
            if key.startswith(_OPTIMIZER)
        }
        config = config_from_values(header.config)
        _require_state(optimizer, config, spec.layout.trainable)
        averaged = None
        if "averaged" in tensors:
            averaged = Parameters(spec.layout, _private(tensors["averaged"]))
        state = TrainerState(Position(*header.position), parameters, optimizer, averaged)
        record = SessionRecord(
            header.name,
            spec,
            config,
            state,
            initial,
            np.frombuffer(tensors["steps"].tobytes(), STEP_FIELDS),
            np.frombuffer(tensors["tests"].tobytes(), TEST_FIELDS),
        )
    except (EngineError, msgspec.MsgspecError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise FormatError(f"“{name}” is damaged: {brief(error, 200)}.") from None
    return record, header.data


def _require_state(state: dict[str, NDArray[Any]], config: TrainingConfig, weights: int) -> None:
    shapes = (
        {"velocity": (weights,)}
        if config.optimizer == "sgd"
        else {"mean": (weights,), "square": (weights,), "counts": (2,)}
    )
    fits = not state or {name: value.shape for name, value in state.items()} == shapes
    if not fits or not all(np.isfinite(value).all() for value in state.values()):
        raise FormatError(f"the state of {config.optimizer} must be finite numbers, one per weight")


def _private(vector: NDArray[Any]) -> NDArray[Any]:
    if vector.dtype != np.float32 or not np.isfinite(vector).all():
        raise FormatError("parameters must be finite float32 numbers")
    vector = vector.copy()
    vector.flags.writeable = False
    return vector


def _as_bytes(table: NDArray[Any]) -> NDArray[np.uint8]:
    return np.frombuffer(table.tobytes(), np.uint8)
