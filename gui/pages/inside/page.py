"""The Inside page: the whole network, and of one layer what every filter has learned to look for."""

from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.drawing import Drawing
from engine.inspect.fields import spanned_box
from engine.inspect.fingerprint import fingerprint
from engine.inspect.front import front_spec
from engine.inspect.layer_tiles import layer_scales, layer_tiles
from engine.inspect.ledgers import Place
from engine.inspect.saliency import features_behind, importance
from engine.inspect.synthesis import USUAL, Ascent
from engine.spec import NetworkSpec
from gui.frames import Frame
from gui.newest import NewestWorker
from gui.pages.inside.ledger_tree import LedgerTree
from gui.pages.inside.pattern_wall import PatternWall
from gui.pages.inside.sensitivity import Asked, look
from gui.pages.inside.sensitivity_view import SensitivityView
from gui.pages.inside.tools import ClassTools, WallTools
from gui.pages.inside.wall_worker import Dreams, News, Patterns, Question, WallWorker, Working, layer_behind
from gui.selection import Selection
from gui.theme import S2, S3, S4, ThemeManager
from gui.widgets.caption_line import CaptionLine
from gui.widgets.layer_flow import LayerFlow
from gui.widgets.paced import Paced

PARTS = (
    ("patterns", "What filters look for"),
    ("sensitivity", "Where the answer is sensitive"),
    ("ledger", "How a number comes about"),
)
FLOW_PX, WALL_PX = 260, 380
# Reading the patterns of many filters takes as long as a frame, finding where an answer is sensitive longer.
SELDOM_MS = 500


class InsidePage(QWidget):
    """A lens on the network that answers the Pad. GUI thread only; keeps the last frame to ask about it.

    Parameters
    ----------
    themes
        Shared with the window.
    pictures
        Gives the pictures that are searched for what excites a channel, on another thread.
    ascent
        How the pictures that channels would like are made.
    """

    tile_chosen = Signal(str, str, int, object)
    """Layer, "channel", its number from 0, and (row, column) or None."""
    tile_activated = Signal()
    """The chosen channel was double-clicked, or Enter pressed on it: go deeper."""
    menu_requested = Signal(object)
    """The menu of the chosen channel is wanted at a `QPoint` of the screen."""
    layer_chosen = Signal(str)
    hovered = Signal(str)

    def __init__(
        self,
        themes: ThemeManager,
        pictures: Callable[[], NDArray[Any]],
        parent: QWidget | None = None,
        *,
        ascent: Ascent = USUAL,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page_inside")
        self._frame: Frame | None = None
        self._key = ""
        self._scales: dict[str, float] = {}
        self._layer = ""
        self._visible = self._training = False
        self._flow = LayerFlow(themes)
        self._flow.setObjectName("inside_flow")
        self._flow.set_title("The network", "every output channel, each layer to its own scale")
        self._flow.set_empty_text("Draw a digit: what every layer makes of it appears here")
        self._wall = PatternWall(themes)
        self._wall.setObjectName("pattern_wall")
        self._maps = SensitivityView(themes)
        self._maps.setObjectName("sensitivity_view")
        self._ledger = LedgerTree(themes)
        self._place: Place | None = None
        self._worker = WallWorker(pictures, ascent, self)
        self._worker.told.connect(self._on_told)
        self._looker: NewestWorker[Asked] = NewestWorker(look, "sensitivity", self)
        self._looker.made.connect(self._maps.show_maps)
        self._caption = CaptionLine(themes)
        self._caption.setObjectName("wall_caption")
        self._status = QLabel()
        self._status.setObjectName("wall_status")
        self._status.setProperty("role", "dim")
        self._wall_tools, self._class_tools = WallTools(ascent.steps), ClassTools()
        self._names = Paced(self._show_names, SELDOM_MS, parent=self)
        self._looks = Paced(self._look, SELDOM_MS, parent=self)
        self._looked_at: Drawing | None = None
        self._lay_out()
        self._wall_tools.layer_chosen.connect(self.layer_chosen)
        self._wall_tools.order_chosen.connect(self._put_in_order)
        self._wall_tools.way_chosen.connect(self._on_way_chosen)
        self._wall_tools.ascent_moved.connect(self._wall.show_ascent)
        self._class_tools.changed.connect(self._ask)
        for lens in (self._flow, self._wall, self._maps):
            lens.hovered.connect(self.hovered)
        self._flow.channel_clicked.connect(self._on_channel_clicked)
        self._flow.layer_clicked.connect(self.layer_chosen)
        self._flow.channel_activated.connect(lambda layer, channel: self.tile_activated.emit())
        self._flow.menu_requested.connect(self.menu_requested)
        self._wall.channel_clicked.connect(lambda c: self.tile_chosen.emit(self._layer, "channel", c, None))
        self._wall.menu_requested.connect(self.menu_requested)
        self._wall.channel_activated.connect(lambda channel: self.tile_activated.emit())

    @property
    def is_settled(self) -> bool:
        """Whether everything that was asked for is on screen."""
        return self._worker.is_idle and self._looker.is_idle

    @property
    def wall(self) -> PatternWall:
        """The pattern wall."""
        return self._wall

    @property
    def maps(self) -> SensitivityView:
        """Where the answer is sensitive."""
        return self._maps

    def enter(self, visible: bool) -> None:
        """Tell whether the page can be seen: otherwise it computes nothing."""
        self._visible = visible
        if visible:
            self._ask()
        else:
            self._worker.rest()

    def set_training(self, training: bool) -> None:
        """Tell whether a training needs the cores."""
        if training != self._training:
            self._training = training
            self._ask()

    def show_frame(self, frame: Frame) -> None:
        """Show what the network makes of the drawing, and ask for what its filters look for."""
        self._frame = frame
        new = frame.subject.key != self._key
        if new:
            # Scales are fixed as long as the same network is looked at; another one gets its own.
            self._key, self._scales = frame.subject.key, {}
            self._wall_tools.show_layers(frame.spec.convolutions)
            self._class_tools.show_classes(frame.spec.classes)
        if frame.verdict.kind == "blank":
            self._flow.show_layers(())
            self._maps.show_maps(None)
        else:
            blocks = layer_tiles(frame.spec, frame.activations, self._scales)
            self._scales = layer_scales(blocks)
            self._flow.show_layers(blocks)
        layer = layer_behind(frame.spec, self._layer)
        if new or layer != self._layer:
            self._show_layer(layer)
        self._ask()

    def show_selection(self, selection: Selection) -> None:
        """Outline what is selected, and show the wall of its layer."""
        self._flow.set_selected(selection.layer, selection.channel, selection.pixel)
        if self._frame is None:
            return
        if selection.layer is not None:
            layer = layer_behind(self._frame.spec, selection.layer)
            if layer != self._layer:
                self._show_layer(layer)
                self._ask()
        spec = self._frame.spec
        # Channels of the layers behind a convolution are its channels, up to the next one.
        reaches = selection.layer in spec.layer_names and len(spec.shapes[str(selection.layer)]) == 3
        self._wall.set_selected(selection.channel if reaches else None)
        self._place = _place_of(selection, spec)
        if self._stack.currentIndex() == 2:
            self._ask()

    def show_part(self, part: str) -> None:
        """Bring "patterns", "sensitivity" or "ledger" to the front below the network."""
        index = [name for name, _ in PARTS].index(part)
        self._parts.buttons()[index].setChecked(True)
        self._stack.setCurrentIndex(index)
        self._tools.setCurrentIndex(index)
        self._status.clear()
        self._write_caption()
        self._ask()

    def close_workers(self) -> None:
        """End the threads."""
        self._worker.close()
        self._looker.close()

    def minimumSizeHint(self) -> QSize:
        """Shrink with the window; what has no room is reached by scrolling."""
        return QSize(360, 300)

    def _lay_out(self) -> None:
        self._parts = QButtonGroup(self)
        self._tools = QStackedWidget()
        self._stack = QStackedWidget()
        row = QHBoxLayout()
        row.setSpacing(S2)
        for name, words in PARTS:
            button = QPushButton(words)
            button.setObjectName(f"inside_{name}")
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, name=name: self.show_part(name))
            self._parts.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._status)
        self._tools.addWidget(self._wall_tools)
        self._tools.addWidget(self._class_tools)
        self._tools.addWidget(QWidget())
        scroll = QScrollArea()
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._wall)
        # The stage's own surface shows between the cards.
        scroll.viewport().setAutoFillBackground(False)
        self._wall.setAutoFillBackground(False)
        self._stack.addWidget(scroll)
        self._stack.addWidget(self._maps)
        self._stack.addWidget(self._ledger)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, S2, 0, 0)
        column.setSpacing(S2)
        column.addLayout(row)
        line = QHBoxLayout()
        line.addWidget(self._caption, 1)
        line.addWidget(self._tools)
        column.addLayout(line)
        column.addWidget(self._stack, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._flow)
        splitter.addWidget(below)
        splitter.setSizes([FLOW_PX, WALL_PX])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(S4, S3, S4, S3)
        whole.addWidget(splitter)
        self._parts.buttons()[0].setChecked(True)

    def _show_layer(self, layer: str) -> None:
        assert self._frame is not None
        self._layer = layer
        spec = self._frame.spec
        if not layer:
            self._wall.show_layer("", 0, (1, 1), (1, 1))
            self._write_caption()
            return
        self._wall_tools.show_layer(layer)
        top, bottom, left, right = spanned_box(spec, layer, (0, 0))
        count, field = spec.shapes[layer][0], (bottom - top, right - left)
        _, height, width = front_spec(spec, layer).input_shape
        self._wall.show_layer(layer, count, field, (height, width))
        self._put_in_order()

    def _write_caption(self) -> None:
        if self._frame is None:
            return
        spec, layer = self._frame.spec, self._layer
        if self._stack.currentIndex() == 2:
            self._caption.set_text(
                "One number",
                "a weight times a number of the layer before, added up · each term opens to what made it",
            )
        elif self._stack.currentIndex() == 1:
            self._caption.set_text(
                "Sensitive here",
                "where the logit answers to a change of the picture · not why the network decides so",
            )
        elif not layer:
            self._caption.set_text("No convolution", "this network has no filters that look for patterns")
        else:
            top, bottom, left, right = spanned_box(spec, layer, (0, 0))
            count, shown = spec.shapes[layer][0], len(self._wall.order)
            self._caption.set_text(
                f"{layer} · {count} channels" if shown == count else f"{layer} · {shown} of {count} channels",
                f"each pixel sees {bottom - top} × {right - left} of the picture · "
                "nine strongest patches · what in them excites the channel · a picture made for it",
            )

    def _ask(self) -> None:
        """Ask for what is not up to date, if anybody can see it."""
        frame = self._frame
        if not self._visible or frame is None:
            return
        if self._stack.currentIndex() == 0 and self._layer:
            self._names.request()
            question = Question(self._layer, self._wall_tools.rule)
            self._worker.ask(frame.subject, question, gentle=self._training)
            return
        self._worker.rest()
        if self._stack.currentIndex() == 2:
            self._ledger.show_number(frame, self._place)
        elif self._training and frame.drawing is self._looked_at:
            # Steps of a training come all the time; what is drawn is answered at once.
            self._looks.request()
        else:
            self._look()

    def _look(self) -> None:
        """Ask where the present answer is sensitive."""
        frame = self._frame
        if frame is not None and frame.verdict.kind != "blank":
            self._looked_at = frame.drawing
            self._looker.request(Asked(frame, *self._class_tools.chosen(frame.verdict.label)))

    def _show_names(self) -> None:
        """Write what the filters of a first layer of 3 × 3 are called: deeper ones are of many slices."""
        if self._frame is None or not self._layer:
            return
        weight = self._frame.parameters[f"{self._layer}.weight"]
        names = {}
        if weight.shape[1:] == (1, 3, 3):
            names = {index: fingerprint(each[0]).name for index, each in enumerate(weight)}
        self._wall.show_names(names)

    def _on_told(self, news: Sequence[News]) -> None:
        for each in news:
            if isinstance(each, Working):
                # What renews a wall that is there goes on in silence: each card says its step.
                self._status.setText("" if self._wall.is_filled else each.text)
                if not each.text and self._wall_tools.hides_dead:
                    self._put_in_order()
            elif isinstance(each, Patterns) and each.found.layer == self._layer:
                self._wall.take_patterns(each)
            elif isinstance(each, Dreams) and each.layer == self._layer:
                self._wall.take_dreams(each)

    def _put_in_order(self) -> None:
        """Put the cards in the chosen order, by what is known at this moment."""
        frame, wall = self._frame, self._wall
        if frame is None or not self._layer:
            return
        channels = range(frame.spec.shapes[self._layer][0])
        keys: Sequence[float] = channels
        match self._wall_tools.order:
            case 1:
                keys = [-float(peak) for peak in frame.activations[self._layer].max(axis=(1, 2))]
            case 2:
                layer = features_behind(frame.spec, self._layer)
                found = importance(frame.spec, frame.parameters, frame.values, layer, frame.verdict.label)
                keys = [-float(each) for each in found[0]]
            case 3:
                keys = [-wall.strongest(channel) for channel in channels]
        dead = wall.dead if self._wall_tools.hides_dead else frozenset()
        wall.show_order(sorted(set(channels) - dead, key=lambda channel: (keys[channel], channel)))
        self._write_caption()

    def _on_way_chosen(self) -> None:
        self._wall.clear()
        self._ask()

    def _on_channel_clicked(self, layer: str, channel: int, row: object, column: object) -> None:
        pixel = None if row is None else (row, column)
        self.tile_chosen.emit(layer, "channel", channel, pixel)


def _place_of(selection: Selection, spec: NetworkSpec) -> Place | None:
    """The number that is selected: a pixel of a channel, or a number of a vector."""
    layer, channel = selection.layer, selection.channel
    if layer not in spec.layer_names or channel is None or selection.kind == "filter":
        return None
    if len(spec.shapes[layer]) == 1:
        return Place(layer, channel)
    return None if selection.pixel is None else Place(layer, channel, selection.pixel)
