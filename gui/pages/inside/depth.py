"""What layers of a depth learn to look for, said no more boldly than it can be seen."""

from engine.datasets import DIGIT_CLASSES
from engine.datasets.shapes import SHAPES
from engine.spec import NetworkSpec


def depth_words(spec: NetworkSpec, layer: str) -> str:
    """Say what to expect of a convolution's channels: by its depth, and by what the network tells apart."""
    first, last = spec.convolutions[0], spec.convolutions[-1]
    if set(SHAPES) <= set(spec.classes):
        if layer == first:
            return "on shapes, a first layer sees colours and their edges"
        if layer == last:
            return "on shapes, the last layer sees whole circles, squares, crosses"
        return "on shapes, layers in between see bars, bends and corners"
    if set(DIGIT_CLASSES) <= set(spec.classes):
        if layer == first:
            return "on digits, a first layer sees edges"
        return "on digits, deeper filters see strokes, corners and loops"
    return ""
