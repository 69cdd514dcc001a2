"""What filters look for: the pattern wall of a layer, kept fresh on a thread of its own."""

from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from engine.inspect.channels import arranged
from engine.inspect.fields import spanned_box
from engine.inspect.fingerprints import slice_names
from engine.inspect.front import front_spec
from engine.inspect.saliency import features_behind, importance
from engine.inspect.synthesis import Ascent
from engine.spec import NetworkSpec
from gui.pages.inside.depth import depth_words
from gui.pages.inside.part import Part, View
from gui.pages.inside.pattern_wall import PatternWall
from gui.pages.inside.pins import PinBoard
from gui.pages.inside.tools import WallTools
from gui.pages.inside.wall_worker import Dreams, News, Patterns, Question, WallWorker, Working
from gui.theme import ThemeManager
from gui.widgets.paced import Paced

# Reading the patterns of many filters takes as long as a frame.
NAMES_MS = 500


class PatternsPart(Part):
    """The wall, its tools and its worker. GUI thread only.

    Parameters
    ----------
    themes
        Shared with the window.
    pictures
        Gives the pictures that are searched for what excites a network's channels; on another thread.
    ascent
        How the pictures that channels would like are made.
    pins
        Which channels stand first.
    """

    def __init__(
        self,
        themes: ThemeManager,
        pictures: Callable[[NetworkSpec], NDArray[Any] | None],
        ascent: Ascent,
        pins: PinBoard,
        parent: QWidget | None = None,
    ) -> None:
        self._choices = WallTools(ascent.steps)
        super().__init__(self._choices, parent)
        self._pins = pins
        self._pinned: frozenset[int] = frozenset()
        self._view: View | None = None
        self._shown: tuple[str, str] = ("", "")
        self.wall = PatternWall(themes)
        self.wall.setObjectName("pattern_wall")
        self.worker = WallWorker(pictures, ascent, self)
        self.worker.told.connect(self._on_told)
        self._names = Paced(self._show_names, NAMES_MS, parent=self)
        scroll = QScrollArea()
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.wall)
        # The stage's own surface shows between the cards.
        scroll.viewport().setAutoFillBackground(False)
        self.wall.setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)
        self._choices.layer_chosen.connect(self.layer_chosen)
        self._choices.order_chosen.connect(self._put_in_order)
        self._choices.way_chosen.connect(self._on_way_chosen)
        self._choices.ascent_moved.connect(self.wall.show_ascent)
        self.wall.hovered.connect(self.hovered)
        self.wall.channel_clicked.connect(self._on_channel_clicked)
        self.wall.menu_requested.connect(self.menu_requested)
        self.wall.channel_activated.connect(lambda channel: self.tile_activated.emit())

    @property
    def is_settled(self) -> bool:
        """Whether the wall is as full as it gets."""
        return self.worker.is_idle

    def show_view(self, view: View) -> None:
        """Show the wall of the layer that is looked at, and ask for what is not up to date."""
        self._view = view
        shown = view.frame.subject.key, view.layer
        if shown != self._shown:
            self._show_layer(view)
            self._shown = shown
        if self.wall.is_filled:
            self.told.emit(self._depth())
        elif self._pins.of(view.layer) != self._pinned:
            self._put_in_order()
        self.wall.set_selected(view.channel)
        self._write_caption()
        if view.layer:
            self._names.request()
            question = Question(view.layer, self._choices.rule)
            self.worker.ask(view.frame.subject, question, gentle=view.training)
        else:
            self.worker.rest()

    def rest(self) -> None:
        """Stop filling the wall."""
        self.worker.rest()

    def close_worker(self) -> None:
        """End the thread."""
        self.worker.close()

    def _show_layer(self, view: View) -> None:
        spec, layer = view.frame.spec, view.layer
        if view.frame.subject.key != self._shown[0]:
            self._choices.show_layers(spec.convolutions)
        if not layer:
            self.wall.show_layer("", 0, (1, 1), (1, 1))
            return
        self._choices.show_layer(layer)
        top, bottom, left, right = spanned_box(spec, layer, (0, 0))
        count, field = spec.shapes[layer][0], (bottom - top, right - left)
        _, height, width = front_spec(spec, layer).input_shape
        self.wall.show_layer(layer, count, field, (height, width))
        self._put_in_order()

    def _write_caption(self) -> None:
        assert self._view is not None
        spec, layer = self._view.frame.spec, self._view.layer
        if not layer:
            self.captioned.emit("No convolution", "this network has no filters that look for patterns")
            return
        top, bottom, left, right = spanned_box(spec, layer, (0, 0))
        count, shown = spec.shapes[layer][0], len(self.wall.order)
        self.captioned.emit(
            f"{layer} · {count} channels" if shown == count else f"{layer} · {shown} of {count} channels",
            "nine strongest patches, what in them excites the channel, a picture made for it · "
            f"each pixel sees {bottom - top} × {right - left} of the picture",
        )

    def _depth(self) -> str:
        """What is to be expected of the layer, where nothing else is to be told."""
        view = self._view
        return depth_words(view.frame.spec, view.layer) if view is not None and view.layer else ""

    def _show_names(self) -> None:
        """Write what the filters of a first layer of 3 × 3 are called: deeper ones are of many slices."""
        if self._view is None or not self._view.layer:
            return
        weight = self._view.frame.parameters[f"{self._view.layer}.weight"]
        names = {}
        if weight.shape[1:] == (1, 3, 3):
            names = dict(enumerate(slice_names(weight)))
        self.wall.show_names(names)

    def _on_told(self, news: Sequence[News]) -> None:
        layer = "" if self._view is None else self._view.layer
        for each in news:
            if isinstance(each, Working):
                # What renews a wall that is there goes on in silence: each card says its step.
                self.told.emit(self._depth() if self.wall.is_filled or not each.text else each.text)
                if not each.text and self._choices.hides_dead:
                    self._put_in_order()
            elif isinstance(each, Patterns) and each.found.layer == layer:
                self.wall.take_patterns(each)
            elif isinstance(each, Dreams) and each.layer == layer:
                self.wall.take_dreams(each)

    def _put_in_order(self) -> None:
        """Put the cards in the chosen order, by what is known at this moment."""
        view, wall = self._view, self.wall
        if view is None or not view.layer:
            return
        frame, layer = view.frame, view.layer
        channels = range(frame.spec.shapes[layer][0])
        keys: Sequence[float] = channels
        match self._choices.order:
            case 1:
                keys = [-float(peak) for peak in frame.activations[layer].max(axis=(1, 2))]
            case 2:
                behind = features_behind(frame.spec, layer)
                found = importance(frame.spec, frame.parameters, frame.values, behind, frame.verdict.label)
                keys = [-float(each) for each in found[0]]
            case 3:
                keys = [-wall.strongest(channel) for channel in channels]
        dead = wall.dead if self._choices.hides_dead else frozenset()
        order = sorted(channels, key=lambda channel: (keys[channel], channel))
        self._pinned = self._pins.of(layer)
        wall.show_order(arranged(order, self._pinned, dead))
        self._write_caption()

    def _on_way_chosen(self) -> None:
        self.wall.clear()
        if self._view is not None:
            self.show_view(self._view)

    def _on_channel_clicked(self, channel: int, pixel: object) -> None:
        if self._view is not None:
            self.tile_chosen.emit(self._view.layer, "channel", channel, None)
