"""The line that opens in a cell to type a number."""

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from gui.numbers import localised, parse_number
from gui.theme import ThemeManager, caption_font

LARGEST_VALUE = 1e6
_LEAST_WIDTH_PX, _LEAST_HEIGHT_PX = 60, 22
_TEXT_PX = 13


class CellTyping(QObject):
    """Opens a line edit over a cell of its owner. GUI thread only.

    Enter and leaving commit, Tab commits and asks for the next cell, Esc gives up.
    """

    committed = Signal(float)
    """A number was typed."""
    refused = Signal(str)
    """What was typed is no number; the sentence says so."""
    left = Signal(int)
    """Tab (1) or Shift+Tab (−1) wants to go on, after the commit."""

    def __init__(self, owner: QWidget, themes: ThemeManager) -> None:
        super().__init__(owner)
        self._owner, self._themes = owner, themes
        self._untouched: str | None = None
        self._line = QLineEdit(owner)
        self._line.setObjectName("cell_line")
        self._line.setAccessibleName("Weight")
        self._line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._line.setCursor(Qt.CursorShape.IBeamCursor)
        self._line.setMaxLength(24)
        self._line.hide()
        self._line.installEventFilter(self)

    @property
    def is_open(self) -> bool:
        """Whether a number is being typed."""
        return not self._line.isHidden()

    def open(self, cell: QRect, value: float, text: str | None) -> None:
        """Show the line over `cell`: with `text` as its beginning, or with `value`, selected."""
        theme = self._themes.theme
        self._line.setStyleSheet(
            f"QLineEdit {{ background: {theme.raised.name()}; color: {theme.text.name()};"
            f" border: 1px solid {theme.accent.name()}; padding: 0; }}"
        )
        font = caption_font()
        font.setPixelSize(_TEXT_PX)
        self._line.setFont(font)
        width, height = max(cell.width(), _LEAST_WIDTH_PX), max(cell.height(), _LEAST_HEIGHT_PX)
        place = QRect(0, 0, min(width, self._owner.width()), min(height, self._owner.height()))
        place.moveCenter(cell.center())
        left = min(max(place.left(), 0), self._owner.width() - place.width())
        top = min(max(place.top(), 0), self._owner.height() - place.height())
        place.moveTo(left, top)
        self._line.setGeometry(place)
        self._line.setText(localised(f"{value:.6g}") if text is None else text)
        # A value of more decimals is not rounded by looking at it.
        self._untouched = self._line.text() if text is None else None
        self._line.show()
        self._line.setFocus()
        if text is None:
            self._line.selectAll()

    def commit(self) -> bool:
        """Take what was typed and close; tells whether it was a number."""
        if not self.is_open:
            return True
        if self._line.text() == self._untouched:
            self.close()
            return True
        value = parse_number(self._line.text())
        if value is None or abs(value) > LARGEST_VALUE:
            self.refused.emit(f"A number up to a million was wanted, got “{self._line.text()}”.")
            self._line.selectAll()
            return False
        self.close()
        self.committed.emit(value)
        return True

    def close(self) -> None:
        """Close without taking what was typed."""
        if self.is_open:
            focused = self._line.hasFocus()
            self._line.hide()
            if focused:
                self._owner.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Commit on Enter, Tab and on leaving, give up on Esc."""
        if event.type() == QEvent.Type.FocusOut and self.is_open:
            if not self.commit():
                self.close()
            return False
        if isinstance(event, QKeyEvent):
            key = event.key()
            if event.type() == QEvent.Type.ShortcutOverride and key == Qt.Key.Key_Escape:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                return self._take(key)
        return False

    def _take(self, key: int) -> bool:
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commit()
        elif key == Qt.Key.Key_Escape:
            self.close()
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            if self.commit():
                self.left.emit(1 if key == Qt.Key.Key_Tab else -1)
        else:
            return False
        return True
