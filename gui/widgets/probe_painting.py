"""Where the parts of a probe's row are, and how they are painted."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gui.pad.cells import cell_image, picture_image
from gui.theme import RADIUS, S1, S2, Theme
from gui.widgets.sparkline import SparkPoints, paint_sparkline

PICTURE_PX = 28
CURVE_PX = 16
MARK_PX = 6.0
# Of its place a picture fills at least so much.
CRISP_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class RowPlaces:
    """The parts of a row, in logical pixels: picture, line of the answer, curve, sentence."""

    picture: QRectF
    line: QRectF
    curve: QRectF
    sentence: QRectF

    def beside(self, taken: QRectF) -> "RowPlaces":
        """Give the same with what is taken at the right end of the answer's line left out."""
        line = QRectF(self.line)
        line.setRight(taken.left() - S1)
        return replace(self, line=line)


def places_of(width: int, text_height: int) -> RowPlaces:
    """Lay a row out: the picture at the left, everything else in a column beside it."""
    left = PICTURE_PX + 2 + S2
    room = max(1, width - left - 1)
    line = QRectF(left, 0, room, text_height)
    curve = QRectF(left, line.bottom() + 1, room, CURVE_PX)
    sentence = QRectF(left, curve.bottom() + 1, room, text_height)
    side = PICTURE_PX + 2
    return RowPlaces(QRectF(0, 2, side, side), line, curve, sentence)


def paint_row(
    painter: QPainter,
    places: RowPlaces,
    theme: Theme,
    *,
    picture: NDArray[np.float32] | NDArray[np.uint8],
    answer: tuple[str, str, bool | None] | None,
    sentence: str,
    points: SparkPoints | None,
    playhead: float | None,
    pointed: float | None,
    ratio: float,
    focused: bool,
) -> None:
    """Paint a row.

    Parameters
    ----------
    picture
        ``(c, h, w)``.
    answer
        Class, probability in words, and whether it is right, where that is known.
    points
        The curve; None without one.
    playhead, pointed
        Where the step that is shown and the reading under the pointer are, 0 to 1 of the axis.
    ratio
        Device pixels per logical pixel.
    """
    _paint_picture(painter, places.picture, theme, picture, ratio)
    _paint_answer(painter, places.line, theme, answer)
    middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.setPen(theme.text_dim)
    painter.drawText(places.sentence, middle, sentence)
    if points is not None:
        paint_sparkline(painter, places.curve, points, theme)
        for share, colour in ((pointed, theme.text_dim), (playhead, theme.accent)):
            if share is not None and 0 <= share <= 1:
                x = round(places.curve.left() + places.curve.width() * share) + 0.5
                painter.setPen(QPen(colour, 1))
                painter.drawLine(QPointF(x, places.curve.top()), QPointF(x, places.curve.bottom()))
    if focused:
        painter.setPen(QPen(theme.text_dim, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        whole = QRectF(0.5, 0.5, places.curve.right(), places.sentence.bottom() - 1)
        painter.drawRoundedRect(whole, RADIUS, RADIUS)


def _paint_picture(
    painter: QPainter,
    place: QRectF,
    theme: Theme,
    picture: NDArray[np.float32] | NDArray[np.uint8],
    ratio: float,
) -> None:
    inner = place.adjusted(1, 1, -1, -1)
    plane = picture if len(picture) == 3 else picture[0]
    side, room = max(plane.shape[-2:]), PICTURE_PX * ratio
    cell = int(room / side)
    painter.fillRect(inner, theme.paper)
    if cell * side >= CRISP_SHARE * room:
        image = cell_image(plane, theme.picture_lut, cell, ratio)
        size = image.deviceIndependentSize()
        left = inner.left() + round((inner.width() - size.width()) / 2 * ratio) / ratio
        top = inner.top() + round((inner.height() - size.height()) / 2 * ratio) / ratio
        painter.drawImage(QPointF(left, top), image)
    else:
        # Whole device pixels would leave it too small to be known again.
        height, width = (PICTURE_PX * size / side for size in plane.shape[-2:])
        fitted = QRectF(0, 0, width, height)
        fitted.moveCenter(inner.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(fitted, picture_image(plane, theme.picture_lut))
    painter.setPen(QPen(theme.hairline, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))


def _paint_answer(
    painter: QPainter, line: QRectF, theme: Theme, answer: tuple[str, str, bool | None] | None
) -> None:
    """Paint a disc, full where the answer is right and hollow where it is wrong, then the answer."""
    middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.setPen(theme.text_dim)
    if answer is None:
        painter.drawText(line, middle, "–")
        return
    name, share, right = answer
    left = line.left()
    if right is not None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.text, 1))
        painter.setBrush(theme.text if right else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(left + MARK_PX / 2 + 0.5, line.center().y()), MARK_PX / 2, MARK_PX / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    left += MARK_PX + S1 + 1
    metrics = QFontMetricsF(painter.font())
    # The figures keep their place while they change; the class takes what is left.
    figures = metrics.horizontalAdvance("100.0 %")
    room = line.right() - left - figures - S1
    shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(0.0, room))
    painter.setPen(theme.text)
    painter.drawText(QRectF(left, line.top(), max(0.0, room), line.height()), middle, shown)
    start = left + min(room, metrics.horizontalAdvance(shown)) + S1
    painter.setPen(theme.text_dim)
    right_middle = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(QRectF(start, line.top(), figures, line.height()), right_middle, share)
