"""Which recorded step of the other run is shown: the one that the open run is at, or any other."""

from bisect import bisect_right

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSlider, QWidget

from engine.inspect.words import grouped
from gui.theme import S2

SLIDER_LEAST_PX = 64


class StepChoice(QWidget):
    """A slider over recorded steps, tied to the open run's step until it is moved. GUI thread only."""

    wanted = Signal()
    """Another step is wanted: see `step`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[int, ...] = ()
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("compare_step")
        self._slider.setMinimumWidth(SLIDER_LEAST_PX)
        self._slider.setAccessibleName("Step of the other run")
        self._slider.valueChanged.connect(self._on_moved)
        self._tie = QCheckBox("Same step as A")
        self._tie.setObjectName("compare_tied")
        self._tie.setChecked(True)
        self._tie.setToolTip(
            "Follow the step at which the open run is shown, or the last recorded before it."
        )
        self._tie.toggled.connect(lambda on: self.wanted.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S2)
        row.addWidget(self._slider, 1)
        row.addWidget(self._tie)
        self.show_recorded(())

    @property
    def tied(self) -> bool:
        """Whether the step is that of the open run."""
        return self._tie.isChecked()

    @property
    def step(self) -> int | None:
        """The step that was chosen; None where there is none to choose, or while it is tied."""
        return None if self.tied or not self._steps else self._steps[self._slider.value()]

    @property
    def last(self) -> int | None:
        """The last recorded step; None before it is known."""
        return self._steps[-1] if self._steps else None

    def show_recorded(self, steps: tuple[int, ...]) -> None:
        """Offer these steps, ascending; the chosen one stays, or the last one before it."""
        if steps == self._steps:
            return
        at = self._steps[self._slider.value()] if self._steps else None
        self._steps = steps
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, max(0, len(steps) - 1))
            self._slider.setPageStep(max(1, len(steps) // 10))
        self._slider.setEnabled(len(steps) > 1)
        self._show_at(at)

    def show_step(self, step: int) -> None:
        """Show which step is shown, while it is tied."""
        if self.tied:
            self._show_at(step)

    def _show_at(self, step: int | None) -> None:
        if self._steps and step is not None:
            with QSignalBlocker(self._slider):
                self._slider.setValue(max(0, bisect_right(self._steps, step) - 1))
        self._write()

    def _write(self) -> None:
        if len(self._steps) > 1:
            at = grouped(self._steps[self._slider.value()])
            last = grouped(self._steps[-1])
            self._slider.setToolTip(f"Step {at} of {last}: drag to look at another recorded step")
        else:
            self._slider.setToolTip("This run has one step so far: nothing to choose.")

    def _on_moved(self) -> None:
        with QSignalBlocker(self._tie):
            self._tie.setChecked(False)
        self._write()
        self.wanted.emit()
