"""A switch: on or off, at once."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from gui.theme import ThemeManager, mixed

_WIDTH, _HEIGHT = 28, 16
_KNOB_GAP = 3


class Switch(QAbstractButton):
    """A small checkable switch, in the accent when it is on. GUI thread only."""

    def __init__(self, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = theme_manager
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme_manager.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return its only size."""
        return QSize(_WIDTH, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the track and the knob."""
        theme = self._themes.theme
        on, off = theme.accent, mixed(theme.panel, theme.text, 0.25)
        track = on if self.isChecked() else off
        knob = theme.accent_text if self.isChecked() else theme.raised
        if not self.isEnabled():
            track, knob = mixed(theme.panel, theme.text, 0.1), theme.panel
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.text, 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(track)
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        diameter = rect.height() - 2 * _KNOB_GAP
        left = rect.right() - _KNOB_GAP - diameter if self.isChecked() else rect.left() + _KNOB_GAP
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(knob)
        painter.drawEllipse(QRectF(left, rect.top() + _KNOB_GAP, diameter, diameter))
        painter.end()
