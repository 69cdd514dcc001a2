"""The sum between the contributions and the output channel of the slide, in device pixels."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gui.numbers import local_number
from gui.pages.convolve.slide_painting import SlideView, pixel_font, words_font
from gui.theme import S1, caption_font, mixed


def sum_circle(view: SlideView) -> QRectF:
    """Tell where the circle of the sum stands."""
    x, y, width, height = view.layout.sum_box or (0, 0, 0, 0)
    side = 40 * view.layout.dpr
    return QRectF(x + (width - side) / 2, y + (height - side) / 2, side, side)


def paint_sum(painter: QPainter, view: SlideView) -> None:
    """Paint the Σ between the contributions and the output channel, and the word for the bias under it."""
    if view.layout.sum_box is None:
        return
    theme, dpr = view.theme, view.layout.dpr
    circle = sum_circle(view)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(mixed(theme.hairline, theme.text_dim, 0.6), 1.5 * dpr))
    painter.setBrush(theme.raised)
    painter.drawEllipse(circle)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(theme.text)
    painter.setFont(pixel_font(caption_font(), 22, dpr))
    painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, "Σ")
    if view.result.layer.has_bias:
        painter.setFont(words_font(dpr))
        painter.setPen(theme.text_dim)
        painter.drawText(_below_sum(view), Qt.AlignmentFlag.AlignCenter, "+ bias")


def paint_bias(painter: QPainter, view: SlideView) -> None:
    """Write the bias under its word."""
    if view.layout.sum_box is not None and view.result.layer.has_bias:
        bias = view.result.layer.filters[view.index].bias
        painter.setFont(words_font(view.layout.dpr))
        painter.setPen(view.theme.text)
        line = _below_sum(view)
        line.translate(0, line.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, local_number(bias, 2 if abs(bias) < 100 else 0))


def _below_sum(view: SlideView) -> QRectF:
    """Tell where the first line under the circle of the sum stands."""
    dpr = view.layout.dpr
    height = QFontMetricsF(words_font(dpr)).height()
    x, _, width, _ = view.layout.sum_box or (0, 0, 0, 0)
    return QRectF(x, sum_circle(view).bottom() + S1 * dpr, width, height)
