"""The settings of a run: data set, network, and knobs that act at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLocale, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.recipes import PRESETS
from engine.training_config import TrainingConfig
from gui.theme import S1, S2, S4, caption_font

FIELD_HEIGHT_PX = 26
LEAST_WIDTH_PX = 640


@dataclass(frozen=True, slots=True)
class Knob:
    """One number that may change while a run trains."""

    name: str
    label: str
    help: str
    low: float
    high: float
    step: float
    decimals: int
    width_px: int


KNOBS = (
    Knob(
        "learning_rate",
        "Learning rate",
        "How far each step goes against the gradient. Acts at the next step.",
        0.00001,
        10.0,
        0.0005,
        5,
        82,
    ),
    Knob(
        "momentum",
        "Momentum",
        "How much of the last steps' direction is kept (Adam's β₁). Acts at the next step.",
        0.0,
        0.999,
        0.05,
        3,
        68,
    ),
    Knob(
        "weight_decay",
        "Weight decay",
        "How strongly weights are pulled towards zero. Acts at the next step.",
        0.0,
        1.0,
        0.0005,
        5,
        82,
    ),
    Knob(
        "batch_size",
        "Batch",
        "Pictures that each step looks at. Acts at the next step.",
        1,
        1024,
        16,
        0,
        64,
    ),
    Knob(
        "epochs",
        "Epochs",
        "Passes through the whole data set until the run ends by itself.",
        1,
        9999,
        10,
        0,
        64,
    ),
)


class SettingsBar(QWidget):
    """Says what to train and how. Keeps no state of its own: it shows what it is given and tells changes."""

    dataset_chosen = Signal(str)
    """Key of the data set."""
    preset_chosen = Signal(str)
    """Key of the preset network."""
    knob_turned = Signal(str, float)
    """Name of the setting, and its new value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(S2)
        self._row, self._right = QHBoxLayout(), QHBoxLayout()
        for line in (self._row, self._right):
            line.setSpacing(S2)
        self._lines.addLayout(self._row)
        self._dataset = QComboBox()
        self._dataset.setObjectName("dataset")
        self._dataset.setToolTip("The pictures to learn from, and those to test with.")
        self._dataset.currentIndexChanged.connect(self._on_dataset_changed)
        self._add("Data set", self._dataset, 136)
        self._preset = QComboBox()
        self._preset.setObjectName("preset")
        for preset in PRESETS:
            self._preset.addItem(preset.name, preset.key)
            self._preset.setItemData(self._preset.count() - 1, preset.sentence, 3)
        self._preset.setToolTip("The network that a new run trains, from random values.")
        self._preset.currentIndexChanged.connect(self._on_preset_changed)
        self._add("Network", self._preset, 104)
        self._row.addSpacing(S4)
        self._broken = False
        self._spins: dict[str, QSpinBox | QDoubleSpinBox] = {}
        for knob in KNOBS:
            self._spins[knob.name] = spin = self._make_knob(knob)
            self._add(knob.label, spin, knob.width_px)
        self._row.addStretch(1)
        self._row.addLayout(self._right)

    def add_right(self, label: str, widget: QWidget) -> None:
        """Put a further field at the right end, or on a second line where one is too short."""
        self._right.addWidget(_labelled(label, widget), alignment=Qt.AlignmentFlag.AlignBottom)

    def set_datasets(self, entries: Sequence[tuple[str, str, str]], current: str) -> None:
        """List the data sets as (key, name, tooltip)."""
        with QSignalBlocker(self._dataset):
            self._dataset.clear()
            for i, (key, name, tip) in enumerate(entries):
                self._dataset.addItem(name, key)
                self._dataset.setItemData(i, tip, 3)
            self._dataset.setCurrentIndex(max(self._dataset.findData(current), 0))

    def ask_for_data_file(self) -> None:
        """Ask for a data set on disk; `dataset_chosen` follows with its path."""
        dialog = QFileDialog(self.window(), "Open a data set")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Data sets (*.npz *ubyte *.idx *.gz)", "All files (*)"])
        dialog.fileSelected.connect(self.dataset_chosen)
        dialog.open()

    def show_config(self, config: TrainingConfig) -> None:
        """Show a run's settings."""
        for name, spin in self._spins.items():
            if not spin.hasFocus() or spin.value() != getattr(config, name):
                with QSignalBlocker(spin):
                    spin.setValue(getattr(config, name))

    def show_preset(self, name: str) -> None:
        """Show which network is trained; a name that is not in the list is added to it."""
        with QSignalBlocker(self._preset):
            index = self._preset.findText(name)
            if index >= 0:
                self._preset.setCurrentIndex(index)
            else:
                self._preset.setPlaceholderText(name)
                self._preset.setCurrentIndex(-1)

    @property
    def preset_key(self) -> str | None:
        """Key of the chosen preset, or None when the run's network is none of them."""
        return self._preset.currentData()

    def _make_knob(self, knob: Knob) -> QSpinBox | QDoubleSpinBox:
        spin = make_spin(knob)
        spin.setObjectName(knob.name)
        spin.valueChanged.connect(self._turned(knob.name))
        return spin

    def _turned(self, name: str) -> Callable[[float], None]:
        return lambda value: self.knob_turned.emit(name, float(value))

    def _break_line(self, width: int) -> None:
        """Give the right-hand fields a line of their own where the first is too short for all."""
        whole = self._row.minimumSize().width()
        if self._broken:
            whole += self._right.minimumSize().width()
        broken = width < whole
        if broken != self._broken:
            self._broken = broken
            self._right.setParent(None)
            if broken:
                self._right.addStretch(1)
                self._lines.addLayout(self._right)
            else:
                self._right.takeAt(self._right.count() - 1)
                self._row.addLayout(self._right)

    def _add(self, label: str, widget: QWidget, width_px: int) -> None:
        widget.setFixedWidth(width_px)
        self._row.addWidget(_labelled(label, widget), alignment=Qt.AlignmentFlag.AlignBottom)

    def _on_dataset_changed(self, index: int) -> None:
        if index >= 0:
            self.dataset_chosen.emit(self._dataset.itemData(index))

    def _on_preset_changed(self, index: int) -> None:
        if index >= 0:
            self.preset_chosen.emit(self._preset.itemData(index))

    def minimumSizeHint(self) -> QSize:
        """Return the size of the first line without the right-hand fields."""
        size = super().minimumSizeHint()
        return QSize(min(size.width(), LEAST_WIDTH_PX), size.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._break_line(event.size().width())


def make_spin(knob: Knob) -> QSpinBox | QDoubleSpinBox:
    """Make the field of a knob."""
    spin: QSpinBox | QDoubleSpinBox
    if knob.decimals:
        spin = _ShortSpin()
        spin.setDecimals(knob.decimals)
        spin.setRange(knob.low, knob.high)
        spin.setSingleStep(knob.step)
        if knob.name != "momentum":
            spin.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    else:
        spin = QSpinBox()
        spin.setRange(int(knob.low), int(knob.high))
        spin.setSingleStep(int(knob.step))
    # A number that is still being typed must not train a step: 0.0 on the way to 0.05.
    spin.setKeyboardTracking(False)
    spin.setToolTip(knob.help)
    spin.setAccessibleName(knob.label)
    return spin


class _ShortSpin(QDoubleSpinBox):
    """Shows 0.002 rather than 0.00200."""

    def textFromValue(self, value: float) -> str:
        decimals = self.decimals()
        text = QLocale().toString(float(value), "f", decimals)
        point = QLocale().decimalPoint()
        return text.rstrip("0").rstrip(point) if point in text else text


def _labelled(label: str, widget: QWidget) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(S1)
    caption = QLabel(label)
    caption.setFont(caption_font())
    caption.setProperty("role", "caption")
    caption.setBuddy(widget)
    # One height for all, so that a row of different fields shares its lines.
    widget.setFixedHeight(FIELD_HEIGHT_PX)
    column.addWidget(caption)
    column.addWidget(widget)
    return box
