"""What one can do to a whole filter with one press, and how a kernel is dragged out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.kernels import (
    RANDOM_SENTENCE,
    mirrored,
    negated,
    normalised,
    random_kernel,
    transposed,
    turned,
    zero_summed,
)
from gui.pages.convolve.kernel_mime import kernel_mime
from gui.theme import S1, ThemeManager
from gui.widgets.tool_button import ToolButton

BUTTON_PX = 28
_ICON_PX = 18
_DRAG_PX = 48

Change = Callable[[NDArray[Any], np.random.Generator], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class KernelTool:
    """One button: ``change`` takes and gives all slices of a filter ``(slices, kh, kw)``."""

    name: str
    icon: str
    key: str
    tip: str
    undo: str
    change: Change


TOOLS: tuple[KernelTool, ...] = (
    KernelTool(
        "rotate", "kernel-rotate", "R", "Rotate by 90°, clockwise", "Rotate filter", lambda w, _: turned(w)
    ),
    KernelTool(
        "mirror",
        "kernel-mirror",
        "M",
        "Mirror: swap left and right",
        "Mirror filter",
        lambda w, _: mirrored(w),
    ),
    KernelTool(
        "transpose",
        "kernel-transpose",
        "T",
        "Transpose: swap rows and columns",
        "Transpose filter",
        lambda w, _: transposed(w),
    ),
    KernelTool(
        "negate", "kernel-negate", "N", "Negate: change every sign", "Negate filter", lambda w, _: negated(w)
    ),
    KernelTool(
        "normalise",
        "kernel-normalise",
        "S",
        "Normalise: scale so that the magnitudes sum to 1",
        "Normalise filter",
        lambda w, _: normalised(w),
    ),
    KernelTool(
        "zero_sum",
        "kernel-zero-sum",
        "Z",
        "Zero-sum: take the mean of all weights off, so that an even area gives no response",
        "Make filter zero-sum",
        lambda w, _: zero_summed(w),
    ),
    KernelTool(
        "random",
        "new-seed",
        "X",
        f"Random: {RANDOM_SENTENCE[0].lower()}{RANDOM_SENTENCE[1:-1]}",
        "Fill filter at random",
        lambda w, generator: random_kernel(w.shape, generator),
    ),
)


class KernelTools(QWidget):
    """The tools as a row of icon buttons. GUI thread only.

    Parameters
    ----------
    themes
        Tints the icons.
    generator
        Draws the random values; one of its own unless given.
    """

    change_wanted = Signal(object, str)
    """A function from all slices to all slices, and a text for undo."""

    def __init__(
        self,
        themes: ThemeManager,
        generator: np.random.Generator | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._generator = generator or np.random.default_rng()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S1)
        self._keys: dict[Qt.Key, KernelTool] = {}
        for tool in TOOLS:
            button = ToolButton(themes, tool.icon, tool.tip, key=tool.key, flat=False)
            button.setObjectName(f"kernel_{tool.name}")
            button.setIconSize(QSize(_ICON_PX, _ICON_PX))
            button.setFixedHeight(BUTTON_PX)
            button.setMinimumWidth(BUTTON_PX)
            button.setMaximumWidth(2 * BUTTON_PX)
            button.clicked.connect(lambda _=False, tool=tool: self._press(tool))
            row.addWidget(button)
            self._keys[Qt.Key(ord(tool.key))] = tool

    def press(self, name: str) -> None:
        """Do what the button of that name does."""
        self._press(next(tool for tool in TOOLS if tool.name == name))

    def listen_to(self, widget: QWidget) -> None:
        """Take the tools' letters while `widget` has the focus."""
        widget.installEventFilter(self)

    def _press(self, tool: KernelTool) -> None:
        generator = self._generator
        self.change_wanted.emit(lambda weight: tool.change(weight, generator), tool.undo)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the letters from the window's shortcuts, and act on them."""
        if not isinstance(event, QKeyEvent) or event.modifiers():
            return False
        tool = self._keys.get(Qt.Key(event.key()))
        if tool is None:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            self._press(tool)
            return True
        return False


def drag_kernel(source: QWidget, name: str, weight: NDArray[Any], image: QImage) -> None:
    """Drag a filter ``(slices, kh, kw)`` out of `source`; returns when it was dropped.

    `image` shows its first slice, one pixel per weight.
    """
    drag = QDrag(source)
    drag.setMimeData(kernel_mime(name, weight, image))
    side = round(_DRAG_PX * source.devicePixelRatioF())
    picture = QPixmap.fromImage(
        image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation)
    )
    picture.setDevicePixelRatio(source.devicePixelRatioF())
    drag.setPixmap(picture)
    drag.setHotSpot(QPoint(_DRAG_PX // 4, _DRAG_PX // 4))
    drag.exec(Qt.DropAction.CopyAction)
