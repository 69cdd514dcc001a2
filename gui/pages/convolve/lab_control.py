"""Turns what a hand does on Convolve into undoable edits of the lab."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QMimeData, QObject, Signal

from engine.errors import EngineError
from engine.kernels import random_kernel, resized
from engine.lab import Filter, Geometry, LabLayer, Setup
from engine.lab.edits import (
    edited_name,
    fed_forward,
    filter_added,
    filter_removed,
    kernels_resized,
    layers_cut,
    with_filter,
)
from engine.lab.examples import example_seven, four_edges
from engine.lab.from_network import Taken
from engine.lab.sizes import input_sizes
from gui.pad.picture_reading import PictureError
from gui.pages.convolve.lab_model import LIVE, Lab, LabModel, NetworkLink, Source, fitted
from gui.pages.convolve.lab_sources import Sources
from gui.pages.convolve.picture_sources import from_mime


class LabControl(QObject):
    """The verbs of the Convolve page. GUI thread only.

    Any of them that cannot be done says so in one sentence and changes nothing.
    """

    refused = Signal(str)
    """One sentence."""
    put_in = Signal()
    """Another kernel, layer or picture has come, rather than a change of the present one."""

    def __init__(self, model: LabModel, sources: Sources, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model, self._sources = model, sources
        self._random = np.random.default_rng()
        # Until the person chooses: the drawing as soon as there is one.
        self._chosen_by_hand = False

    def show_example(self) -> None:
        """Set the four edge filters on a seven; the next stroke of the pen puts the drawing in its place."""
        self._chosen_by_hand = False
        lab = Lab(Source("seven", "a seven", example_seven()), Setup((four_edges(),), (True,)))
        self._put_in(lab, "Four edge filters on a seven")
        self._model.look(layer=0, filter_index=0, classic=True)

    def choose_source(self, kind: str, number: int = 0) -> None:
        """Look at another picture."""
        self._chosen_by_hand = True
        self._try(lambda: self._set_source(self._sources.make(kind, number)))  # type: ignore[arg-type]

    def step_source(self, step: int) -> None:
        """Go to the next or the previous digit or shape."""
        source = self._model.lab.source
        self.choose_source(source.kind, source.number + step)

    def open_picture(self, path: Path) -> None:
        """Look at a picture of the person's own."""
        self._chosen_by_hand = True
        self._try(lambda: self._set_source(self._sources.of_file(path)))

    def take_picture(self, data: QMimeData) -> None:
        """Look at a picture that was dropped or pasted."""
        self._chosen_by_hand = True
        self._try(lambda: self._set_source(self._sources.of_picture(from_mime(data), "pasted picture")))

    def show_network(self, taken: Taken, name: str, link: NetworkLink, step: int | None = None) -> None:
        """Look at a convolution of a network, on what comes to it there."""
        self._chosen_by_hand = True
        source = self._sources.of_network(taken.input, name, link, step)
        lab = Lab(source, Setup((taken.layer,), (True,) * len(taken.input)), True)
        self._put_in(lab, f"Show {link.layer} on Convolve")
        self._model.look(layer=0, filter_index=taken.selected, slice_index=0, classic=False)

    def follow_network(self, taken: Taken, name: str, link: NetworkLink, step: int | None = None) -> None:
        """Show the network's newest picture and, unless they were edited, its newest filters."""
        lab = self._model.lab
        if lab.source.link != link or lab.source.picture.shape != taken.input.shape:
            return
        source = replace(lab.source, picture=taken.input, name=name, step=step)
        setup = lab.setup
        if lab.is_networks:
            setup = replace(setup, layers=(taken.layer, *setup.layers[1:]))
        self._model.show_live(replace(lab, source=source, setup=setup))

    def follow_drawing(self, *, blank: bool) -> None:
        """Show the newest drawing; the first one is chosen unless the person has chosen something."""
        if not self._chosen_by_hand and not blank and self._model.lab.source.kind == "seven":
            source = self._sources.make("drawing")
            setup = fitted(self._model.lab.setup, len(source.picture))
            self._model.show_live(replace(self._model.lab, source=source, setup=setup))
            return
        lab = self._model.lab
        if lab.source.kind in LIVE and lab.source.kind != "network":
            self._model.show_live(replace(lab, source=self._sources.make(lab.source.kind)))

    def switch_channel(self, channel: int, on: bool) -> None:
        """Let an input channel count, or not."""
        setup = self._model.lab.setup
        switches = list(setup.channels_on)
        switches[channel] = on
        words = f"Switch {self._model.lab.source.channel_names[channel]} {'on' if on else 'off'}"
        self._model.replace(
            replace(self._model.lab, setup=replace(setup, channels_on=tuple(switches))), words
        )

    def edit_filter(self, new: Filter, text: str, continues: bool) -> None:
        """Put another filter in the place of the selected one."""
        if not continues:
            self.put_in.emit()
        old = self._model.selected
        if new.name == old.name and not np.array_equal(new.weight, old.weight):
            new = replace(new, name=edited_name(old.name, new.weight))
        self._model.edit_filter(new, text, continues=continues)

    def put_kernel(self, name: str, weight: Any, index: int | None = None) -> None:
        """Put a kernel into a filter, the selected one unless `index` says another.

        A kernel of one slice fills every slice. A larger one makes all kernels of the layer as large, with
        zeros round them; a smaller one gets zeros itself, unless it is the only filter.
        """
        if index is not None:
            if not self._is_there(index):
                return
            self._model.look(filter_index=index)

        def put() -> None:
            setup, fitting = self._fitted(weight)
            new = Filter(name, fitting, self._model.selected.bias)
            self._edit(with_filter(setup, self._model.layer, self._model.filter, new), f"Put in {name}")

        self._try(put)

    def add_kernel(self, name: str, weight: Any, bias: float = 0.0) -> None:
        """Add a filter with this kernel."""

        def add() -> None:
            setup, fitting = self._fitted(weight, alone=False)
            setup = filter_added(setup, self._model.layer, Filter(name, fitting, bias))
            self._edit(setup, f"Add {name}")
            self._model.look(filter_index=len(self._model.front.filters) - 1)

        self._try(add)

    def add_filter(self) -> None:
        """Add a filter of random values."""
        shape = self._model.selected.weight.shape
        number = len(self._model.front.filters) + 1
        self.add_kernel(f"random {number}", random_kernel(shape, self._random))

    def duplicate_filter(self, index: int) -> None:
        """Add a filter that is a copy of another."""
        if not self._is_there(index):
            return
        one = self._model.front.filters[index]
        self.add_kernel(f"{one.name} copy", one.weight, one.bias)

    def remove_filter(self, index: int) -> None:
        """Remove a filter and its output channel."""
        if not self._is_there(index):
            return
        name = self._model.front.filters[index].name
        self._try(
            lambda: self._edit(
                filter_removed(self._model.lab.setup, self._model.layer, index), f"Remove {name}"
            )
        )

    def resize(self, rows: int, columns: int) -> None:
        """Give all kernels of the layer another size."""
        setup = kernels_resized(self._model.lab.setup, self._model.layer, rows, columns)
        self._edit(setup, f"Make kernels {rows} × {columns}")

    def set_geometry(self, geometry: Geometry) -> None:
        """Slide in another way."""
        self._change_layer("Change how the filter slides", geometry=geometry)

    def set_operation(self, operation: str) -> None:
        """Correlate or convolve."""
        self._change_layer("Correlate" if operation == "correlation" else "Convolve", operation=operation)

    def set_relu(self, relu: bool) -> None:
        """Rectify or not."""
        self._change_layer("ReLU on" if relu else "ReLU off", relu=relu)

    def set_pool(self, pool: int) -> None:
        """Pool the largest of so many pixels squared; 1 for none."""
        self._change_layer("Change pooling", pool=pool)

    def feed_forward(self, channel: int | None) -> None:
        """Make the output channels, or one of them, the input of a new layer, and look at that."""
        lab = self._model.lab
        setup = fed_forward(lab.setup, channel, seed=int(self._random.integers(1 << 30)))
        height, width = lab.source.picture.shape[1:]
        sizes = input_sizes(setup, (height, width))
        if sizes[-1] is None:
            rows, columns = sizes[-2] or (0, 0)
            self.refused.emit(
                "There is nothing left to slide over: "
                f"the next layer's input would be {rows} × {columns} pixels."
            )
            return
        self._edit(setup, "Feed forward")
        self._model.look(layer=len(setup.layers) - 1)

    def cut_layers(self, number: int) -> None:
        """Remove a layer and all after it."""
        self._try(
            lambda: self._edit(layers_cut(self._model.lab.setup, number), _removal(self._model, number))
        )

    def _is_there(self, index: int) -> bool:
        """Whether a filter that was pointed at is still there: what is computed is shown a little later."""
        return 0 <= index < len(self._model.front.filters)

    def _change_layer(self, text: str, **changes: Any) -> None:
        layer: LabLayer = replace(self._model.front, **changes)
        self.put_in.emit()
        self._model.edit_layer(layer, text)

    def _edit(self, setup: Setup, text: str) -> None:
        self.put_in.emit()
        self._model.edit_setup(setup, text)

    def _put_in(self, lab: Lab, text: str) -> None:
        self.put_in.emit()
        self._model.replace(lab, text)

    def _set_source(self, source: Source) -> None:
        lab = self._model.lab
        setup = fitted(lab.setup, len(source.picture))
        # What came from a network reads that network's channels, and another picture is not its input.
        self._put_in(Lab(source, setup), f"Look at {source.name}")

    def _fitted(self, weight: Any, *, alone: bool = True) -> tuple[Setup, Any]:
        """Bring a kernel and those of the layer to one size and number of slices, without loss.

        A kernel of another number of slices is its mean in each.
        """
        setup, number = self._model.lab.setup, self._model.layer
        slices, *size = self._model.selected.weight.shape
        rows, columns = np.maximum(size, weight.shape[1:])
        if alone and len(self._model.front.filters) == 1:
            rows, columns = weight.shape[1:]
        if (rows, columns) != tuple(size):
            setup = kernels_resized(setup, number, int(rows), int(columns))
        if len(weight) != slices:
            weight = np.repeat(np.mean(weight, axis=0, keepdims=True), slices, axis=0)
        return setup, resized(weight, int(rows), int(columns))

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (EngineError, PictureError) as error:
            text = str(error)
            self.refused.emit(text[:1].upper() + text[1:] + ("" if text.endswith(".") else "."))


def _removal(model: LabModel, number: int) -> str:
    more = number + 1 < len(model.lab.setup.layers)
    return f"Remove layer {number + 1}" + (" and what follows" if more else "")
