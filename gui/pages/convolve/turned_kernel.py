"""A small kernel that turns by 180° before the eyes, as it does in a convolution."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEasingCurve, QEvent, QPointF, QRectF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QStyle, QWidget

from gui.numbers import local_number
from gui.pages.convolve.kernel_cells import (
    CellPlan,
    cell_rects,
    figure_font,
    kernel_image,
    outline,
    paint_cells,
    paint_figures,
    plan_cells,
    weight_colours,
)
from gui.pages.convolve.kernel_mime import numbers_text
from gui.theme import ThemeManager
from gui.widgets.copy_keys import CopyKeys, widget_picture

TURN_MS = 300
# The mark at a corner, in logical pixels.
_MARK_PX, _ARM_PX = 2, 8
# How small the kernel is halfway: its diagonal, with the mark at its end, is then as long as its side was.
_HALFWAY = 0.67


class TurnedKernel(QWidget):
    """Shows a kernel at an angle: 0 as it is stored, 180 turned, as a convolution uses it. GUI thread only.

    A mark at the corner that is stored at the upper left tells the way up, because many kernels look the
    same turned.

    Parameters
    ----------
    name
        What the readout calls it.
    """

    hovered = Signal(str)
    """The weight under the pointer, "" when there is none."""
    settled = Signal(bool)
    """A turn has ended; True: the kernel is turned."""

    def __init__(self, themes: ThemeManager, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("turned_kernel")
        self._themes, self._name = themes, name
        self._weight: NDArray[Any] = np.zeros((3, 3))
        self._scale, self._classic = 1.0, False
        self._angle = 0.0
        self._marked: tuple[int, int] | None = None
        self._motion = QVariantAnimation(self)
        self._motion.setDuration(TURN_MS)
        self._motion.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._motion.valueChanged.connect(self._on_moved)
        self._motion.finished.connect(lambda: self.settled.emit(self._angle > 90))
        CopyKeys(self, lambda: widget_picture(self), lambda: numbers_text(self._as_placed()[None]))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        themes.changed.connect(self.update)

    @property
    def angle(self) -> float:
        """How far the kernel is turned, 0 to 180."""
        return self._angle

    @property
    def is_turning(self) -> bool:
        """Whether a turn is under way."""
        return self._motion.state() == QVariantAnimation.State.Running

    def show_kernel(self, weight2d: NDArray[Any], scale: float, classic: bool) -> None:
        """Show a kernel as it is stored, ``(kh, kw)``; the angle stays."""
        self._weight, self._scale, self._classic = weight2d, scale, classic
        self.update()

    def mark(self, cell: tuple[int, int] | None) -> None:
        """Outline the weight that is stored at `cell`, wherever it has been turned to."""
        if cell != self._marked:
            self._marked = cell
            self.update()

    def put(self, turned: bool) -> None:
        """Show the kernel turned, or not, at once."""
        self._motion.stop()
        self._on_moved(180.0 if turned else 0.0)

    def turn(self, to_turned: bool) -> None:
        """Turn to 180° or back before the eyes; at once where the desktop asks for no motion."""
        if not self.is_turning:
            self.put(not to_turned)
        self._motion.stop()
        # 0 where the desktop asks for no motion.
        wanted_ms = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration)
        if wanted_ms == 0 or not self.isVisible():
            self.put(to_turned)
            self.settled.emit(to_turned)
            return
        self._motion.setStartValue(self._angle)
        self._motion.setEndValue(180.0 if to_turned else 0.0)
        self._motion.start()

    def _on_moved(self, angle: float) -> None:
        self._angle = float(angle)
        self.update()

    def frame(self) -> QRectF:
        """Return where the cells lie while the kernel rests, in logical pixels."""
        dpr = self.devicePixelRatioF()
        frame = self._plan(dpr).frame
        return QRectF(frame.left() / dpr, frame.top() / dpr, frame.width() / dpr, frame.height() / dpr)

    def _plan(self, dpr: float) -> CellPlan:
        rows, columns = self._weight.shape
        width, height = int(self.width() * dpr), int(self.height() * dpr)
        room = min(width, height) - round(_MARK_PX * dpr)
        return plan_cells(rows, columns, width, height, max(1, room // max(rows, columns)))

    def _way(self, plan: CellPlan) -> QTransform:
        """The present turn about the middle; smaller where corners would stick out."""
        middle = plan.frame.center()
        shrink = 1 - (1 - _HALFWAY) * math.sin(math.radians(self._angle))
        way = QTransform().translate(middle.x(), middle.y()).rotate(self._angle).scale(shrink, shrink)
        way.translate(-middle.x(), -middle.y())
        return way

    def _paint_mark(self, painter: QPainter, plan: CellPlan, dpr: float) -> None:
        line = round(_MARK_PX * dpr)
        painter.setPen(
            QPen(self._themes.theme.accent, line, c=Qt.PenCapStyle.FlatCap, j=Qt.PenJoinStyle.MiterJoin)
        )
        corner, arm = plan.frame.topLeft(), _ARM_PX * dpr
        painter.drawPolyline([corner + QPointF(arm, 0), corner, corner + QPointF(0, arm)])

    def _placed(self, row: int, column: int) -> tuple[int, int]:
        """Where a weight has gone; the way back is the same."""
        if self._angle <= 90:
            return row, column
        return self._weight.shape[0] - 1 - row, self._weight.shape[1] - 1 - column

    def _as_placed(self) -> NDArray[Any]:
        """The weights as they lie at rest."""
        return self._weight[::-1, ::-1] if self._angle > 90 else self._weight

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that it is what is copied."""
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that keys go elsewhere."""
        self.update()
        super().focusOutEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the weight under the pointer."""
        dpr = self.devicePixelRatioF()
        cell = self._plan(dpr).hit(event.position().x() * dpr, event.position().y() * dpr)
        if cell is None or self.is_turning:
            self.hovered.emit("")
            return
        stored = self._placed(*cell)
        value = local_number(float(self._weight[stored]), 4)
        origin = f", turned from ({stored[0]}, {stored[1]})" if stored != cell else ""
        self.hovered.emit(f"{self._name} · ({cell[0]}, {cell[1]}) = {value}{origin}")

    def leaveEvent(self, event: QEvent) -> None:
        """Read out nothing."""
        self.hovered.emit("")

    def hideEvent(self, event: QHideEvent) -> None:
        """End a turn that nobody sees."""
        if self.is_turning:
            turned = float(self._motion.endValue()) > 90
            self.put(turned)
            self.settled.emit(turned)
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells at their angle and the numbers upright in them."""
        theme, lut = self._themes.theme, weight_colours(self._themes.theme, self._classic)
        dpr = self.devicePixelRatioF()
        painter = QPainter(self)
        painter.scale(1 / dpr, 1 / dpr)
        plan, upright = self._plan(dpr), self._angle in (0.0, 180.0)
        weight = self._as_placed() if upright else self._weight
        image = kernel_image(weight, theme, self._classic, self._scale)
        rects, way = cell_rects(plan), self._way(plan)
        if upright:
            # Turned numbers instead of a turned painter: cells stay whole device pixels.
            paint_cells(painter, plan, image, theme)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not upright)
        painter.setTransform(way, True)
        if not upright:
            paint_cells(painter, plan, image, theme)
            for rect in rects.values():
                rect.moveCenter(way.map(rect.center()))
        self._paint_mark(painter, plan, dpr)
        painter.restore()
        font = figure_font(weight, plan.cell, dpr)
        if font is not None:
            paint_figures(painter, rects, weight, lut, self._scale, font)
        if upright and self._marked is not None:
            place = self._placed(*self._marked)
            if place in rects:
                outline(painter, rects[place], theme.text, theme.panel, dpr)
        if upright and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.text_dim, 1))
            painter.drawRect(plan.frame.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()
