"""What is set on Convolve: one immutable value, swapped undoably."""

from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from engine.inspect.words import RGB
from engine.lab import Filter, LabLayer, Setup
from engine.lab.edits import with_filter, with_layer
from engine.lab.examples import example_seven, four_edges

Array: TypeAlias = NDArray[Any]
SourceKind: TypeAlias = Literal[
    "drawing", "tinted", "seven", "digit", "temple", "flower", "shapes", "file", "network"
]
# The pictures of these change by themselves: with the drawing, and with the network too.
LIVE: tuple[SourceKind, ...] = ("drawing", "tinted", "network")


@dataclass(frozen=True, slots=True)
class NetworkLink:
    """Which network's which convolution a picture comes to, and on which page of the window that was seen.

    `key` tells networks apart; `place` is what was selected there.
    """

    page: str
    key: str
    layer: str
    filter: int
    place: object = None


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Where the picture comes from, and the picture ``(c, h, w)``, 0 to 1 unless it is a network's.

    `step` is that of a network's training.
    """

    kind: SourceKind
    name: str
    picture: Array
    number: int = 0
    channel_names: tuple[str, ...] = ("grey",)
    link: NetworkLink | None = None
    step: int | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """Tell sources apart; one that is followed stays the same while its picture changes."""
        name = "" if self.link is not None else self.name
        return self.kind, name, self.link, self.picture.shape

    @property
    def is_rgb(self) -> bool:
        """Whether the channels are red, green and blue light."""
        return self.channel_names == RGB


@dataclass(frozen=True, slots=True, eq=False)
class Lab:
    """Everything that undo brings back: the picture's source and the layers. A value.

    `is_networks` says whether layer 1 still has the filters of the network that the source is linked to.
    """

    source: Source
    setup: Setup
    is_networks: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class LabPlace:
    """What is looked at: picture, layer and filter (from 0), position, and the filter as it is used.

    `step` is that of the network whose filters they are; None once they were edited.
    """

    picture: str
    layer: int
    filter: int
    pixel: tuple[int, int] | None
    weight: Array
    bias: float
    step: int | None = None


def first_lab() -> Lab:
    """Begin with the four edge filters on a seven."""
    return Lab(Source("seven", "a seven", example_seven()), Setup((four_edges(),), (True,)))


def fitted(setup: Setup, channels: int) -> Setup:
    """Give the first layer's filters as many slices as the picture has channels; all channels on.

    A filter that had one slice gets the same one for each channel; of several slices, their mean.
    """
    if len(setup.channels_on) == channels:
        return setup
    first = setup.layers[0]
    filters = tuple(
        Filter(one.name, np.repeat(one.weight.mean(axis=0, keepdims=True), channels, axis=0), one.bias)
        for one in first.filters
    )
    return Setup((replace(first, filters=filters, takes=None), *setup.layers[1:]), (True,) * channels)


class LabModel(QObject):
    """Holds the `Lab` and what of it is looked at. GUI thread only.

    Parameters
    ----------
    undo_stack
        The window's one history: strokes and kernel cells are undone in the order in which they were made.
    """

    changed = Signal(object)
    """The `Lab`, after any change of it, live pictures included."""
    restored = Signal()
    """Something earlier is about to come back: by undo, redo, or a gesture that was given up."""
    view_changed = Signal()
    """Another layer, filter, slice or palette is looked at."""

    def __init__(self, undo_stack: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stack = undo_stack
        self._lab = first_lab()
        self._layer = self._filter = self._slice = 0
        # The filter that was selected last in each layer.
        self._filters: dict[int, int] = {}
        # Text books show the four edges so; one click away from the program's own colours.
        self._classic = True
        self._gesture = 0

    @property
    def lab(self) -> Lab:
        """What is set now."""
        return self._lab

    @property
    def layer(self) -> int:
        """The layer in front, from 0."""
        return self._layer

    @property
    def filter(self) -> int:
        """The selected filter of the layer in front, from 0."""
        return self._filter

    @property
    def slice(self) -> int:
        """The slice of that filter whose cells are shown, from 0."""
        return self._slice

    @property
    def classic(self) -> bool:
        """Whether −1 is black, 0 grey and 1 white."""
        return self._classic

    @property
    def front(self) -> LabLayer:
        """The layer in front."""
        return self._lab.setup.layers[self._layer]

    @property
    def selected(self) -> Filter:
        """The selected filter."""
        return self.front.filters[self._filter]

    def look(
        self,
        *,
        layer: int | None = None,
        filter_index: int | None = None,
        slice_index: int | None = None,
        classic: bool | None = None,
    ) -> None:
        """Look at another part; what does not exist there becomes the first one."""
        before = (self._layer, self._filter, self._slice, self._classic)
        if layer is not None and layer != self._layer:
            self._go_to_layer(layer)
        if filter_index is not None:
            self._filter = filter_index
        if slice_index is not None:
            self._slice = slice_index
        if classic is not None:
            self._classic = classic
        self._bound()
        if before != (self._layer, self._filter, self._slice, self._classic):
            self.view_changed.emit()

    def edit_layer(self, layer: LabLayer, text: str, *, continues: bool = False) -> None:
        """Put another layer in the place of the one in front, undoably.

        Parameters
        ----------
        text
            What was done, for the undo action.
        continues
            Whether it goes on with the last edit, as a drag does: both are then undone together.
        """
        self.edit_setup(with_layer(self._lab.setup, self._layer, layer), text, continues=continues)

    def edit_filter(self, new: Filter, text: str, *, continues: bool = False) -> None:
        """Put another filter in the place of the selected one, undoably."""
        setup = with_filter(self._lab.setup, self._layer, self._filter, new)
        self.edit_setup(setup, text, continues=continues)

    def edit_setup(self, setup: Setup, text: str, *, continues: bool = False) -> None:
        """Set other layers, undoably; the filters are then no longer a network's own."""
        self.replace(replace(self._lab, setup=setup, is_networks=False), text, continues=continues)

    def replace(self, lab: Lab, text: str, *, continues: bool = False) -> None:
        """Swap everything, undoably."""
        if not (continues and self._stack.undoText() == text and not self._stack.canRedo()):
            self._gesture += 1
        self._stack.push(_Swap(self, lab, text, self._gesture))

    def show_live(self, lab: Lab) -> None:
        """Follow a picture or a network that changes by itself: no entry in the history."""
        self._set(lab)

    def _set(self, lab: Lab) -> None:
        self._lab = lab
        before = (self._layer, self._filter, self._slice)
        self._bound()
        self.changed.emit(lab)
        if before != (self._layer, self._filter, self._slice):
            self.view_changed.emit()

    def _go_to_layer(self, layer: int) -> None:
        self._filters[self._layer] = self._filter
        self._layer, self._filter, self._slice = layer, self._filters.get(layer, 0), 0

    def _bound(self) -> None:
        """Stay within what there is."""
        last = len(self._lab.setup.layers) - 1
        if self._layer > last:
            self._go_to_layer(last)
        # A layer that comes later is another one.
        self._filters = {layer: index for layer, index in self._filters.items() if layer <= last}
        self._layer = max(0, self._layer)
        self._filter = max(0, min(self._filter, len(self.front.filters) - 1))
        self._slice = max(0, min(self._slice, len(self.selected.weight) - 1))


class _Swap(QUndoCommand):
    """Puts one `Lab` in the place of another, and back; edits of one gesture merge."""

    def __init__(self, model: LabModel, new: Lab, text: str, gesture: int) -> None:
        super().__init__(text)
        self._model, self._old, self._new, self._gesture = model, model.lab, new, gesture
        self._is_new = True

    def redo(self) -> None:
        """Put the new value in place; the stack calls this on the push, too."""
        if not self._is_new:
            self._model.restored.emit()
        self._is_new = False
        self._model._set(_with_live_picture(self._new, self._model.lab))

    def undo(self) -> None:
        """Put the old value back."""
        self._model.restored.emit()
        self._model._set(_with_live_picture(self._old, self._model.lab))

    def id(self) -> int:
        """Only edits of the lab may merge with each other."""
        return 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in an edit of the same gesture."""
        if not isinstance(other, _Swap) or other._model is not self._model or other._gesture != self._gesture:
            return False
        self._new = other._new
        if _equal(self._old, self._new):
            # A drag that was given up: nothing has changed, and a network goes on being followed.
            self._model.restored.emit()
            self._model._set(_with_live_picture(self._old, self._new))
            self.setObsolete(True)
        return True


def _equal(first: Lab, second: Lab) -> bool:
    """Tell whether two labs have the same weights under the same source and settings."""
    if first.source is not second.source or len(first.setup.layers) != len(second.setup.layers):
        return False
    pairs = zip(first.setup.layers, second.setup.layers, strict=True)
    return first.setup.channels_on == second.setup.channels_on and all(_same(*pair) for pair in pairs)


def _same(first: LabLayer, second: LabLayer) -> bool:
    if first is second:
        return True

    def values(layer: LabLayer) -> tuple[object, ...]:
        # A name follows its weights, or is changed in a gesture of its own.
        filters = [(one.bias, one.weight.tolist()) for one in layer.filters]
        return filters, layer.geometry, layer.operation, layer.relu, layer.pool, layer.takes

    return values(first) == values(second)


def _with_live_picture(lab: Lab, present: Lab) -> Lab:
    """Undoing a cell must not bring back the drawing of that time."""
    same = lab.source.kind == present.source.kind and lab.source.kind in LIVE
    if (
        same
        and lab.source.link == present.source.link
        and lab.source.picture.shape == present.source.picture.shape
    ):
        return replace(lab, source=present.source)
    return lab
