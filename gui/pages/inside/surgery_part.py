"""What becomes of the answers when a filter is another one: the filter, each digit's accuracy, the damage."""

from collections.abc import Callable, Sequence
from functools import partial
from threading import Event
from typing import Any

import numpy as np
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.datasets import Dataset
from engine.errors import DataError
from engine.inspect.damage import Damage, damage
from engine.inspect.surgery import accuracy_by_class
from engine.inspect.words import percent
from engine.spec import NetworkSpec
from gui.frames import Subject
from gui.jobs import Job, JobProgress
from gui.pages.convolve.library_store import StoredKernel
from gui.pages.inside.damage_matrix import DamageMatrix
from gui.pages.inside.filter_panel import FilterPanel
from gui.pages.inside.layer_choice import LayerChoice
from gui.pages.inside.paired_bars import PairedBars
from gui.pages.inside.part import Part, View
from gui.picture_sets import MOST
from gui.surgery import Compared, Operated
from gui.theme import S1, S2, S4, ThemeManager
from gui.widgets.caption_line import CaptionLine, Legend
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.thin_scroll import column_of

PANEL_PX, BARS_PX = 212, 232
_FIND, _CANCEL = "Find the damage", "Cancel"


class SurgeryPart(Part):
    """The filter under the knife, and what its change does. GUI thread only.

    Parameters
    ----------
    themes
        Shared with the window.
    measuring
        Gives the test pictures that measure a network, None where there are none.
    kernels
        Gives the person's own kernels.
    """

    edit_wanted = Signal(object, str, bool)
    """The `FilterEdit` of a filter from now on, what was done, and whether the same movement goes on."""
    switch_wanted = Signal(str, int)
    """A filter, by layer and number, is to be off, or on again."""
    measure_wanted = Signal()
    """How the network that answers does now is not known yet."""

    def __init__(
        self,
        themes: ThemeManager,
        measuring: Callable[[NetworkSpec], Dataset | None],
        kernels: Callable[[], Sequence[StoredKernel]],
        parent: QWidget | None = None,
    ) -> None:
        self._choices = FilterTools()
        super().__init__(self._choices, parent)
        self._themes, self._measuring = themes, measuring
        self._view: View | None = None
        self._operated: Operated | None = None
        self._measured: Subject | None = None
        self._network = ""
        self._job: Job | None = None
        self._damage_of: tuple[Subject, str] | None = None
        self.panel = FilterPanel(themes, kernels)
        what = "Share of each class that is read right"
        self.bars = PairedBars(themes, ("before", "now"), what, marks_best=False)
        self.matrix = DamageMatrix(themes)
        self._answer = ElidedLabel(themes, dim=True)
        self._answer.setObjectName("surgery_answer")
        self._title, self._find = CaptionLine(themes), QPushButton(_FIND)
        self._find.setObjectName("damage_find")
        self._find.clicked.connect(self._on_find)
        self._lay_out()
        self.panel.edited.connect(self.edit_wanted)
        self.panel.switched.connect(self._on_switched)
        self.matrix.filter_clicked.connect(self._on_filter_chosen)
        self._choices.filter_chosen.connect(self._on_filter_chosen)
        self._choices.layer_chosen.connect(self.layer_chosen)
        for lens in (self.panel, self.bars, self.matrix):
            lens.hovered.connect(self.hovered)
        themes.changed.connect(lambda theme: self._write_legend())

    @property
    def is_settled(self) -> bool:
        """Whether no damage is being found."""
        return self._job is None

    def show_view(self, view: View) -> None:
        """Show the chosen filter of the network that answers."""
        self._view = view
        spec, layer = view.frame.spec, view.layer
        self.captioned.emit(
            "What if it were another" if layer else "No convolution",
            "in a copy of the network; undo brings back what was" if layer else "this network has no filters",
        )
        if view.frame.subject.key != self._network:
            self._network = view.frame.subject.key
            self._choices.show_layers(spec.convolutions)
        if layer:
            self._choices.show_filter(layer, self._filter, spec.shapes[layer][0])
        self._show_filter()
        self.matrix.set_selected(self._filter)
        if self._damage_of is not None and self._damage_of[1] != layer:
            self._forget_damage()
        self._find.setEnabled(bool(layer))
        # A training tells its accuracy itself; here it would cost it too much.
        if not view.training and self._measured is not view.frame.subject:
            self._measured = view.frame.subject
            self.measure_wanted.emit()

    def show_operation(self, operated: Operated) -> None:
        """Show what was done to the network that answers."""
        before, self._operated = self._operated, operated
        if before is None or operated.whole.key != before.whole.key:
            # What is known of another network is not of this one.
            self._forget_damage()
            self.bars.set_classes(operated.whole.spec.classes)
            known = self._measuring(operated.whole.spec) is not None
            self._answer.set_text("" if known else "there are no test pictures of its classes")
        # Asked for at every frame; what only the network's step changes is shown with the next view.
        if before is None or (before.whole.key, before.edits) != (operated.whole.key, operated.edits):
            self._show_filter()

    def show_compared(self, compared: Compared) -> None:
        """Show how the network does, before and now."""
        before, now = (accuracy_by_class(each) for each in (compared.before, compared.after))
        if self._operated is None or compared.operated.whole.key != self._operated.whole.key:
            return
        lost = np.nan_to_num(before - now, nan=-1.0)
        worst = int(lost.argmax()) if lost.max(initial=0.0) > 0 else None
        self.bars.show_pair(before, now, worst)
        words = f"{percent(compared.before.accuracy, 1)} of {compared.before.count:,} test {compared.things}"
        if compared.operated.edits:
            words += f" → {percent(compared.after.accuracy, 1)}"
        self._answer.set_text(words)

    @property
    def _filter(self) -> int:
        """The filter that is looked at: the selected one, or else the first."""
        channel = None if self._view is None else self._view.channel
        return 0 if channel is None else channel

    def close_worker(self) -> None:
        """Give up what is being found."""
        if self._job is not None:
            self._job.close()
            self._job = None

    def _lay_out(self) -> None:
        self.panel.setFixedWidth(PANEL_PX)
        bars, matrix = QVBoxLayout(), QVBoxLayout()
        for column in (bars, matrix):
            column.setSpacing(S1)
        read = QWidget()
        read.setFixedWidth(BARS_PX)
        read.setLayout(bars)
        bars.setContentsMargins(0, 0, 0, 0)
        bars.addWidget(self._answer)
        bars.addWidget(column_of(self.bars, self._themes), 1)
        head = QHBoxLayout()
        head.setSpacing(S2)
        head.addWidget(self._title, 1)
        head.addWidget(self._find)
        matrix.addLayout(head)
        scroll = QScrollArea()
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.matrix)
        scroll.viewport().setAutoFillBackground(False)
        self.matrix.setAutoFillBackground(False)
        matrix.addWidget(scroll, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S4)
        row.addWidget(self.panel)
        row.addWidget(read)
        row.addLayout(matrix, 1)
        self._write_title("")

    def _show_filter(self) -> None:
        view = self._view
        if view is None or not view.layer or self._operated is None:
            self.panel.show_filter(None, np.zeros((1, 3, 3)))
            return
        whole = self._operated.whole
        weight = whole.parameters.get(f"{view.layer}.weight")
        if weight is None or self._filter >= len(weight):
            return
        self.panel.show_filter(self._operated.edit_of(view.layer, self._filter), weight[self._filter])

    def _on_switched(self) -> None:
        if self._view is not None and self._view.layer:
            self.switch_wanted.emit(self._view.layer, self._filter)

    def _on_filter_chosen(self, number: int) -> None:
        if self._view is not None and self._view.layer:
            self.tile_chosen.emit(self._view.layer, "filter", number, None)

    def _on_find(self) -> None:
        if self._job is not None:
            self._job.cancel()
            return
        if self._view is None or not self._view.layer or self._operated is None:
            return
        # Of the network as it was: what is found stays true while filters are changed.
        subject, layer = self._operated.whole, self._view.layer
        data = self._measuring(subject.spec)
        if data is None:
            self._write_title("there are no test pictures of its classes")
            return
        self._damage_of = subject, layer
        self._job = job = Job(partial(_found, subject, layer, data), self)
        job.progressed.connect(self._on_progressed)
        job.succeeded.connect(self._on_found)
        job.failed.connect(self._on_ended)
        job.cancelled.connect(lambda: self._on_ended(""))
        self._find.setText(_CANCEL)
        job.start()

    def _on_progressed(self, progress: JobProgress) -> None:
        self._write_title(progress.text)

    def _on_found(self, found: Damage) -> None:
        of, view = self._damage_of, self._view
        self._on_ended("")
        if of is not None and view is not None and of[1] == view.layer:
            self.matrix.show_damage(found, of[0].spec.classes)
            step = "" if of[0].step is None else f" · step {of[0].step}"
            self._write_title(f"accuracy lost without each{step}")
            self._write_legend()

    def _on_ended(self, words: str) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self._find.setText(_FIND)
        self._write_title(words)

    def _forget_damage(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._damage_of = None
        self.matrix.show_damage(None, ())
        self._write_title("")
        self._write_legend()

    def _write_title(self, detail: str) -> None:
        self._title.set_text("Damage", detail)

    def _write_legend(self) -> None:
        if self.matrix.damage is None:
            self._title.set_legend(None)
            return
        reach = percent(self.matrix.scale, 1)
        self._title.set_legend(Legend(self._themes.theme.weight_lut, f"−{reach}", f"+{reach}"))


class FilterTools(QWidget):
    """Which filter of which convolution is looked at."""

    layer_chosen = Signal(str)
    filter_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers = LayerChoice("surgery_layer", "The convolution whose filter is changed.")
        self._filters = QSpinBox()
        self._layers.layer_chosen.connect(self.layer_chosen)
        self._filters.setObjectName("surgery_filter")
        self._filters.setPrefix("filter ")
        self._filters.setToolTip("The filter that is changed.")
        self._filters.valueChanged.connect(lambda number: self.filter_chosen.emit(number - 1))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S2)
        row.addStretch(1)
        for widget in (QLabel("Change"), self._filters, QLabel("of"), self._layers):
            row.addWidget(widget)

    def show_layers(self, names: Sequence[str]) -> None:
        """Offer a network's convolutions."""
        self._layers.show_layers(names)
        self._filters.setEnabled(bool(names))

    def show_filter(self, layer: str, number: int, count: int) -> None:
        """Show which one is looked at."""
        self._layers.setCurrentText(layer)
        with QSignalBlocker(self._filters):
            self._filters.setRange(1, count)
            self._filters.setValue(number + 1)


def _found(subject: Subject, layer: str, data: Dataset, report: Any, cancel: Event) -> Damage:
    """Find the damage on the job's thread; DataError when it is cancelled."""
    last: Damage | None = None
    pictures, labels = data.pictures[:MOST], data.labels[:MOST]
    for last in damage(subject.spec, subject.parameters, layer, pictures, labels):
        if cancel.is_set():
            raise DataError("")
        report(f"switching off one filter after the other: {percent(last.share)}", last.share)
    assert last is not None
    return last
