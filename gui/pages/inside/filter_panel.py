"""The filter under the knife: switched off, scaled, replaced by a hand-made kernel, painted cell by cell."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.inspect.surgery import FilterEdit
from engine.inspect.words import percent, shape_text
from engine.kernels import KERNELS
from gui.pages.convolve.kernel_editor import KernelEditor
from gui.pages.convolve.library_store import StoredKernel
from gui.pages.convolve.preset_menu import kernel_icon
from gui.theme import S1, S2, ThemeManager
from gui.widgets.elided_label import ElidedLabel

# Of the weights as they were: −200 % to 200 %, where 0 is off.
_MOST_PERCENT = 200
_SNAP_PERCENT = 4


class FilterPanel(QWidget):
    """Shows one filter as it is now, and tells each change of it. GUI thread only.

    Parameters
    ----------
    themes
        Shared with the window.
    kernels
        Gives the person's own kernels.
    """

    edited = Signal(object, str, bool)
    """The `FilterEdit`, what was done, for undo, and whether the same movement goes on."""
    switched = Signal()
    """The filter is to be off, or on again."""
    hovered = Signal(str)

    def __init__(
        self,
        themes: ThemeManager,
        kernels: Callable[[], Sequence[StoredKernel]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes, self._kernels = themes, kernels
        self._edit: FilterEdit | None = None
        self._weight: NDArray[np.float64] = np.zeros((1, 3, 3))
        self._title = ElidedLabel(themes)
        self._on = QCheckBox("on")
        self._on.setObjectName("filter_on")
        self._on.setToolTip("Switch the filter off or on (X)")
        self._on.clicked.connect(lambda on: self.switched.emit())
        self._slice = QSpinBox()
        self._slice.setObjectName("filter_slice")
        self._slice.setPrefix("input channel ")
        self._slice.setToolTip("Which input channel's slice of the filter is shown, painted and replaced.")
        self._slice.valueChanged.connect(lambda number: self._show_slice())
        self._editor = KernelEditor(themes)
        self._editor.setObjectName("filter_editor")
        self._editor.edited.connect(self._on_painted)
        self._editor.hovered.connect(self.hovered)
        self._scale, self._words = QSlider(Qt.Orientation.Horizontal), QLabel()
        self._scale.setObjectName("filter_scale")
        self._scale.setRange(-_MOST_PERCENT, _MOST_PERCENT)
        self._scale.setPageStep(25)
        self._scale.setToolTip("What all weights of the filter and its bias are multiplied by.")
        self._scale.valueChanged.connect(self._on_scaled)
        # The first change of a movement is an entry of the history of its own.
        self._scale_goes_on = False
        self._scale.sliderPressed.connect(self._on_scale_pressed)
        self._words.setFixedWidth(self._words.fontMetrics().horizontalAdvance(f"−{_MOST_PERCENT} %") + S1)
        self._words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._replace, self._back = QPushButton("Replace by"), QPushButton("Put back")
        self._replace.setObjectName("filter_replace")
        self._replace.setToolTip(
            "Put a hand-made kernel, or one of your own, in its place, as long as it was"
        )
        self._menu = QMenu(self._replace)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._replace.setMenu(self._menu)
        self._back.setObjectName("filter_back")
        self._back.setToolTip("The filter as the network had it.")
        self._back.clicked.connect(self._on_put_back)
        self._lay_out()
        self.show_filter(None, np.zeros((1, 3, 3)))

    def show_filter(self, edit: FilterEdit | None, whole: NDArray[Any]) -> None:
        """Show a filter.

        Parameters
        ----------
        edit
            Which one, and how it is changed; None for none.
        whole
            Its weights ``(input channels, kh, kw)`` as the network had them.
        """
        before, self._edit = self._edit, edit
        for widget in (self._on, self._slice, self._editor, self._scale, self._replace, self._back):
            widget.setEnabled(edit is not None)
        if edit is None:
            self._title.set_text("No filter")
            self._on.setChecked(False)
            self._slice.hide()
            self._words.setText("")
            self._editor.show_slice(np.zeros((3, 3)), 1.0, classic=False)
            return
        self._weight = np.array(whole if edit.weight is None else edit.weight, np.float64)
        self._title.set_text(f"{edit.layer} · filter {edit.filter + 1}")
        self._on.setChecked(edit.factor != 0)
        self._back.setEnabled(edit != FilterEdit(edit.layer, edit.filter))
        with QSignalBlocker(self._scale):
            self._scale.setValue(round(100 * edit.factor))
        self._words.setText(percent(edit.factor))
        count = len(self._weight)
        with QSignalBlocker(self._slice):
            self._slice.setRange(1, count)
            self._slice.setSuffix(f" of {count}")
            if before is None or (edit.layer, edit.filter) != (before.layer, before.filter):
                # The slice that counts most.
                heaviest = int(np.nan_to_num((self._weight**2).sum(axis=(1, 2))).argmax())
                self._slice.setValue(heaviest + 1)
        self._slice.setVisible(count > 1)
        self._show_slice()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S2)
        head.addWidget(self._title, 1)
        head.addWidget(self._on)
        scale = QHBoxLayout()
        scale.setSpacing(S2)
        scale.addWidget(QLabel("Scale"))
        scale.addWidget(self._scale, 1)
        scale.addWidget(self._words)
        buttons = QHBoxLayout()
        buttons.setSpacing(S2)
        buttons.addWidget(self._replace)
        buttons.addWidget(self._back)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addLayout(head)
        column.addWidget(self._slice)
        column.addWidget(self._editor, 1)
        column.addLayout(scale)
        column.addLayout(buttons)

    @property
    def _index(self) -> int:
        return self._slice.value() - 1

    def _show_slice(self) -> None:
        if self._edit is None:
            return
        scaled = self._weight * self._edit.factor
        reach = float(np.abs(np.nan_to_num(self._weight)).max(initial=0.0)) or 1.0
        self._editor.show_slice(scaled[self._index], reach, classic=False)

    def _tell(self, edit: FilterEdit, words: str, goes_on: bool) -> None:
        self.edited.emit(edit, f"{words} filter {edit.filter + 1} of {edit.layer}", goes_on)

    def _on_scaled(self, value: int) -> None:
        if self._edit is None:
            return
        # 0 and 100 % are easy to meet.
        for easy in (0, 100):
            if abs(value - easy) <= _SNAP_PERCENT:
                value = easy
        self._words.setText(percent(value / 100))
        if value / 100 != self._edit.factor:
            goes_on = self._scale.isSliderDown() and self._scale_goes_on
            self._scale_goes_on = True
            self._tell(replace(self._edit, factor=value / 100), "Scale", goes_on)

    def _on_scale_pressed(self) -> None:
        self._scale_goes_on = False

    def _on_painted(self, slice2d: NDArray[Any], words: str, goes_on: bool) -> None:
        if self._edit is None:
            return
        # What is painted is what is seen, which is scaled; one that was off begins with zeros.
        factor, painted = self._edit.factor, self._weight.copy()
        if factor == 0:
            factor, painted = 1.0, np.zeros_like(painted)
        painted[self._index] = slice2d / factor
        self._tell(replace(self._edit, factor=factor, weight=_nested(painted)), "Paint", goes_on)

    def _on_put_back(self) -> None:
        if self._edit is not None:
            self._tell(FilterEdit(self._edit.layer, self._edit.filter), "Put back", False)

    def _fill_menu(self) -> None:
        """Offer the kernels of the slice's size: the person's own first."""
        self._menu.clear()
        size = self._weight.shape[1:]
        own = [(each.name, each.weight[0]) for each in self._kernels() if each.weight.shape[1:] == size]
        made = [(each.name, each.values) for each in KERNELS if each.values.shape == size]
        for title, entries in (("Your own", own), ("Hand-made", made)):
            if entries:
                self._menu.addSection(title)
            for name, values in entries:
                action = self._menu.addAction(kernel_icon(values, self._themes.theme, False), name)
                action.triggered.connect(lambda _=False, values=values: self._on_replaced(values))
        if not (own or made):
            self._menu.addAction(f"There is no kernel of {shape_text(size)} in the Library").setEnabled(False)

    def _on_replaced(self, values: NDArray[Any]) -> None:
        if self._edit is None:
            return
        weight = self._weight.copy()
        # As long as what it replaces, so that the layers behind get numbers that they know.
        old, new = np.linalg.norm(weight[self._index]), np.linalg.norm(values)
        weight[self._index] = values * (old / new if old > 0 and new > 0 else 1.0)
        factor = self._edit.factor or 1.0
        self._tell(replace(self._edit, factor=factor, weight=_nested(weight)), "Replace", False)


def _nested(weight: NDArray[np.float64]) -> tuple[tuple[tuple[float, ...], ...], ...]:
    return tuple(tuple(tuple(row) for row in each) for each in weight.tolist())
