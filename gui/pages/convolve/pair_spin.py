"""Two whole numbers, vertical × horizontal, that go together until they are unlinked."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gui.pages.convolve.number_spin import FIELD_HEIGHT_PX, WholeSpin
from gui.theme import S1, ThemeManager
from gui.widgets.tool_button import ToolButton

_SPIN_WIDTH_PX, _LINK_PX = 42, 18


class PairSpin(QWidget):
    """Shows a pair and tells a new one; while it is linked, one number stands for both. GUI thread only.

    Parameters
    ----------
    themes
        Tints the link.
    low, high
        Limits of both numbers.
    what, first, second
        What the pair is, and what its numbers are: "Size", "rows", "columns".
    """

    chosen = Signal(int, int)
    """The new pair."""

    def __init__(
        self,
        themes: ThemeManager,
        low: int,
        high: int,
        *,
        what: str,
        first: str,
        second: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._what, self._first_name, self._second_name = what, first, second
        self.first = WholeSpin(low, high, f"{what}, {first}", f"{what}: {first}, {low} to {high}.")
        self.second = WholeSpin(low, high, f"{what}, {second}", f"{what}: {second}, {low} to {high}.")
        for spin in (self.first, self.second):
            spin.setFixedWidth(_SPIN_WIDTH_PX)
        times = QLabel("×")
        times.setProperty("role", "dim")
        self.link = ToolButton(themes, "link", "")
        self.link.setCheckable(True)
        self.link.setIconSize(QSize(_LINK_PX, _LINK_PX))
        self.link.setFixedSize(FIELD_HEIGHT_PX, FIELD_HEIGHT_PX)
        self.link.setStyleSheet("QToolButton { padding: 0; }")
        self.link.setChecked(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S1)
        row.addWidget(self.first)
        row.addWidget(times, alignment=Qt.AlignmentFlag.AlignCenter)
        row.addWidget(self.second)
        row.addWidget(self.link)
        self._describe()
        self.first.valueChanged.connect(self._on_first)
        self.second.valueChanged.connect(self._on_second)
        self.link.toggled.connect(self._on_linked)

    @property
    def value(self) -> tuple[int, int]:
        """The pair that is shown."""
        return self.first.value(), self.second.value()

    def show_pair(self, first: int, second: int) -> None:
        """Show a pair without telling it; two different numbers undo the link.

        A number that is being typed stays.
        """
        self.first.show_value(first)
        self.second.show_value(second)
        if first != second:
            with QSignalBlocker(self.link):
                self.link.setChecked(False)
        self._describe()

    def give_up_typing(self) -> None:
        """Let the next pair that is shown replace what was typed."""
        self.first.give_up_typing()
        self.second.give_up_typing()

    def _describe(self) -> None:
        linked = self.link.isChecked()
        tip = (
            f"One number for both; press to choose {self._first_name} and {self._second_name} apart"
            if linked
            else f"{self._first_name} and {self._second_name} apart; press for one number".capitalize()
        )
        self.link.set_action("link" if linked else "unlink", tip)

    def _on_first(self, value: int) -> None:
        if self.link.isChecked():
            self.second.show_value(value)
        self.chosen.emit(*self.value)

    def _on_second(self, value: int) -> None:
        if self.link.isChecked():
            self.first.show_value(value)
        self.chosen.emit(*self.value)

    def _on_linked(self, linked: bool) -> None:
        self._describe()
        if linked and self.first.value() != self.second.value():
            self._on_first(self.first.value())
