"""A run at rest as one file: all that is needed to show it and to go on with it bit for bit.

A `.safetensors` file: parameters, first values, optimiser state, the tables of numbers and what was recorded
as tensors; names, settings, positions and events as JSON in its metadata.
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
from engine.formats.problems import problem
from engine.formats.recording import (
    PositionValues,
    RecordingHeader,
    ReplayHeader,
    Tensors,
    private,
    put_recording,
    put_replay,
    put_state,
    take_recording,
    take_replay,
    take_state,
)
from engine.formats.spec_json import spec_from_json, spec_to_json
from engine.formats.text import brief
from engine.history import STEP_FIELDS, TEST_FIELDS
from engine.parameters import Parameters
from engine.session_record import SessionRecord

FORMAT = "filterscope-run"
VERSION = 2
# Version 1 had neither recording nor replay.
READABLE = ("1", "2")


class RunHeader(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A run without its numbers."""

    name: str
    data: str
    spec: str
    config: ConfigValues
    position: PositionValues
    recording: RecordingHeader | None = None
    replay: ReplayHeader | None = None


def save_run(path: str | Path, record: SessionRecord, *, data: str) -> None:
    """Write a run; `data` names its data set. OSError if it cannot be written."""
    write_atomically(path, run_to_bytes(record, data=data))


def run_to_bytes(record: SessionRecord, *, data: str) -> bytes:
    """Give a run as `save_run` writes it."""
    header, tensors = run_parts(record, data=data)
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "run": msgspec.json.encode(header).decode(),
    }
    return save(tensors, metadata)


def run_parts(record: SessionRecord, *, data: str) -> tuple[dict[str, Any], Tensors]:
    """Give a run as the values of a `RunHeader` and its numbers by name."""
    at = record.state.position
    tensors: Tensors = {
        "initial": record.initial.vector,
        "steps": _as_bytes(record.steps),
        "tests": _as_bytes(record.tests),
    }
    put_state(tensors, "", record.state)
    header = {
        "name": record.name,
        "data": data,
        "spec": spec_to_json(record.spec),
        "config": config_to_builtins(record.config),
        "position": (at.step, at.epoch, at.picture),
    }
    if record.recording is not None:
        header["recording"] = put_recording(tensors, record.recording)
    if record.replay is not None:
        header["replay"] = put_replay(tensors, record.replay)
    return header, tensors


def load_run(path: str | Path) -> tuple[SessionRecord, str]:
    """Read a run and the name of its data set; FormatError says what is wrong with the file."""
    return _as_run(*read_safetensors(path), brief(Path(path).name))


def run_from_bytes(content: bytes) -> tuple[SessionRecord, str]:
    """Read what `run_to_bytes` gave."""
    return _as_run(*decode_safetensors(content, "run"), "run")


def _as_run(
    metadata: dict[str, str], tensors: dict[str, NDArray[Any]], name: str
) -> tuple[SessionRecord, str]:
    if metadata.get("format") != FORMAT or metadata.get("version") not in READABLE:
        raise FormatError(
            f"“{name}” must be a run of Filterscope, version {VERSION}, got "
            f"{brief(metadata.get('format', 'another kind of file'))} {brief(metadata.get('version', ''))}."
        )
    try:
        header = msgspec.json.decode(metadata.get("run", ""), type=RunHeader)
        return run_of(header, tensors), header.data
    except (EngineError, msgspec.MsgspecError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise FormatError(f"“{name}” is damaged: {problem(error)}.") from None


def run_of(header: RunHeader, tensors: Tensors) -> SessionRecord:
    """Put a run together; KeyError, ValueError or an EngineError if its parts do not fit."""
    spec, config = spec_from_json(header.spec), config_from_values(header.config)
    recording, replay = header.recording, header.replay
    return SessionRecord(
        header.name,
        spec,
        config,
        take_state(tensors, "", header.position, spec, config),
        Parameters(spec.layout, private(tensors["initial"])),
        _as_table(tensors, "steps", STEP_FIELDS),
        _as_table(tensors, "tests", TEST_FIELDS),
        None if recording is None else take_recording(tensors, recording, spec, config),
        None if replay is None else take_replay(tensors, replay, spec),
    )


def _as_table(tensors: Tensors, name: str, fields: np.dtype[Any]) -> NDArray[Any]:
    content = tensors[name].tobytes()
    if len(content) % fields.itemsize:
        raise FormatError(f"“{name}” must be whole rows of {fields.itemsize} bytes, got {len(content)} bytes")
    return np.frombuffer(content, fields)


def _as_bytes(table: NDArray[Any]) -> NDArray[np.uint8]:
    return np.frombuffer(table.tobytes(), np.uint8)
