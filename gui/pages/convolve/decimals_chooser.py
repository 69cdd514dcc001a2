"""A small button that says how many decimals are written, and lets one choose."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from gui.theme import caption_font

DECIMAL_CHOICES = (2, 3, 4, 6)
_AUTOMATIC = "As many as the weights need"


class DecimalsChooser(QToolButton):
    """Shows a count of decimals with a menu below it. GUI thread only."""

    chosen = Signal(object)
    """Decimals, or None for as many as the weights need."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("flat", True)
        self.setFont(caption_font())
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setStyleSheet("QToolButton { padding: 0 4px; } QToolButton::menu-indicator { image: none; }")
        self.setAccessibleName("Decimals")
        menu = QMenu(self)
        group = QActionGroup(menu)
        for decimals in (None, *DECIMAL_CHOICES):
            action = menu.addAction(_AUTOMATIC if decimals is None else f"{decimals} decimals")
            action.setCheckable(True)
            action.setData(decimals)
            group.addAction(action)
        menu.triggered.connect(lambda action: self.chosen.emit(action.data()))
        self.setMenu(menu)

    def show_decimals(self, written: int, wanted: int | None) -> None:
        """Say how many are written, and in the tooltip why not as many as were wanted."""
        self.setText(f"{written} decimals ▾")
        few = wanted is not None and written < wanted
        more = f" Only {written} have room: widen the ledger." if few else ""
        self.setToolTip(
            f"Choose how many decimals are written (Tab, then Space); all are computed with.{more}"
        )
        for action in self.menu().actions():
            action.setChecked(action.data() == wanted)
