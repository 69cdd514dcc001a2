"""Networks and trainings to begin with, as data."""

from dataclasses import dataclass

from engine.augment import GENTLE
from engine.errors import ConfigError
from engine.layers import Conv2D, Dense, Flatten, Layer, MaxPool2D, ReLU
from engine.parameters import Shape
from engine.spec import NetworkSpec
from engine.training_config import TrainingConfig


@dataclass(frozen=True, slots=True)
class Preset:
    """A network that is worth looking at, and a training that works for it.

    Parameters
    ----------
    key
        What commands and settings call it; never shown changed.
    name
        What the program shows.
    sentence
        What it is good for, in one sentence.
    spec, config
        The network, for 28 × 28 digits, and its training.
    """

    key: str
    name: str
    sentence: str
    spec: NetworkSpec
    config: TrainingConfig

    def spec_for(self, picture_shape: Shape, classes: tuple[str, ...]) -> NetworkSpec:
        """Give the network for other pictures and classes; its last layer gets one unit per class.

        Raises
        ------
        ShapeError
            If the pictures are too small for its layers.
        """
        return NetworkSpec(picture_shape, (*self.spec.layers[:-1], Dense(len(classes))), classes)


def _digits(*layers: Layer) -> NetworkSpec:
    return NetworkSpec((1, 28, 28), (*layers, Dense(10)))


_ONE_FILTER = _digits(Conv2D(1, 5), ReLU(), MaxPool2D(2), Flatten())
_LENET = _digits(
    Conv2D(6, 5, padding=2), ReLU(), MaxPool2D(2),
    Conv2D(16, 5), ReLU(), MaxPool2D(2),
    Flatten(), Dense(120), ReLU(), Dense(84), ReLU(),
)  # fmt: skip
_SMALL = _digits(Conv2D(8, 3), ReLU(), MaxPool2D(2), Conv2D(16, 3), ReLU(), MaxPool2D(2), Flatten())
_WIDE = _digits(
    Conv2D(32, 3, padding="same"), ReLU(), MaxPool2D(2),
    Conv2D(64, 3, padding="same"), ReLU(), MaxPool2D(2),
    Flatten(), Dense(128), ReLU(),
)  # fmt: skip


# Each learning rate is the best, or as good as the best, of 0.0005, 0.001, 0.002, 0.004 and 0.008 after 5 to
# 10 epochs on the embedded digits (mean of two or three seeds); its neighbours are 0.2 % to 0.5 % worse.
PRESETS: tuple[Preset, ...] = (
    Preset(
        "one-filter",
        "One filter",
        "A single 5 × 5 filter: see what the most useful one looks like.",
        _ONE_FILTER,
        TrainingConfig(epochs=20, learning_rate=4e-3),
    ),
    Preset(
        "lenet",
        "LeNet-like",
        "The classic of 1998 with today's ReLU: 6 and 16 filters of 5 × 5, then three dense layers.",
        _LENET,
        TrainingConfig(epochs=20, learning_rate=2e-3),
    ),
    Preset(
        "8–16",
        "8–16",
        "Small enough to see every filter, good enough to read nearly every digit.",
        _SMALL,
        TrainingConfig(epochs=20, learning_rate=2e-3),
    ),
    Preset(
        "32–64",
        "32–64",
        "Wider and slower, and makes fewer mistakes.",
        _WIDE,
        TrainingConfig(epochs=20, learning_rate=1e-3),
    ),
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A way of training that works for any small network on digits.

    Parameters
    ----------
    key
        What commands and settings call it.
    sentence
        What it is good for, in one sentence.
    config
        The training.
    """

    key: str
    sentence: str
    config: TrainingConfig


# Measured with benchmarks/accuracy.py.
RECIPES: tuple[Recipe, ...] = (
    Recipe(
        "quick",
        "Reads well as soon as can be: two epochs with one swing of the learning rate.",
        TrainingConfig(epochs=2, learning_rate=6e-3, schedule="onecycle"),
    ),
    Recipe(
        "accurate",
        "Makes fewer mistakes: gently changed pictures, and the running average of the weights.",
        TrainingConfig(
            epochs=12,
            learning_rate=2e-3,
            optimizer="adamw",
            weight_decay=0.01,
            schedule="onecycle",
            augmentation=GENTLE,
            averaging=0.999,
        ),
    ),
)


def recipe(key: str) -> Recipe:
    """Give the recipe called `key`; ConfigError if there is none."""
    for candidate in RECIPES:
        if key == candidate.key:
            return candidate
    raise ConfigError(f"recipe must be one of {', '.join(r.key for r in RECIPES)}, got {key!r}")


DEFAULT_PRESET = "8–16"


def preset(key: str) -> Preset:
    """Give the preset called `key`, also with a plain hyphen for the dash; ConfigError if there is none."""
    for candidate in PRESETS:
        if key in (candidate.key, candidate.key.replace("–", "-")):
            return candidate
    raise ConfigError(f"preset must be one of {', '.join(p.key for p in PRESETS)}, got {key!r}")
