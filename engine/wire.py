"""Messages between the window's process and a training process: frames on a pipe.

A frame is its kind (1 byte), its length (8 bytes, little-endian) and its content. Arrays travel as the files
that they would be on disk (safetensors), everything else as MessagePack.
"""

import struct
from dataclasses import asdict
from enum import IntEnum
from typing import Any, BinaryIO, get_args

import msgspec
import numpy as np

from engine.probes import Reading
from engine.run_probes import ProbeReadings
from engine.session_messages import (
    Command,
    RunSaved,
    Saved,
    SaveFailed,
)

HELPERS = "FILTERSCOPE_HELPERS"
"""Variable that tells a training process whether helpers should wait beside it: 1 or 0."""

_HEAD = struct.Struct("<BQ")
_COMMANDS: tuple[type, ...] = get_args(Command)
_SAVED: tuple[type, ...] = (RunSaved, SaveFailed)


class Kind(IntEnum):
    """What a frame holds."""

    RUN = 1
    DATA = 2
    COMMAND = 3
    UPDATE = 4
    SNAPSHOT = 5
    END = 6
    RECORDED = 7
    TAPE_STEPS = 8
    PROBES = 9
    SAVED = 10


class Update(msgspec.Struct, array_like=True):
    """What is new in a training process: rows of both tables, events, and where it is."""

    steps: bytes
    tests: bytes
    events: list[tuple[int, dict[str, Any]]]
    position: tuple[int, int, int]
    images_per_second: float


class SnapshotMessage(msgspec.Struct, array_like=True):
    """A snapshot: its step, its epoch, and the vector's bytes."""

    step: int
    epoch: float
    vector: bytes


class RecordedMessage(msgspec.Struct, array_like=True):
    """A step of the tape and its vector's bytes: the answer to a request."""

    step: int
    vector: bytes


class ProbesMessage(msgspec.Struct, array_like=True):
    """Readings of probes: the number of the pictures, the steps and each one's probabilities as bytes."""

    number: int
    steps: bytes
    shape: tuple[int, int, int]
    probabilities: bytes


def write_frame(pipe: BinaryIO, kind: Kind, content: bytes) -> None:
    """Write one frame; OSError if nobody reads any more."""
    pipe.write(_HEAD.pack(kind, len(content)))
    pipe.write(content)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> tuple[Kind, bytes] | None:
    """Read one frame; None at the end of the pipe, also when it ends in the middle of a frame."""
    head = pipe.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, length = _HEAD.unpack(head)
    content = pipe.read(length)
    return (Kind(kind), content) if len(content) == length else None


def encode_probes(part: ProbeReadings) -> bytes:
    """Write readings of probes, at least one, as MessagePack."""
    steps = np.array([reading.step for reading in part.readings], np.int64)
    stacked = np.stack([reading.probabilities for reading in part.readings])
    message = ProbesMessage(part.number, steps.tobytes(), stacked.shape, stacked.tobytes())
    return msgspec.msgpack.encode(message)


def decode_probes(content: bytes) -> ProbeReadings:
    """Read what `encode_probes` wrote."""
    message = msgspec.msgpack.decode(content, type=ProbesMessage)
    steps = np.frombuffer(message.steps, np.int64).tolist()
    stacked = np.frombuffer(message.probabilities, np.float32).reshape(message.shape)
    return ProbeReadings(message.number, tuple(map(Reading, steps, stacked)))


def encode_command(command: Command) -> bytes:
    """Write a command as MessagePack."""
    return msgspec.msgpack.encode((_COMMANDS.index(type(command)), asdict(command)))


def decode_command(content: bytes) -> Command:
    """Read what `encode_command` wrote."""
    index, values = msgspec.msgpack.decode(content, type=tuple[int, dict[str, Any]])
    command: Command = msgspec.convert(values, type=_COMMANDS[index])
    return command


def encode_saved(saved: Saved) -> bytes:
    """Write the answer to `SaveRun` as MessagePack."""
    return msgspec.msgpack.encode((_SAVED.index(type(saved)), asdict(saved)))


def decode_saved(content: bytes) -> Saved:
    """Read what `encode_saved` wrote."""
    index, values = msgspec.msgpack.decode(content, type=tuple[int, dict[str, Any]])
    saved: Saved = msgspec.convert(values, type=_SAVED[index])
    return saved
