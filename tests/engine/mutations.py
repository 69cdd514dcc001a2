"""Damage to files, at random but repeatable: in their bytes, in their JSON, and in an ONNX graph's fields."""

import copy
import json
import random
from collections.abc import Callable
from typing import Any

from onnx import ModelProto

# What breaks readers: nothing, too much, below zero, beyond 32 and 64 bits, another type, too deep.
ODD_INTEGERS = (
    0,
    1,
    -1,
    2,
    3,
    7,
    255,
    1 << 16,
    1 << 24,
    (1 << 31) - 1,
    1 << 31,
    1 << 40,
    (1 << 63) - 1,
    -(1 << 63),
)
ODD_TEXTS = ("", "x", "é\u2028\n", "../../etc/passwd", "0", "-1", "9" * 400, "Conv", "Resize", "x" * 3000)


# Stands for lists in lists in lists, which Python could not copy: the text is put in at the end.
DEEP = "deeper and deeper"

ODD_VALUES: tuple[Any, ...] = (
    *(*ODD_INTEGERS, *ODD_TEXTS, DEEP, None, True, False),
    *(0.5, -1e308, 10**40, [], {}, [0], [-1, -1], {"": 0}),
)


def damage_bytes(content: bytes, rng: random.Random) -> bytes:
    """Give the content after one to four accidents to its bytes."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        span = data[at : at + rng.choice((1, 2, 4, 8, 64, 512))]
        match rng.randrange(8):
            case 0 if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                data[at : at + len(span)] = rng.randbytes(len(span))
            case 2:
                del data[at : at + len(span)]
            case 3:
                data[at:at] = span
            case 4:
                data[at : at + len(span)] = bytes([rng.choice((0, 0x7F, 0x80, 0xFF))]) * len(span)
            case 5:
                number = rng.choice(ODD_INTEGERS) & (1 << 64) - 1
                data[at : at + 8] = number.to_bytes(8, "little")
            case 6:
                del data[at:]
            case _:
                data[at:at] = rng.randbytes(rng.randint(1, 40))
    return bytes(data)


def damage_json(text: str, rng: random.Random) -> str:
    """Give JSON after one to three accidents to its values, or to its text."""
    if rng.random() < 0.15:
        return damage_bytes(text.encode(), rng).decode("utf-8", "replace")
    value = json.loads(text)
    for _ in range(rng.randint(1, 3)):
        value = _damage_value(value, rng)
    text = json.dumps(value, ensure_ascii=rng.random() < 0.5)
    return text.replace(json.dumps(DEEP), "[" * 5000 + "]" * 5000)


def _damage_value(value: Any, rng: random.Random) -> Any:
    value = copy.deepcopy(value)
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        for key in keys:
            places.append((node, key))
            walk(node[key])

    if isinstance(value, dict | list):
        walk(value)
    if not places:
        return copy.deepcopy(rng.choice(ODD_VALUES))
    node, key = rng.choice(places)
    match rng.randrange(4):
        case 0:
            del node[key]
        case 1 if isinstance(node, list):
            node.extend([copy.deepcopy(node[key])] * rng.choice((1, 2, 300)))
        case 2:
            other, there = rng.choice(places)
            node[key] = copy.deepcopy(other[there])
        case _:
            node[key] = copy.deepcopy(rng.choice(ODD_VALUES))
    return value


def damage_safetensors_header(content: bytes, rng: random.Random) -> bytes:
    """Give a `.safetensors` file with a damaged header: the places of its tensors, or the metadata."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    if rng.random() < 0.6:
        key = rng.choice(("spec", "spec", "spec", "card", "version", "format"))
        old = header["__metadata__"][key]
        header["__metadata__"][key] = (
            damage_json(old, rng) if key in ("spec", "card") else rng.choice(ODD_TEXTS)
        )
        text = json.dumps(header)
    else:
        text = damage_json(json.dumps(header), rng)
    raw = text.encode("utf-8", "replace")
    return len(raw).to_bytes(8, "little") + raw + content[8 + length :]


def damage_onnx_fields(content: bytes, rng: random.Random) -> bytes:
    """Give an ONNX file that parses, with one to three of its fields changed, lost or doubled."""
    model = ModelProto.FromString(content)
    for _ in range(rng.randint(1, 3)):
        changes = list(_changes(model, rng))
        if changes:
            rng.choice(changes)()
    return bytes(model.SerializeToString())


def _changes(message: Any, rng: random.Random) -> list[Callable[[], Any]]:
    """Give a change to every field of a message and of those in it."""
    found: list[Callable[[], Any]] = []
    for field, value in message.ListFields():
        name = field.name
        found.append(lambda m=message, n=name: m.ClearField(n))
        many = not isinstance(value, int | float | str | bytes) and hasattr(value, "__len__")
        if field.message_type is not None:
            items = list(value) if many else [value]
            for index, item in enumerate(items):
                found += _changes(item, rng)
                if many:
                    found.append(lambda v=value, i=index: v.pop(i))
                    found.append(lambda v=value, i=index: v.add().CopyFrom(v[i]))
        elif many:
            for index, old in enumerate(list(value)[:8]):
                new = _odd(old, rng)
                found.append(lambda v=value, i=index, new=new: _set(v, i, new))
                found.append(lambda v=value, i=index: v.pop(i))
            found.append(lambda v=value: v.extend(list(v)))
        else:
            new = _odd(value, rng)
            found.append(lambda m=message, n=name, new=new: _put(m, n, new))
    return found


def _odd(old: Any, rng: random.Random) -> Any:
    if isinstance(old, bytes):
        return damage_bytes(old, rng)
    if isinstance(old, str):
        return rng.choice(ODD_TEXTS)
    if isinstance(old, float):
        return rng.choice((0.0, -1.0, 1e38, float("inf"), float("nan")))
    return rng.choice(ODD_INTEGERS)


def _set(values: Any, index: int, new: Any) -> None:
    try:
        values[index] = new
    except (ValueError, IndexError):
        values.append(values[0])


def _put(message: Any, name: str, new: Any) -> None:
    try:
        setattr(message, name, new)
    except ValueError:
        # An integer that the field has no room for.
        message.ClearField(name)
