"""The table of a layer's slices: a hand-made filter on top, the learned ones below, measured alike."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from engine.inspect.words import MINUS
from gui.pages.inside.fingerprint_delegate import BAR_PX, BY_HAND_PX, PICTURE_PX, share_colours
from gui.pages.inside.fingerprint_model import (
    TITLES,
    Column,
    FingerprintModel,
    begins_ascending,
    hidden_columns,
    table_text,
)
from gui.pages.inside.fingerprint_rows import SHARES, Rows
from gui.pages.inside.fingerprint_view import HEADER_PX, FingerprintView
from gui.theme import S1, S2, S3, S4, ThemeManager, caption_font
from gui.widgets.caption_line import CaptionLine, Legend
from gui.widgets.copy_keys import CopyKeys, widget_picture
from gui.widgets.thin_scroll import BAR_WIDTH, make_thin

EMPTY = "This network has no convolution: no filters to take apart"
# The widest text of each column; the title may be wider.
_WIDEST = {
    Column.FILTER: "888",
    Column.INPUT: "888",
    Column.NAME: "upright bright line, 135°",
    Column.START: "upright bright line, 135°",
    Column.ANGLE: "     −135°",
    Column.LIKENESS: "−0.88",
    Column.NEAREST: "bottom edge −0.88",
    Column.LENGTH: "100 %",
    Column.EDGE: "100 %",
    Column.LINE: "100 %",
    Column.SPOT: "100 %",
    Column.AVERAGE: "100 %",
}
BAR_COLUMN_PX = 88
SORT_ARROW_PX = 12
SHARES_LEGEND_PX = 320


class SharesLegend(QWidget):
    """Says which part of the bars is which; of slices that have none, why. GUI thread only."""

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__()
        self._themes = themes
        self._sentence = ""
        themes.changed.connect(self.update)

    @property
    def sentence(self) -> str:
        """What is written in the place of the legend; empty where there is one."""
        return self._sentence

    def show_sentence(self, sentence: str) -> None:
        """Write a sentence in the place of the legend; an empty one brings it back."""
        self._sentence = sentence
        self.setToolTip(sentence)
        self.setAccessibleName(sentence or f"Made of {', '.join(SHARES)}")
        self.update()

    def sizeHint(self) -> QSize:
        """Want room for the four names."""
        return QSize(SHARES_LEGEND_PX, PICTURE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the colours with their names, or the sentence."""
        painter, theme = QPainter(self), self._themes.theme
        painter.setFont(caption_font())
        metrics = QFontMetrics(caption_font())
        painter.setPen(theme.text_dim)
        middle = Qt.AlignmentFlag.AlignVCenter
        if self._sentence:
            shown = metrics.elidedText(self._sentence, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(self.rect(), middle, shown)
            return
        left = 0
        for words, colour in (("made of", None), *zip(SHARES, share_colours(theme), strict=True)):
            if colour is not None:
                box = QRect(left, (self.height() - BAR_PX) // 2, BAR_PX, BAR_PX)
                painter.fillRect(box, colour)
                painter.drawRect(box.adjusted(-1, -1, 0, 0))
                left += BAR_PX + S1
            width = metrics.horizontalAdvance(words)
            painter.drawText(QRect(left, 0, width + 1, self.height()), middle, words)
            left += width + S3


class FingerprintTable(QWidget):
    """Shows what the slices of a layer are made of. GUI thread only.

    Their values change where they stand: rows move when a title is clicked, and only then.
    """

    hovered = Signal(str)
    slice_chosen = Signal(int)
    """Number of the slice."""
    slice_activated = Signal(int)
    menu_requested = Signal(object)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._sorted_by, self._ascending = int(Column.SLICE), True
        self._filter: int | None = None
        self.model, self._by_hand_model = FingerprintModel(self), FingerprintModel(self)
        self.body = FingerprintView(themes, self.model, by_hand=False)
        self.body.setObjectName("fingerprint_table")
        self.body.setAccessibleName("What the slices of the layer's filters are made of")
        self.by_hand = FingerprintView(themes, self._by_hand_model, by_hand=True)
        self.by_hand.setObjectName("fingerprint_by_hand")
        self.by_hand.setAccessibleName("The hand-made filter that the slices are compared with")
        self.shares, self._scale = SharesLegend(themes), CaptionLine(themes)
        self._scale.setToolTip(
            "The layer's slices are painted to this scale, the hand-made filter to its own."
        )
        self._empty = QLabel(EMPTY)
        self._empty.setProperty("role", "dim")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        for view in (self.body, self.by_hand):
            view.hovered.connect(self.hovered)
            CopyKeys(view, lambda: widget_picture(self), self._numbers, menu="none")
        self.body.slice_chosen.connect(lambda row: self.slice_chosen.emit(self.model.slice_at(row)))
        self.body.slice_activated.connect(lambda row: self.slice_activated.emit(self.model.slice_at(row)))
        self.body.menu_requested.connect(self.menu_requested)
        self.by_hand.horizontalHeader().sectionClicked.connect(self._on_title_clicked)
        above, below = self.by_hand.horizontalScrollBar(), self.body.horizontalScrollBar()
        below.valueChanged.connect(above.setValue)
        above.valueChanged.connect(below.setValue)
        themes.changed.connect(self._dress)
        self._dress()

    @property
    def rows(self) -> Rows | None:
        """What is shown."""
        return self.model.rows

    @property
    def by_hand_rows(self) -> Rows | None:
        """The hand-made filter on top, if there is one."""
        return self._by_hand_model.rows

    def show_rows(self, rows: Rows | None) -> None:
        """Show the slices of a layer; None for a network without any."""
        self._pages.setCurrentIndex(0 if rows is None else 1)
        if rows is None:
            self.model.show_rows(None)
            return
        stays = self.model.show_rows(rows)
        legend = f"{rows.scale:.3g}"
        self._scale.set_legend(Legend(self._themes.theme.weight_lut, f"{MINUS}{legend}", f"+{legend}"))
        self.shares.show_sentence("" if rows.made is not None else _why_no_shares(rows))
        self._fit()
        if not stays:
            self._show_order(Column.SLICE, True)
            self.body.scrollToTop()
            self._find_chosen()

    def show_by_hand(self, rows: Rows | None) -> None:
        """Show the hand-made filter that the slices are compared with."""
        if rows is not self._by_hand_model.rows:
            self._by_hand_model.show_rows(rows)
            self.by_hand.setFixedHeight(HEADER_PX + (0 if rows is None else BY_HAND_PX))

    def set_filter(self, number_of: int | None) -> None:
        """Mark the slices of a filter, and bring one of them into sight."""
        if number_of != self._filter:
            self._filter = self.body.painter_of_cells.chosen = number_of
            self._find_chosen()
            self.body.viewport().update()

    def sort_by(self, column: int, ascending: bool) -> None:
        """Put the rows in order, as they are at this moment."""
        self.model.sort_by(column, ascending)
        self._show_order(column, ascending)
        self.body.scrollToTop()

    def find_nearest(self) -> int | None:
        """Put what is most like the hand-made filter first, and go there; give its number."""
        rows = self.model.rows
        if rows is None or rows.likeness is None:
            return None
        self.model.sort_by_likeness_in_either_sign()
        self._show_order(Column.LIKENESS, False)
        self.body.go_to(0)
        self.body.scrollToTop()
        return self.model.slice_at(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the names what room there is."""
        super().resizeEvent(event)
        self._fit()

    def _lay_out(self) -> None:
        make_thin(self.body, self._themes)
        self.body.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        legends = QHBoxLayout()
        legends.setSpacing(S4)
        legends.addWidget(self.shares, 3)
        legends.addWidget(self._scale, 1)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.by_hand, 1)
        # As wide as the table's scroll bar, so that the columns stand one above the other.
        top.addSpacing(BAR_WIDTH)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(legends)
        column.addLayout(top)
        column.addWidget(self.body, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(full)

    def _dress(self) -> None:
        theme = self._themes.theme
        for view in (self.body, self.by_hand):
            view.dress(theme)
        rows = self.model.rows
        if rows is not None:
            self.show_rows(rows)

    def _fit(self) -> None:
        """Show the columns that say something; what room is left over goes to the names."""
        rows = self.model.rows
        if rows is None:
            return
        hidden = hidden_columns(rows)
        metrics = QFontMetrics(caption_font())
        widths = {Column.SLICE: PICTURE_PX + 2 * S2, Column.MADE_OF: BAR_COLUMN_PX}
        for column, text in _WIDEST.items():
            title = metrics.horizontalAdvance(TITLES[column]) + SORT_ARROW_PX
            widths[column] = max(metrics.horizontalAdvance(text), title) + S1 + S2
        spare = self.width() - BAR_WIDTH - sum(widths[each] for each in Column if each not in hidden)
        named = [each for each in (Column.NAME, Column.START, Column.NEAREST) if each not in hidden]
        for column in named:
            widths[column] += min(S4 * 3, max(0, spare) // len(named))
        for view in (self.body, self.by_hand):
            for column in Column:
                view.setColumnHidden(column, column in hidden)
                view.setColumnWidth(column, widths[column])

    def _find_chosen(self) -> None:
        """Go to the first row of the chosen filter, unless the current one is of it."""
        rows = self.model.rows
        if rows is None or self._filter is None:
            return
        here = self.body.currentIndex().row()
        if here >= 0 and rows.filters[self.model.slice_at(here)] == self._filter:
            return
        places = (rows.filters[self.model.order] == self._filter).nonzero()[0]
        if len(places):
            self.body.go_to(int(places[0]))

    def _on_title_clicked(self, column: int) -> None:
        if column == Column.MADE_OF:
            return
        again = column == self._sorted_by and column != Column.SLICE
        self.sort_by(column, not self._ascending if again else begins_ascending(column))

    def _show_order(self, column: int, ascending: bool) -> None:
        self._sorted_by, self._ascending = column, ascending
        self._by_hand_model.mark_order(column, ascending)

    def _numbers(self) -> str:
        rows = self.model.rows
        return "" if rows is None else table_text(rows, self.model.order, self.by_hand_rows)


def _why_no_shares(rows: Rows) -> str:
    """Say why there are no shares, and what there is."""
    height, width = rows.size
    also = " and likeness" if rows.likeness is not None else ""
    return (
        f"These filters are {height} × {width}; the Frei–Chen patterns are 3 × 3, "
        f"so there are only names{also} here"
    )
