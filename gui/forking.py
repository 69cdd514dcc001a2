"""Forks runs as the person asks for it: at the playhead, or as a twin from the first step."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from engine.forking import config_at
from engine.freezing import layers_with_weights
from engine.inspect.surgery import operate
from engine.inspect.words import grouped
from engine.parameters import Parameters
from gui.bridge import Bridge, SessionState
from gui.dialogs.fork_dialog import ForkDialog, ForkPlan
from gui.instrument import Instrument
from gui.run_book import RunEntry
from gui.surgery import Operated, described

Say = Callable[..., None]


class Forking(QObject):
    """Opens the dialog, and the new run. GUI thread only.

    Parameters
    ----------
    operated
        Which network answers, and what was done to its filters.
    go_back
        Returns to the run before.
    """

    def __init__(
        self,
        bridge: Bridge,
        instrument: Instrument,
        operated: Callable[[], Operated],
        go_back: Callable[[], None],
        say: Say,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._instrument = bridge, instrument
        self._operated, self._go_back, self._say = operated, go_back, say
        self._window = parent
        self._dialog: ForkDialog | None = None
        # Forks that are wanted and not there yet, and the runs that have come of those wanted with them.
        self._wanted = 0
        self._arrived: list[RunEntry] = []

    def ask_here(self) -> None:
        """Ask how the present run is to go on from the step that is shown."""
        run = self._bridge.present
        if run is None:
            self._say("There is no run to fork yet: press Play.")
            return
        self.ask_at(run.key, self._instrument.playhead)

    def ask_at(self, key: str, step: int | None) -> None:
        """Ask how a run is to go on from one of its steps, None for its newest."""
        run = self._bridge.book.find(key)
        if run is not None:
            self._ask(run, run.session.step_count if step is None else step, live=step is None)

    def ask_twin(self, key: str) -> None:
        """Ask what is to be different in a run that begins like this one: same values, same pictures."""
        run = self._bridge.book.find(key)
        if run is not None:
            self._ask(run, 0, live=False)

    def _ask(self, run: RunEntry, step: int, *, live: bool) -> None:
        if self._dialog is not None:
            self._dialog.close()
        owner = self._owner(run, None if live else step)
        if not live and owner.parent is not None and step < owner.parent.step:
            first = owner.parent.step
            self._say(
                f"{owner.parent.name} has been deleted: {owner.name}, which came from it, can be forked from "
                f"step {grouped(first)} on.",
                action=f"Fork at step {grouped(first)}",
                act=partial(self._ask, owner, first, live=False),
            )
            return
        config = config_at(owner.session.recorded_config, owner.session.events, step)
        edits = self._edits(run)
        words = "" if edits is None else described(edits.edits)

        def accept(plan: ForkPlan) -> None:
            self._fork(run, None if live else step, plan, edits if plan.edited else None)

        layers = layers_with_weights(owner.session.spec)
        # A run that trains is further on by the time the person has chosen.
        at = None if live and run.session.state is SessionState.RUNNING else step
        shown = "" if owner is run else run.name
        dialog = ForkDialog(owner.name, at, config, layers, words, accept, self._window, shown=shown)
        dialog.finished.connect(self._on_finished)
        self._dialog = dialog
        dialog.show()

    def _on_finished(self, result: int) -> None:
        self._dialog = None

    def _edits(self, run: RunEntry) -> Operated | None:
        """What Surgery did to this run's filters, if it did anything."""
        operated = self._operated()
        return operated if operated.edits and operated.whole.key == run.key else None

    def _fork(self, run: RunEntry, step: int | None, plan: ForkPlan, edits: Operated | None) -> None:
        def edited(parameters: Parameters) -> Parameters:
            return parameters if edits is None else operate(run.session.spec, parameters, edits.edits)

        def then(child: RunEntry) -> None:
            self._arrived.append(child)
            if child is self._bridge.present:
                if plan.train:
                    self._bridge.toggle()
                self._instrument.wake()
            self._tell()
            self._end_one()

        def failed(sentence: str) -> None:
            self._say(sentence, warning=True)
            self._end_one()

        self._wanted += 1
        self._bridge.fork(
            self._owner(run, step).key,
            step,
            edit=None if edits is None else edited,
            then=then,
            failed=failed,
            **plan.changes,
        )

    def _end_one(self) -> None:
        self._wanted -= 1
        if not self._wanted:
            self._arrived = []

    def _tell(self) -> None:
        """Say in one sentence what has come of the forks that were wanted one soon after the other."""
        shown = next((child for child in self._arrived if child is self._bridge.present), None)
        waiting = [child for child in self._arrived if child is not shown]
        if shown is None:
            last, parent = waiting[-1], waiting[-1].parent
            who = f"{_listed(waiting)} are forked, and wait"
            if len(waiting) == 1 and parent is not None:
                who = f"{last.name} is forked from {parent.name} at step {grouped(parent.step)}, and waits"
            sentence = f"{who}: another run was wanted since."
            self._say(sentence, action=f"Open {last.name}", act=partial(self._open, last.key))
            return
        assert shown.parent is not None
        name, step = shown.parent.name, grouped(shown.parent.step)
        sentence = f"This is {shown.name}, forked from {name} at step {step}"
        if waiting:
            sentence += f"; {_listed(waiting)} {'waits' if len(waiting) == 1 else 'wait'} among the runs"
        self._say(f"{sentence}.", action=f"Go back to {name}", act=self._go_back)

    def _open(self, key: str) -> None:
        self._bridge.open_entry(key)
        self._instrument.wake()

    def _owner(self, run: RunEntry, step: int | None) -> RunEntry:
        """Give the run that a step belongs to: those before a fork are the parent's."""
        while step is not None and run.parent is not None and step < run.parent.step:
            parent = self._bridge.book.find(run.parent.key)
            if parent is None:
                break
            run = parent
        return run


def _listed(runs: Sequence[RunEntry]) -> str:
    names = [run.name for run in runs]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
