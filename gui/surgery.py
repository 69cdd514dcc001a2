"""Filters switched off in the network that answers, and what that does to its answers; undoable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand, QUndoStack

from engine.datasets import embedded_digits
from engine.formats.model import Model
from engine.inspect.surgery import FilterEdit, accuracy_by_class, operate
from engine.inspect.words import percent
from engine.metrics import Evaluation, evaluate
from engine.network import Network
from gui.files import Files
from gui.frames import Subject
from gui.instrument import Instrument
from gui.newest import NewestWorker


@dataclass(frozen=True, slots=True, eq=False)
class _Answering:
    """Which network answers: the run, if `live`, or this one, with its name and card."""

    live: bool
    model: Model
    name: str
    card: Mapping[str, Any]
    # What was operated on, and how; the network itself where nothing was.
    whole: Subject
    edits: tuple[FilterEdit, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """How the network does before and after, on the test digits."""

    words: str
    before: Evaluation
    after: Evaluation


class Surgery(QObject):
    """Switches filters off and on in a copy of the network that answers. GUI thread only.

    Parameters
    ----------
    instrument, files
        Which network answers, and whose card is shown.
    undo_stack
        Each operation is one entry of it.
    say
        Tells what became of the accuracy.
    """

    def __init__(
        self,
        instrument: Instrument,
        files: Files,
        undo_stack: QUndoStack,
        say: Callable[..., None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._instrument, self._files, self._undo_stack = instrument, files, undo_stack
        self._say = say
        self._present: _Answering | None = None
        self._worker: NewestWorker[tuple[Subject, _Answering, str]] = NewestWorker(
            self._compare, "surgery", self
        )
        self._worker.made.connect(self._tell)

    def refuse(self) -> None:
        """Say what is missing."""
        self._say("Choose a filter or an output channel of a convolution: it can be switched off.")

    @property
    def is_settled(self) -> bool:
        """Whether what an operation did has been told."""
        return self._worker.is_idle

    def switch(self, layer: str, filter_index: int) -> None:
        """Switch a filter of the network that answers off, or on again."""
        before = self._answering()
        edit = FilterEdit(layer, filter_index, factor=0)
        off = edit not in before.edits
        edits = (*before.edits, edit) if off else tuple(each for each in before.edits if each != edit)
        words = f"Switch filter {filter_index + 1} of {layer} {'off' if off else 'on'}"
        whole = before.whole
        parameters = operate(whole.spec, whole.parameters, edits).frozen()
        name = whole.source if not edits else f"{whole.source} without {_names(edits)}"
        after = _Answering(False, Model(whole.spec, parameters, {}), name, {}, whole, edits)
        self._undo_stack.push(_Operation(self, words, before, after))
        self._worker.request((whole, after, f"Without {_names(edits)}"))

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def show(self, which: _Answering) -> None:
        """Let this network answer."""
        if which.live:
            self._instrument.set_answer_live(True)
        else:
            self._files.card = which.card
            self._instrument.open_model(which.model, which.name)
        self._present = which

    def _answering(self) -> _Answering:
        """The network that answers now, with what was done to it before."""
        subject, present = self._instrument.answering, self._present
        if present is not None and not present.live and present.model.parameters is subject.parameters:
            return present
        live = subject is not self._instrument.trained
        model = Model(subject.spec, subject.parameters, {} if live else self._files.card)
        return _Answering(live, model, subject.source, model.card, subject)

    def _compare(self, job: tuple[Subject, _Answering, str]) -> _Compared | None:
        whole, after, words = job
        digits = embedded_digits().test
        if whole.spec.input_shape != digits.pictures.shape[1:] or len(whole.spec.classes) < 10:
            return None
        results = [
            evaluate(Network.from_parameters(whole.spec, each), digits.pictures, digits.labels)
            for each in (whole.parameters, after.model.parameters)
        ]
        return _Compared(words, *results)

    def _tell(self, found: _Compared | None) -> None:
        if found is None or self._present is None or not self._present.edits:
            return
        before, after = found.before, found.after
        lost = np.nan_to_num(accuracy_by_class(before) - accuracy_by_class(after), nan=-1.0)
        worst = int(lost.argmax())
        sentence = (
            f"{found.words}, {percent(after.accuracy, 1)} of {after.count:,} test digits are read right, "
            f"before {percent(before.accuracy, 1)}"
        )
        if lost[worst] > 0:
            classes = self._present.whole.spec.classes
            shares = [percent(accuracy_by_class(each)[worst], 1) for each in (before, after)]
            sentence += f"; the {classes[worst]} loses most, {shares[0]} to {shares[1]}"
        self._say(f"{sentence}.", action="Undo", act=self._undo_stack.undo)


class _Operation(QUndoCommand):
    """Puts one network in the place of another, and back."""

    def __init__(self, surgery: Surgery, words: str, before: _Answering, after: _Answering) -> None:
        super().__init__(words)
        self._surgery, self._before, self._after = surgery, before, after

    def redo(self) -> None:
        """Let the changed network answer; the stack calls this on the push, too."""
        self._surgery.show(self._after)

    def undo(self) -> None:
        """Let the one before answer again."""
        self._surgery.show(self._before)


def _names(edits: tuple[FilterEdit, ...]) -> str:
    """Name filters that are off: ``conv2 3, 5`` or, of many, their number."""
    if len(edits) > 3:
        return f"{len(edits)} filters"
    return ", ".join(f"{edit.layer} {edit.filter + 1}" for edit in edits)
