"""Asks with which settings a run is to go on from one of its steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine import forking
from engine.inspect.words import grouped
from engine.training_config import TrainingConfig
from gui.pages.runs.settings_words import OPTIMISERS
from gui.pages.train.settings_bar import KNOBS, Knob, make_spin
from gui.run_events import differences
from gui.theme import S2, S3, S4, caption_font

SAME_ORDER = "Same pictures in the same order"
OTHER_ORDER = "Same pictures in another order"
TRAIN_TIP = "Open the new run and let it train at once"
REST_TIP = "Open the new run and let it wait"
ALL_FROZEN = "With every layer frozen nothing would be trained: leave one of them free."
_WIDTH_PX = 420


@dataclass(frozen=True, slots=True)
class ForkPlan:
    """What the person has chosen: settings that differ, the edited filters or not, and whether to train."""

    changes: Mapping[str, Any]
    edited: bool
    train: bool


class ForkDialog(QDialog):
    """Shows a run's settings at one step; those that are changed stand out. Not modal.

    Parameters
    ----------
    name, step
        The run, and where it is to be forked; None while it trains: wherever it is then.
    config
        Its settings at that step.
    layers
        Names of its layers that have parameters.
    edited
        What was done to its filters, "with conv1 3 changed", or "" for nothing.
    accept
        Gets the `ForkPlan`.
    shown
        The run that is looked at, where that came from this one only after the step.
    """

    def __init__(
        self,
        name: str,
        step: int | None,
        config: TrainingConfig,
        layers: Sequence[str],
        edited: str,
        accept: Callable[[ForkPlan], None],
        parent: QWidget | None = None,
        *,
        shown: str = "",
    ) -> None:
        super().__init__(parent)
        self.setObjectName("fork_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Fork {name} {_place(step)}")
        self._config, self._accept = config, accept
        begins = "goes on from here" if step != 0 else "begins with the same values"
        intro = QLabel(
            f"{_whose(name, step, shown)}A new run {begins}. {name} stays as it is. With nothing changed the "
            "new run is the same, to the last bit."
        )
        intro.setObjectName("fork_intro")
        intro.setWordWrap(True)
        self._form = QFormLayout()
        self._form.setSpacing(S2)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self._labels: dict[str, QLabel] = {}
        self._spins: dict[str, QSpinBox | QDoubleSpinBox] = {}
        self._optimizer = self._make_choice("optimizer", OPTIMISERS.items(), config.optimizer)
        self._optimizer.setToolTip("Another kind of optimiser begins without memory of the steps before.")
        self._order = self._make_choice("seed", ((0, SAME_ORDER), (1, OTHER_ORDER)), 0)
        self._order.setToolTip("Which picture comes when, from this step on; also its random changes.")
        self._add("optimizer", "Optimiser", self._optimizer)
        for knob in KNOBS:
            self._spins[knob.name] = spin = self._make_spin(knob, config)
            self._add(knob.name, knob.label, spin)
        self._add("seed", "Data", self._order)
        self._frozen = {layer: QCheckBox(layer) for layer in layers}
        self._add("frozen", "Frozen", self._make_frozen(config))
        self._edited = QCheckBox(f"Go on {edited}" if edited else "")
        self._edited.setObjectName("fork_edited")
        self._edited.setToolTip("The new run begins with the filters as Surgery has changed them.")
        self._edited.setChecked(bool(edited))
        self._edited.setVisible(bool(edited))
        self._edited.toggled.connect(self._on_changed)
        self._sentence = QLabel()
        self._sentence.setObjectName("fork_sentence")
        self._sentence.setFont(caption_font())
        self._sentence.setWordWrap(True)
        self._train = QPushButton("Fork and train")
        self._train.setObjectName("fork_and_train")
        self._train.setToolTip(TRAIN_TIP)
        self._train.setProperty("primary", True)
        self._train.setDefault(True)
        self._rest = QPushButton("Fork")
        self._rest.setObjectName("fork_only")
        self._rest.setToolTip(REST_TIP)
        cancel = QPushButton("Cancel")
        cancel.setToolTip("Close this dialog: no new run (Esc)")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(S2)
        buttons.addStretch(1)
        for button in (cancel, self._rest, self._train):
            buttons.addWidget(button)
        self._train.clicked.connect(lambda: self._finish(train=True))
        self._rest.clicked.connect(lambda: self._finish(train=False))
        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S4, S4, S4)
        column.setSpacing(S3)
        column.addWidget(intro)
        column.addLayout(self._form)
        column.addWidget(self._edited)
        column.addWidget(self._sentence)
        column.addLayout(buttons)
        self.setMinimumWidth(_WIDTH_PX)
        self._on_changed()

    @property
    def changes(self) -> dict[str, Any]:
        """Settings that differ from those of the run, by name."""
        found: dict[str, Any] = {}
        for name, spin in self._spins.items():
            kind, value = type(getattr(self._config, name)), _typed(spin)
            # A value that was not touched keeps the digits that the field does not show.
            if value != spin.property("begun"):
                found[name] = kind(value)
        if self._optimizer.currentData() != self._config.optimizer:
            found["optimizer"] = self._optimizer.currentData()
        frozen = tuple(layer for layer, box in self._frozen.items() if box.isChecked())
        if set(frozen) != set(self._config.frozen):
            found["frozen"] = frozen
        if self._order.currentData():
            found["seed"] = int(np.random.default_rng(self._config.seed + 1).integers(1, 1_000_000))
        return found

    @property
    def sentence(self) -> str:
        """What is different, in words."""
        return self._sentence.text()

    def _make_choice(self, name: str, entries: Any, current: Any) -> QComboBox:
        box = QComboBox()
        box.setObjectName(f"fork_{name}")
        for key, label in entries:
            box.addItem(label, key)
        box.setCurrentIndex(box.findData(current))
        box.currentIndexChanged.connect(self._on_changed)
        return box

    def _make_spin(self, knob: Knob, config: TrainingConfig) -> QSpinBox | QDoubleSpinBox:
        spin = make_spin(knob)
        spin.setObjectName(f"fork_{knob.name}")
        cast(Any, spin).setValue(getattr(config, knob.name))
        spin.setProperty("begun", spin.value())
        spin.valueChanged.connect(self._on_changed)
        # A number on the way to another one is told at once, though it is taken over only at its end.
        spin.lineEdit().textEdited.connect(self._on_changed)
        return spin

    def _make_frozen(self, config: TrainingConfig) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S3)
        for layer, box in self._frozen.items():
            box.setObjectName(f"fork_freeze_{layer}")
            box.setChecked(layer in config.frozen)
            box.setToolTip(f"The weights of {layer} stay as they are from this step on.")
            box.toggled.connect(self._on_changed)
            row.addWidget(box)
        row.addStretch(1)
        return holder

    def _add(self, name: str, words: str, field: QWidget) -> None:
        label = QLabel(words)
        label.setBuddy(field)
        field.setAccessibleName(words)
        self._labels[name] = label
        self._form.addRow(label, field)

    def _on_changed(self, *_: object) -> None:
        changes = self.changes
        for name, label in self._labels.items():
            font = label.font()
            font.setBold(name in changes)
            label.setFont(font)
        words = list(differences(forking.differences(self._config, replace(self._config, **changes))))
        if self._edited.isChecked():
            words.append("edited filters")
        told = ", ".join(words)
        why = ALL_FROZEN if all(box.isChecked() for box in self._frozen.values()) else ""
        said = f"Different: {told}." if told else "Nothing is different yet: an exact copy."
        self._sentence.setText(why or said)
        for button, tip in ((self._train, TRAIN_TIP), (self._rest, REST_TIP)):
            button.setEnabled(not why)
            button.setToolTip(why or tip)

    def _finish(self, *, train: bool) -> None:
        # Where a click on a button takes no focus, a number may not have been taken over yet.
        for spin in self._spins.values():
            spin.interpretText()
        plan = ForkPlan(self.changes, self._edited.isChecked(), train)
        self.close()
        self._accept(plan)


def _typed(spin: QSpinBox | QDoubleSpinBox) -> float:
    """Give the value of what stands in a field, or its last one while that is no number that is allowed."""
    return spin.valueFromText(spin.text()) if spin.hasAcceptableInput() else spin.value()


def _place(step: int | None) -> str:
    if step is None:
        return "at its newest step"
    return f"at step {grouped(step)}" if step else "from its first values"


def _whose(name: str, step: int | None, shown: str) -> str:
    """Say whose step it is, where that is not the run that is looked at."""
    return f"Step {grouped(step)} is one of {name}, which {shown} came from. " if shown and step else ""
