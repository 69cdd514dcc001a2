"""The immutable description of a network: its input, its layers and its classes."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from math import prod

from engine.errors import ConfigError, ShapeError
from engine.layers import Conv2D, Flatten, Layer, Shape
from engine.parameters import ParameterLayout


@dataclass(frozen=True)
class NetworkSpec:
    """A network without its numbers. Equal specs describe equal networks.

    Parameters
    ----------
    input_shape
        ``(channels, height, width)`` of one picture.
    layers
        In order; the last one gives the logits, one number per class.
    classes
        Names of the classes; "0", "1", … unless given.

    Raises
    ------
    ConfigError, ShapeError
        If a layer cannot follow the one before it; the text names the layer.
    """

    input_shape: Shape
    layers: tuple[Layer, ...]
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "input_shape", tuple(self.input_shape))
        object.__setattr__(self, "layers", tuple(self.layers))
        if len(self.input_shape) != 3 or any(not isinstance(s, int) or s < 1 for s in self.input_shape):
            raise ShapeError(f"input_shape must be (channels, height, width), got {self.input_shape}")
        if not self.layers or not all(isinstance(layer, Layer) for layer in self.layers):
            raise ConfigError(f"layers must be at least one layer of this engine, got {self.layers}")
        output = self.shapes[self.layer_names[-1]]
        if len(output) != 1:
            raise ShapeError(
                f"the last layer must give one number per class (end with Dense, or Flatten after pooling), "
                f"got an output of shape {output}"
            )
        classes = tuple(self.classes) or tuple(str(i) for i in range(output[0]))
        if len(classes) != output[0]:
            raise ShapeError(
                f"the last layer must give {len(classes)} numbers, one per class, got {output[0]}"
            )
        object.__setattr__(self, "classes", classes)

    @cached_property
    def layer_names(self) -> tuple[str, ...]:
        """Names in layer order, counted per kind: conv1, relu1, pool1, conv2, …."""
        counts: Counter[str] = Counter()
        names = []
        for layer in self.layers:
            counts[layer.kind] += 1
            names.append(f"{layer.kind}{counts[layer.kind]}")
        return tuple(names)

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Output shape of each layer for one picture, by layer name; "input" comes first."""
        shapes: dict[str, Shape] = {"input": self.input_shape}
        shape = self.input_shape
        for name, layer in zip(self.layer_names, self.layers, strict=True):
            try:
                shape = layer.output_shape(shape)
            except ShapeError as error:
                raise ShapeError(f"{name}: {error}") from None
            shapes[name] = shape
        return shapes

    @cached_property
    def input_shapes(self) -> dict[str, Shape]:
        """Input shape of each layer for one picture, by layer name."""
        before = ("input", *self.layer_names)
        return {name: self.shapes[before[i]] for i, name in enumerate(self.layer_names)}

    @cached_property
    def layout(self) -> ParameterLayout:
        """Names, shapes and order of the parameters in their one flat vector."""
        trained: list[tuple[str, Shape]] = []
        state: list[tuple[str, Shape]] = []
        for name, layer in zip(self.layer_names, self.layers, strict=True):
            shape = self.input_shapes[name]
            trained += [(f"{name}.{p}", s) for p, s in layer.parameter_shapes(shape).items()]
            state += [(f"{name}.{p}", s) for p, s in layer.state_shapes(shape).items()]
        return ParameterLayout((*trained, *state), sum(prod(s) for _, s in trained))

    @cached_property
    def convolutions(self) -> tuple[str, ...]:
        """Names of the convolutions, in order."""
        layers = zip(self.layer_names, self.layers, strict=True)
        return tuple(name for name, layer in layers if isinstance(layer, Conv2D))

    @property
    def weight_count(self) -> int:
        """Numbers that training changes."""
        return self.layout.trainable

    def layer(self, name: str) -> Layer:
        """Give the layer called `name`; KeyError if there is none."""
        return dict(zip(self.layer_names, self.layers, strict=True))[name]

    def __str__(self) -> str:
        kinds = " – ".join(n for n, layer in zip(self.layer_names, self.layers, strict=True)
                           if not isinstance(layer, Flatten))  # fmt: skip
        return f"{kinds} ({self.weight_count:,} weights)"
