"""Facts in two columns: what it is at the left, its value at the right, or below where it is long."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import S1, S3, ThemeManager, caption_font

LINE_GAP = S1


class FactList(QWidget):
    """Paints rows of (name, value) in tabular figures. GUI thread only.

    Its height follows from its width; a value that does not fit beside its name wraps below it.
    """

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[tuple[str, str], ...] = ()
        self.setFont(caption_font())
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """The rows as they were set."""
        return self._rows

    def set_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show these rows; equal ones cost nothing."""
        if tuple(rows) == self._rows:
            return
        before = self.heightForWidth(self.width())
        self._rows = tuple(rows)
        self.setAccessibleDescription("; ".join(f"{name} {value}" for name, value in rows))
        if self.heightForWidth(self.width()) != before:
            self.updateGeometry()
        self.update()

    def _places(self, width: float) -> list[tuple[QRectF, QRectF, bool]]:
        """Return the places of each name and value, and whether the value lies below."""
        metrics = QFontMetricsF(self.font())
        places = []
        top = 0.0
        for name, value in self._rows:
            line = metrics.height()
            beside = metrics.horizontalAdvance(name) + S3
            wanted = max(metrics.horizontalAdvance(part) for part in value.split("\n"))
            if beside + wanted <= width and "\n" not in value:
                places.append((QRectF(0, top, width, line), QRectF(0, top, width, line), False))
                top += line
            else:
                room = QRectF(S3, 0, max(1.0, width - S3), 10_000)
                height = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, value).height()
                below = QRectF(S3, top + line, max(1.0, width - S3), height)
                places.append((QRectF(0, top, width, line), below, True))
                top += line + height
            top += LINE_GAP
        return places

    def hasHeightForWidth(self) -> bool:
        """Tell the layout that the height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that goes with a width."""
        places = self._places(width)
        return int(places[-1][1].bottom()) + 1 if places else 0

    def sizeHint(self) -> QSize:
        """Return the size that shows everything."""
        return QSize(200, self.heightForWidth(200))

    def minimumSizeHint(self) -> QSize:
        """Return the size below which it cannot be used."""
        return QSize(S1, S1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is shown."""
        theme = self._theme.theme
        painter = QPainter(self)
        painter.setFont(self.font())
        for (name, value), (left, right, below) in zip(self._rows, self._places(self.width()), strict=True):
            painter.setPen(theme.text_dim)
            painter.drawText(left, Qt.AlignmentFlag.AlignLeft, name)
            painter.setPen(theme.text)
            flags = (
                Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
                if below
                else Qt.AlignmentFlag.AlignRight
            )
            painter.drawText(right, flags, value)
        painter.end()
