"""Fields of a column that scrolls: true minus, the person's decimal sign, no stray wheel."""

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from gui.numbers import local_number, localised, parse_number
from gui.theme import S2, caption_font

FIELD_HEIGHT_PX, LABEL_WIDTH_PX = 24, 56
_SHOWN_DECIMALS = 4


class WholeSpin(QSpinBox):
    """A whole number; the wheel turns it only while it has the focus. GUI thread only.

    It shows what it is told to even beyond its limits, and a pair as ``1 × 12``; the person chooses one
    number within the limits.
    """

    def __init__(self, low: int, high: int, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high = low, high
        self._pair: tuple[int, int] | None = None
        self.setRange(low, high)
        _dress(self, name, tip)
        # Before anybody else hears of it, and then shows a value.
        self.valueChanged.connect(self._on_changed)
        self.editingFinished.connect(self.give_up_typing)

    @property
    def shown(self) -> int | tuple[int, int]:
        """The number that is shown, or the pair."""
        return self.value() if self._pair is None else self._pair

    def show_value(self, value: int) -> None:
        """Show a number without telling it, unless another one is being typed."""
        if not _is_typed_in(self):
            with QSignalBlocker(self):
                self._leave_pair()
                _widen(self, min(self._low, value), max(self._high, value))
                self.setValue(value)

    def show_pair(self, first: int, second: int) -> None:
        """Show two numbers without telling them; two equal ones as one."""
        if first == second:
            self.show_value(first)
        elif not _is_typed_in(self) and (first, second) != self.shown:
            with QSignalBlocker(self):
                self._pair = first, second
                # A number below all others stands for the pair.
                self.setRange(self._low - 1, self._high)
                self.setSpecialValueText(f"{first} × {second}{self.suffix()}")
                self.setValue(self._low - 1)

    def _leave_pair(self) -> None:
        if self._pair is not None:
            self._pair = None
            self.setSpecialValueText("")
            self.setMinimum(self._low)

    def give_up_typing(self) -> None:
        """Let the next number that is shown replace what was typed."""
        self.lineEdit().setModified(False)

    def _on_changed(self) -> None:
        self.give_up_typing()
        with QSignalBlocker(self):
            self._leave_pair()

    def stepBy(self, steps: int) -> None:
        """Step on from the larger number of a pair."""
        if self._pair is None:
            super().stepBy(steps)
        else:
            self.setValue(min(max(max(self._pair) + steps, self._low), self._high))

    def stepEnabled(self) -> QSpinBox.StepEnabledFlag:
        """Step both ways from a pair."""
        if self._pair is None:
            return super().stepEnabled()
        return QSpinBox.StepEnabledFlag.StepUpEnabled | QSpinBox.StepEnabledFlag.StepDownEnabled

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Let a pair be overwritten letter by letter."""
        # The stub knows no more than "object".
        result: Any = super().validate(text, position)
        if self._pair is not None and result[0] == QValidator.State.Invalid:
            return QValidator.State.Intermediate, text, position
        return tuple(result)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the column unless this is where the keys go."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class NumberSpin(QDoubleSpinBox):
    """A number as the person writes it; the wheel turns it only while it has the focus. GUI thread only.

    It shows what it is told to even beyond its limits.
    """

    def __init__(self, low: float, high: float, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high = low, high
        self.setDecimals(6)
        self.setRange(low, high)
        self.setSingleStep(0.1)
        _dress(self, name, tip)
        # Before anybody else hears of it, and then shows a value.
        self.valueChanged.connect(self.give_up_typing)
        self.editingFinished.connect(self.give_up_typing)

    def show_value(self, value: float) -> None:
        """Show a number without telling it, unless another one is being typed."""
        if not _is_typed_in(self):
            with QSignalBlocker(self):
                _widen(self, min(self._low, value), max(self._high, value))
                self.setValue(value)

    def give_up_typing(self) -> None:
        """Let the next number that is shown replace what was typed."""
        self.lineEdit().setModified(False)

    def textFromValue(self, value: float) -> str:
        """Write two decimals, up to four where there are more."""
        text = local_number(value, _SHOWN_DECIMALS)
        point = localised(".")
        whole, _, decimals = text.partition(point)
        return whole + point + decimals.rstrip("0").ljust(2, "0")

    def valueFromText(self, text: str) -> float:
        """Read point or comma, any minus sign; what was not touched keeps the decimals that are not shown."""
        if text == self.textFromValue(self.value()):
            return self.value()
        value = parse_number(text)
        return self.value() if value is None else value

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Let anything be typed; what is no number yet is not taken."""
        value = parse_number(text)
        fits = value is not None and self.minimum() <= value <= self.maximum()
        return QValidator.State.Acceptable if fits else QValidator.State.Intermediate, text, position

    def fixup(self, text: str) -> str:
        """Go back to the last number."""
        return self.textFromValue(self.value())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the column unless this is where the keys go."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class QuietCombo(QComboBox):
    """A combo box; the wheel turns it only while it has the focus. GUI thread only."""

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(FIELD_HEIGHT_PX)
        self.setAccessibleName(name)
        self.setToolTip(tip)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the column unless this is where the keys go."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _dress(spin: QSpinBox | QDoubleSpinBox, name: str, tip: str) -> None:
    spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    # A number that is still being typed is not meant yet: 1 on the way to 11.
    spin.setKeyboardTracking(False)
    spin.setFixedHeight(FIELD_HEIGHT_PX)
    spin.setAccessibleName(name)
    spin.setToolTip(tip)


def _is_typed_in(spin: QSpinBox | QDoubleSpinBox) -> bool:
    """Tell whether a number is being typed that is not meant yet."""
    return spin.hasFocus() and spin.lineEdit().isModified()


def _widen(spin: Any, low: float, high: float) -> None:
    """Set the limits where they are others.

    Setting them forgets that a button of the field is pressed; Qt 6.10 then never sees it let go, and the
    field no longer listens to the arrow keys.
    """
    if (spin.minimum(), spin.maximum()) != (low, high):
        spin.setRange(low, high)


class FieldRow(QWidget):
    """A field with its label, at the left of the column."""

    def __init__(self, label: str, field: QWidget) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._caption = QLabel(label)
        self._caption.setFont(caption_font())
        self._caption.setProperty("role", "dim")
        self._caption.setBuddy(field)
        self._row.addWidget(self._caption)
        self._row.addWidget(field)
        self._row.addStretch(1)
        self.set_label(LABEL_WIDTH_PX, S2)

    def set_label(self, width: int, gap: int) -> None:
        """Give the label a width, and the room between it and the field."""
        self._caption.setFixedWidth(width)
        self._row.setSpacing(gap)
