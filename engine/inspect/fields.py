"""Receptive fields: what a pixel of any layer sees of every layer before it, down to the ink."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from engine.errors import ShapeError
from engine.geometry import Sides, pair
from engine.layers import AvgPool2D, Conv2D, Dense, GlobalAvgPool2D, Layer, MaxPool2D
from engine.spec import NetworkSpec


@dataclass(frozen=True, slots=True)
class Field:
    """The pixels of one layer's output (or of the input) that something later depends on.

    A field is all pairs of `rows` and `columns`, each in ascending order; dilation and wide strides leave
    gaps. What lies beyond the picture is border, below 0 or from the size on. Where the layer gives a vector,
    rows are its numbers and the only column is 0.
    """

    layer: str
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    size: tuple[int, int]

    @property
    def box(self) -> "Box":
        """The smallest rectangle around it."""
        return self.rows[0], self.rows[-1] + 1, self.columns[0], self.columns[-1] + 1

    @property
    def inside(self) -> "Field":
        """The part that lies in the picture."""
        h, w = self.size
        rows = tuple(r for r in self.rows if 0 <= r < h)
        return Field(self.layer, rows, tuple(c for c in self.columns if 0 <= c < w), self.size)


def receptive_fields(
    spec: NetworkSpec, layer: str, pixel: tuple[int, int] | None = None
) -> tuple[Field, ...]:
    """Tell what one pixel of a layer's output channels sees, from that layer down to the input.

    Parameters
    ----------
    spec
        The network.
    layer
        Name of the layer that the pixel is in.
    pixel
        (row, column); None for a number of a vector, which sees what its layer sees.

    Raises
    ------
    ShapeError
        If there is no such pixel.
    """
    names = spec.layer_names
    last = names.index(layer)
    h, w = _size(spec, layer)
    rows: Iterable[int] = range(h)
    columns: Iterable[int] = range(w)
    if pixel is not None:
        row, column = pixel
        if not (0 <= row < h and 0 <= column < w):
            raise ShapeError(f"the pixel must be in {layer}'s {h} × {w}, got ({row}, {column})")
        rows, columns = range(row, row + 1), range(column, column + 1)
    fields = [Field(layer, tuple(rows), tuple(columns), (h, w))]
    for index in range(last, -1, -1):
        before = names[index - 1] if index else "input"
        # A border depends on nothing.
        field = fields[-1].inside
        size = _size(spec, before)
        rows, columns = _seen(spec.layers[index], spec.input_shapes[names[index]], field, size)
        fields.append(Field(before, tuple(rows), tuple(columns), size))
    return tuple(fields)


Box: TypeAlias = tuple[int, int, int, int]
"""Top, bottom, left and right; bottom and right are outside."""


def spanned_box(spec: NetworkSpec, layer: str, pixel: tuple[int, int]) -> Box:
    """Give the rectangle of the input around everything that a pixel sees, as if no layer had an edge.

    It has the same size for each pixel of a layer; at the edge it reaches beyond the picture.
    """
    ends = [(place, place + 1) for place in pixel]
    for index in range(spec.layer_names.index(layer), -1, -1):
        name, each = spec.layer_names[index], spec.layers[index]
        match each:
            case Conv2D():
                steps, dilation = pair(each.stride, "stride"), pair(each.dilation, "dilation")
                kernel, sides = each.kernel, each.sides(spec.input_shapes[name])
            case MaxPool2D() | AvgPool2D():
                steps, dilation, kernel, sides = each.steps, (1, 1), each.window, each.sides
            case GlobalAvgPool2D():
                ends = [(0, size) for size in spec.input_shapes[name][1:]]
                continue
            case _:
                continue
        ends = [
            (first * steps[axis] - sides[axis][0], (last - 1) * steps[axis] - sides[axis][0] + span)
            for axis, (first, last) in enumerate(ends)
            for span in (dilation[axis] * (kernel[axis] - 1) + 1,)
        ]
    return (*ends[0], *ends[1])


def _seen(
    layer: Layer, shape: tuple[int, ...], field: Field, size: tuple[int, int]
) -> tuple[Iterable[int], Iterable[int]]:
    """Rows and columns of a layer's input that the given ones of its output depend on."""
    whole = range(size[0]), range(size[1])
    match layer:
        case Conv2D():
            steps, dilation = pair(layer.stride, "stride"), pair(layer.dilation, "dilation")
            return _under(field, layer.kernel, steps, dilation, layer.sides(shape))
        case MaxPool2D() | AvgPool2D():
            return _under(field, layer.window, layer.steps, (1, 1), layer.sides)
        case Dense() | GlobalAvgPool2D():
            return whole
    if (len(field.rows), len(field.columns)) == field.size:
        return whole
    if field.size != size:
        # A number of a flattened picture.
        _, h, w = shape
        places = [divmod(number % (h * w), w) for number in field.rows]
        return sorted({row for row, _ in places}), sorted({column for _, column in places})
    return field.rows, field.columns


def _under(
    field: Field, kernel: tuple[int, int], steps: tuple[int, int], dilation: tuple[int, int], sides: Sides
) -> tuple[list[int], list[int]]:
    lines = []
    for axis, positions in enumerate((field.rows, field.columns)):
        first = sides[axis][0]
        cells = range(0, dilation[axis] * kernel[axis], dilation[axis])
        lines.append(
            sorted({position * steps[axis] - first + cell for position in positions for cell in cells})
        )
    return lines[0], lines[1]


def _size(spec: NetworkSpec, layer: str) -> tuple[int, int]:
    shape = spec.shapes[layer]
    return (shape[1], shape[2]) if len(shape) == 3 else (shape[0], 1)
