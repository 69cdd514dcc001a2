"""Joins the race's three trainings to what shows them: sets them up, keeps them in step, and ends them."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from engine.datasets import Split
from engine.errors import EngineError
from engine.inspect.words import duration, grouped
from engine.process_session import WorkerPool
from engine.race import RaceEntry, first_convolution, race_entries, race_sentence
from engine.recipes import preset
from engine.spec import NetworkSpec
from gui.pages.runs.race_part import EXPLANATION, RacePart
from gui.pages.runs.race_tools import RaceState
from gui.race_sessions import RaceSessions, RunnerNews
from gui.theme import ThemeManager
from gui.widgets.paced import Paced

# The sessions wait for each other at this pace; filters are shown every few ticks.
TICK_MS = 15
FRAME_SECONDS = 0.066
# How long the clock ticks on when all have come to rest: their last filters may still be on the way.
REST_SECONDS = 0.5

DataSupplier = Callable[[], tuple[str, Split]]


class RaceControl(QObject):
    """One race at a time, and the `RacePart` that shows it. GUI thread only.

    Parameters
    ----------
    data
        Gives the name of the present data set and its pictures; asked before each race.
    pool
        Where training processes come from; without it they are started for the race, without helpers.
    """

    about_to_start = Signal()
    """Three trainings are going to take all the cores, at first or again: what else trains should pause."""
    state_changed = Signal(str)
    """A `RaceState`."""

    def __init__(
        self,
        themes: ThemeManager,
        data: DataSupplier,
        pool: WorkerPool | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.part = RacePart(themes)
        self._data, self._pool = data, pool
        self._state: RaceState = "ready"
        self._seed = 0
        self._entries: tuple[RaceEntry, ...] = ()
        self._spec: NetworkSpec | None = None
        self._split: Split | None = None
        self._sessions: RaceSessions | None = None
        self._ending: list[RaceSessions] = []
        self._told_failure = False
        self._trained_seconds = 0.0
        self._ticked_at = 0.0
        self._next_frame_at = 0.0
        self._resting_since = 0.0
        self._progress = Paced(self._tell_progress, parent=self)
        self._clock = QTimer(self)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.setInterval(TICK_MS)
        self._clock.timeout.connect(self._on_tick)
        tools = self.part.tools
        tools.start_requested.connect(self.start)
        tools.pause_toggled.connect(self.toggle_pause)
        tools.stop_requested.connect(self.stop)
        tools.new_seed_requested.connect(self.start_with_new_seed)
        tools.setup_changed.connect(self.prepare)
        self.part.visibility_changed.connect(self._on_visibility_changed)

    @property
    def state(self) -> RaceState:
        """Where the race is."""
        return self._state

    @property
    def is_going(self) -> bool:
        """Whether a race has begun and not ended."""
        return self._state in ("starting", "racing", "paused")

    @property
    def seed(self) -> int:
        """What the first values and the order of the pictures are drawn from."""
        return self._seed

    def prepare(self) -> None:
        """Set up a race of the chosen network on the present data set, and show it at rest.

        Also to be called when the data set has changed; while a race is on nothing happens.
        """
        if self.is_going:
            return
        try:
            name, split = self._data()
            tools = self.part.tools
            chosen = preset(tools.preset_key)
            spec = chosen.spec_for(split.train.picture_shape, split.train.classes)
            config = replace(chosen.config, epochs=tools.epochs, seed=self._seed, workers=1)
            self._entries = race_entries(spec, config)
        except EngineError as error:
            self._entries = ()
            self.part.show_message(str(error), warning=True)
            return
        self._set_aside()
        self._spec, self._split = spec, split
        steps = config.epochs * -(-len(split.train) // config.batch_size)
        learn, test = grouped(len(split.train)), grouped(len(split.test))
        tools.show_data(
            f"{name}: {learn} pictures to learn from, {test} to test with, {grouped(steps)} steps"
        )
        self.part.show_entries(self._entries, first_convolution(spec), steps)
        self.part.show_message(EXPLANATION)
        self._set_state("ready")

    def start(self) -> None:
        """Start the race: all three from the present seed."""
        if self.is_going:
            return
        self.prepare()
        if not self._entries or self._spec is None or self._split is None:
            return
        self.about_to_start.emit()
        self._sessions = RaceSessions(self._spec, self._entries, self._split, self._pool)
        self._told_failure = False
        self._trained_seconds, self._ticked_at = 0.0, time.monotonic()
        self._set_state("starting")
        self.part.show_message("Starting three trainings …")
        self._sessions.advance()
        self._clock.start()

    def start_with_new_seed(self) -> None:
        """Start a race from another seed; one that is on is stopped."""
        self.stop()
        self._seed = int(np.random.default_rng().integers(1, 1_000_000))
        self.start()

    def toggle_pause(self) -> None:
        """Hold all three at the same step, or let them go on."""
        if self._state == "paused":
            self.go_on()
        else:
            self.hold()

    def hold(self) -> bool:
        """Hold all three at the same step; tells whether they were on their way."""
        if self._state not in ("starting", "racing"):
            return False
        self._set_state("paused")
        self._resting_since = time.monotonic()
        self._tell_progress()
        self._clock.start()
        return True

    def go_on(self) -> None:
        """Let a race that is held go on."""
        if self._state == "paused":
            self.about_to_start.emit()
            self._ticked_at = time.monotonic()
            self._set_state("racing")
            self._clock.start()

    def stop(self) -> None:
        """End the race where it is."""
        sessions = self._sessions
        if sessions is None or not self.is_going:
            return
        step = sessions.step
        self._end("over")
        self.part.show_message(f"Stopped at step {grouped(step)} of {grouped(sessions.total)}: nobody won.")

    def close(self) -> None:
        """End everything that still trains, and wait for its end."""
        self._clock.stop()
        if self.is_going:
            self._state = "over"
        self._set_aside()
        for sessions in self._ending:
            sessions.stop()
        for sessions in self._ending:
            sessions.close()
        self._ending = []
        # Nothing is said any more later on.
        self._progress.call_now()

    def _set_state(self, state: RaceState) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)
        self.part.show_state(state)

    def _end(self, state: RaceState) -> None:
        """Let the processes end; what they still send is shown."""
        assert self._sessions is not None
        self._sessions.stop()
        self._set_state(state)

    def _set_aside(self) -> None:
        """Let a race that is over come to its end unseen."""
        if self._sessions is not None:
            self._ending.append(self._sessions)
            self._sessions = None

    def _on_tick(self) -> None:
        self._ending = [old for old in self._ending if old.is_alive]
        sessions = self._sessions
        if sessions is None:
            self._clock.stop()
            return
        now = time.monotonic()
        if self._state == "racing":
            self._trained_seconds += now - self._ticked_at
        self._ticked_at = now
        if self._state in ("starting", "racing"):
            sessions.advance()
        # Before the news are taken: what belongs to this end is then among them.
        over, alive = sessions.is_over, sessions.is_alive
        due = self.part.isVisible() and now >= self._next_frame_at
        if due:
            self._next_frame_at = now + FRAME_SECONDS
        for place, news in enumerate(sessions.pull(want_snapshots=due)):
            self._show(place, news)
        if self._state == "starting" and sessions.step > 0:
            self._set_state("racing")
        if self.is_going and over:
            self._finish(sessions)
        elif self._state in ("racing", "paused"):
            self._progress.request()
            if self._state == "paused":
                self._rest(sessions, now)
        if not alive and not self.is_going:
            self._sessions = None

    def _rest(self, sessions: RaceSessions, now: float) -> None:
        """Stop the clock when all have rested for a while."""
        if not sessions.is_resting:
            self._resting_since = now
        elif now > self._resting_since + REST_SECONDS:
            self._clock.stop()

    def _show(self, place: int, news: RunnerNews) -> None:
        part = self.part
        part.show_step(place, news.step)
        part.plot.append(place, news.tests)
        if len(news.tests):
            part.columns[place].show_accuracy(float(news.tests[-1, 1]))
        if news.snapshot is not None and self._spec is not None:
            layer = first_convolution(self._spec)
            part.show_filters(place, news.snapshot.parameters[f"{layer}.weight"])
        if news.failure and not self._told_failure:
            self._told_failure = True
            part.show_message(f"{self._entries[place].name}: {news.failure}", warning=True)

    def _finish(self, sessions: RaceSessions) -> None:
        """All are at their ends: say who has won."""
        results = sessions.results()
        self._end("over")
        if results is not None:
            self.part.show_message(race_sentence(results))

    def _tell_progress(self) -> None:
        sessions = self._sessions
        if sessions is None or self._told_failure or self._state not in ("racing", "paused"):
            return
        step, total = sessions.step, sessions.total
        words = f"Step {grouped(step)} of {grouped(total)} · seed {self._seed}"
        if self._state == "paused":
            words += " · paused"
        elif step and self._trained_seconds > 1:
            words += f" · {duration(self._trained_seconds / step * (total - step))} left"
        self.part.show_message(words)

    def _on_visibility_changed(self, visible: bool) -> None:
        if visible and not self._entries:
            self.prepare()
