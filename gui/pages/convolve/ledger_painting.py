"""How a ledger is laid out in columns and painted, line by line."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF, QPainter, QPen

from engine.inspect.words import MINUS
from engine.lab.ledger import Ledger, LedgerRow, shown
from gui.numbers import localised
from gui.theme import S1, S2, S3, Theme, caption_font, mixed

Places: TypeAlias = Literal["beside", "instead", "none"]

SMALLEST_FIGURE_PX = 11
FEWEST_DECIMALS, MOST_DECIMALS = 2, 6
BORDER_WORD = "border"
_MOST_FIGURES = 9
# Weights of more decimals make products too long to be checked by hand.
_MOST_EXACT = 2
# Positions of pictures below 100 × 100 and their borders have room in the first, larger ones in the second.
_WIDEST_PLACES = (f"({MINUS}00, 00)", "(000, 000)")
_SIGN_GAP = 4.0
# Where there is more room, signs stand so much freer.
_LOOSEST = 4.0
_TIMES, _EQUALS, _ROUGHLY = "×", "=", "≈"
_BAR_PX = 2.0


def figures_font() -> QFont:
    """Give the caption font, never smaller than figures can be read."""
    font = caption_font()
    if QFontInfo(font).pixelSize() < SMALLEST_FIGURE_PX:
        font.setPixelSize(SMALLEST_FIGURE_PX)
    return font


@dataclass(frozen=True, slots=True)
class Reserve:
    """Room that a ledger needs: decimals, and figures before the decimal sign in each column.

    It is told from the weights and from what they can make of the pixels, so that it stays the same while
    the filter slides.
    """

    decimals: int = FEWEST_DECIMALS
    pixel_decimals: int = MOST_DECIMALS
    weight_decimals: int = 0
    pixel: int = 1
    weight: int = 1
    product: int = 1
    running: int = 1
    far: bool = False
    """Whether rows or columns are counted in hundreds."""
    exact: int | None = None
    """With how many decimals all numbers are written whole; None where that takes too many."""

    def grown(self, other: "Reserve") -> "Reserve":
        """Make room for both."""
        return Reserve(
            max(self.decimals, other.decimals),
            max(self.pixel_decimals, other.pixel_decimals),
            max(self.weight_decimals, other.weight_decimals),
            max(self.pixel, other.pixel),
            max(self.weight, other.weight),
            max(self.product, other.product),
            max(self.running, other.running),
            self.far or other.far,
            None if self.exact is None or other.exact is None else max(self.exact, other.exact),
        )


def reserve_of(ledger: Ledger, *, hundredths: bool = False) -> Reserve:
    """Tell the room that a ledger needs.

    Pixels in hundredths and weights of few decimals have products that can be written whole, so that they
    can be checked with a pencil; others have two to four decimals, the smaller the weights the more.
    `hundredths` tells of all pixels that the filter slides over.
    """
    weights = [abs(row.weight) for row in ledger.rows]
    pixels = [abs(row.pixel) for row in ledger.rows if math.isfinite(row.pixel)]
    brightest = max(1.0, max(pixels, default=1.0))
    largest = max(weights)
    decimals = 2 if largest >= 1 or not largest else 3 if largest >= 0.1 else 4
    exact = _exact_decimals([*weights, abs(ledger.bias)])
    whole = FEWEST_DECIMALS + exact if hundredths and exact <= _MOST_EXACT else None
    if whole is not None:
        decimals = whole
    return Reserve(
        decimals,
        FEWEST_DECIMALS if hundredths else MOST_DECIMALS,
        _exact_decimals(weights),
        _figures(brightest),
        _figures(largest),
        _figures(brightest * largest),
        _figures(brightest * sum(weights) + abs(ledger.bias)),
        any(row.row >= 100 or row.column >= 100 for row in ledger.rows),
        whole,
    )


def _exact_decimals(values: Iterable[float]) -> int:
    """Count the decimals with which all values can be written whole, up to `MOST_DECIMALS`."""
    exact = 0
    values = list(values)
    while exact < MOST_DECIMALS and any(abs(round(value, exact) - value) > 1e-9 for value in values):
        exact += 1
    return exact


def _figures(reach: float) -> int:
    """Count the figures before the decimal sign; the largest numbers are written with a power of ten."""
    return len(str(int(reach))) if reach < 10**_MOST_FIGURES else _MOST_FIGURES


@dataclass(frozen=True, slots=True)
class Lines:
    """Which line writes which product: with several input channels each has a heading before its products."""

    products: int = 0
    channels: int = 1

    @classmethod
    def of(cls, ledger: Ledger | None) -> "Lines":
        """Count the lines of a ledger."""
        return cls() if ledger is None else cls(len(ledger.rows), len(ledger.channel_sums))

    @property
    def count(self) -> int:
        """All lines."""
        return self.products + (self.channels if self.channels > 1 else 0)

    @property
    def per_channel(self) -> int:
        """Products of one input channel."""
        return self.products // self.channels

    def line_of(self, product: int) -> int:
        """Tell the line of a product."""
        return product + (product // self.per_channel + 1 if self.channels > 1 else 0)

    def product_of(self, line: int) -> int | None:
        """Tell the product of a line; None for a heading, or no line."""
        if not 0 <= line < self.count:
            return None
        if self.channels == 1:
            return line
        channel, within = divmod(line, self.per_channel + 1)
        return channel * self.per_channel + within - 1 if within else None

    def channel_of(self, line: int) -> int:
        """Tell the input channel that a line belongs to."""
        return line // (self.per_channel + 1) if self.channels > 1 else 0


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of a ledger end, in logical pixels."""

    decimals: int
    pixel_decimals: int
    weight_decimals: int
    places: Places
    left: float
    place: float
    pixel: float
    times: float
    weight: float
    equals: float
    product: float
    running: float


def plan_columns(
    reserve: Reserve, wanted: int | None, metrics: QFontMetricsF, left: float, right: float
) -> Columns:
    """Find room for the columns between two edges.

    First the word for the border takes the place of the position, then the positions go, then decimals that
    were wanted: what is painted is never cut.

    Parameters
    ----------
    reserve : Reserve
        What the numbers need.
    wanted : int or None
        Decimals; None for those that fit the numbers.
    metrics : QFontMetricsF
        Of the figures' font.
    left, right : float
        The edges.
    """
    most = reserve.decimals if wanted is None else wanted
    choices: list[tuple[int, Places]] = [(most, "beside"), (most, "instead"), (most, "none")]
    choices += [(fewer, "none") for fewer in range(most - 1, FEWEST_DECIMALS - 1, -1)]
    columns = _columns(reserve, *choices[0], metrics, left)
    for decimals, places in choices:
        columns = _columns(reserve, decimals, places, metrics, left)
        if columns.running <= right:
            loose = min(_LOOSEST, (right - columns.running) / 6)
            return _columns(reserve, decimals, places, metrics, left, loose, right)
    return columns


def _columns(
    reserve: Reserve,
    decimals: int,
    places: Places,
    metrics: QFontMetricsF,
    left: float,
    loose: float = 0.0,
    right: float | None = None,
) -> Columns:
    def width(figures: int, after: int) -> float:
        return metrics.horizontalAdvance(MINUS + "0" * figures + ("." + "0" * after if after else ""))

    gap = _SIGN_GAP + loose
    sign = metrics.horizontalAdvance(_TIMES)
    place = left + S1
    if places != "none":
        place += metrics.horizontalAdvance(_WIDEST_PLACES[reserve.far])
    if places == "beside":
        place += metrics.horizontalAdvance(BORDER_WORD) + S1
    pixel_decimals = min(reserve.pixel_decimals, decimals)
    pixel = place + (loose + 1 if places != "none" else 0) + width(reserve.pixel, pixel_decimals)
    weight_decimals = min(reserve.weight_decimals, decimals)
    times = pixel + gap
    weight = times + sign + gap - 2 + width(reserve.weight, weight_decimals)
    equals = weight + gap
    product = equals + sign + gap - 2 + width(reserve.product, decimals)
    running = product + S2 + width(reserve.running, decimals)
    if right is not None:
        running = right
    return Columns(
        decimals,
        pixel_decimals,
        weight_decimals,
        places,
        left,
        place,
        pixel,
        times,
        weight,
        equals,
        product,
        running,
    )


class LedgerPainter:
    """Paints the lines of a ledger in one font; made anew for each picture of it. GUI thread only.

    Parameters
    ----------
    magnitude
        Of the ledger's numbers, by which they are rounded: what is equal is then written the same.
    whole
        Whether the numbers are written with all their decimals; otherwise they are roughly equal.
    """

    def __init__(
        self,
        painter: QPainter,
        theme: Theme,
        columns: Columns,
        magnitude: float = 0.0,
        *,
        whole: bool = True,
    ) -> None:
        self._whole = whole
        self._painter = painter
        self._magnitude = magnitude
        self._theme = theme
        self._columns = columns
        self._font = figures_font()
        self._metrics = QFontMetricsF(self._font)
        painter.setFont(self._font)

    def row(self, row: LedgerRow, line: QRectF) -> None:
        """Paint one product: where, pixel × weight = product, and the running sum."""
        theme, columns = self._theme, self._columns
        base = self._baseline(line)
        plain = theme.text_dim if row.in_border else theme.text
        place = f"({row.row}, {row.column})".replace("-", MINUS)
        if columns.places == "beside" or (columns.places == "instead" and not row.in_border):
            self._right(place, columns.place, base, theme.text_dim)
        if row.in_border and columns.places != "none":
            if columns.places == "beside":
                self._text(BORDER_WORD, columns.left + S1, base, theme.text_dim)
            else:
                self._right(BORDER_WORD, columns.place, base, theme.text_dim)
        self._number(row.pixel, columns.pixel_decimals, columns.pixel, base, plain)
        self._text(_TIMES, columns.times, base, theme.text_dim)
        self._number(
            row.weight, columns.weight_decimals, columns.weight, base, weight_colour(theme, row.weight)
        )
        self._text(_EQUALS if self._whole else _ROUGHLY, columns.equals, base, theme.text_dim)
        product = plain if row.product else theme.text_dim
        self._number(row.product, columns.decimals, columns.product, base, product)
        self._number(row.running, columns.decimals, columns.running, base, theme.text_dim)

    def heading(self, name: str, total: float, line: QRectF) -> None:
        """Paint the line over an input channel: its name, and what it contributes."""
        theme, columns = self._theme, self._columns
        base = self._baseline(line)
        self._painter.fillRect(line.adjusted(0, 1, 0, -1), mixed(theme.panel, theme.text, 0.05))
        total_text = f"Σ {self._written(total, columns.decimals)}"
        room = columns.product - self._metrics.horizontalAdvance(total_text) - S2 - columns.left - S1
        elided = self._metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(0.0, room))
        self._text(elided, columns.left + S1, base, theme.text_dim)
        self._right(total_text, columns.product, base, theme.text)

    def column_names(self, line: QRectF) -> None:
        """Paint what the columns hold."""
        columns, dim = self._columns, self._theme.text_dim
        base = self._baseline(line)
        equals = _EQUALS if self._whole else _ROUGHLY
        # Where a name has no room, a shorter one does, or nothing.
        edges = (
            (("(row, column)", "place"), columns.left, columns.place),
            (("pixel",), columns.place, columns.pixel),
            ((f"{_TIMES} weight", "weight", _TIMES), columns.pixel, columns.weight),
            ((f"{equals} product", "product", equals), columns.weight, columns.product),
            (("running sum", "sum"), columns.product + S2, columns.running),
        )
        for names, left, right in edges:
            fitting = (name for name in names if self._fits(name, right - left - S1))
            self._right(next(fitting, ""), right, base, dim)

    def totals(self, ledger: Ledger, room: QRectF) -> None:
        """Paint what becomes of the products: sum, bias, result, ReLU, two by two."""
        theme, painter = self._theme, self._painter
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawLine(room.topLeft() + QPointF(0, 0.5), room.topRight() + QPointF(0, 0.5))
        middle = round(room.center().x())
        halves = ((room.left() + S1, middle - S3), (middle + S3, room.right() - S1))
        height = (room.height() - S1) / 2
        lines = [QRectF(room.left(), room.top() + S1 + i * height, room.width(), height) for i in range(2)]
        total = ledger.rows[-1].running if ledger.rows else 0.0
        self._pair("sum", total, halves[0], lines[0], theme.text)
        self._pair("+ bias", ledger.bias, halves[1], lines[0], theme.text)
        bold = QFont(self._font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        result = f"{_EQUALS if self._whole else _ROUGHLY} result"
        self._pair(result, ledger.total, halves[0], lines[1], theme.text)
        if ledger.rectified is None:
            painter.setFont(self._font)
            self._text("no ReLU", halves[1][0], self._baseline(lines[1]), theme.text_dim)
        else:
            self._pair("ReLU →", ledger.rectified, halves[1], lines[1], theme.text)
        painter.setFont(self._font)

    def ground(self, line: QRectF, *, current: bool, marked: bool) -> None:
        """Paint what lies behind a line that is pointed at, or whose pixel is."""
        if not (current or marked):
            return
        theme = self._theme
        self._painter.fillRect(line, mixed(theme.panel, theme.text, 0.10))
        if marked:
            bar = QRectF(line.left(), line.top(), _BAR_PX, line.height())
            self._painter.fillRect(bar, theme.accent)

    def _pair(
        self, label: str, value: float, half: tuple[float, float], line: QRectF, colour: QColor
    ) -> None:
        base = self._baseline(line)
        self._text(label, half[0], base, self._theme.text_dim)
        metrics = QFontMetricsF(self._painter.font())
        text = self._written(value, self._columns.decimals)
        self._text(text, half[1] - metrics.horizontalAdvance(text), base, colour)

    def _fits(self, text: str, room: float) -> bool:
        return self._metrics.horizontalAdvance(text) <= room

    def _number(self, value: float, decimals: int, right: float, base: float, colour: QColor) -> None:
        self._right(self._written(value, decimals), right, base, colour)

    def _written(self, value: float, decimals: int) -> str:
        return localised(shown(value, decimals, self._magnitude))

    def _right(self, text: str, right: float, base: float, colour: QColor) -> None:
        self._text(text, right - self._metrics.horizontalAdvance(text), base, colour)

    def _text(self, text: str, x: float, base: float, colour: QColor) -> None:
        self._painter.setPen(colour)
        self._painter.drawText(QPointF(x, base), text)

    def _baseline(self, line: QRectF) -> float:
        # Rounded within the line: lines of one height are then equally far apart.
        return line.top() + round((line.height() + self._metrics.capHeight()) / 2)


def weight_colour(theme: Theme, weight: float) -> QColor:
    """Choose the colour of a weight by its sign."""
    return theme.positive if weight > 0 else theme.negative if weight < 0 else theme.text_dim
