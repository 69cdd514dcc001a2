"""The answer in one glance: which class, how sure, by what margin."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.frames import Verdict
from gui.theme import S1, ThemeManager, answer_font, caption_font
from gui.widgets.class_bars import DIGITS, SILENCE, percent

_FIGURE_PX = 36


class AnswerLine(QWidget):
    """Shows a verdict; silence for a blank canvas. GUI thread only.

    Parameters
    ----------
    theme_manager
        Where the colours come from.
    classes
        The names of the classes, in the network's order.
    """

    def __init__(
        self,
        theme_manager: ThemeManager,
        classes: Sequence[str] = DIGITS,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("answer")
        self._themes = theme_manager
        self._classes = tuple(classes)
        self._verdict: Verdict | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Draw a digit")
        theme_manager.changed.connect(self.update)

    @property
    def lines(self) -> tuple[str, str, str]:
        """What is shown: the class and two lines under it."""
        verdict = self._verdict
        if verdict is None or verdict.kind == "blank":
            return SILENCE, "Draw a digit", ""
        name = self._classes[verdict.label]
        if verdict.kind == "unlike":
            return SILENCE, "No digit", f"nearest: {name}"
        return name, percent(verdict.probability), f"margin {verdict.margin:.1f}"

    def set_classes(self, classes: Sequence[str]) -> None:
        """Use other names; what was said of the old classes is forgotten."""
        if tuple(classes) != self._classes:
            self._classes = tuple(classes)
            self._verdict = None
            self._refresh()

    def show_verdict(self, verdict: Verdict) -> None:
        """Show a new verdict, at once."""
        before = self.lines
        kind = None if self._verdict is None else self._verdict.kind
        self._verdict = verdict
        if self.lines != before or verdict.kind != kind:
            self._refresh()

    def _refresh(self) -> None:
        name, first, second = self.lines
        unlike = self._verdict is not None and self._verdict.kind == "unlike"
        self.setAccessibleName(", ".join(filter(None, (name.strip(SILENCE), first, second))))
        self.setToolTip(
            "The ink resembles none of the classes" if unlike else "Margin: the best logit less the next"
        )
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the figure and two lines."""
        line = QFontMetricsF(caption_font()).height()
        return QSize(92, round(_FIGURE_PX + S1 + 2 * line))

    def minimumSizeHint(self) -> QSize:
        """Return the size hint: it is small already."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the class large, and the two lines under it."""
        theme = self._themes.theme
        name, first, second = self.lines
        sure = self._verdict is not None and self._verdict.kind == "digit"
        painter = QPainter(self)
        figure = answer_font()
        figure.setPixelSize(_FIGURE_PX)
        metrics = QFontMetricsF(figure)
        if metrics.horizontalAdvance(name) > self.width():
            figure = answer_font()
            metrics = QFontMetricsF(figure)
        painter.setFont(figure)
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, self.width())
        line = QFontMetricsF(caption_font()).height()
        top = max(0.0, (self.height() - _FIGURE_PX - S1 - 2 * line) / 2)
        self._write(painter, QRectF(0, top, self.width(), _FIGURE_PX), shown, sure, theme.text)
        painter.setFont(caption_font())
        below = QRectF(0, top + _FIGURE_PX + S1, self.width(), line)
        self._write(painter, below, first, sure, theme.text)
        self._write(painter, below.translated(0, line), second, False, theme.text)
        painter.end()

    def _write(self, painter: QPainter, room: QRectF, text: str, strong: bool, colour: QColor) -> None:
        painter.setPen(colour if strong else self._themes.theme.text_dim)
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, middle | Qt.TextFlag.TextDontClip, text)
