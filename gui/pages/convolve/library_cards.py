"""Where the cards of the Library lie, and how one is painted."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

from engine.inspect.words import shape_text
from engine.kernels import KERNELS
from gui.pages.convolve.kernel_cells import kernel_image
from gui.pages.convolve.preset_menu import kernel_thumb
from gui.theme import RADIUS, S1, S2, Theme, caption_font, heading_font, mixed

CARD_WIDTH_PX, CARD_HEIGHT_PX, THUMB_PX = 84, 68, 38
HEADING_PX, EMPTY_PX, NAME_PX = 20, 34, 18


@dataclass(frozen=True, slots=True, eq=False)
class LibraryCard:
    """A kernel ``(slices, kh, kw)`` with its name; `own` ones are the person's."""

    name: str
    weight: NDArray[Any]
    sentence: str
    own: bool

    @property
    def words(self) -> str:
        """The card in words: ``Sobel x · 3×3: slope from left to right …``."""
        slices = f" · {len(self.weight)} slices" if len(self.weight) > 1 else ""
        text = f"{self.name} · {shape_text(self.weight.shape[1:])}{slices}"
        return f"{text}: {self.sentence}" if self.sentence else text

    def image(self, theme: Theme, classic: bool) -> QImage:
        """The first slice, one pixel per weight."""
        return kernel_image(self.weight[0], theme, classic)


PRESET_CARDS = tuple(LibraryCard(one.name, one.values[None], one.sentence, False) for one in KERNELS)


@dataclass(frozen=True, slots=True)
class LibraryLayout:
    """Cards in rows under two headings: the person's own, then the named ones; unscrolled, logical pixels."""

    own: int
    total: int
    across: int

    @property
    def second_heading(self) -> int:
        """Top of the heading over the named kernels."""
        rows = -(-self.own // self.across)
        return HEADING_PX + (rows * (CARD_HEIGHT_PX + S1) if rows else EMPTY_PX) + S1

    @property
    def height(self) -> int:
        """Height of everything."""
        return self.rect(self.total - 1).bottom() + 1

    def rect(self, index: int) -> QRect:
        """Where a card is."""
        top, place = HEADING_PX, index
        if index >= self.own:
            top, place = self.second_heading + HEADING_PX, index - self.own
        down, right = divmod(place, self.across)
        x, y = right * (CARD_WIDTH_PX + S1), top + down * (CARD_HEIGHT_PX + S1)
        return QRect(x, y, CARD_WIDTH_PX, CARD_HEIGHT_PX)

    def below(self, index: int, down: int) -> int:
        """The card nearest below (1) or above (−1) another; headings are stepped over."""
        here = self.rect(index).center()
        ways = []
        for i in range(self.total):
            there = self.rect(i).center()
            if (there.y() - here.y()) * down > 0:
                ways.append((abs(there.y() - here.y()), abs(there.x() - here.x()), i))
        return min(ways)[2] if ways else index


def plan_library(own: int, total: int, width: int) -> LibraryLayout:
    """Put as many cards side by side as fit."""
    return LibraryLayout(own, total, max(1, (width + S1) // (CARD_WIDTH_PX + S1)))


def paint_heading(painter: QPainter, theme: Theme, text: str, count: int, top: float) -> None:
    """Paint the heading over a group of cards, with how many they are."""
    line = QRectF(0, top, 10_000, HEADING_PX - S1)
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.setFont(heading_font())
    painter.setPen(theme.text)
    painter.drawText(line, flags, text)
    left = QFontMetricsF(heading_font()).horizontalAdvance(text) + S2
    painter.setFont(caption_font())
    painter.setPen(theme.text_dim)
    painter.drawText(line.adjusted(left, 0, 0, 0), flags, str(count))


def paint_card(
    painter: QPainter,
    theme: Theme,
    card: LibraryCard,
    rect: QRect,
    *,
    classic: bool,
    pointed: bool,
    current: bool,
    dpr: float,
) -> None:
    """Paint one card: its first slice in whole device pixels, and its name."""
    painter.setBrush(mixed(theme.raised, theme.text, 0.08) if pointed else theme.raised)
    painter.setPen(QPen(theme.accent if current else theme.hairline, 2 if current else 1))
    edge = 1.0 if current else 0.5
    painter.drawRoundedRect(QRectF(rect).adjusted(edge, edge, -edge, -edge), RADIUS, RADIUS)
    thumb = kernel_thumb(card.image(theme, classic), round(THUMB_PX * dpr), theme)
    thumb.setDevicePixelRatio(dpr)
    left = round((rect.left() + (rect.width() - THUMB_PX) / 2) * dpr) / dpr
    top = round((rect.top() + S1 + 2) * dpr) / dpr
    painter.drawPixmap(QPointF(left, top), thumb)
    font = caption_font()
    room = QRectF(rect.left() + 2, rect.bottom() - NAME_PX - 1, rect.width() - 4, NAME_PX)
    painter.setFont(font)
    painter.setPen(theme.text)
    name = QFontMetricsF(font).elidedText(card.name, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, name)
