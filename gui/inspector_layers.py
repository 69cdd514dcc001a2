"""The Inspector's table of a network's layers."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.inspect.layer_facts import LayerFacts
from engine.inspect.words import grouped, shape_text
from gui.theme import S1, ThemeManager, caption_font, mixed

ROW_GAP = 6


class LayerTable(QWidget):
    """Lists layers with their output shape and weights; a click on one selects it. GUI thread."""

    layer_chosen = Signal(str)

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[LayerFacts, ...] = ()
        self._hovered: int | None = None
        self.setFont(caption_font())
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def set_rows(self, rows: Sequence[LayerFacts]) -> None:
        """Show these layers; equal ones cost nothing."""
        if tuple(rows) != self._rows:
            self._rows = tuple(rows)
            self.setAccessibleDescription(", ".join(row.name for row in rows))
            self.updateGeometry()
            self.update()

    def _line(self) -> float:
        return QFontMetricsF(self.font()).height() + ROW_GAP

    def _point_at(self, y: float | None) -> None:
        row = None if y is None else int(y // self._line()) - 1
        if row is not None and not 0 <= row < len(self._rows):
            row = None
        if row != self._hovered:
            self._hovered = row
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size that shows everything."""
        return QSize(200, int(self._line() * (len(self._rows) + 1)))

    def minimumSizeHint(self) -> QSize:
        """Return the size below which it cannot be used."""
        return QSize(S1, self.sizeHint().height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        self._point_at(event.position().y())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose what was clicked."""
        self._point_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and self._hovered is not None:
            self.layer_chosen.emit(self._rows[self._hovered].name)

    def leaveEvent(self, event: object) -> None:
        """Let go of what was under the pointer."""
        self._point_at(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is shown."""
        theme = self._theme.theme
        painter = QPainter(self)
        painter.setFont(self.font())
        line = self._line()
        middle = self.width() * 0.42
        table = [("layer", "output", "weights")]
        table += [
            (row.name, shape_text(row.output_shape), grouped(row.weights) if row.weights else "–")
            for row in self._rows
        ]
        for index, (name, shape, weights) in enumerate(table):
            room = QRectF(0, index * line, self.width(), line)
            if index - 1 == self._hovered and index:
                painter.fillRect(room, mixed(theme.panel, theme.text, 0.08))
            painter.setPen(theme.text if index else theme.text_dim)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(theme.text_dim)
            painter.drawText(room.adjusted(middle, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, shape)
            painter.setPen(theme.text if index else theme.text_dim)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(room, flags, weights)
            if index == 0:
                painter.setPen(theme.hairline)
                painter.drawLine(QPointF(0, line - 0.5), QPointF(self.width(), line - 0.5))
        painter.end()
