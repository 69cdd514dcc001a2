"""Paints what happened during a run onto the ribbon: events with their words, and marks at its foot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPolygonF

from gui.theme import S1, S2, Theme

# Half of the foot of a mark.
MARK_SIDE = 4.0
Happened = Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class RibbonEvent:
    """Something that happened after a step.

    Parameters
    ----------
    step
        When.
    label
        A few words that stand on the ribbon; "" for what is not marked there.
    words
        The same in full.
    """

    step: int
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class MarkRoom:
    """Where there is room: the ribbon's size, the place of a step, and that of the live end."""

    width: int
    height: int
    x_of: Callable[[int], float]
    live: float


def one_a_step(events: Happened) -> Happened:
    """Give the last event of each step: of a run that was paused, and forked there, that it was forked."""
    return tuple(dict(events).items())


def paint_events(painter: QPainter, theme: Theme, events: Happened, room: MarkRoom) -> None:
    """Draw a thin line at each event, and its words where they cover neither others nor the live end."""
    metrics = QFontMetricsF(painter.font())
    events = one_a_step(events)
    places = [float(round(room.x_of(step))) for step, _ in events]
    painter.setPen(theme.hairline)
    for x in places:
        painter.drawLine(QPointF(x, 0), QPointF(x, room.height))
    free_from = 0.0
    for x, (_, text) in zip(places, events, strict=True):
        width = metrics.horizontalAdvance(text)
        left = x + S1
        if left + width > room.width or x <= room.live < left + width:
            left = x - S1 - width
        if left >= free_from:
            ground = QColor(theme.panel)
            ground.setAlphaF(0.8)
            painter.fillRect(QRectF(left - 2, 0, width + 4, metrics.height()), ground)
            painter.setPen(theme.text_dim)
            painter.drawText(QPointF(left, metrics.ascent()), text)
            free_from = left + width + S2


def paint_marks(painter: QPainter, theme: Theme, marks: Happened, room: MarkRoom) -> None:
    """Draw a small peak at the foot for each mark."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.text)
    foot = float(room.height)
    for step, _ in marks:
        x = room.x_of(step)
        peak = QPointF(x, foot - MARK_SIDE - 1)
        painter.drawPolygon(QPolygonF([QPointF(x - MARK_SIDE, foot), peak, QPointF(x + MARK_SIDE, foot)]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
