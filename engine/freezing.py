"""Layers that training leaves alone: which parameters are theirs."""

from collections.abc import Collection, Iterable
from typing import Any

from numpy.typing import NDArray

from engine.errors import ConfigError
from engine.parameters import Parameters
from engine.spec import NetworkSpec


def layer_of(name: str) -> str:
    """The layer that a parameter belongs to: "conv1" of "conv1.weight"."""
    return name.partition(".")[0]


def layers_with_weights(spec: NetworkSpec) -> tuple[str, ...]:
    """Names of a network's layers that have parameters, in order."""
    return tuple(dict.fromkeys(layer_of(name) for name, _ in spec.layout.shapes))


def check_frozen(spec: NetworkSpec, layers: Iterable[str]) -> None:
    """ConfigError unless every one of these layers is in the network and has parameters."""
    able = layers_with_weights(spec)
    for layer in layers:
        if layer not in able:
            raise ConfigError(
                f"frozen must name layers of the network that have weights ({', '.join(able)}), got {layer!r}"
            )


def frozen_names(parameters: Parameters, layers: Collection[str]) -> list[str]:
    """Names of all parameters of these layers, running statistics included."""
    return [name for name in parameters if layer_of(name) in layers] if layers else []


def frozen_views(parameters: Parameters, layers: Collection[str]) -> list[NDArray[Any]]:
    """Views of all parameters of these layers, running statistics included."""
    return [parameters[name] for name in frozen_names(parameters, layers)]
