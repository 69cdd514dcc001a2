"""A scroll area with a thin bar whose room is always kept, so that nothing moves when it appears."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QScrollArea, QScrollBar, QWidget

from gui.theme import S6, ThemeManager, mixed

BAR_WIDTH = 8
HANDLE_WIDTH = 4


class ThinScrollBar(QScrollBar):
    """A vertical scroll bar of one rounded handle, and of nothing when all can be seen."""

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)
        # Gives the handle all the height: a bar without arrows, whatever the style draws.
        self.setStyleSheet(
            f"QScrollBar {{ width: {BAR_WIDTH}px; background: transparent; border: none; }}"
            "QScrollBar::add-line, QScrollBar::sub-line { height: 0; }"
            f"QScrollBar::handle {{ min-height: {S6}px; }}"
        )
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return the bar's width."""
        return QSize(BAR_WIDTH, 3 * BAR_WIDTH)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the handle."""
        span = self.maximum() - self.minimum()
        if span <= 0:
            return
        theme = self._theme.theme
        whole = span + self.pageStep()
        height = max(float(S6), self.height() * self.pageStep() / whole)
        top = (self.height() - height) * (self.value() - self.minimum()) / span
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        strength = 0.45 if self.underMouse() or self.isSliderDown() else 0.2
        painter.setBrush(mixed(theme.hairline, theme.text, strength))
        left = (self.width() - HANDLE_WIDTH) / 2
        handle = QRectF(left, top + 2, HANDLE_WIDTH, height - 4)
        painter.drawRoundedRect(handle, HANDLE_WIDTH / 2, HANDLE_WIDTH / 2)
        painter.end()


def make_thin(area: QAbstractScrollArea, theme: ThemeManager) -> None:
    """Give a scroll area, a list or a text a thin vertical bar and no frame."""
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setVerticalScrollBar(ThinScrollBar(theme, area))
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


def column_of(content: QWidget, theme: ThemeManager) -> QScrollArea:
    """Put a widget into a scroll area that is as wide as itself and scrolls up and down."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    make_thin(area, theme)
    area.setWidget(content)
    return area
