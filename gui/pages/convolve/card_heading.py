"""The two lines over the cards: how many filters, how many weights, and what the colours mean."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.inspect.words import grouped, plural, shape_text
from engine.lab.values import LabLayer
from gui.palettes import FULL_INDEX
from gui.theme import S1, S2, S3, ThemeManager, caption_font, heading_font, tabular
from gui.widgets.caption_line import Legend

HEADING_PX = 32
_BAR_WIDTHS, _BAR_HEIGHT = (48, 32, 24), 8


def channels_sentence(layer: LabLayer) -> str:
    """Say how filters make channels: ``4 filters of 1×3×3 → 4 output channels``."""
    count = len(layer.filters)
    shape = shape_text(layer.filters[0].weight.shape)
    return f"{plural(count, 'filter')} of {shape} → {plural(count, 'output channel')}"


def weights_sentence(layer: LabLayer) -> str:
    """Say how many numbers a layer learns: ``40 weights = 4 × (1 × 3 × 3 + 1)``."""
    sizes = " × ".join(str(size) for size in layer.filters[0].weight.shape)
    each = f"({sizes} + 1)" if layer.has_bias else sizes
    return f"{grouped(layer.weight_count)} weights = {len(layer.filters)} × {each}"


class CardHeading(QWidget):
    """Paints two lines and two legends at fixed places. GUI thread only."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._title = ""
        self._detail = ""
        self._legends: tuple[tuple[str, Legend], ...] = ()
        self.setFixedHeight(HEADING_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.update)

    @property
    def title(self) -> str:
        """The first line."""
        return self._title

    @property
    def detail(self) -> str:
        """The second line."""
        return self._detail

    def show_layer(self, layer: LabLayer | None, legends: tuple[tuple[str, Legend], ...] = ()) -> None:
        """Say what a layer is made of; nothing is painted when nothing changed."""
        title = "" if layer is None else channels_sentence(layer)
        detail = "" if layer is None else weights_sentence(layer)
        same = (title, detail, len(legends)) == (self._title, self._detail, len(self._legends))
        if same and all(
            name == old and legend.looks_like(before)
            for (name, legend), (old, before) in zip(legends, self._legends, strict=True)
        ):
            return
        self._title, self._detail, self._legends = title, detail, legends
        self.setAccessibleName(title)
        self.setAccessibleDescription(detail)
        bias = ", and + 1 is its bias" if layer is not None and layer.has_bias else ""
        words = f"{title}\n{detail}\nEach filter has a slice for each input channel{bias}."
        self.setToolTip(words if title else "")
        self.update()

    def paint(self, painter: QPainter) -> None:
        """Paint the lines with their corner at the painter's origin."""
        theme = self._themes.theme
        half = HEADING_PX / 2
        title, quiet = tabular(heading_font()), caption_font()
        width = self.width()
        self._text(painter, self._title, title, theme.text, 0.0, width, half / 2)
        middle = 1.5 * half
        metrics = QFontMetricsF(quiet)
        detail = metrics.horizontalAdvance(self._detail)
        room = width - detail - S3
        legends = self._fitting_legends(metrics, room)
        x = detail + S3
        for name, legend, bar in legends:
            x = self._paint_legend(painter, name, legend, bar, x, middle) + S3
        self._text(painter, self._detail, quiet, theme.text_dim, 0.0, width, middle)

    def _fitting_legends(self, metrics: QFontMetricsF, room: float) -> list[tuple[str, Legend, int]]:
        """Shorten the bars, then leave out their names, then the first of them, until the rest has room."""
        for legends in (self._legends, self._legends[-1:]):
            for named in (True, False):
                for bar in _BAR_WIDTHS:
                    chosen = [(name if named else "", legend, bar) for name, legend in legends]
                    needed = sum(_legend_width(metrics, *one) + S3 for one in chosen) - S3
                    if needed <= room:
                        return chosen
        return []

    def _paint_legend(
        self, painter: QPainter, name: str, legend: Legend, width: int, left: float, middle: float
    ) -> float:
        """Paint a legend from `left` on and tell where it ends."""
        theme, font = self._themes.theme, caption_font()
        metrics = QFontMetricsF(font)
        x = left
        for text, gap in ((name, S2), (legend.low, S1)):
            if text:
                self._text(
                    painter, text, font, theme.text_dim, x, metrics.horizontalAdvance(text) + 1, middle
                )
                x += metrics.horizontalAdvance(text) + gap
        x = round(x)
        bar = QRectF(x, round(middle - _BAR_HEIGHT / 2), width, _BAR_HEIGHT)
        for column in range(width):
            entry = legend.lut[round(column * FULL_INDEX / (width - 1))]
            painter.fillRect(
                QRectF(bar.left() + column, bar.top(), 1, bar.height()), QColor(*entry[:3].tolist())
            )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawRect(bar.adjusted(-0.5, -0.5, 0.5, 0.5))
        x = bar.right() + S1
        self._text(painter, legend.high, font, theme.text_dim, x, 200, middle)
        return x + metrics.horizontalAdvance(legend.high)

    def _text(
        self,
        painter: QPainter,
        text: str,
        font: QFont,
        colour: QColor,
        left: float,
        room: float,
        middle: float,
    ) -> None:
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(colour)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(left, round(middle + metrics.capHeight() / 2)), shown)

    def sizeHint(self) -> QSize:
        """Want room for both sentences."""
        return QSize(400, HEADING_PX)

    def minimumSizeHint(self) -> QSize:
        """Shrink to a few letters."""
        return QSize(48, HEADING_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines."""
        with QPainter(self) as painter:
            self.paint(painter)


def _legend_width(metrics: QFontMetricsF, name: str, legend: Legend, bar: int) -> float:
    texts = metrics.horizontalAdvance(legend.low) + metrics.horizontalAdvance(legend.high)
    named = metrics.horizontalAdvance(name) + S2 if name else 0
    return texts + named + bar + 2 * S1 + 1
