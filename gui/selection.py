"""What the person is looking at: one observable value that every panel is a lens on."""

import dataclasses
from dataclasses import dataclass
from typing import Literal, TypedDict, Unpack

from PySide6.QtCore import QObject, Signal

# Enough to find the way back, small enough never to matter.
HISTORY_LIMIT = 200

Kind = Literal["filter", "channel"]


@dataclass(frozen=True, slots=True)
class Selection:
    """One place in one network: run and step, input picture, layer, channel, pixel, class.

    The fields go from the outside in. ``channel`` counts from 0; ``pixel`` is (row, column) in the
    selected filter or channel; ``label`` is the selected class. ``run`` is what the network is called,
    ``key`` its own: it tells apart two that are seen beside each other.
    """

    run: str = ""
    step: int | None = None
    picture: str = ""
    layer: str | None = None
    kind: Kind | None = None
    channel: int | None = None
    pixel: tuple[int, int] | None = None
    label: int | None = None
    key: str = ""


class Changes(TypedDict, total=False):
    """The fields that `SelectionModel.update` takes, all optional."""

    run: str
    step: int | None
    picture: str
    layer: str | None
    kind: Kind | None
    channel: int | None
    pixel: tuple[int, int] | None
    label: int | None
    key: str


@dataclass(frozen=True, slots=True)
class _Place:
    """The part of a selection that the history keeps.

    Run with its key, step and picture are left out: they say what the program is doing, so going back to the
    filter seen before must not rewind the run or replace the drawing.
    """

    layer: str | None
    kind: Kind | None
    channel: int | None
    pixel: tuple[int, int] | None
    label: int | None


class SelectionModel(QObject):
    """Holds the selection and the way back through it, like a browser; GUI thread only."""

    changed = Signal(object)
    """The new `Selection`; never sent when nothing changed."""

    def __init__(self, value: Selection | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._value = value or Selection()
        self._places = [_place(self._value)]
        self._position = 0
        self._sideways = False

    @property
    def value(self) -> Selection:
        """The present selection."""
        return self._value

    @property
    def can_back(self) -> bool:
        """Whether an earlier place is known."""
        return self._position > 0

    @property
    def can_forward(self) -> bool:
        """Whether a place was left by going back."""
        return self._position < len(self._places) - 1

    def update(self, **changes: Unpack[Changes]) -> None:
        """Change some fields; what no longer makes sense inside them is cleared.

        A new layer clears kind, channel and pixel unless they are given too; a new kind or channel
        clears the pixel. Moving from channel to channel (or pixel to pixel) of one layer again and
        again is one entry of the history, so "back" leads to where the moving began.

        Parameters
        ----------
        **changes : Unpack[Changes]
            Fields of `Selection` by name.
        """
        value = self._value
        layer = changes.get("layer", value.layer)
        kind = changes.get("kind", value.kind)
        channel = changes.get("channel", value.channel)
        if layer != value.layer or layer is None:
            kind = changes.get("kind") if layer is not None else None
            channel = changes.get("channel") if layer is not None else None
        if channel is None:
            kind = None
        elif kind is None:
            kind = "channel"
        same_tile = (layer, kind, channel) == (value.layer, value.kind, value.channel)
        pixel = changes.get("pixel", value.pixel if same_tile else None)
        if channel is None:
            pixel = None
        changes |= {"layer": layer, "kind": kind, "channel": channel, "pixel": pixel}
        new = dataclasses.replace(value, **changes)
        self._remember(_place(new))
        self._set(new)

    def up(self) -> None:
        """Go one level up: pixel, channel, layer, nothing; a selected class goes last."""
        value = self._value
        if value.pixel is not None:
            self.update(pixel=None)
        elif value.channel is not None:
            self.update(channel=None)
        elif value.layer is not None:
            self.update(layer=None)
        elif value.label is not None:
            self.update(label=None)

    def back(self) -> None:
        """Return to the place before this one, if there is one."""
        self._travel(-1)

    def forward(self) -> None:
        """Undo one `back`, if there was one."""
        self._travel(1)

    def _travel(self, distance: int) -> None:
        position = self._position + distance
        if not 0 <= position < len(self._places):
            return
        self._position = position
        self._sideways = False
        place = self._places[position]
        self._set(dataclasses.replace(self._value, **_fields(place)))

    def _remember(self, place: _Place) -> None:
        present = self._places[self._position]
        if place == present:
            return
        moves_sideways = (
            place.channel is not None
            and present.channel is not None
            and (place.layer, place.kind, place.label) == (present.layer, present.kind, present.label)
        )
        del self._places[self._position + 1 :]
        if moves_sideways and self._sideways:
            self._places[self._position] = place
        else:
            self._places.append(place)
            del self._places[:-HISTORY_LIMIT]
            self._position = len(self._places) - 1
        self._sideways = moves_sideways

    def _set(self, value: Selection) -> None:
        if value != self._value:
            self._value = value
            self.changed.emit(value)


def _place(value: Selection) -> _Place:
    return _Place(value.layer, value.kind, value.channel, value.pixel, value.label)


def _fields(place: _Place) -> Changes:
    return {
        "layer": place.layer,
        "kind": place.kind,
        "channel": place.channel,
        "pixel": place.pixel,
        "label": place.label,
    }
