"""The rows of tools under the canvas."""

import math

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QSizePolicy, QSlider, QToolButton, QWidget

from gui.icons import icon
from gui.pad.canvas import LARGEST_BRUSH, SMALLEST_BRUSH
from gui.pad.ink_colours import ColourSwatches
from gui.pad.pad_actions import ICON_PX, PadActions
from gui.theme import S1, S4, ThemeManager

_BUTTON_PX = 28
# The slider moves by equal ratios, as the eye judges widths.
_SLIDER_STEPS = 100


class PadTools(QWidget):
    """Buttons for the Pad's actions, and the size of the brush. GUI thread only."""

    brush_chosen = Signal(float)
    """The brush's diameter that was chosen, as a fraction of the canvas side."""

    def __init__(
        self, actions: PadActions, theme_manager: ThemeManager, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes = theme_manager
        self._actions = actions
        self.brush = QSlider(Qt.Orientation.Horizontal)
        self.brush.setObjectName("brush_size")
        self.brush.setRange(0, _SLIDER_STEPS)
        self.brush.setMinimumWidth(_BUTTON_PX)
        self.brush.setToolTip("Brush size ([ and ], or the wheel on the canvas)")
        self.brush.setAccessibleName("Brush size")
        self.brush.valueChanged.connect(self._on_slider_moved)
        self._layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(S1)
        self._layout.addLayout(self._first_row())
        self._layout.addLayout(self._second_row())
        self.colours = ColourSwatches(theme_manager)
        self.colours.hide()
        self._layout.addWidget(self.colours)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme_manager.changed.connect(self._tint)
        self._tint()

    def show_brush(self, brush: float) -> None:
        """Set the slider without telling anyone."""
        share = math.log(brush / SMALLEST_BRUSH) / math.log(LARGEST_BRUSH / SMALLEST_BRUSH)
        blocked = self.brush.blockSignals(True)
        self.brush.setValue(round(share * _SLIDER_STEPS))
        self.brush.blockSignals(blocked)

    def set_wide(self, wide: bool) -> None:
        """Put all tools into one row, or into two."""
        ways = QBoxLayout.Direction
        self._layout.setDirection(ways.LeftToRight if wide else ways.TopToBottom)
        self._layout.setSpacing(S4 if wide else S1)

    def _first_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(S1)
        row.addWidget(self._button(self._actions.pen, "pen_button"))
        row.addWidget(self._button(self._actions.eraser, "eraser_button"))
        row.addStretch(1)
        row.addWidget(self._button(self._actions.pin, "pin_button"))
        row.addStretch(1)
        row.addWidget(self._button(self._actions.undo, "undo_button"))
        row.addWidget(self._button(self._actions.redo, "redo_button"))
        row.addWidget(self._button(self._actions.clear, "clear_button"))
        return row

    def _second_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(S1)
        row.addWidget(self.brush, 1)
        row.addSpacing(S1)
        row.addWidget(self._button(self._actions.pick_digit, "pick_digit_button"))
        row.addWidget(self._button(self._actions.open, "open_picture_button"))
        self._more = QToolButton()
        self._more.setObjectName("pad_menu_button")
        self._more.setFixedSize(_BUTTON_PX, _BUTTON_PX)
        self._more.setIconSize(QSize(ICON_PX, ICON_PX))
        self._more.setToolTip("Paste, copy, save, pen pressure")
        self._more.setAccessibleName("More")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        # The arrow of a menu has no room on a button that says so already.
        self._more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        menu = QMenu(self._more)
        menu.addActions([self._actions.paste, self._actions.copy, self._actions.copy_numbers])
        menu.addAction(self._actions.save)
        menu.addSeparator()
        menu.addAction(self._actions.pressure)
        self._more.setMenu(menu)
        row.addWidget(self._more)
        return row

    def _button(self, action: QAction, name: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setFixedSize(_BUTTON_PX, _BUTTON_PX)
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        button.setAccessibleName(action.text().removesuffix("…"))
        return button

    def _tint(self) -> None:
        self._more.setIcon(icon("more", self._themes.theme.text, ICON_PX))

    def _on_slider_moved(self, value: int) -> None:
        ratio = LARGEST_BRUSH / SMALLEST_BRUSH
        self.brush_chosen.emit(SMALLEST_BRUSH * ratio ** (value / _SLIDER_STEPS))
