"""A network's description as JSON, and back, strictly."""

from dataclasses import asdict, fields
from math import prod
from typing import Any

import msgspec

from engine.errors import EngineError, FormatError
from engine.formats.problems import problem
from engine.formats.text import brief
from engine.layers import LAYER_TYPES, AvgPool2D, Conv2D, Layer, MaxPool2D
from engine.plan.plan import patch_numbers
from engine.spec import NetworkSpec

# A description that names more layers than this is not one of a network that we could show.
MOST_LAYERS = 200

# A few hundred megabytes for a single picture; a description of a few bytes could ask for far more.
MOST_NUMBERS = 1 << 26


def spec_to_json(spec: NetworkSpec) -> str:
    """Write `spec` as JSON."""
    layers = [{"type": type(layer).__name__, **asdict(layer)} for layer in spec.layers]
    content = {"input_shape": spec.input_shape, "classes": spec.classes, "layers": layers}
    return msgspec.json.encode(content).decode()


class _Content(msgspec.Struct, forbid_unknown_fields=True):
    input_shape: tuple[int, int, int]
    classes: tuple[str, ...]
    layers: list[dict[str, Any]]


def spec_from_json(text: str | bytes) -> NetworkSpec:
    """Read what `spec_to_json` wrote; FormatError says what is wrong in anything else."""
    try:
        content = msgspec.json.decode(text, type=_Content)
        if not 0 < len(content.layers) <= MOST_LAYERS:
            raise FormatError(f"a network must have 1 to {MOST_LAYERS} layers, got {len(content.layers)}")
        layers = tuple(_layer(entry) for entry in content.layers)
        spec = NetworkSpec(content.input_shape, layers, content.classes)
    except FormatError:
        raise
    except (msgspec.MsgspecError, EngineError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"the network's description cannot be read: {problem(error, 150)}") from None
    require_modest(spec)
    return spec


def require_modest(spec: NetworkSpec) -> None:
    """Raise FormatError if a network is larger than any that we could show."""
    if len(spec.layers) > MOST_LAYERS:
        raise FormatError(f"a network must have at most {MOST_LAYERS} layers, got {len(spec.layers)}")
    most = max(patch_numbers(spec), _padded_numbers(spec))
    if most > MOST_NUMBERS:
        raise FormatError(
            f"a network must need at most {MOST_NUMBERS:,} numbers for one picture in each layer, "
            f"got {brief(most)}"
        )


def _padded_numbers(spec: NetworkSpec) -> int:
    """Give the most numbers of any layer's padded input, which may be large where the output is small."""
    most = 0
    for name, layer in zip(spec.layer_names, spec.layers, strict=True):
        if isinstance(layer, Conv2D | MaxPool2D | AvgPool2D):
            c, *size = spec.input_shapes[name]
            sides = layer.sides((c, *size)) if isinstance(layer, Conv2D) else layer.sides
            most = max(most, c * prod(s + sum(more) for s, more in zip(size, sides, strict=True)))
    return most


def _layer(entry: dict[str, Any]) -> Layer:
    name = entry.get("type")
    kind = LAYER_TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise FormatError(f"a layer's type must be one of {', '.join(LAYER_TYPES)}, got {brief(repr(name))}")
    known = {field.name for field in fields(kind)}
    unknown = set(entry) - known - {"type"}
    if unknown:
        raise FormatError(f"{name} has no setting called {brief(repr(sorted(unknown)[0]))}")
    settings = {key: value for key, value in entry.items() if key != "type"}
    return msgspec.convert(settings, type=kind)
