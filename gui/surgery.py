"""Filters off, scaled, replaced or painted in the network that answers, and what that does; undoable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from engine.formats.model import Model
from engine.inspect.patterns import as_input
from engine.inspect.surgery import FilterEdit, accuracy_by_class, operate
from engine.inspect.words import grouped, percent
from engine.metrics import Evaluation, evaluate
from engine.network import Network
from engine.parameters import Parameters
from gui.files import Files
from gui.frames import Subject
from gui.instrument import Instrument
from gui.newest import NewestWorker
from gui.pad.digit_picker import thing_of
from gui.picture_sets import MOST, PictureSets
from gui.told_undo import undo_what_was_told

# Operations are merged by their own keys; the stack only asks about commands of one kind.
_KIND = 1


@dataclass(frozen=True, slots=True, eq=False)
class _Answering:
    """Which network answers: the run, if `live`, or a network with filters changed.

    It holds no parameters of its own but those that were there: a history of many entries stays small.
    """

    live: bool
    # What was operated on, and how; the network itself where nothing was.
    whole: Subject
    edits: tuple[FilterEdit, ...]
    # The network that is not of a run, with its card: it comes back when the run does.
    trained: Subject
    card: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What it is called: "Classic without conv2 5"; of a run with its step, for that does not move on."""
        words, step = described(self.edits), self.whole.step
        if not words:
            return self.whole.source
        at = "" if step is None else f" at step {grouped(step)}"
        return f"{self.whole.source}{at} {words}"

    def parameters(self) -> Parameters:
        """Give its parameters; those of the whole network where nothing was changed."""
        if not self.edits:
            return self.whole.parameters
        return operate(self.whole.spec, self.whole.parameters, self.edits).frozen()


@dataclass(frozen=True, slots=True, eq=False)
class Operated:
    """The network that answers: what it was, and how its filters were changed."""

    whole: Subject
    edits: tuple[FilterEdit, ...]

    def edit_of(self, layer: str, filter_index: int) -> FilterEdit:
        """How a filter is changed; a neutral edit where it is not."""
        for edit in self.edits:
            if (edit.layer, edit.filter) == (layer, filter_index):
                return edit
        return FilterEdit(layer, filter_index)


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """How a network does on test pictures, before and after; `things` says what they are: "digits"."""

    operated: Operated
    before: Evaluation
    after: Evaluation
    things: str


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    answering: _Answering
    # Said when it is known; "" for nothing.
    words: str
    # Where the history was: an "Undo" that comes later must not undo something else.
    entry: int


class Surgery(QObject):
    """Changes filters in a copy of the network that answers. GUI thread only.

    Parameters
    ----------
    instrument, files
        Which network answers, and whose card is shown.
    undo_stack
        Each operation is one entry of it.
    pictures
        Knows the test pictures that measure a network.
    say
        Tells what became of the accuracy.
    """

    changed = Signal()
    """Filters were changed, or changed back."""
    compared = Signal(object)
    """A `Compared`, after each change and after `measure`."""

    def __init__(
        self,
        instrument: Instrument,
        files: Files,
        undo_stack: QUndoStack,
        pictures: PictureSets,
        say: Callable[..., None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._instrument, self._files, self._undo_stack = instrument, files, undo_stack
        self._pictures, self._say = pictures, say
        self._present: _Answering | None = None
        # The parameters that `_present` was shown with.
        self._shown: Parameters | None = None
        # What filters that were switched off had been scaled by.
        self._factors: dict[tuple[str, int], float] = {}
        # Of the network before anything was done to it: what was measured last.
        self._measured: tuple[Subject, Evaluation] | None = None
        self._is_seen: Callable[[], bool] = lambda: False
        self._worker: NewestWorker[_Job] = NewestWorker(self._compare, "surgery", self)
        self._worker.made.connect(self._tell)

    @property
    def is_settled(self) -> bool:
        """Whether what an operation did has been told."""
        return self._worker.is_idle

    @property
    def operated(self) -> Operated:
        """The network that answers, and what was done to it."""
        answering = self._answering()
        return Operated(answering.whole, answering.edits)

    def set_seen(self, is_seen: Callable[[], bool]) -> None:
        """Ask this whether what becomes of the accuracy is seen anyway, and need not be told."""
        self._is_seen = is_seen

    def leaves_alone(self, subject: Subject) -> bool:
        """Whether this is a run that neither answers nor was operated on: changes are none of its own."""
        keys = self._instrument.answering.key, self.operated.whole.key
        return subject.step is not None and subject.key not in keys

    def refuse(self, subject: Subject | None = None) -> None:
        """Say what is missing, or that this network is not the one that answers."""
        if subject is None:
            self._say("Choose a filter or an output channel of a convolution: it can be switched off.")
        else:
            other = self._instrument.answering.source
            self._say(f"{subject.source} does not answer the Pad: only filters of {other} can be changed.")

    def switch(self, layer: str, filter_index: int) -> None:
        """Switch a filter of the network that answers off, or on again."""
        edit = self.operated.edit_of(layer, filter_index)
        off = edit.factor != 0
        words = f"Switch filter {filter_index + 1} of {layer} {'off' if off else 'on'}"
        if off:
            self._factors[layer, filter_index] = edit.factor
        factor = 0.0 if off else self._factors.get((layer, filter_index), 1.0)
        self.change(replace(edit, factor=factor), words)

    def change(self, edit: FilterEdit, words: str, *, goes_on: bool = False) -> None:
        """Change a filter of the network that answers, in place of what was done to it before.

        Parameters
        ----------
        edit
            The filter's factor and weights from now on.
        words
            What was done, for the undo action: "Scale filter 3 of conv1".
        goes_on
            It belongs to the same movement of the hand as the change before, and is undone with it.
        """
        before = self._answering()
        others = tuple(
            each for each in before.edits if (each.layer, each.filter) != (edit.layer, edit.filter)
        )
        neutral = edit == FilterEdit(edit.layer, edit.filter)
        after = replace(before, live=False, edits=others if neutral else (*others, edit))
        self._undo_stack.push(_Operation(self, words, before, after, goes_on))

    def leave_run(self) -> None:
        """Another run was opened: a changed copy of the one before goes with it, as its answers do."""
        present = self._present
        shown = self._shown is not None and self._instrument.trained.parameters is self._shown
        if present is not None and shown and not self._is_open(present):
            self._files.card = present.card
            self._instrument.put_back(present.trained)
            self._present = None
            self.changed.emit()

    def measure(self) -> None:
        """Tell how the network that answers does now."""
        self._ask(self._answering(), "")

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def show(self, which: _Answering, *, words: bool) -> None:
        """Let this network answer; nothing changes where it is of a run that is not open any more."""
        if not self._is_open(which):
            name = which.whole.source
            self._say(f"The changed copy of {name} went when another run was opened: nothing changes.")
            return
        if which.live or not which.edits:
            self._files.card = which.card
            self._instrument.put_back(which.trained)
            if which.live:
                self._instrument.set_answer_live(True)
        else:
            self._files.card = {}
            model = Model(which.whole.spec, which.parameters(), {})
            self._instrument.open_model(model, which.name)
            self._shown = model.parameters
        self._present = which
        self.changed.emit()
        self._ask(which, described(which.edits) if words else "")

    def _answering(self) -> _Answering:
        """The network that answers now, with what was done to it before."""
        subject, present = self._instrument.answering, self._present
        trained = self._instrument.trained
        if present is not None and present.edits and self._shown is subject.parameters:
            return present
        if present is not None and not present.edits and present.whole is subject:
            return present
        return _Answering(subject is not trained, subject, (), trained, self._files.card)

    def _is_open(self, which: _Answering) -> bool:
        """Whether a network is that of the run that is open, or of none."""
        return which.whole.step is None or which.whole.key == self._instrument.run_key

    def _ask(self, which: _Answering, words: str) -> None:
        self._worker.request(_Job(which, words, self._undo_stack.index()))

    # On the worker's thread.
    def _compare(self, job: _Job) -> tuple[Compared, _Job] | None:
        whole, edits = job.answering.whole, job.answering.edits
        data = self._pictures.measuring(whole.spec)
        if data is None:
            return None
        pictures, labels = as_input(whole.spec, data.pictures[:MOST]), data.labels[:MOST]

        def measured(parameters: Parameters) -> Evaluation:
            return evaluate(Network.from_parameters(whole.spec, parameters), pictures, labels)

        known = self._measured
        before = known[1] if known is not None and known[0] is whole else measured(whole.parameters)
        self._measured = whole, before
        after = measured(job.answering.parameters()) if edits else before
        return Compared(Operated(whole, edits), before, after, f"{thing_of(data.classes)}s"), job

    def _tell(self, found: tuple[Compared, _Job] | None) -> None:
        if found is None:
            return
        compared, job = found
        words = job.words
        self.compared.emit(compared)
        if not words or self._is_seen() or not compared.operated.edits:
            return
        before, after = compared.before, compared.after
        lost = np.nan_to_num(accuracy_by_class(before) - accuracy_by_class(after), nan=-1.0)
        worst = int(lost.argmax())
        sentence = (
            f"{words[0].upper()}{words[1:]}, {percent(after.accuracy, 1)} of {after.count:,} test "
            f"{compared.things} are read right, before {percent(before.accuracy, 1)}"
        )
        if lost[worst] > 0:
            classes = compared.operated.whole.spec.classes
            shares = [percent(accuracy_by_class(each)[worst], 1) for each in (before, after)]
            sentence += f"; the {classes[worst]} loses most, {shares[0]} to {shares[1]}"
        undo = partial(undo_what_was_told, self._undo_stack, job.entry, self._say)
        self._say(f"{sentence}.", action="Undo", act=undo)


class _Operation(QUndoCommand):
    """Puts one network in the place of another, and back."""

    def __init__(
        self, surgery: Surgery, words: str, before: _Answering, after: _Answering, goes_on: bool
    ) -> None:
        super().__init__(words)
        self._surgery, self._before, self._after, self._goes_on = surgery, before, after, goes_on

    def id(self) -> int:
        """Tell the stack that operations may be merged."""
        return _KIND

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in what goes on with the same movement of the hand."""
        if not isinstance(other, _Operation) or not other._goes_on or other.text() != self.text():
            return False
        if other._before is not self._after:
            # Another network has answered in between.
            return False
        self._after = other._after
        return True

    def redo(self) -> None:
        """Let the changed network answer; the stack calls this on the push, too."""
        self._surgery.show(self._after, words=True)

    def undo(self) -> None:
        """Let the one before answer again."""
        self._surgery.show(self._before, words=False)


def described(edits: tuple[FilterEdit, ...]) -> str:
    """Say what was done: ``without conv2 3, 5``, or ``with 4 filters changed``."""
    if not edits:
        return ""
    off = all(edit.factor == 0 for edit in edits)
    names = ", ".join(f"{edit.layer} {edit.filter + 1}" for edit in edits)
    if len(edits) > 3:
        names = f"{len(edits)} filters"
    return f"without {names}" if off else f"with {names} changed"
