"""One of the three: what its first layer is, how far it is, and the wall of its filters."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.inspect.tiles import change_captions, filter_tiles
from engine.inspect.words import grouped, percent, plural
from engine.race import HAND_MADE, RaceEntry
from gui.pages.runs.race_lines import LineSample
from gui.theme import S1, S2, ThemeManager, answer_font, caption_font, heading_font
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.tile_wall import TileWall

LEAST_WALL_PX = 110
# The longest sentence in the narrowest column.
SENTENCE_LINES = 2


class RaceColumn(QWidget):
    """Shows one entry and what its training has made of it. Keeps no session. GUI thread only."""

    hovered = Signal(str)
    tile_clicked = Signal(int, object, object)
    """A filter, counted from 0, and the row and column of the cell under the mouse or None."""

    def __init__(self, themes: ThemeManager, key: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"race_{key}")
        self._key = key
        self.accuracy: float | None = None
        """Share of the test pictures that it has right; None before the first test."""
        self._start: NDArray[np.floating] | None = None
        self._names: tuple[str, ...] = ()
        self._layer = ""
        self._name = ElidedLabel(themes)
        self._name.setFont(heading_font())
        self._name.set_text(name)
        self._sentence = QLabel()
        self._sentence.setObjectName(f"race_{key}_sentence")
        self._sentence.setProperty("role", "dim")
        self._sentence.setFont(caption_font())
        self._sentence.setWordWrap(True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        # Always so many lines: the walls of all three begin at one height.
        self._sentence.setFixedHeight(SENTENCE_LINES * self._sentence.fontMetrics().lineSpacing())
        right = Qt.AlignmentFlag.AlignRight
        self._accuracy = ElidedLabel(themes, alignment=right, reserve=percent(1, 1))
        self._accuracy.setFont(answer_font())
        self._accuracy.setObjectName(f"race_{key}_accuracy")
        self._step = ElidedLabel(themes, dim=True, alignment=right, reserve=f"step {grouped(88_888)}")
        self._step.setFont(caption_font())
        self._step.setObjectName(f"race_{key}_step")
        self.wall = TileWall(themes)
        self.wall.setObjectName(f"race_{key}_filters")
        self.wall.setMinimumHeight(LEAST_WALL_PX)
        self.wall.set_empty_text("The filters of the first layer appear here")
        self.wall.hovered.connect(self.hovered)
        self.wall.tile_clicked.connect(self.tile_clicked)

        # Where there is little room, words give way and numbers do not.
        for figure in (self._accuracy, self._step):
            figure.setMinimumWidth(figure.sizeHint().width())
        first, second = QHBoxLayout(), QHBoxLayout()
        for line in (first, second):
            line.setSpacing(S2)
        first.addWidget(LineSample(themes, key))
        first.addWidget(self._name)
        first.addStretch(1)
        first.addWidget(self._accuracy)
        second.addWidget(self._sentence, 1)
        second.addWidget(self._step, alignment=Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addLayout(first)
        column.addLayout(second)
        column.addWidget(self.wall, 1)

    def show_entry(self, entry: RaceEntry, layer: str, scale: float) -> None:
        """Show the first layer as it is before anything is trained."""
        self._layer, self._names = layer, entry.filters
        self._start = entry.parameters[f"{layer}.weight"]
        self._sentence.setText(entry.sentence)
        self.show_step(0)
        self.show_accuracy(None)
        self.show_filters(self._start, scale)

    def show_filters(self, weight: NDArray[np.floating], scale: float) -> None:
        """Show the present filters ``(filters, channels, rows, columns)``, `scale` at full strength."""
        assert self._start is not None
        # A filter with a name of its own is read by that; of the others one wants to see whether they move.
        captions = self._names if self._key == HAND_MADE else change_captions(weight, self._start)
        # The sentence above names the layer: a short title leaves room for the legend.
        title = plural(len(weight), "filter")
        self.wall.show_tiles(filter_tiles(self._layer, weight, scale, captions, title=title))

    def show_step(self, step: int) -> None:
        """Say how far it is."""
        self._step.set_text(f"step {grouped(step)}")

    def show_accuracy(self, accuracy: float | None) -> None:
        """Say which share of the test pictures it has right; None before the first test."""
        self.accuracy = accuracy
        self._accuracy.set_text("" if accuracy is None else percent(accuracy, 1))
        self._accuracy.setAccessibleName(
            "not tested yet" if accuracy is None else f"{percent(accuracy, 1)} of the test pictures right"
        )
