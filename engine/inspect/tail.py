"""The rest of a network behind a layer, as a network of its own."""

from engine.errors import ConfigError
from engine.network import Network
from engine.parameters import Parameters
from engine.spec import NetworkSpec


def tail_of(spec: NetworkSpec, parameters: Parameters, layer: str) -> Network:
    """Give the layers behind a layer: a network that takes what that layer gives.

    Parameters
    ----------
    spec, parameters
        The whole network.
    layer
        The last layer that is left out; it gives channels with pixels.

    Raises
    ------
    ConfigError
        If nothing is behind the layer, or it gives no channels with pixels.
    """
    place = spec.layer_names.index(layer) + 1
    if place == len(spec.layers):
        raise ConfigError(f"there must be layers behind {layer}, which is the last one")
    if len(spec.shapes[layer]) != 3:
        raise ConfigError(f"the tail must begin behind channels, got {layer} of shape {spec.shapes[layer]}")
    made = NetworkSpec(spec.shapes[layer], spec.layers[place:], spec.classes)
    values = Parameters(made.layout, dtype=parameters.vector.dtype)
    # Layers count per kind, so that the tail's have other names.
    names = dict(zip(made.layer_names, spec.layer_names[place:], strict=True))
    for name, value in values.items():
        own, part = name.split(".")
        value[...] = parameters[f"{names[own]}.{part}"]
    return Network.from_parameters(made, values)
