"""The menu of the Tape bar: where in the run to go, and how it is played back."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QSpinBox, QWidget, QWidgetAction

from engine.history import first_test_reaching
from engine.inspect.words import duration, grouped, percent
from gui.bridge import Bridge
from gui.instrument import Instrument
from gui.playback import EVEN_STEPS, EVEN_STOPS, SPEEDS, Playback

# Test accuracies to go to.
ACCURACIES = (0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99)
USUAL_ACCURACY = 0.9
LONGEST_S = 3600

Say = Callable[..., None]
Value = TypeVar("Value", int, str)


class TapeMenu(QMenu):
    """Filled anew each time it opens. GUI thread only.

    Parameters
    ----------
    actions
        Commands of the window that belong here, at its head.
    say
        Tells the person something in place.
    """

    def __init__(
        self,
        bridge: Bridge,
        instrument: Instrument,
        playback: Playback,
        actions: Sequence[QAction],
        say: Say,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("tape_menu")
        self.setToolTipsVisible(True)
        self._bridge, self._instrument, self._playback, self._say = bridge, instrument, playback, say
        self.addActions(list(actions))
        self.addSeparator()
        self._goals = self.addMenu("Go to the first step with a test accuracy of")
        self._goals.aboutToShow.connect(self._fill_goals)
        self._fill_goals()
        self.addSeparator()
        speeds = self.addMenu("Play the whole run back in")
        self._seconds = self._make_seconds()
        choices = [(duration(seconds), seconds) for seconds in SPEEDS]
        group = self._add_choice(speeds, choices, playback.speed, self._seconds.setValue)
        # Of another length of time none is chosen.
        group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        for action, (_, seconds) in zip(group.actions(), choices, strict=True):
            self._seconds.valueChanged.connect(partial(_check, action, seconds))
        field = QWidgetAction(speeds)
        field.setDefaultWidget(self._seconds)
        speeds.addAction(field)
        paces = self.addMenu("While it is played back")
        words = [
            ("The beginning takes longer, where most changes", EVEN_STOPS),
            ("All steps take equally long", EVEN_STEPS),
        ]
        self._add_choice(paces, words, playback.pace, playback.set_pace)

    def go_to_accuracy(self, accuracy: float = USUAL_ACCURACY) -> None:
        """Show the first recorded step at or after the first test that was at least so accurate."""
        session = self._bridge.session
        found = None if session is None else first_test_reaching(session.tests.since(0), accuracy)
        if session is None or found is None:
            self._say(f"No test of this run has reached {percent(accuracy, 0)} yet.")
            return
        step, reached = found
        steps = session.recorded_steps
        at = steps[min(bisect_left(steps, step), len(steps) - 1)]
        self._playback.stop()
        self._instrument.go_to(at)
        goal, at_step = percent(accuracy, 0), grouped(step)
        sentence = f"The first test with at least {goal} was at step {at_step}: {percent(reached, 1)}."
        if at != step:
            sentence += f" The recorded step next to it is {grouped(at)}."
        self._say(sentence)

    def _make_seconds(self) -> QSpinBox:
        """Make the field for any other length of time."""
        field = QSpinBox()
        field.setObjectName("playback_seconds")
        field.setRange(1, LONGEST_S)
        field.setSuffix(" s")
        field.setValue(self._playback.speed)
        field.setAccessibleName("Seconds that the whole run takes when it is played back")
        field.setToolTip("Any other length of time, in seconds")
        field.valueChanged.connect(self._playback.set_speed)
        return field

    def _fill_goals(self) -> None:
        session = self._bridge.session
        tests = None if session is None else session.tests.since(0)
        self._goals.clear()
        for accuracy in ACCURACIES:
            found = None if tests is None else first_test_reaching(tests, accuracy)
            words = percent(accuracy, 0) + (f"\tstep {grouped(found[0])}" if found else "\tnot yet")
            action = self._goals.addAction(words)
            action.setEnabled(found is not None)
            action.triggered.connect(partial(self._go, accuracy))

    def _go(self, accuracy: float, checked: bool = False) -> None:
        self.go_to_accuracy(accuracy)

    def _add_choice(
        self,
        menu: QMenu,
        entries: Sequence[tuple[str, Value]],
        chosen: Value,
        choose: Callable[[Value], None],
    ) -> QActionGroup:
        group = QActionGroup(menu)
        for words, value in entries:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(value == chosen)
            action.triggered.connect(partial(self._choose, choose, value))
            group.addAction(action)
        return group

    @staticmethod
    def _choose(choose: Callable[[Value], None], value: Value, checked: bool = False) -> None:
        choose(value)


def _check(action: QAction, own: int, value: int) -> None:
    action.setChecked(value == own)
