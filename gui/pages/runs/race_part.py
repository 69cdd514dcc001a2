"""The race on screen: three walls of filters that train side by side, one chart, and one sentence."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.inspect.tiles import nice_scale
from engine.race import HAND_MADE, LEARNED, RANDOM, RaceEntry
from gui.pages.runs.race_column import RaceColumn
from gui.pages.runs.race_plot import RacePlot
from gui.pages.runs.race_tools import RaceState, RaceTools
from gui.theme import S2, S4, ThemeManager
from gui.widgets.paced import Paced

EXPLANATION = (
    "Three copies of one network train on the same pictures in the same order; only their first layers "
    "differ: filters that people made by hand, random ones, and ones that learn. So you see what learning "
    "the first layer is worth, and how far the layers behind it get with filters that never change."
)
NAMES = ((HAND_MADE, "Hand-made"), (RANDOM, "Random"), (LEARNED, "Learned"))

# The longest sentence in the narrowest window.
MESSAGE_LINES = 3


class RacePart(QWidget):
    """A lens on one race: shows what it is given and tells what is wanted. GUI thread only."""

    hovered = Signal(str)
    """What lies under the mouse, in words; empty when the mouse has left."""
    visibility_changed = Signal(bool)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("race_part")
        self._layer = ""
        self._scale: float | None = None
        self._weights: list[NDArray[np.floating]] = []
        self._steps = [0] * len(NAMES)
        self.tools = RaceTools(themes)
        self.message = QLabel(EXPLANATION)
        self.message.setObjectName("race_message")
        self.message.setWordWrap(True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        # Always so many lines: nothing below moves.
        self.message.setFixedHeight(MESSAGE_LINES * self.message.fontMetrics().lineSpacing() + S2)
        self.columns = [RaceColumn(themes, key, name) for key, name in NAMES]
        self.plot = RacePlot(themes, [key for key, _ in NAMES])
        self.plot.setObjectName("race_plot")
        self.plot.hovered.connect(self.hovered)
        self._words = Paced(self._write_steps, parent=self)

        across = QHBoxLayout()
        across.setSpacing(S4)
        for each in self.columns:
            each.hovered.connect(self.hovered)
            each.tile_clicked.connect(self._on_tile_clicked)
            across.addWidget(each, 1)
        column = QVBoxLayout(self)
        # The page has margins already: what is here stands below the buttons of its parts.
        column.setContentsMargins(0, S2, 0, 0)
        column.setSpacing(S2)
        column.addWidget(self.tools)
        column.addWidget(self.message)
        column.addLayout(across, 5)
        column.addWidget(self.plot, 5)

    def show_entries(self, entries: Sequence[RaceEntry], layer: str, total: int) -> None:
        """Show three that have not begun; their race is `total` steps long."""
        self._layer = layer
        self._scale = None
        self._steps = [0] * len(entries)
        self._weights = [entry.parameters[f"{layer}.weight"] for entry in entries]
        for weight in self._weights:
            self._scale = nice_scale(weight, self._scale)
        for each, entry in zip(self.columns, entries, strict=True):
            each.wall.set_selected(None)
            each.show_entry(entry, layer, self._scale or 1.0)
        self.plot.reset(total)

    def show_filters(self, place: int, weight: NDArray[np.floating]) -> None:
        """Show the present first layer of one of the three; all three share one scale of colours."""
        self._weights[place] = weight
        scale = nice_scale(weight, self._scale)
        changed = scale != self._scale
        self._scale = scale
        for other, (each, values) in enumerate(zip(self.columns, self._weights, strict=True)):
            if changed or other == place:
                each.show_filters(values, scale)

    def show_step(self, place: int, step: int) -> None:
        """Say how far one of the three is."""
        self._steps[place] = step
        self._words.request()

    def show_message(self, text: str, *, warning: bool = False) -> None:
        """Say one sentence above the walls."""
        role = "warning" if warning else ""
        if self.message.property("role") != role:
            self.message.setProperty("role", role)
            self.message.style().unpolish(self.message)
            self.message.style().polish(self.message)
        self.message.setText(text)
        self.message.setAccessibleName(text)

    def show_state(self, state: RaceState) -> None:
        """Show what can be done now."""
        self.tools.show_state(state)
        self._words.call_now()

    def _write_steps(self) -> None:
        for each, step in zip(self.columns, self._steps, strict=True):
            each.show_step(step)

    def _on_tile_clicked(self, tile: int, row: object, column: object) -> None:
        cell = (row, column) if isinstance(row, int) and isinstance(column, int) else None
        for each in self.columns:
            each.wall.set_selected(tile, cell)

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that somebody looks."""
        super().showEvent(event)
        self.visibility_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that nobody looks."""
        super().hideEvent(event)
        self.visibility_changed.emit(False)
