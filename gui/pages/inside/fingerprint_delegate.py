"""The strokes of the table of slices: pictures, stacked bars, arrows and text."""

import math

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem

from gui.pages.inside.card_pictures import single_image
from gui.pages.inside.fingerprint_model import Column, FingerprintModel, is_numeric, text_of
from gui.pages.inside.fingerprint_rows import Rows
from gui.theme import S1, S2, Theme, ThemeManager, caption_font, heading_font, mixed

PICTURE_PX = 24
ROW_PX = 28
BY_HAND_PX = 36
BAR_PX = 8
ARROW_PX = 14
MARK_PX = 3
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
# Lightness alone tells the shares apart: hues stand for signs.
_SHADES = (0.95, 0.6, 0.34, 0.14)


def share_colours(theme: Theme) -> tuple[QColor, ...]:
    """Choose the colours of edge, line, spot and average: from the text's own down to the surface."""
    return tuple(mixed(theme.panel, theme.text, shade) for shade in _SHADES)


def picture_box(rect: QRect, size: tuple[int, int], ratio: float) -> tuple[QRectF, int]:
    """Place the picture of a slice in its cell: its box, and its cells' side in device pixels."""
    side = max(1, int(PICTURE_PX * ratio) // max(size))
    height, width = size[0] * side / ratio, size[1] * side / ratio
    left, top = rect.left() + S2, rect.top() + (rect.height() - height) / 2
    return QRectF(round(left * ratio) / ratio, round(top * ratio) / ratio, width, height), side


class FingerprintDelegate(QStyledItemDelegate):
    """Paints the cells of a `FingerprintModel`. GUI thread only."""

    def __init__(self, themes: ThemeManager, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._themes, self._view = themes, view
        self._font, self._bold = caption_font(), heading_font()
        self.chosen: int | None = None
        """The filter that is selected, all of whose slices are marked."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the size of a picture's cell."""
        return QSize(PICTURE_PX + 2 * S2, ROW_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one cell."""
        model = index.model()
        if not isinstance(model, FingerprintModel) or model.rows is None:
            return
        theme, rows = self._themes.theme, model.rows
        row, column = model.slice_at(index.row()), index.column()
        rect: QRect = option.rect
        self._paint_ground(painter, rect, rows, row, index, theme)
        painter.setFont(self._font)
        if column == Column.SLICE:
            self._paint_picture(painter, rect, rows, row, theme)
        elif column == Column.MADE_OF:
            _paint_shares(painter, rect, rows, row, theme)
        elif column == Column.NAME and rows.question is None:
            self._paint_two_lines(painter, rect, rows, theme)
        else:
            dim = column == Column.START and rows.start_names is not None
            dim = dim and rows.start_names[row] == rows.names[row]  # type: ignore[index]
            painter.setPen(theme.text_dim if dim else theme.text)
            _write(painter, rect, text_of(rows, row, column), is_numeric(column))
            if column == Column.ANGLE:
                _paint_direction(painter, rect, rows, row, theme)

    def _paint_ground(
        self,
        painter: QPainter,
        rect: QRect,
        rows: Rows,
        row: int,
        index: QModelIndex | QPersistentModelIndex,
        theme: Theme,
    ) -> None:
        if rows.question is None:
            painter.fillRect(rect, theme.raised)
        elif self.chosen is not None and rows.filters[row] == self.chosen:
            current = self._view.currentIndex().row() == index.row()
            painter.fillRect(rect, mixed(theme.panel, theme.accent, 0.3 if current else 0.14))
            if current and index.column() == Column.SLICE:
                painter.fillRect(rect.left(), rect.top(), MARK_PX, rect.height(), theme.accent)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.hairline)

    def _paint_picture(self, painter: QPainter, rect: QRect, rows: Rows, row: int, theme: Theme) -> None:
        ratio = painter.device().devicePixelRatioF()
        box, side = picture_box(rect, rows.size, ratio)
        image = single_image(rows.entries[row], side, theme.weight_lut)
        image.setDevicePixelRatio(ratio)
        painter.drawImage(box.topLeft(), image)
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _paint_two_lines(self, painter: QPainter, rect: QRect, rows: Rows, theme: Theme) -> None:
        """Write what a hand-made filter is called, and below it what it is read as."""
        half = rect.height() // 2
        painter.setFont(self._bold)
        painter.setPen(theme.text)
        _write(painter, rect.adjusted(0, 2, 0, -half), rows.name, False)
        painter.setFont(self._font)
        painter.setPen(theme.text_dim)
        _write(painter, rect.adjusted(0, half, 0, -2), rows.names[0], False)


def _paint_shares(painter: QPainter, rect: QRect, rows: Rows, row: int, theme: Theme) -> None:
    """Paint the shares as one bar: together they are as long as the cell."""
    if rows.made is None:
        return
    room = rect.adjusted(S1, 0, -S2, 0)
    top = rect.top() + (rect.height() - BAR_PX) // 2
    ends = room.left() + np.rint(np.cumsum(rows.made.shares[row]) * room.width()).astype(int)
    left = room.left()
    for colour, end in zip(share_colours(theme), ends.tolist(), strict=True):
        painter.fillRect(left, top, end - left, BAR_PX, colour)
        left = end
    painter.setPen(QPen(theme.hairline, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(room.left() - 1, top - 1, room.width() + 1, BAR_PX + 1)


def _paint_direction(painter: QPainter, rect: QRect, rows: Rows, row: int, theme: Theme) -> None:
    """Paint a short line along a line, or an arrow the way in which an edge brightens."""
    degrees = math.nan if rows.made is None else float(rows.made.orientation[row])
    if rows.made is None or math.isnan(degrees):
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.left() + ARROW_PX / 2, rect.top() + rect.height() / 2)
    # Angles go counter-clockwise, a painter's clockwise.
    painter.rotate(-degrees)
    painter.setPen(QPen(theme.text_dim, 1.5))
    half = ARROW_PX / 2 - 1
    painter.drawLine(QPointF(-half, 0), QPointF(half, 0))
    if not rows.made.is_line[row]:
        painter.drawLine(QPointF(half, 0), QPointF(half - 4, -3.5))
        painter.drawLine(QPointF(half, 0), QPointF(half - 4, 3.5))
    painter.restore()


def _write(painter: QPainter, rect: QRect, text: str, right: bool) -> None:
    if text:
        painter.drawText(rect.adjusted(S1, 0, -S2, 0), _RIGHT if right else _LEFT, text)
