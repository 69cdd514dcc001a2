"""The settings of two runs as a table; what differs stands out."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.pages.runs.settings_words import Setting
from gui.theme import S1, S2, ThemeManager, caption_font, mixed
from gui.widgets.copy_keys import CopyKeys, widget_picture

_MARK = "≠"
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class SettingsTable(QWidget):
    """Paints rows of label, A and B. GUI thread only.

    What differs is marked, bold and on a ground of its own: not by colour alone.
    """

    hovered = Signal(str)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_table")
        self._themes = themes
        self._rows: tuple[Setting, ...] = ()
        self.setFont(caption_font())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Settings of both runs")
        CopyKeys(self, lambda: widget_picture(self), self._numbers)
        themes.changed.connect(self.update)

    @property
    def rows(self) -> tuple[Setting, ...]:
        """The rows as they were set."""
        return self._rows

    def set_rows(self, rows: tuple[Setting, ...]) -> None:
        """Show these rows."""
        if rows != self._rows:
            taller = len(rows) != len(self._rows)
            self._rows = rows
            words = [readout(row) for row in rows if row.differs]
            self.setAccessibleDescription("; ".join(words) or "All are the same")
            if taller:
                self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Return room for every row."""
        return QSize(320, round(self._line() * (len(self._rows) + 1)))

    def minimumSizeHint(self) -> QSize:
        """Return room for every row, narrow."""
        return QSize(220, self.sizeHint().height())

    def _line(self) -> float:
        return QFontMetricsF(self.font()).height() + S1

    def _numbers(self) -> str:
        lines = ["setting\tA\tB", *(f"{row.label}\t{row.first}\t{row.second}" for row in self._rows)]
        return "\n".join(lines) + "\n" if self._rows else ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the row under the pointer: its values may be cut off."""
        place = int(event.position().y() // self._line()) - 1
        self.hovered.emit(readout(self._rows[place]) if 0 <= place < len(self._rows) else "")

    def leaveEvent(self, event: QEvent) -> None:
        """Read out nothing."""
        self.hovered.emit("")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the heading and the rows."""
        painter, theme = QPainter(self), self._themes.theme
        bold, line = QFont(self.font()), self._line()
        bold.setBold(True)
        label_width = max(
            (QFontMetricsF(self.font()).horizontalAdvance(row.label) for row in self._rows), default=0.0
        )
        mark = QFontMetricsF(bold).horizontalAdvance(_MARK) + S2
        first = min(mark + label_width + S2 + S1, 0.45 * self.width())
        column = (self.width() - first - S2) / 2
        lefts = (0.0, mark, first, first + column + S2)
        widths = (mark, first - mark - S2, column - S1, column - S1)
        texts = [("", "", "A", "B"), *(_texts(row) for row in self._rows)]
        for place, cells in enumerate(texts):
            differs = place > 0 and self._rows[place - 1].differs
            if differs:
                ground = QRectF(0, place * line, self.width(), line - 1)
                painter.fillRect(ground, mixed(theme.window, theme.text, 0.1))
            for column_index, (text, left, width) in enumerate(zip(cells, lefts, widths, strict=True)):
                strong = differs and column_index != 1
                painter.setFont(bold if strong or place == 0 else self.font())
                dim = place == 0 or column_index == 1
                painter.setPen(theme.text_dim if dim and not differs else theme.text)
                shown = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, width)
                # The heading stands level with that of the answers beside it.
                height = line if place else line - S1
                cell = QRectF(left + (S1 if column_index == 0 else 0), place * line, width, height)
                painter.drawText(cell, _LEFT, shown)
        if self.hasFocus():
            painter.setPen(theme.text_dim)
            painter.drawRect(QRectF(QPointF(0, 0), self.size()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()


def readout(row: Setting) -> str:
    """Tell one row in words: "Learning rate: 0.002 and 0.01"."""
    return (
        f"{row.label}: {row.first} and {row.second}" if row.differs else f"{row.label}: {row.first} in both"
    )


def _texts(row: Setting) -> tuple[str, str, str, str]:
    return _MARK if row.differs else "", row.label, row.first, row.second
