"""The picture with its patch, the bars and the curves, side by side or one below the other."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from engine.inspect.occlusion import Patch
from gui.pages.inside.occlusion_curves import ClassCurves
from gui.pages.inside.occlusion_picture import PatchPicture
from gui.pages.inside.paired_bars import PairedBars
from gui.theme import S1, S2, S3, ThemeManager, answer_font, caption_font
from gui.widgets.caption_line import CaptionLine, Legend
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.thin_scroll import column_of

Array: TypeAlias = NDArray[Any]

_ANY_WIDTH = (1 << 24) - 1
_EMPTY = "Draw a digit: what becomes of its answer under a patch appears here"


class OcclusionBoard(QWidget):
    """Lays out what is shown of a patch and passes on what is done to it. GUI thread only."""

    placed = Signal(int, int)
    """The row and the column where the patch's middle is wanted."""
    growth_wanted = Signal(int)
    """By how many pixels the patch's side is wanted longer."""
    class_clicked = Signal(int)
    hovered = Signal(str)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._patch = Patch(0, 0)
        self._tall: bool | None = None
        self.picture = PatchPicture(themes)
        self.picture.setObjectName("patch_picture")
        self.bars = PairedBars(themes)
        self.bars.setObjectName("patch_bars")
        self.along_row = ClassCurves(themes, "column")
        self.along_row.setObjectName("patch_row")
        self.along_column = ClassCurves(themes, "row")
        self.along_column.setObjectName("patch_column")
        self._captions = [CaptionLine(themes) for _ in range(3)]
        self.answer = ElidedLabel(themes)
        self.answer.setObjectName("patch_answer")
        self.answer.setFont(answer_font())
        self.answer.setFixedHeight(self._captions[0].height())
        self.drop = ElidedLabel(themes, dim=True)
        self.drop.setFont(caption_font())
        for label in (self.answer, self.drop):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        scrolled = column_of(self.bars, themes)
        scrolled.setMinimumHeight(96)
        # The page's own surface lies behind the bars as behind all else.
        for surface in (self.bars, scrolled.viewport()):
            surface.setAutoFillBackground(False)
        self._cells = (
            _column(S1, self._captions[0], self.picture),
            _column(S1, self.answer, self.drop, scrolled),
            _column(S1, self._captions[1], self.along_row),
            _column(S1, self._captions[2], self.along_column),
        )
        self._pages = QStackedWidget()
        empty = QLabel(_EMPTY)
        empty.setProperty("role", "dim")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setWordWrap(True)
        whole = QWidget()
        self._grid = QGridLayout(whole)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(S3)
        self._grid.setVerticalSpacing(S2)
        self._pages.addWidget(empty)
        self._pages.addWidget(whole)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self.set_tall(False)
        self._connect()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but what to do."""
        return self._pages.currentIndex() == 0

    def set_tall(self, tall: bool) -> None:
        """Put the curves below the picture and the bars, or beside them."""
        if tall == self._tall:
            return
        self._tall = tall
        self._limit_picture()
        grid, (picture, bars, row, column) = self._grid, self._cells
        for cell in self._cells:
            grid.removeWidget(cell)
        if tall:
            places = ((0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1))
            columns, rows = (1, 1, 0), (3, 2)
        else:
            places = ((0, 0, 2, 1), (0, 1, 2, 1), (0, 2, 1, 1), (1, 2, 1, 1))
            columns, rows = (36, 34, 30), (1, 1)
        for cell, place in zip((picture, bars, row, column), places, strict=True):
            grid.addWidget(cell, *place)
        for index, stretch in enumerate(columns):
            grid.setColumnStretch(index, stretch)
        for index, stretch in enumerate(rows):
            grid.setRowStretch(index, stretch)

    def clear(self, classes: Sequence[str]) -> None:
        """Show what to do, and be ready for a network of these classes."""
        self._pages.setCurrentIndex(0)
        self.bars.set_classes(classes)
        self.answer.set_text("")
        self.drop.set_text("")
        for curves in (self.along_row, self.along_column):
            curves.show_curves(None, classes)

    def show_picture(self, picture: Array, patch: Patch) -> None:
        """Show a picture ``(c, h, w)`` with the patch on it."""
        self._pages.setCurrentIndex(1)
        self.picture.show_picture(picture)
        self.show_patch(patch)

    def show_patch(self, patch: Patch) -> None:
        """Lay the patch, and stand the markers of the curves at its middle."""
        self._patch = patch
        self.picture.show_patch(patch)
        self.along_row.show_place(patch.column)
        self.along_column.show_place(patch.row)
        rows, columns = self.picture.size_of_picture
        self._captions[1].set_text(f"Along row {patch.row}", f"columns 0 to {columns - 1}")
        self._captions[2].set_text(f"Along column {patch.column}", f"rows 0 to {rows - 1}")

    def show_answer(self, words: str, drop: str, before: Array, after: Array, label: int) -> None:
        """Show the answer before and under the patch, in words and as probabilities ``(classes,)``."""
        self.answer.set_text(words)
        self.drop.set_text(drop)
        self.picture.setAccessibleDescription(f"{words}; {drop}")
        self.bars.show_pair(before, after, label)

    def show_curves(self, row: Array, column: Array, classes: Sequence[str], label: int) -> None:
        """Show probabilities ``(places, classes)`` along the patch's row and along its column."""
        self.along_row.show_curves(row, classes, label)
        self.along_column.show_curves(column, classes, label)

    def show_map(self, drop: Array | None, step: int = 1, name: str = "", *, fresh: bool = False) -> None:
        """Lay the map of a logit's fall over the picture, or none."""
        self.picture.show_drop(drop, step, name, fresh=fresh)

    def caption_picture(self, title: str, legend: Legend | None) -> None:
        """Say what the picture shows, and what its colours mean."""
        self._captions[0].set_text(title)
        self._captions[0].set_legend(legend)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the bars and the curves what the picture cannot use."""
        super().resizeEvent(event)
        self._limit_picture()

    def _limit_picture(self) -> None:
        """Keep a picture that stands beside the bars no wider than it is high."""
        height = self.height() - self._captions[0].height() - S1
        wide = max(height, self.picture.minimumSizeHint().width())
        self._cells[0].setMaximumWidth(_ANY_WIDTH if self._tall else wide)

    def _connect(self) -> None:
        self.picture.placed.connect(self.placed)
        self.picture.growth_wanted.connect(self.growth_wanted)
        self.bars.class_clicked.connect(self.class_clicked)
        self.along_row.placed.connect(lambda column: self.placed.emit(self._patch.row, column))
        self.along_column.placed.connect(lambda row: self.placed.emit(row, self._patch.column))
        self.along_row.pointed.connect(
            lambda column: self.picture.show_ghost(None if column is None else (self._patch.row, column))
        )
        self.along_column.pointed.connect(
            lambda row: self.picture.show_ghost(None if row is None else (row, self._patch.column))
        )
        for source in (self.picture, self.bars, self.along_row, self.along_column):
            source.hovered.connect(self.hovered)


def _column(spacing: int, *widgets: QWidget) -> QWidget:
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(spacing)
    for widget in widgets[:-1]:
        column.addWidget(widget)
    column.addWidget(widgets[-1], 1)
    return whole
