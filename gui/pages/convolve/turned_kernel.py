"""The kernel as a convolution uses it: turned by 180°, and how it turns."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEasingCurve, QEvent, QRectF, QSize, QVariantAnimation, Signal
from PySide6.QtGui import QHideEvent, QMouseEvent, QPainter, QPaintEvent, QTransform
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

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
from gui.theme import ThemeManager

SIDE_PX = 80
TURN_MS = 300


class TurnedKernel(QWidget):
    """Shows a small kernel at an angle: 0 as it is drawn, 180 as a convolution uses it. GUI thread only."""

    hovered = Signal(str)
    """The weight under the pointer, "" when there is none."""
    settled = Signal(bool)
    """A turn has ended; True: the kernel is turned."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("turned_kernel")
        self._themes = themes
        self._weight: NDArray[Any] = np.zeros((3, 3))
        self._scale, self._classic = 1.0, False
        self._angle = 0.0
        self._marked: tuple[int, int] | None = None
        self._motion = QVariantAnimation(self)
        self._motion.setDuration(TURN_MS)
        self._motion.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._motion.valueChanged.connect(self._on_moved)
        self._motion.finished.connect(lambda: self.settled.emit(self._angle > 90))
        self.setMouseTracking(True)
        self.setFixedSize(SIDE_PX, SIDE_PX)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("The kernel as the convolution uses it, turned by 180°")
        self.setToolTip(
            "What a convolution multiplies with: the kernel turned by 180°. "
            "A correlation, which deep learning calls convolution, takes it as it is drawn."
        )
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
        """Show a kernel as it is drawn, ``(kh, kw)``; the angle stays."""
        self._weight, self._scale, self._classic = weight2d, scale, classic
        self.update()

    def mark(self, cell: tuple[int, int] | None) -> None:
        """Outline the weight that is drawn at `cell`, wherever it has been turned to."""
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

    def _plan(self, dpr: float) -> CellPlan:
        rows, columns = self._weight.shape
        side = int(SIDE_PX * dpr)
        return plan_cells(rows, columns, side, side, side)

    def _paint_turning(
        self, painter: QPainter, plan: CellPlan, paint: Callable[[], None]
    ) -> dict[tuple[int, ...], QRectF]:
        """Paint at an angle, smaller where corners would stick out; tell where the cells have gone."""
        middle = plan.frame.center()
        shrink = 1 - (1 - 1 / math.sqrt(2)) * math.sin(math.radians(self._angle))
        way = QTransform().translate(middle.x(), middle.y()).rotate(self._angle).scale(shrink, shrink)
        way.translate(-middle.x(), -middle.y())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(way, True)
        paint()
        painter.restore()
        moved = cell_rects(plan)
        for rect in moved.values():
            rect.moveCenter(way.map(rect.center()))
        return moved

    def _placed(self, row: int, column: int) -> tuple[int, int]:
        """Where a weight has gone; the way back is the same."""
        if self._angle <= 90:
            return row, column
        return self._weight.shape[0] - 1 - row, self._weight.shape[1] - 1 - column

    def sizeHint(self) -> QSize:
        """Return its only size."""
        return QSize(SIDE_PX, SIDE_PX)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the weight under the pointer."""
        dpr = self.devicePixelRatioF()
        cell = self._plan(dpr).hit(event.position().x() * dpr, event.position().y() * dpr)
        if cell is None or self.is_turning:
            self.hovered.emit("")
            return
        row, column = self._placed(*cell)
        value = local_number(float(self._weight[row, column]), 3)
        self.hovered.emit(f"as used · ({cell[0]}, {cell[1]}) = {value}, drawn at ({row}, {column})")

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
        theme = self._themes.theme
        dpr = self.devicePixelRatioF()
        painter = QPainter(self)
        painter.scale(1 / dpr, 1 / dpr)
        upright = self._angle in (0.0, 180.0)
        weight = self._weight[::-1, ::-1] if self._angle == 180.0 else self._weight
        plan = self._plan(dpr)
        image = kernel_image(weight, theme, self._classic, self._scale)
        rects = cell_rects(plan)
        if upright:
            paint_cells(painter, plan, image, theme)
        else:
            rects = self._paint_turning(painter, plan, lambda: paint_cells(painter, plan, image, theme))
        font = figure_font(weight, plan.cell, dpr)
        if font is not None:
            paint_figures(painter, rects, weight, weight_colours(theme, self._classic), self._scale, font)
        if upright and self._marked is not None:
            place = self._placed(*self._marked)
            if place in rects:
                outline(painter, rects[place], theme.text, theme.panel, dpr)
        painter.end()
