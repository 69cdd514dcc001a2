"""A small segmented control: one of a few words is chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import RADIUS, S1, ThemeManager, caption_font, mixed


class StepChooser(QWidget):
    """Lets a person choose one of a row of words. GUI thread only.

    Parameters
    ----------
    theme_manager
        Where the colours come from.
    names
        The words, left to right.
    tips
        What each means, for its tooltip.
    chosen
        The index that is chosen at the start.
    subject
        What is chosen, for a screen reader.
    """

    step_chosen = Signal(int)
    """The index that the person chose."""

    takes_space = True
    """`gui.space_key` leaves Space to it."""

    def __init__(
        self,
        theme_manager: ThemeManager,
        names: Sequence[str],
        tips: Sequence[str],
        chosen: int = 0,
        subject: str = "Step of the preparation",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = theme_manager
        self._names = tuple(names)
        self._tips = tuple(tips)
        self._chosen = chosen
        self.setFont(caption_font())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(subject)
        self._describe()
        theme_manager.changed.connect(self.update)

    @property
    def chosen(self) -> int:
        """The index that is chosen; −1 for none of them."""
        return self._chosen

    def choose(self, index: int) -> None:
        """Choose a word, as if it had been clicked; an index outside is the nearest one."""
        index = min(max(index, 0), len(self._names) - 1)
        if index != self._chosen:
            self.show_chosen(index)
            self.step_chosen.emit(index)

    def show_chosen(self, index: int) -> None:
        """Show what is chosen without telling anyone; −1 for none of the words."""
        if index != self._chosen:
            self._chosen = index
            self._describe()
            self.update()

    def segment(self, index: int) -> QRectF:
        """Return where a word is, in logical pixels: the room is shared by the words' lengths."""
        metrics = QFontMetricsF(self.font())
        widths = [metrics.horizontalAdvance(name) for name in self._names]
        air = (self.width() - sum(widths)) / len(widths)
        left = sum(widths[:index]) + index * air
        return QRectF(left, 0, widths[index] + air, self.height())

    def _index_at(self, position: QPointF) -> int | None:
        for index in range(len(self._names)):
            if self.segment(index).contains(position):
                return index
        return None

    def _describe(self) -> None:
        words = "" if self._chosen < 0 else f"{self._names[self._chosen]}: {self._tips[self._chosen]}"
        self.setAccessibleDescription(words)

    def sizeHint(self) -> QSize:
        """Return room for the words with a little air."""
        metrics = QFontMetricsF(self.font())
        width = sum(metrics.horizontalAdvance(name) + 2 * S1 for name in self._names)
        return QSize(int(width), int(metrics.height()) + S1)

    def minimumSizeHint(self) -> QSize:
        """Return room for the words."""
        metrics = QFontMetricsF(self.font())
        width = sum(metrics.horizontalAdvance(name) + S1 for name in self._names)
        return QSize(int(width), int(metrics.height()) + S1)

    def event(self, event: QEvent) -> bool:
        """Show what the word under the pointer means."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self._index_at(QPointF(event.pos()))
            if index is not None:
                QToolTip.showText(event.globalPos(), self._tips[index], self)
                return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the word under the pointer."""
        index = self._index_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self.choose(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move along the words with the arrows; Space goes round."""
        if event.key() == Qt.Key.Key_Right:
            self.choose(self._chosen + 1)
        elif event.key() == Qt.Key.Key_Left:
            self.choose(self._chosen - 1)
        elif event.key() == Qt.Key.Key_Space:
            self.choose((self._chosen + 1) % len(self._names))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        self.update()
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words, and a raised surface under the one that is chosen."""
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(theme.panel, theme.text, 0.07))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        painter.setPen(QPen(theme.text_dim if self.hasFocus() else theme.hairline, 1))
        painter.setBrush(theme.raised)
        if self._chosen >= 0:
            painter.drawRoundedRect(self.segment(self._chosen).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        for index, name in enumerate(self._names):
            painter.setPen(theme.text if index == self._chosen else theme.text_dim)
            painter.drawText(self.segment(index), Qt.AlignmentFlag.AlignCenter, name)
        painter.end()
