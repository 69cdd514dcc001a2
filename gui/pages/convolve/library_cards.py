"""Where the cards of the Library lie, and how one is painted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

from engine.inspect.words import shape_text
from engine.kernels import KERNELS
from gui.pages.convolve.kernel_cells import kernel_image
from gui.pages.convolve.preset_menu import paint_thumb
from gui.theme import RADIUS, S1, S2, Theme, caption_font, heading_font, mixed

CARD_WIDTH_PX, CARD_HEIGHT_PX, THUMB_PX = 84, 68, 38
HEADING_PX, EMPTY_PX, NAME_PX = 20, 34, 18

Origin: TypeAlias = Literal["own", "learned", "preset"]
"""Whose kernel it is: the person's, a network's, or one that came with the program."""


@dataclass(frozen=True, slots=True, eq=False)
class LibraryCard:
    """A kernel ``(slices, kh, kw)`` and its name; scale 0 is the largest magnitude in its first slice."""

    name: str
    weight: NDArray[Any]
    sentence: str
    origin: Origin
    scale: float = 0.0

    @property
    def words(self) -> str:
        """The card in words: ``Sobel x · 3×3: slope from left to right …``."""
        slices = f" · {len(self.weight)} slices" if len(self.weight) > 1 else ""
        text = f"{self.name} · {shape_text(self.weight.shape[1:])}{slices}"
        return f"{text}: {self.sentence}" if self.sentence else text

    def image(self, theme: Theme, classic: bool) -> QImage:
        """The first slice, one pixel per weight."""
        return kernel_image(self.weight[0], theme, classic, self.scale)


@dataclass(frozen=True, slots=True, eq=False)
class CardGroup:
    """Cards under one heading, and what is said where there are none."""

    heading: str
    cards: tuple[LibraryCard, ...]
    empty: str = ""


PRESETS = CardGroup(
    "Made by hand", tuple(LibraryCard(one.name, one.values[None], one.sentence, "preset") for one in KERNELS)
)


@dataclass(frozen=True, slots=True)
class LibraryLayout:
    """Tops of the headings over groups of cards, and where the cards are; unscrolled, logical pixels."""

    headings: tuple[int, ...]
    rects: tuple[QRect, ...]
    height: int

    def below(self, index: int, down: int) -> int:
        """The card nearest below (1) or above (−1) another; headings are stepped over."""
        here = self.rects[index].center()
        ways = []
        for i, rect in enumerate(self.rects):
            there = rect.center()
            if (there.y() - here.y()) * down > 0:
                ways.append((abs(there.y() - here.y()), abs(there.x() - here.x()), i))
        return min(ways)[2] if ways else index


def plan_library(counts: Sequence[int], width: int) -> LibraryLayout:
    """Put groups of so many cards below each other, in each as many side by side as fit."""
    across = max(1, (width + S1) // (CARD_WIDTH_PX + S1))
    headings, rects, top = [], [], 0
    for count in counts:
        headings.append(top)
        top += HEADING_PX
        for place in range(count):
            down, right = divmod(place, across)
            x, y = right * (CARD_WIDTH_PX + S1), top + down * (CARD_HEIGHT_PX + S1)
            rects.append(QRect(x, y, CARD_WIDTH_PX, CARD_HEIGHT_PX))
        rows = -(-count // across)
        top += (rows * (CARD_HEIGHT_PX + S1) if rows else EMPTY_PX) + S1
    return LibraryLayout(tuple(headings), tuple(rects), top - 2 * S1)


def paint_heading(painter: QPainter, theme: Theme, group: CardGroup, top: int, width: int) -> None:
    """Paint the heading over a group of cards and how many they are, or what is said where there are none."""
    line = QRectF(0, top, width, HEADING_PX - S1)
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    count = str(len(group.cards))
    room = width - S2 - QFontMetricsF(caption_font()).horizontalAdvance(count)
    metrics = QFontMetricsF(heading_font())
    text = metrics.elidedText(group.heading, Qt.TextElideMode.ElideRight, room)
    painter.setFont(heading_font())
    painter.setPen(theme.text)
    painter.drawText(line, flags, text)
    painter.setFont(caption_font())
    painter.setPen(theme.text_dim)
    painter.drawText(line.adjusted(metrics.horizontalAdvance(text) + S2, 0, 0, 0), flags, count)
    if not group.cards:
        words = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(QRectF(0, top + HEADING_PX, width, EMPTY_PX), int(words), group.empty)


def paint_cards(
    painter: QPainter,
    theme: Theme,
    cards: Sequence[tuple[LibraryCard, QRect]],
    *,
    classic: bool,
    pointed: LibraryCard | None,
    current: LibraryCard | None,
    dpr: float,
) -> None:
    """Paint cards at their places: grounds and names, then each first slice in whole device pixels."""
    font = caption_font()
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    for card, rect in cards:
        chosen = card is current
        painter.setBrush(mixed(theme.raised, theme.text, 0.08) if card is pointed else theme.raised)
        painter.setPen(QPen(theme.accent if chosen else theme.hairline, 2 if chosen else 1))
        edge = 1.0 if chosen else 0.5
        painter.drawRoundedRect(QRectF(rect).adjusted(edge, edge, -edge, -edge), RADIUS, RADIUS)
        room = QRectF(rect.left() + 2, rect.bottom() - NAME_PX - 1, rect.width() - 4, NAME_PX)
        painter.setPen(theme.text)
        name = metrics.elidedText(card.name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, name)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.scale(1 / dpr, 1 / dpr)
    side = round(THUMB_PX * dpr)
    for card, rect in cards:
        left = round((rect.left() + (rect.width() - THUMB_PX) / 2) * dpr)
        square = QRect(left, round((rect.top() + S1 + 2) * dpr), side, side)
        paint_thumb(painter, card.image(theme, classic), square, theme)
    painter.restore()
