"""A whole network from left to right: input, every layer's output channels, logits."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from engine.inspect.layer_tiles import LayerTiles
from gui.icons import icon
from gui.palettes import Lut
from gui.theme import S1, Theme, ThemeManager
from gui.widgets.caption_line import CaptionLine, Legend
from gui.widgets.copy_keys import CopyKeys
from gui.widgets.flow_canvas import FlowCanvas
from gui.widgets.flow_layout import FlowHit
from gui.widgets.flow_painting import heading_of, probabilities_of
from gui.widgets.tile_words import numbers_as_table

# Up to where a number fits a cell of one pixel.
_SMALLEST_ZOOM, _LARGEST_ZOOM = 1.0, 56.0
_ZOOM_PER_NOTCH = 1.25
_STILL_PX = 3
_ICON_PX = 16
_ZOOM_KEYS = {Qt.Key.Key_Plus: 1.0, Qt.Key.Key_Equal: 1.0, Qt.Key.Key_Minus: -1.0}


class LayerFlow(QWidget):
    """Shows how a picture goes through a network, layer by layer. GUI thread only.

    It fits the room; Ctrl+wheel or + and − zoom, down to single pixels with their numbers; the fit button, 0
    or a double-click beside the blocks fits again. Of networks that are too large for the room it shows some
    channels of each layer and says how many, until all of them are asked for. It keeps no selection of its
    own: it tells what was clicked, outlines what it is told.
    """

    channel_clicked = Signal(str, int, object, object)
    """A layer, a channel counted from 0, and the row and column under the mouse or None."""
    channel_activated = Signal(str, int)
    """A channel was double-clicked, or Enter pressed on it."""
    menu_requested = Signal(object)
    """The menu of the channel that was just chosen is wanted at a `QPoint` of the screen."""
    layer_clicked = Signal(str)
    """The heading of a layer was clicked."""
    pointed = Signal(object)
    """The layer and the channel under the mouse, or None."""
    hovered = Signal(str)
    """What lies under the mouse, in words; empty when the mouse has left."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._zoom = 1.0
        self._selected: tuple[str, int | None] | None = None
        self._pixel: tuple[int, int] | None = None
        # Where in the room the wheel was turned, what lay there, and where the middle of that was.
        self._anchor: tuple[QPointF, FlowHit | None, QPointF] | None = None
        self._caption = CaptionLine(themes)
        self._fit_button = QToolButton()
        self._fit_button.setObjectName("layer_flow_fit")
        self._fit_button.setProperty("flat", True)
        self._fit_button.setFixedSize(24, 24)
        self._fit_button.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self._fit_button.setToolTip("Fit the network into the room (0); Ctrl and the wheel, + and − zoom")
        self._fit_button.setAccessibleName("Fit the network into the room")
        self._fit_button.clicked.connect(self.fit)
        self._all_button = QToolButton()
        self._all_button.setObjectName("layer_flow_all")
        self._all_button.setText("All channels")
        self._all_button.setCheckable(True)
        self._all_button.setToolTip("Show every channel of every layer, and scroll, rather than fit the room")
        self._all_button.toggled.connect(self._on_all_toggled)
        self._all_button.hide()
        self._canvas = FlowCanvas(themes)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._canvas)
        self._scroll.viewport().setAutoFillBackground(False)

        header = QHBoxLayout()
        header.setSpacing(S1)
        header.addWidget(self._caption, 1)
        header.addWidget(self._all_button)
        header.addWidget(self._fit_button)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addLayout(header)
        column.addWidget(self._scroll, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        CopyKeys(self, self.picture, self._numbers, menu="none")
        self._canvas.clicked.connect(self._on_clicked)
        self._canvas.double_clicked.connect(self._on_double_clicked)
        self._canvas.hovered.connect(self.hovered)
        self._canvas.pointed.connect(self.pointed)
        self._canvas.zoom_turned.connect(self._on_zoom_turned)
        themes.changed.connect(self._apply)
        self.set_title("Layers", "every output channel, each layer to its own scale")
        self._apply(themes.theme)

    @property
    def layers(self) -> tuple[LayerTiles, ...]:
        """What is shown."""
        return self._canvas.layers

    @property
    def canvas(self) -> FlowCanvas:
        """The picture itself, which takes the mouse."""
        return self._canvas

    @property
    def zoom(self) -> float:
        """How many times larger than the room the picture is; 1 fits."""
        return self._zoom

    def show_layers(self, layers: Sequence[LayerTiles]) -> None:
        """Show a network's answer; cheap enough for every frame."""
        before = self._canvas.flow_layout
        self._canvas.show_layers(layers)
        if self._canvas.flow_layout is not before:
            self._anchor = None
        self._fit_button.setEnabled(bool(layers))

    def set_title(self, title: str, detail: str = "") -> None:
        """Write the line above."""
        self._caption.set_text(title, detail)
        self.setAccessibleName(title)
        self.setAccessibleDescription(detail)

    def set_empty_text(self, text: str) -> None:
        """Say what will be here and the one thing to do, while there is nothing to show."""
        self._canvas.set_empty_text(text)

    def set_selected(
        self,
        layer: str | None,
        channel: int | None = None,
        pixel: tuple[int, int] | None = None,
    ) -> None:
        """Outline a channel, and a (row, column) in it, as selected; None for none."""
        self._selected = None if layer is None else (layer, channel)
        self._pixel = pixel
        self._canvas.set_selected(layer, channel, pixel)

    def offer_fitting(self) -> None:
        """Fit networks of any size into the room, and let the person choose to see every channel."""
        self._all_button.show()
        self._canvas.set_fits(True)

    def show_lights(self, lights: Mapping[str, NDArray[np.floating]], words: str) -> None:
        """Light channels, by layer and as strongly as these numbers say, and read out what they are."""
        self._canvas.show_lights(lights, words)

    def fit(self) -> None:
        """Show the whole network in the room that there is."""
        self.set_zoom(1.0)

    def set_zoom(self, zoom: float) -> None:
        """Make the picture `zoom` times as large as what fits, 1 to 56."""
        self._zoom = min(max(zoom, _SMALLEST_ZOOM), _LARGEST_ZOOM)
        self._refit()

    def picture(self) -> QImage:
        """Draw the network anew at twice its size."""
        return self._canvas.picture()

    def _numbers(self) -> str:
        parts: list[str] = []
        for layer in self.layers:
            if layer.tiles is not None:
                parts.append(numbers_as_table(layer.tiles))
            elif layer.vector is not None:
                shares = probabilities_of(layer.vector).tolist()
                rows = zip(layer.labels, layer.vector.tolist(), shares, strict=True)
                lines = [f"{label}\t{value:.6g}\t{share:.6g}" for label, value, share in rows]
                parts.append("\n".join([heading_of(layer), *lines]) + "\n")
        return "".join(parts)

    def _refit(self) -> None:
        room = self._scroll.maximumViewportSize()
        self._canvas.set_room(room, self._zoom)
        if self._zoom == 1 and self._canvas.width() > room.width():
            # Leave room for the one scroll bar, lest it calls for the other.
            bar = self._scroll.horizontalScrollBar().sizeHint().height()
            self._canvas.set_room(room - QSize(0, bar), self._zoom)

    def _apply(self, theme: Theme) -> None:
        self._fit_button.setIcon(icon("fit", theme.text_dim, _ICON_PX))
        lut: Lut = theme.signed_activation_lut
        self._caption.set_legend(Legend(lut, "negative", "positive"))

    def _on_all_toggled(self, every: bool) -> None:
        self._canvas.set_fits(not every)
        self._refit()

    def _on_zoom_turned(self, notches: float, position: QPointF) -> None:
        """Zoom about what is under the mouse: a cell stays where it is, elsewhere about the point."""
        before = self._canvas.size()
        bars = (self._scroll.horizontalScrollBar(), self._scroll.verticalScrollBar())
        pointed = position - QPointF(bars[0].value(), bars[1].value())
        if self._anchor is not None and (self._anchor[0] - pointed).manhattanLength() < _STILL_PX:
            # The mouse has not moved since the last turn; a cell that had no room to stay comes back.
            hit, seen = self._anchor[1], self._anchor[2]
        else:
            hit = self._canvas.hit_at(position)
            seen = pointed if hit is None else pointed + self._canvas.place_of(hit) - position
            self._anchor = pointed, hit, seen
        self.set_zoom(self._zoom * _ZOOM_PER_NOTCH**notches)
        after = self._canvas.size()
        if hit is None:
            shares = (position.x() / before.width(), position.y() / before.height())
            middle = QPointF(shares[0] * after.width(), shares[1] * after.height())
        else:
            middle = self._canvas.place_of(hit)
        bars[0].setValue(round(middle.x() - seen.x()))
        bars[1].setValue(round(middle.y() - seen.y()))

    def _zoom_by_key(self, notches: float) -> None:
        """Zoom about what is selected, or else about the middle of what is seen."""
        middle = self._canvas.seen.center()
        if self._selected is not None and self._selected[1] is not None:
            block = self._canvas.block_named(self._selected[0])
            if block is not None and self._shown_of(block) > self._selected[1]:
                middle = self._canvas.place_of(FlowHit(block, self._selected[1], *(self._pixel or ())))
        self._on_zoom_turned(notches, middle)

    def _shown_of(self, block: int) -> int:
        """How many channels of a block have a place."""
        layout = self._canvas.flow_layout
        if layout is None:
            return self.layers[block].shape[0]
        placed = layout.blocks[block]
        return placed.bars if placed.grid is None else placed.grid.shown

    def _on_clicked(self, hit: FlowHit | None) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if hit is None:
            return
        name = self.layers[hit.block].name
        if hit.channel is None:
            self.layer_clicked.emit(name)
        else:
            self.channel_clicked.emit(name, hit.channel, hit.row, hit.column)

    def _on_double_clicked(self, hit: FlowHit | None) -> None:
        if hit is None:
            self.fit()
        elif hit.channel is not None:
            self.channel_activated.emit(self.layers[hit.block].name, hit.channel)

    def _moved(self, key: int) -> tuple[int, int] | None:
        """Find the block and the channel that an arrow key leads to; None for any other key."""
        layout = self._canvas.flow_layout
        arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
        if layout is None or key not in arrows:
            return None
        block = self._canvas.block_named(self._selected[0]) if self._selected else None
        if block is None or self._selected is None or self._selected[1] is None:
            return 0, 0
        row, column = divmod(self._selected[1], layout.blocks[block].columns)
        row += {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(key), 0)
        column += {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(key), 0)
        if column < 0 and block > 0:
            block -= 1
            column = layout.blocks[block].columns - 1
        elif column >= layout.blocks[block].columns and block + 1 < len(layout.blocks):
            block, column = block + 1, 0
        columns, count = layout.blocks[block].columns, self._shown_of(block)
        row = min(max(row, 0), (count - 1) // columns)
        return block, min(row * columns + min(max(column, 0), columns - 1), count - 1)

    def sizeHint(self) -> QSize:
        """Want most of the window."""
        return QSize(880, 560)

    def minimumSizeHint(self) -> QSize:
        """Shrink; what has no room is reached by scrolling."""
        return QSize(240, 200)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room that there is."""
        super().resizeEvent(event)
        self._column.activate()
        self._refit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Choose the channel under the mouse and ask for its menu."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            hit = self._canvas.hit_at(QPointF(self._canvas.mapFrom(self, event.pos())))
            if hit is None or hit.channel is None:
                return
            self._on_clicked(hit)
        if self._selected is not None and self._selected[1] is not None:
            self.menu_requested.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows, zoom with +, − and 0, go deeper with Enter."""
        if event.key() in _ZOOM_KEYS:
            self._zoom_by_key(_ZOOM_KEYS[Qt.Key(event.key())])
            return
        if event.key() == Qt.Key.Key_0:
            self.fit()
            return
        place = self._moved(event.key())
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if place is not None:
            self.channel_clicked.emit(self.layers[place[0]].name, place[1], None, None)
        elif enter and self._selected is not None and self._selected[1] is not None:
            self.channel_activated.emit(*self._selected)
        else:
            super().keyPressEvent(event)
