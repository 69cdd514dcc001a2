"""The layers, as immutable descriptions. Conventions are PyTorch's and ONNX's."""

from engine.layers.activation import LeakyReLU, ReLU, Sigmoid, Tanh
from engine.layers.base import Layer, Shape
from engine.layers.convolution import Conv2D
from engine.layers.dense import Dense, Flatten
from engine.layers.pooling import AvgPool2D, GlobalAvgPool2D, MaxPool2D
from engine.layers.regularisation import BatchNorm2D, Dropout

LAYER_TYPES: dict[str, type[Layer]] = {
    layer.__name__: layer
    for layer in (
        Conv2D, Dense, MaxPool2D, AvgPool2D, GlobalAvgPool2D, ReLU, LeakyReLU, Sigmoid, Tanh,
        BatchNorm2D, Dropout, Flatten,
    )
}  # fmt: skip

__all__ = [
    "LAYER_TYPES",
    "AvgPool2D",
    "BatchNorm2D",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAvgPool2D",
    "Layer",
    "LeakyReLU",
    "MaxPool2D",
    "ReLU",
    "Shape",
    "Sigmoid",
    "Tanh",
]
