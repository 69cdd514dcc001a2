"""How large an output is: strides, paddings and dilations made explicit."""

from typing import Literal

from engine.errors import ConfigError, ShapeError

Pair = int | tuple[int, int]
Padding = Pair | Literal["valid", "same"]
Sides = tuple[tuple[int, int], tuple[int, int]]


def pair(value: Pair, name: str, least: int = 1) -> tuple[int, int]:
    """Give one number or a (vertical, horizontal) pair as a pair; ConfigError below `least`."""
    both = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if len(both) != 2 or not all(_whole(v) and v >= least for v in both):
        raise ConfigError(f"{name} must be one or two whole numbers of at least {least}, got {value!r}")
    return both[0], both[1]


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def resolve_padding(
    padding: Padding, size: tuple[int, ...], kernel: tuple[int, ...], stride: Pair, dilation: Pair
) -> Sides:
    """Give the padding as pixels ((top, bottom), (left, right)).

    "same" makes ``ceil(size / stride)`` output pixels; an odd pixel goes below and right, as in ONNX's
    SAME_UPPER and PyTorch's "same".
    """
    if isinstance(padding, str):
        if padding == "valid":
            return (0, 0), (0, 0)
        if padding != "same":
            raise ConfigError(f'padding must be pixels, "same" or "valid", got {padding!r}')
        sides = []
        strides, dilations = pair(stride, "stride"), pair(dilation, "dilation")
        for s, k, step, d in zip(size, kernel, strides, dilations, strict=True):
            total = max((-(-s // step) - 1) * step + d * (k - 1) + 1 - s, 0)
            sides.append((total // 2, total - total // 2))
        return sides[0], sides[1]
    ph, pw = pair(padding, "padding", least=0)
    return (ph, ph), (pw, pw)


def output_size(
    size: tuple[int, ...], kernel: tuple[int, ...], stride: Pair, sides: Sides, dilation: Pair = 1
) -> tuple[int, int]:
    """Output pixels (height, width) of a sliding window; ShapeError when not even one fits."""
    strides, dilations = pair(stride, "stride"), pair(dilation, "dilation")
    out = []
    for s, k, step, d, (before, after) in zip(size, kernel, strides, dilations, sides, strict=True):
        span = d * (k - 1) + 1
        if s + before + after < span:
            raise ShapeError(
                f"a window that spans {span} pixels must fit in its input, got {s + before + after} pixels"
            )
        out.append((s + before + after - span) // step + 1)
    return out[0], out[1]
