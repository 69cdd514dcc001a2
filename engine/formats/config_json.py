"""How a training is set, as JSON and back."""

from dataclasses import asdict
from typing import Any

import msgspec

from engine.augment import Augmentation
from engine.errors import ConfigError
from engine.training_config import TrainingConfig


class ConfigValues(msgspec.Struct, forbid_unknown_fields=True):
    """`TrainingConfig` with its augmentation as plain values."""

    epochs: int
    batch_size: int
    learning_rate: float
    optimizer: str
    momentum: float
    nesterov: bool
    weight_decay: float
    schedule: str
    label_smoothing: float
    augmentation: dict[str, float] | None
    averaging: float
    seed: int
    workers: int = 1
    frozen: tuple[str, ...] = ()


def config_to_builtins(config: TrainingConfig) -> dict[str, Any]:
    """Give the settings as plain values; ConfigError for an augmentation that is not the engine's own."""
    if config.augmentation is not None and not isinstance(config.augmentation, Augmentation):
        raise ConfigError(
            "an augmentation that leaves this process must be an engine.augment.Augmentation, "
            f"got {type(config.augmentation).__name__}"
        )
    return asdict(config)


def config_from_values(values: ConfigValues) -> TrainingConfig:
    """Make the settings of what was read; ConfigError if they are not allowed."""
    settings = msgspec.to_builtins(values)
    augmentation = settings.pop("augmentation")
    if augmentation is not None:
        augmentation = msgspec.convert(augmentation, type=Augmentation)
    frozen = tuple(settings.pop("frozen"))
    return TrainingConfig(**settings, augmentation=augmentation, frozen=frozen)


def config_to_json(config: TrainingConfig) -> str:
    """Write the settings."""
    return msgspec.json.encode(config_to_builtins(config)).decode()


def config_from_json(text: str) -> TrainingConfig:
    """Read what `config_to_json` wrote."""
    return config_from_values(msgspec.json.decode(text, type=ConfigValues))
