"""The networks that are compared, as plain data that every contestant builds for itself."""

from typing import Any

Layer = list[Any]
"""Kind, then its numbers: ["conv", filters, kernel, stride, padding, groups], ["max", side], ["avg", side],
["dense", units], ["dropout", rate], ["relu"], ["norm"], ["globalavg"], ["flatten"]."""


def conv(filters: int, kernel: int, stride: int = 1, padding: int = 0, groups: int = 1) -> Layer:
    """Describe a convolution; padding in pixels on each side."""
    return ["conv", filters, kernel, stride, padding, groups]


RELU, POOL, FLAT, NORM = ["relu"], ["max", 2], ["flatten"], ["norm"]
DIGIT, COLOUR = [1, 28, 28], [3, 32, 32]

NETWORKS: dict[str, tuple[list[int], list[Layer]]] = {
    "S": (DIGIT, [conv(8, 3), RELU, POOL, conv(16, 3), RELU, POOL, FLAT, ["dense", 10]]),
    "M": (
        DIGIT,
        [
            conv(32, 3, padding=1), RELU, POOL, conv(64, 3, padding=1), RELU, POOL,
            FLAT, ["dense", 128], RELU, ["dense", 10],
        ],
    ),
    "5 × 5 kernels": (
        DIGIT,
        [
            conv(6, 5, padding=2), RELU, POOL, conv(16, 5), RELU, POOL,
            FLAT, ["dense", 120], RELU, ["dense", 84], RELU, ["dense", 10],
        ],
    ),
    "stride 2, no pooling": (
        DIGIT,
        [
            conv(16, 3, stride=2, padding=1), RELU, conv(32, 3, stride=2, padding=1), RELU,
            FLAT, ["dense", 10],
        ],
    ),
    "four layers, batch norm": (
        DIGIT,
        [
            conv(16, 3, padding=1), NORM, RELU, conv(16, 3, padding=1), NORM, RELU, POOL,
            conv(32, 3, padding=1), NORM, RELU, conv(32, 3, padding=1), NORM, RELU, POOL,
            FLAT, ["dense", 10],
        ],
    ),
    "dropout": (
        DIGIT,
        [
            conv(16, 3), RELU, POOL, ["dropout", 0.25], conv(32, 3), RELU, POOL,
            FLAT, ["dense", 64], RELU, ["dropout", 0.5], ["dense", 10],
        ],
    ),
    "average and global pooling": (
        DIGIT,
        [
            conv(16, 3, padding=1), RELU, ["avg", 2], conv(32, 3, padding=1), RELU, ["avg", 2],
            conv(32, 3, padding=1), RELU, ["globalavg"], FLAT, ["dense", 10],
        ],
    ),
    "RGB 32 × 32": (
        COLOUR,
        [
            conv(16, 3, padding=1), RELU, POOL, conv(32, 3, padding=1), RELU, POOL,
            conv(64, 3, padding=1), RELU, POOL, FLAT, ["dense", 10],
        ],
    ),
    "depthwise": (
        DIGIT,
        [
            conv(16, 3, padding=1), RELU, POOL, conv(16, 3, padding=1, groups=16), RELU, conv(32, 1), RELU,
            POOL, FLAT, ["dense", 10],
        ],
    ),
    "dense layers only": (DIGIT, [FLAT, ["dense", 256], RELU, ["dense", 128], RELU, ["dense", 10]]),
}  # fmt: skip
