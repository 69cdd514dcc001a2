"""The networks that come with the program."""

from dataclasses import dataclass

from engine.formats.model import Model, load_model
from resources import resource_path


@dataclass(frozen=True, slots=True, eq=False)
class ShippedNetwork:
    """A trained network of the program's own: its name, what it is good for, and itself."""

    name: str
    tip: str
    model: Model


def load_shipped() -> tuple[ShippedNetwork, ...]:
    """Load them; the first one answers at the start.

    Raises
    ------
    FormatError, OSError
        If one of the program's own files is damaged or missing.
    """
    return tuple(
        ShippedNetwork(name, tip, load_model(resource_path("networks", file)))
        for name, file, tip in (
            ("Reader", "reader.safetensors", "The network that reads best what people really write"),
            (
                "Classic",
                "classic.safetensors",
                "The network of 8 and 16 filters: small enough to see all of it",
            ),
            (
                "Shapes",
                "shapes.safetensors",
                "Tells circles, squares, triangles and crosses in red, green and blue",
            ),
        )
    )
