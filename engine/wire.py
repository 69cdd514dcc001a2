"""Messages between the window's process and a training process: frames on a pipe.

A frame is its kind (1 byte), its length (8 bytes, little-endian) and its content. Arrays travel as the files
that they would be on disk (safetensors), everything else as MessagePack.
"""

import struct
from dataclasses import asdict
from enum import IntEnum
from typing import Any, BinaryIO

import msgspec

from engine.session_messages import (
    Command,
    Pause,
    Run,
    SetKnobs,
    Stop,
    TakeRecorded,
    TakeSnapshot,
)

HELPERS = "FILTERSCOPE_HELPERS"
"""Variable that tells a training process whether helpers should wait beside it: 1 or 0."""

_HEAD = struct.Struct("<BQ")
_COMMANDS: tuple[type, ...] = (Run, Pause, Stop, SetKnobs, TakeSnapshot, TakeRecorded)


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


def encode_command(command: Command) -> bytes:
    """Write a command as MessagePack."""
    return msgspec.msgpack.encode((_COMMANDS.index(type(command)), asdict(command)))


def decode_command(content: bytes) -> Command:
    """Read what `encode_command` wrote."""
    index, values = msgspec.msgpack.decode(content, type=tuple[int, dict[str, Any]])
    command: Command = msgspec.convert(values, type=_COMMANDS[index])
    return command
