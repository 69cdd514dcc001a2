"""The front of a network as a network of its own: up to one layer, on as much of a picture as it sees."""

from dataclasses import dataclass, replace

from engine.errors import ConfigError
from engine.inspect.fields import receptive_fields
from engine.layers import AvgPool2D, Conv2D, Flatten, Layer, MaxPool2D
from engine.network import Network
from engine.parameters import Parameters
from engine.spec import NetworkSpec


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """A network that ends at a layer, and which of its outputs is the pixel in the layer's middle.

    Parameters
    ----------
    network
        Its outputs are the layer's, flattened.
    positions
        Pixels of each channel of the layer: 1 where the network sees one receptive field only.
    centre
        Number of the middle pixel among them.
    """

    network: Network
    positions: int
    centre: int

    def output(self, channel: int) -> int:
        """Number of the output that is the middle pixel of a channel."""
        return channel * self.positions + self.centre


def front_spec(spec: NetworkSpec, layer: str) -> NetworkSpec:
    """Describe the network that `front_of` makes.

    Raises
    ------
    ConfigError
        If the layer does not give channels with pixels.
    """
    shape = spec.shapes[layer]
    if len(shape) != 3:
        raise ConfigError(f"the front must end at a layer with channels, got {layer} of shape {shape}")
    layers = spec.layers[: spec.layer_names.index(layer) + 1]
    fields = receptive_fields(spec, layer, (shape[1] // 2, shape[2] // 2))
    if any(field.inside != field for field in fields):
        return NetworkSpec(spec.input_shape, (*layers, Flatten()))
    top, bottom, left, right = fields[-1].box
    input_shape = (spec.input_shape[0], bottom - top, right - left)
    made = NetworkSpec(input_shape, (*map(_without_border, layers), Flatten()))
    # Rows and columns that a wide stride leaves over do not change what is seen.
    assert made.shapes[layer][1:] == (1, 1)
    return made


def front_of(spec: NetworkSpec, parameters: Parameters, layer: str) -> Front:
    """Cut a network off behind a layer.

    Where the receptive field of the layer's middle pixel lies within the picture, the front is made for
    pictures of that size, without any border: far smaller, and the same numbers.

    Raises
    ------
    ConfigError
        If the layer does not give channels with pixels.
    """
    made = front_spec(spec, layer)
    values = Parameters(made.layout, dtype=parameters.vector.dtype)
    for name, value in values.items():
        value[...] = parameters[name]
    _, h, w = made.shapes[layer]
    # Of one field, the only pixel is in the middle, too.
    return Front(Network.from_parameters(made, values), h * w, h // 2 * w + w // 2)


def _without_border(layer: Layer) -> Layer:
    if isinstance(layer, Conv2D):
        return replace(layer, padding="valid")
    return replace(layer, padding=0) if isinstance(layer, MaxPool2D | AvgPool2D) else layer
