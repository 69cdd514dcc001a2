"""A small, fast convolutional neural network library in NumPy. Knows nothing of any screen.

>>> spec = NetworkSpec((1, 28, 28), (Conv2D(8, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(10)))
>>> Network(spec, seed=0)
Network(conv1 – relu1 – pool1 – dense1 (13,610 weights))
"""

from engine import functional
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
from engine.network import Network
from engine.parameters import Parameters
from engine.spec import NetworkSpec
from engine.trainer import StepReport, Trainer, TrainingDiverged
from engine.training_config import TrainingConfig

__all__ = [
    "AvgPool2D",
    "BatchNorm2D",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAvgPool2D",
    "LeakyReLU",
    "MaxPool2D",
    "Network",
    "NetworkSpec",
    "Parameters",
    "ReLU",
    "Sigmoid",
    "StepReport",
    "Tanh",
    "Trainer",
    "TrainingConfig",
    "TrainingDiverged",
    "functional",
]
