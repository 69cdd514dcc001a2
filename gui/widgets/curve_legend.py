"""The names of a plot's curves, each beside a piece of its line."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import S1, S4, ThemeManager, caption_font

_ROW_HEIGHT = 20
_SAMPLE_WIDTH = 16


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """How one curve looks: a line of a width, whole or dashed, or dots on it."""

    name: str
    colour: QColor
    width: float
    dots: bool = False
    style: Qt.PenStyle = Qt.PenStyle.SolidLine


class CurveLegend(QWidget):
    """Shows the names of curves in as few rows as there is room for. GUI thread only."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._entries: tuple[LegendEntry, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_entries(self, entries: tuple[LegendEntry, ...]) -> None:
        """Name these curves, in this order."""
        self._entries = entries
        self.setAccessibleName("Curves: " + ", ".join(entry.name for entry in entries))
        self._fit()
        self.update()

    def _places(self) -> list[QPointF]:
        """Find the left middle of each entry: one row, or rows of equally many in columns."""
        metrics = QFontMetricsF(caption_font())
        names = [metrics.horizontalAdvance(entry.name) for entry in self._entries]
        widths = [_SAMPLE_WIDTH + S1 + name + S4 for name in names]
        for rows in range(1, len(widths) + 1):
            per_row = -(-len(widths) // rows)
            columns = [max(widths[column::per_row]) for column in range(per_row)]
            if sum(columns) - S4 <= self.width():
                break
        else:
            per_row, columns = 1, [0.0]
        return [
            QPointF(sum(columns[: place % per_row]), (place // per_row + 0.5) * _ROW_HEIGHT)
            for place in range(len(widths))
        ]

    def _fit(self) -> None:
        places = self._places()
        rows = round(places[-1].y() / _ROW_HEIGHT + 0.5) if places else 1
        if self.height() != rows * _ROW_HEIGHT:
            self.setFixedHeight(rows * _ROW_HEIGHT)

    def sizeHint(self) -> QSize:
        """Want one row."""
        return QSize(320, _ROW_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break into rows anew."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all entries."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(caption_font())
        for entry, place in zip(self._entries, self._places(), strict=True):
            end = place + QPointF(_SAMPLE_WIDTH, 0)
            painter.setPen(QPen(entry.colour, entry.width, entry.style))
            painter.drawLine(place, end)
            if entry.dots:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(entry.colour)
                painter.drawEllipse(place + QPointF(_SAMPLE_WIDTH / 2, 0), 3.0, 3.0)
            painter.setPen(self._themes.theme.text_dim)
            line = QRectF(end.x() + S1, place.y() - _ROW_HEIGHT / 2, self.width(), _ROW_HEIGHT)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, entry.name)
