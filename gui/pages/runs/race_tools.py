"""What races, for how long, and the buttons that begin, hold and end it."""

from typing import Literal

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QSpinBox, QWidget

from engine.recipes import DEFAULT_PRESET, PRESETS
from gui.theme import S2, S4, ThemeManager
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.tool_button import ToolButton

RaceState = Literal["ready", "starting", "racing", "paused", "over"]

FIELD_WIDTHS_PX = (104, 64)
USUAL_EPOCHS, MOST_EPOCHS = 10, 100
_GOING = ("starting", "racing", "paused")


class RaceTools(QWidget):
    """One line of fields and buttons. GUI thread only."""

    start_requested = Signal()
    pause_toggled = Signal()
    stop_requested = Signal()
    new_seed_requested = Signal()
    setup_changed = Signal()
    """Another network, or another number of epochs."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preset, self._epochs = QComboBox(), QSpinBox()
        self._preset.setObjectName("race_preset")
        self._preset.setAccessibleName("Network")
        for each in PRESETS:
            self._preset.addItem(each.name, each.key)
            last = self._preset.count() - 1
            self._preset.setItemData(last, each.sentence, Qt.ItemDataRole.ToolTipRole)
        self._preset.setCurrentIndex(self._preset.findData(DEFAULT_PRESET))
        self._preset.currentIndexChanged.connect(lambda index: self.setup_changed.emit())
        self._epochs.setObjectName("race_epochs")
        self._epochs.setAccessibleName("Epochs")
        self._epochs.setRange(1, MOST_EPOCHS)
        self._preset.setFixedWidth(FIELD_WIDTHS_PX[0])
        self._epochs.setFixedWidth(FIELD_WIDTHS_PX[1])
        self._epochs.setValue(USUAL_EPOCHS)
        self._epochs.setKeyboardTracking(False)
        self._epochs.valueChanged.connect(lambda value: self.setup_changed.emit())
        self._data = ElidedLabel(themes, dim=True)
        self._data.setObjectName("race_data")
        self._start = QPushButton("Start the race")
        self._start.setObjectName("race_start")
        self._start.clicked.connect(self.start_requested)
        self._pause = ToolButton(themes, "pause", "Pause all three", flat=False)
        self._pause.setObjectName("race_pause")
        self._pause.clicked.connect(self.pause_toggled)
        self._stop = ToolButton(themes, "stop", "Stop the race", flat=False)
        self._stop.setObjectName("race_stop")
        self._stop.clicked.connect(self.stop_requested)
        self._seed = ToolButton(
            themes, "new-seed", "Race again from a new seed: other random filters, another order", flat=False
        )
        self._seed.setObjectName("race_new_seed")
        self._seed.clicked.connect(self.new_seed_requested)

        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S2)
        for label, field in (("Network", self._preset), ("Epochs", self._epochs)):
            caption = QLabel(label)
            caption.setProperty("role", "dim")
            caption.setBuddy(field)
            caption.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
            row.addWidget(caption)
            row.addWidget(field)
        row.addSpacing(S4)
        row.addWidget(self._data)
        row.addStretch(1)
        for button in (self._start, self._pause, self._stop, self._seed):
            row.addWidget(button)
        self.show_state("ready")

    @property
    def preset_key(self) -> str:
        """Key of the network that is to race."""
        return str(self._preset.currentData())

    @property
    def epochs(self) -> int:
        """How often each goes through the data."""
        return self._epochs.value()

    def choose(self, preset_key: str, epochs: int) -> None:
        """Choose a network and a length without telling anybody."""
        with QSignalBlocker(self._preset), QSignalBlocker(self._epochs):
            self._preset.setCurrentIndex(self._preset.findData(preset_key))
            self._epochs.setValue(epochs)

    def show_data(self, words: str) -> None:
        """Say which pictures are learned from and tested with."""
        self._data.set_text(words)

    def show_state(self, state: RaceState) -> None:
        """Enable what can be done now, and say of the rest why it cannot."""
        going = state in _GOING
        busy = "A race is on: stop it first." if going else ""
        self._start.setEnabled(not going)
        self._start.setProperty("primary", not going)
        self._start.style().unpolish(self._start)
        self._start.style().polish(self._start)
        self._start.setToolTip(busy or "Train all three at the same time, each in step with the others")
        for field, tip in (
            (self._preset, "The network that races three times, with three kinds of first layer."),
            (self._epochs, "How often each of the three goes through all pictures to learn from."),
        ):
            field.setEnabled(not going)
            field.setToolTip(busy or tip)
        if state == "paused":
            self._pause.set_action("play", "Let all three go on")
        else:
            self._pause.set_action("pause", "Pause all three")
        self._pause.set_available(going, "No race is on.")
        self._stop.set_available(going, "No race is on.")
