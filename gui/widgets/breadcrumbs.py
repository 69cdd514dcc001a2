"""A path whose parts can be clicked; when it gets narrow the outer parts fold into an ellipsis."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import S1, S2, ThemeManager, mixed, tabular

SEPARATOR = "▸"
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of text on screen; `index` is the crumb it leads to, None for separators."""

    text: str
    rect: QRect
    index: int | None


class Breadcrumbs(QWidget):
    """Paints a path and tells which part was clicked. GUI thread only."""

    chosen = Signal(int)
    """The index of the part, in the list given last."""

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._crumbs: tuple[str, ...] = ()
        self._parts: tuple[_Part, ...] = ()
        self._hovered: int | None = None
        self._end: int | None = None
        self.setMouseTracking(True)
        self.setFont(tabular(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self.update)

    @property
    def shown(self) -> str:
        """What can be read now, folded as the room demands."""
        return " ".join(part.text for part in self._parts)

    def set_crumbs(self, crumbs: Sequence[str]) -> None:
        """Show a path, the outermost part first; an equal one costs nothing."""
        if tuple(crumbs) != self._crumbs:
            self._crumbs = tuple(crumbs)
            path = f" {SEPARATOR} ".join(self._crumbs)
            self.setAccessibleName(f"Address: {path}")
            self._lay_out()

    def set_end(self, end: int | None) -> None:
        """Fold the path before this place of the widget, where something lies over it; None for nowhere."""
        if end != self._end:
            self._end = end
            self._lay_out()

    def _lay_out(self) -> None:
        metrics = QFontMetrics(self.font())
        space = self.width() if self._end is None else max(0, min(self.width(), self._end))
        folded = 0
        while folded < len(self._crumbs) - 1 and self._needed(metrics, folded) > space:
            folded += 1
        texts: list[tuple[str, int]] = [
            (text, index) for index, text in enumerate(self._crumbs) if index >= folded
        ]
        if folded:
            texts.insert(0, (ELLIPSIS, folded - 1))
        if len(texts) and folded == len(self._crumbs) - 1:
            text, index = texts[-1]
            room = space - (self._needed(metrics, folded) - metrics.horizontalAdvance(text))
            texts[-1] = (metrics.elidedText(text, Qt.TextElideMode.ElideRight, room), index)
        parts: list[_Part] = []
        left = 0
        for text, index in texts:
            if parts:
                width = metrics.horizontalAdvance(SEPARATOR)
                parts.append(_Part(SEPARATOR, QRect(left, 0, width, self.height()), None))
                left += width + S1
            width = metrics.horizontalAdvance(text)
            parts.append(_Part(text, QRect(left, 0, width, self.height()), index))
            left += width + S1
        self._parts = tuple(parts)
        self.setToolTip(f" {SEPARATOR} ".join(self._crumbs) if folded else "")
        self.update()

    def _needed(self, metrics: QFontMetrics, folded: int) -> int:
        texts = ([ELLIPSIS] if folded else []) + list(self._crumbs[folded:])
        text_width = sum(metrics.horizontalAdvance(text) for text in texts)
        separator = metrics.horizontalAdvance(SEPARATOR) + 2 * S1
        return text_width + separator * max(0, len(texts) - 1)

    def _index_at(self, x: int) -> int | None:
        for part in self._parts:
            if part.index is not None and part.rect.left() <= x <= part.rect.right() + 1:
                return part.index
        return None

    def _hover(self, index: int | None) -> None:
        if index != self._hovered:
            self._hovered = index
            clickable = index is not None and index < len(self._crumbs) - 1
            self.setCursor(Qt.CursorShape.PointingHandCursor if clickable else Qt.CursorShape.ArrowCursor)
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size that shows everything."""
        metrics = QFontMetrics(self.font())
        return QSize(self._needed(metrics, 0), metrics.height() + S2)

    def resizeEvent(self, event: object) -> None:
        """Fit what is shown to the new size."""
        self._lay_out()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        self._hover(self._index_at(round(event.position().x())))

    def leaveEvent(self, event: object) -> None:
        """Let go of what was under the pointer."""
        self._hover(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose what was clicked."""
        index = self._index_at(round(event.position().x()))
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self.chosen.emit(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is shown."""
        theme = self._theme.theme
        painter = QPainter(self)
        painter.setFont(self.font())
        last = len(self._crumbs) - 1
        for part in self._parts:
            colour = theme.text_dim
            if part.index is None:
                colour = mixed(theme.text_dim, theme.panel, 0.3)
            elif part.index in (last, self._hovered):
                colour = theme.text
            painter.setPen(colour)
            painter.drawText(part.rect, Qt.AlignmentFlag.AlignVCenter, part.text)
        painter.end()
