"""The line above a picture: its title, a quieter detail, and the legend of its colours."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.inspect.tiles import TileSet
from engine.inspect.words import MINUS
from gui.palettes import FULL_INDEX, Lut
from gui.theme import S2, S3, ThemeManager, caption_font, heading_font, tabular

_HEIGHT = 24
_PART = " · "
_BAR_WIDTHS, _BAR_HEIGHT = (72, 48, 24), 8


@dataclass(frozen=True, slots=True, eq=False)
class Legend:
    """A colour table with the values at its ends."""

    lut: Lut
    low: str
    high: str

    def looks_like(self, other: "Legend") -> bool:
        """Tell whether both would be painted the same."""
        return self.lut is other.lut and (self.low, self.high) == (other.low, other.high)


def legend_of(tiles: TileSet, lut: Lut) -> Legend:
    """Make the legend of a set of tiles: ``−0.9`` to ``+0.9``, or ``0`` to ``2.5``."""
    scale = f"{tiles.scale:.3g}"
    if tiles.signed:
        return Legend(lut, f"{MINUS}{scale}", f"+{scale}")
    return Legend(lut, "0", scale)


class CaptionLine(QWidget):
    """Shows a title, a detail and a legend in one line of fixed height. GUI thread only."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None, *, indent: int = 0) -> None:
        super().__init__(parent)
        self._themes = themes
        self._indent = indent
        self._title = ""
        self._detail = ""
        self._legend: Legend | None = None
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self._on_theme_changed)

    @property
    def title(self) -> str:
        """The title as it was set."""
        return self._title

    @property
    def detail(self) -> str:
        """The detail as it was set."""
        return self._detail

    def set_text(self, title: str, detail: str = "") -> None:
        """Write a title and what is quieter; nothing is painted when nothing changed."""
        if (title, detail) != (self._title, self._detail):
            self._title, self._detail = title, detail
            self.setAccessibleName(title)
            self.setAccessibleDescription(detail)
            self.update()

    def set_legend(self, legend: Legend | None) -> None:
        """Show the colours with their values at the right end of the line."""
        old, self._legend = self._legend, legend
        if old is None or legend is None or not legend.looks_like(old):
            self.update()

    def paint(self, painter: QPainter) -> None:
        """Paint the line with its corner at the painter's origin."""
        theme = self._themes.theme
        bold, quiet = tabular(heading_font()), caption_font()
        left, right = float(self._indent), float(self.width() - self._indent)
        title_end = left + QFontMetricsF(bold).horizontalAdvance(self._title)
        bar = self._bar_width(title_end, right)
        if self._legend is not None and bar:
            right = self._paint_legend(painter, self._legend, bar, right) - S3
        left = self._paint_text(painter, self._title, bold, theme.text, left, right)
        if self._title:
            left += S2
        detail = _whole_parts(self._detail, QFontMetricsF(quiet), right - left)
        self._paint_text(painter, detail, quiet, theme.text_dim, left, right)

    def _on_theme_changed(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        """Want room for a short title and the legend."""
        return QSize(304, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Shrink to a few letters."""
        return QSize(48, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        painter = QPainter(self)
        self.paint(painter)

    def _paint_text(
        self, painter: QPainter, text: str, font: QFont, colour: QColor, left: float, right: float
    ) -> float:
        """Paint as much of a text as has room, and tell where it ends."""
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, right - left))
        painter.setFont(font)
        painter.setPen(colour)
        # One baseline for both sizes.
        painter.drawText(QPointF(left, self._baseline()), shown)
        return left + metrics.horizontalAdvance(shown)

    def _bar_width(self, title_end: float, right: float) -> int:
        """Choose the legend's bar: shorter before the detail goes, none before the title goes."""
        if self._legend is None:
            return 0
        metrics = QFontMetricsF(caption_font())
        ends = metrics.horizontalAdvance(self._legend.low + self._legend.high) + 2 * S2 + S3
        detail = S2 + metrics.horizontalAdvance(self._detail)
        # A pixel is lost to the rounding of the bar's place.
        room = right - title_end - ends - 1
        for needed in (detail, 0.0):
            fitting = [width for width in _BAR_WIDTHS if width + needed <= room]
            if fitting:
                return fitting[0]
        return 0

    def _paint_legend(self, painter: QPainter, legend: Legend, width: int, right: float) -> float:
        """Paint the legend up to `right` and tell where it begins."""
        theme = self._themes.theme
        font = caption_font()
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme.text_dim)
        baseline = self._baseline()
        x = round(right - metrics.horizontalAdvance(legend.high))
        painter.drawText(QPointF(x, baseline), legend.high)
        bar = QRectF(x - S2 - width, (_HEIGHT - _BAR_HEIGHT) / 2, width, _BAR_HEIGHT)
        self._paint_bar(painter, bar, legend.lut)
        left = bar.left() - S2 - metrics.horizontalAdvance(legend.low)
        painter.setPen(theme.text_dim)
        painter.drawText(QPointF(left, baseline), legend.low)
        return left

    def _paint_bar(self, painter: QPainter, bar: QRectF, lut: Lut) -> None:
        columns = round(bar.width())
        for column in range(columns):
            entry = lut[round(column * FULL_INDEX / (columns - 1))]
            colour = QColor(int(entry[0]), int(entry[1]), int(entry[2]))
            painter.fillRect(QRectF(bar.left() + column, bar.top(), 1, bar.height()), colour)
        painter.setPen(QPen(self._themes.theme.hairline, 1))
        painter.drawRect(bar.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _baseline(self) -> float:
        metrics = QFontMetricsF(heading_font())
        return (_HEIGHT + metrics.capHeight()) / 2


def _whole_parts(text: str, metrics: QFontMetricsF, room: float) -> str:
    """Leave out parts from the front until the rest has room: half a number is worse than none."""
    parts = text.split(_PART)
    while parts and metrics.horizontalAdvance(_PART.join(parts)) > room:
        del parts[0]
    return _PART.join(parts)
