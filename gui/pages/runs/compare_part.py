"""Two runs side by side on the same picture: settings, filters, output channels, answers; and blinking."""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from gui.frames import Array, Frame
from gui.pages.inside.layer_choice import LayerChoice
from gui.pages.inside.paired_bars import PairedBars
from gui.pages.runs.blink import Blink
from gui.pages.runs.rows import RunRow
from gui.pages.runs.settings_table import SettingsTable
from gui.pages.runs.settings_words import Comparison
from gui.pages.runs.side_view import SideView
from gui.pages.runs.sides import NOTHING, answer_words, shared_convolutions, side_of, sides, step_words
from gui.pages.runs.step_choice import StepChoice
from gui.pages.train.walls import Scales
from gui.selection import Selection
from gui.theme import S2, S3, S4, ThemeManager
from gui.widgets.caption_line import CaptionLine
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.thin_scroll import column_of

BARS_PX = 252
ONE_RUN = "There is one run so far. Restart it, fork it or twin it, and both can be compared here."
CHOOSE = "Choose another run in the list: it is compared here with the one that is open."
COMING = "Its weights are on their way"
AT_PLAYHEAD = "at the playhead: drag it on the tape below"
IN_ITS_PLACE = "in the place of A"

Pair = tuple[RunRow | None, RunRow | None]


class ComparePart(QWidget):
    """A lens on two runs: A, which is open, at the playhead, and B at a step of its own. GUI thread only.

    Parameters
    ----------
    themes
        Shared with the window.
    """

    tile_chosen = Signal(str, str, int, object, str)
    """Layer, "filter" or "channel", its number from 0, (row, column) or None, and the key of the run."""
    tile_activated = Signal()
    menu_requested = Signal(object)
    hovered = Signal(str)

    def __init__(
        self, themes: ThemeManager, parent: QWidget | None = None, *, blink: Blink | None = None
    ) -> None:
        super().__init__(parent)
        self._rows: Pair = (None, None)
        self._frames: tuple[Frame | None, Frame | None] = (None, None)
        self._selection = Selection()
        self._layer = ""
        self._layers: tuple[str, ...] = ()
        self._scales = Scales()
        # While one of both is scrubbed, or looked at with another layer, the other one's tiles stay.
        self._side_of = lru_cache(maxsize=2)(side_of)
        self._shapes_sentence: Callable[[str], str] = lambda layer: ""
        self._sentence = ""
        self.blink = blink or Blink(parent=self)
        self.steps = StepChoice()
        # However long its words are, both columns stay equally wide.
        self._place = ElidedLabel(themes, dim=True)
        self._place.setObjectName("compare_place")
        self._place.set_text(AT_PLAYHEAD)
        self._place.setFixedHeight(self.steps.sizeHint().height())
        self.a = SideView(themes, "a", self._place)
        self.b = SideView(themes, "b", self.steps)
        self.bars = PairedBars(themes, ("A", "B"), "Answers of both runs")
        self.bars.setObjectName("compare_bars")
        self.bars.setToolTip("Of each class the answer of A above that of B.")
        self.table = SettingsTable(themes)
        self._words = QLabel()
        self._words.setObjectName("compare_words")
        self._words.setWordWrap(True)
        self._layer_choice = LayerChoice("compare_layer", "The convolution whose filters are compared.")
        self._button, self._itself = QPushButton("Blink"), QCheckBox("by itself")
        self._make_blink()
        self._stack, self._empty = QStackedWidget(), QLabel()
        self._lay_out(themes)
        self._connect()
        self._show_empty()

    def show_pair(self, a: RunRow | None, b: RunRow | None, *, only_one: bool) -> None:
        """Compare these runs; without B it is said what to do."""
        before, self._rows = self._rows, (a, b)
        if _keys(before) != _keys(self._rows):
            self._frames = None, None
            self._scales = Scales()
            self._sentence = ""
            self.table.set_rows(())
            self.rest()
        self._empty.setText(ONE_RUN if only_one else CHOOSE)
        self._show_empty()
        if _looks(before) != _looks(self._rows):
            self._show()

    def show_comparison(self, comparison: Comparison, shapes_sentence: Callable[[str], str]) -> None:
        """Show the settings of both.

        Parameters
        ----------
        comparison
            The settings, and how they differ in words.
        shapes_sentence
            Says of a convolution how the two differ in shape.
        """
        self._sentence, self._shapes_sentence = comparison.sentence, shapes_sentence
        self.table.set_rows(comparison.settings)
        self._write()

    def show_frames(self, a: Frame | None, b: Frame | None) -> None:
        """Show both networks on the same picture; None for what is not there yet."""
        self._frames = a, b
        self._offer_layers([frame for frame in (a, b) if frame is not None])
        if b is not None and b.step is not None:
            self.steps.show_step(b.step)
        self._show()

    def rest(self) -> None:
        """Show A in its own place, and blink no more."""
        self.blink.reset()
        with QSignalBlocker(self._itself):
            self._itself.setChecked(False)

    def show_selection(self, selection: Selection) -> None:
        """Outline what is selected in both networks, and mark the one that is looked into."""
        self._selection = selection
        self._outline()

    @property
    def layer(self) -> str:
        """The convolution that is compared."""
        return self._layer

    def _make_blink(self) -> None:
        self._button.setObjectName("compare_blink")
        self._button.setCheckable(True)
        self._button.setToolTip("Show B in the place of A: press for both in turn, or hold (B)")
        self._itself.setObjectName("compare_blink_itself")
        # 0 where the desktop asks for no motion.
        still = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0
        self._itself.setEnabled(not still)
        tip = "The desktop asks for no motion: hold B instead." if still else "Change over twice a second."
        self._itself.setToolTip(tip)

    def _lay_out(self, themes: ThemeManager) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(S2)
        caption = CaptionLine(themes)
        caption.set_text("A and B on the same picture", "one scale for both")
        tools.addWidget(caption, 1)
        for tool in (self._layer_choice, self._button, self._itself):
            tools.addWidget(tool)
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, S2, 0)
        grid.setHorizontalSpacing(S4)
        grid.setVerticalSpacing(S3)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        # Both columns are equally wide whatever they hold.
        grid.setColumnMinimumWidth(0, 1)
        grid.addWidget(self._words, 0, 0, 1, 2)
        grid.addWidget(self.a, 1, 0)
        grid.addWidget(self.b, 1, 1)
        grid.setRowStretch(1, 1)
        self.bars.setFixedHeight(BARS_PX)
        grid.addWidget(self.bars, 2, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.table, 2, 1, Qt.AlignmentFlag.AlignTop)
        area = column_of(body, themes)
        area.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S2)
        column.addLayout(tools)
        column.addWidget(area, 1)
        self._empty.setObjectName("compare_empty")
        self._empty.setProperty("role", "dim")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(whole)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _connect(self) -> None:
        self._layer_choice.layer_chosen.connect(self._on_layer)
        self._button.pressed.connect(self.blink.press)
        self._button.released.connect(self.blink.release)
        # What is shown decides whether it is down, not the click.
        self._button.clicked.connect(lambda _: self._button.setChecked(self.blink.is_on))
        self._itself.toggled.connect(self.blink.set_by_itself)
        self.blink.changed.connect(self._on_blink)
        for part in (self.a, self.b, self.bars, self.table):
            part.hovered.connect(self.hovered)
        for side in (self.a, self.b):
            side.tile_chosen.connect(partial(self._on_tile_chosen, side))
            side.tile_activated.connect(self.tile_activated)
            side.menu_requested.connect(self.menu_requested)

    def _on_tile_chosen(self, side: SideView, layer: str, kind: str, tile: int, cell: object) -> None:
        """Say which run the tile is of: what was seen in its place."""
        row = self._rows[1 if side is self.b or self.blink.is_on else 0]
        if row is not None:
            self.tile_chosen.emit(layer, kind, tile, cell, row.key)

    def _show_empty(self) -> None:
        self._stack.setCurrentIndex(0 if None in self._rows else 1)

    def _offer_layers(self, frames: list[Frame]) -> None:
        names = shared_convolutions([frame.spec for frame in frames])
        if frames and names != self._layers:
            self._layers = names
            self._layer_choice.show_layers(names)
            if self._layer not in names:
                self._layer = names[0] if names else ""
                self._scales = Scales()
            self._layer_choice.setCurrentText(self._layer)
            self._write()

    def _on_layer(self, layer: str) -> None:
        self._layer, self._scales = layer, Scales()
        self._write()
        self._show()

    def _on_blink(self, on: bool) -> None:
        self._button.setChecked(on)
        self._place.set_text(IN_ITS_PLACE if on else AT_PLAYHEAD)
        self._show()

    def _write(self) -> None:
        shapes = self._shapes_sentence(self._layer) if self._layer and self._sentence else ""
        self._words.setText(f"{self._sentence} {shapes}".strip())

    def _show(self) -> None:
        a, b = self._rows
        if a is None or b is None:
            return
        first, second = self._frames
        side_a, side_b = (
            sides(first, second, self._layer, self._scales, self._side_of)
            if self._layer
            else (NOTHING, NOTHING)
        )
        wanted = first.step if first is not None and self.steps.tied else None
        step_b = "" if second is None else step_words(second, wanted, self.steps.last)
        answer_b = "" if second is None else answer_words(second)
        step_a = "" if first is None else step_words(first)
        answer_a = "" if first is None else answer_words(first)
        self.b.show_side("B", b, side_b, step_b, answer_b, self._empty_words(second, b))
        if self.blink.is_on:
            self.a.show_side("B", b, side_b, step_b, answer_b, self._empty_words(second, b))
        else:
            self.a.show_side("A", a, side_a, step_a, answer_a, self._empty_words(first, a))
        self._outline()
        self._show_bars(first, second)

    def _outline(self) -> None:
        for side in (self.a, self.b):
            side.show_selection(self._selection)

    def _empty_words(self, frame: Frame | None, row: RunRow) -> str:
        if frame is None:
            return COMING
        return f"{row.name} has no {self._layer}" if self._layer else f"{row.name} has no convolution"

    def _show_bars(self, first: Frame | None, second: Frame | None) -> None:
        known = first or second
        if known is None:
            return
        classes = known.spec.classes
        if tuple(classes) != self.bars.classes:
            self.bars.set_classes(classes)
        asked = None if first is None else first.verdict.label
        self.bars.show_pair(_shares(first, classes), _shares(second, classes), asked)


def _keys(rows: Pair) -> tuple[str | None, ...]:
    return tuple(None if row is None else row.key for row in rows)


def _looks(rows: Pair) -> tuple[tuple[str, str, int] | None, ...]:
    return tuple(None if row is None else (row.key, row.name, row.hue) for row in rows)


def _shares(frame: Frame | None, classes: tuple[str, ...]) -> Array:
    """Give a network's probabilities of these classes; NaN where it knows others or nothing is drawn."""
    if frame is None or frame.spec.classes != classes or frame.preparation.blank:
        return np.full(len(classes), np.nan)
    return frame.probabilities
