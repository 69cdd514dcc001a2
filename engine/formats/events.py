"""A run's events as plain values, for files and for pipes."""

from typing import Any

import msgspec

from engine.errors import FormatError
from engine.session_messages import Failed, Forked, KnobChanged, Replayed, SessionEvent, StateChanged

# Their places in files and on the wire: new ones come at the end.
_EVENTS: tuple[type, ...] = (StateChanged, KnobChanged, Failed, Forked, Replayed)

EventValues = tuple[int, dict[str, Any]]


def encode_event(event: SessionEvent) -> EventValues:
    """Turn an event into its kind's number and plain values by name."""
    values: dict[str, Any] = msgspec.to_builtins(event)
    return _EVENTS.index(type(event)), values


def decode_event(index: int, values: dict[str, Any]) -> SessionEvent:
    """Turn plain values back into an event; FormatError or msgspec.ValidationError if they are none."""
    if not 0 <= index < len(_EVENTS):
        raise FormatError(f"an event must be of a kind from 0 to {len(_EVENTS) - 1}, got {index}")
    event: SessionEvent = msgspec.convert(values, type=_EVENTS[index])
    return event
