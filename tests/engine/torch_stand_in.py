"""As much of PyTorch's names as a generated script builds with, giving the engine's layers instead."""

from collections import OrderedDict
from types import ModuleType
from typing import Any

from engine.layers import (
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool2D,
    LeakyReLU,
    MaxPool2D,
    ReLU,
    Sigmoid,
    Tanh,
)


def _convolution(
    channels: int, filters: int, size: Any, stride: Any = 1, padding: Any = 0, **settings: Any
) -> Conv2D:
    return Conv2D(filters, size, stride, padding, **settings)


def stand_in() -> dict[str, ModuleType]:
    """Give the modules ``torch`` and ``torch.nn``, with PyTorch's own order and defaults of arguments."""
    torch, nn = ModuleType("torch"), ModuleType("torch.nn")
    nn.__dict__.update(
        Sequential=OrderedDict,
        Conv2d=_convolution,
        Linear=lambda inputs, units, bias=True: Dense(units, bias),
        MaxPool2d=MaxPool2D,
        AvgPool2d=AvgPool2D,
        AdaptiveAvgPool2d=lambda size: GlobalAvgPool2D(),
        BatchNorm2d=lambda channels, eps, momentum: BatchNorm2D(momentum, eps),
        Dropout=Dropout,
        LeakyReLU=LeakyReLU,
        ReLU=ReLU,
        Sigmoid=Sigmoid,
        Tanh=Tanh,
        Flatten=Flatten,
        ZeroPad2d=tuple,
    )
    torch.__dict__.update(nn=nn)
    return {"torch": torch, "torch.nn": nn}
