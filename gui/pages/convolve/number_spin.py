"""Fields of a column that scrolls: true minus, the person's decimal sign, no stray wheel."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from gui.numbers import local_number, localised, parse_number
from gui.theme import S2, caption_font

FIELD_HEIGHT_PX, LABEL_WIDTH_PX = 24, 56
_SHOWN_DECIMALS = 4


class WholeSpin(QSpinBox):
    """A whole number; the wheel turns it only while it has the focus. GUI thread only."""

    def __init__(self, low: int, high: int, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(low, high)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # A number that is still being typed is not meant yet: 1 on the way to 11.
        self.setKeyboardTracking(False)
        self.setFixedHeight(FIELD_HEIGHT_PX)
        self.setAccessibleName(name)
        self.setToolTip(tip)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the column unless this is where the keys go."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class NumberSpin(QDoubleSpinBox):
    """A number as the person writes it; the wheel turns it only while it has the focus. GUI thread only."""

    def __init__(self, low: float, high: float, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(6)
        self.setRange(low, high)
        self.setSingleStep(0.1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setFixedHeight(FIELD_HEIGHT_PX)
        self.setAccessibleName(name)
        self.setToolTip(tip)

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
