"""A line of text that gives way: cut with an ellipsis, whole in its tooltip."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import ThemeManager


class ElidedLabel(QWidget):
    """Shows one line in the room it gets and never asks for more. GUI thread only.

    Parameters
    ----------
    theme : ThemeManager
        Where the colours come from.
    dim : bool
        In the colour of what is secondary.
    alignment : Qt.AlignmentFlag
        Left or right; the ellipsis is always in the text's later part.
    reserve : str
        A text whose width is kept free, so that neighbours stay where they are while it changes.
    """

    def __init__(
        self,
        theme: ThemeManager,
        *,
        dim: bool = False,
        alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        reserve: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._dim = dim
        self._alignment = alignment
        self._reserve = reserve
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def text(self) -> str:
        """The whole text, however much of it is seen."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show a text; an equal one costs nothing."""
        if text != self._text:
            wider = self._width(text) != self._width(self._text)
            self._text = text
            self.setAccessibleName(text)
            if wider:
                self.updateGeometry()
            self._write_tip()
            self.update()

    def _width(self, text: str) -> int:
        metrics = QFontMetricsF(self.font())
        widest = max(metrics.horizontalAdvance(text), metrics.horizontalAdvance(self._reserve))
        return int(widest) + 2

    def _write_tip(self) -> None:
        cut = self._width(self._text) > self.width()
        self.setToolTip(self._text if cut else "")

    def sizeHint(self) -> QSize:
        """Return the size that shows everything."""
        return QSize(self._width(self._text), self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        """Return the size below which it cannot be used."""
        return QSize(0, self.fontMetrics().height())

    def resizeEvent(self, event: object) -> None:
        """Fit what is shown to the new size."""
        self._write_tip()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is shown."""
        painter = QPainter(self)
        theme = self._theme.theme
        painter.setPen(theme.text_dim if self._dim else theme.text)
        painter.setFont(self.font())
        text = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, max(0, self.width()))
        painter.drawText(self.rect(), self._alignment | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
