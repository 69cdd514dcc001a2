"""Decides which network the window shows on which picture, and brings frames of it to the panels."""

import time
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from engine.drawing import Drawing
from engine.formats.model import Model
from engine.session_messages import Snapshot
from engine.tape import Recorded
from gui.bridge import Bridge, Pulled, SessionState
from gui.document import Document
from gui.frames import Frame, FrameWorker, Subject
from gui.widgets.paced import set_pace

# The display clock. Pictures come at most once in FRAME_SECONDS, about 32 a second; the clock ticks more
# often than that so that an answer to the pen is on screen soon after it is known.
TICK_MS = 10
# While something is on its way that was asked for.
HURRY_MS = 2
FRAME_SECONDS = 0.031

# After a command the clock ticks at least this long: the training thread needs a moment to answer.
AWAKE_SECONDS = 0.5

ANSWER, RUN = "answer", "run"


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What was last asked for in a slot, to ask again only when something has changed."""

    subject: Subject
    drawing: Drawing


class Instrument(QObject):
    """The display clock and the two networks that it shows. GUI thread only.

    Slot "answer": the network that answers the Pad, on the drawing: the run once it has begun to train and
    `answer_live` is on, otherwise the trained network. Slot "run": the run on the picture chosen on Train.
    Frames are asked of the worker; they arrive by the clock, which stops when there is nothing to wait for.

    The run is shown at the playhead: at its newest step, live, or at a recorded one, while it may train on
    underneath. Of its tape one step at a time is asked for, always the one wanted last.
    """

    answer_changed = Signal(object)
    """A new `Frame` of the network that answers."""
    run_changed = Signal(object)
    """A new `Frame` of the run."""
    pulled = Signal(object)
    """A `Pulled`: numbers and events of the training."""
    subject_changed = Signal(object)
    """The `Subject` that answers is another network."""
    playhead_moved = Signal(object)
    """The recorded step at which the run is shown, or None: live."""
    run_moved = Signal()
    """The run is shown at another step: `run` is another."""

    def __init__(
        self,
        document: Document,
        bridge: Bridge,
        worker: FrameWorker,
        trained: Model,
        name: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._bridge, self._worker = document, bridge, worker
        self._trained = self._as_subject(trained, name, 0)
        self._opened = 0
        self._live: Subject | None = None
        self._recorded: Subject | None = None
        self._playhead: int | None = None
        # What the tape was asked for and has not answered yet.
        self._step_asked: int | None = None
        self._run_shown: Subject | None = None
        self._run_wanted = False
        self._run_drawing: Drawing | None = None
        self._answer_live = True
        # What the person chose; a network that was just opened answers until the next run.
        self._live_chosen = True
        # A run that has not begun answers only when it is asked to: its values are random.
        self._run_asked_for = False
        self._visible = True
        self._asked: dict[str, _Asked] = {}
        self._answer_frame: Frame | None = None
        self._run_frame: Frame | None = None
        self._next_frame_at = 0.0
        self._next_numbers_at = 0.0
        self._awake_until = 0.0
        self._closed = False
        self._answer_key = self._trained.key
        self._clock = QTimer(self)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.setInterval(TICK_MS)
        self._clock.timeout.connect(self._on_tick)
        document.drawing_changed.connect(self._on_drawing_changed)
        bridge.run_opened.connect(self._on_run_opened)

    @property
    def document(self) -> Document:
        """Holds what is drawn."""
        return self._document

    @property
    def answering(self) -> Subject:
        """The network that answers the Pad."""
        run = self.run
        if self._answer_live and run is not None and (self._run_asked_for or self._has_begun()):
            return run
        return self._trained

    @property
    def trained(self) -> Subject:
        """The network that is not of a run: shipped, or opened from a file."""
        return self._trained

    @property
    def run(self) -> Subject | None:
        """The run at the playhead, if there is one."""
        return self._recorded or self._live

    @property
    def run_key(self) -> str:
        """Key of the run that is open, whether or not anything of it has been seen; "" without one."""
        present = self._bridge.present
        return "" if present is None else present.key

    @property
    def playhead(self) -> int | None:
        """The recorded step at which the run is shown, or None: live."""
        return self._playhead

    @property
    def answer_live(self) -> bool:
        """Whether the run answers the Pad once it has begun, rather than the trained network."""
        return self._answer_live

    @property
    def run_answers(self) -> bool:
        """Whether the run answers the Pad at the moment."""
        return self.answering is not self._trained

    @property
    def is_settled(self) -> bool:
        """Whether every frame that was asked for has been shown, and a run that was opened has been seen."""
        seen = self._live is not None or self._bridge.session is None
        return self._worker.is_idle and seen and self._step_asked is None

    @property
    def run_drawing(self) -> Drawing:
        """The picture that the run is shown on."""
        return self._run_drawing or self._document.drawing

    def open_model(self, model: Model, name: str) -> None:
        """Answer with another network from now on."""
        self._opened += 1
        self._trained = self._as_subject(model, name, self._opened)
        self._answer_live = False
        self.refresh()

    def put_back(self, trained: Subject) -> None:
        """Have this network again, which was there before `open_model`, beside the run."""
        self._trained = trained
        self.refresh()

    def set_answer_live(self, live: bool) -> None:
        """Choose between the run, also before it has begun, and the trained network for the Pad."""
        self._answer_live = self._live_chosen = self._run_asked_for = live
        self.refresh()

    def renew_name(self) -> None:
        """Call the run by the name that it has now."""
        run = self._bridge.present
        if run is not None:
            self._live, self._recorded = (
                subject and replace(subject, source=run.name) for subject in (self._live, self._recorded)
            )
            self.refresh()
            if self.run_answers:
                self.subject_changed.emit(self.answering)

    def set_run_wanted(self, wanted: bool) -> None:
        """Tell whether a visible page shows the run on its own picture."""
        if wanted != self._run_wanted:
            self._run_wanted = wanted
            self.refresh()

    def set_run_drawing(self, drawing: Drawing | None) -> None:
        """Show the run on this picture; None for whatever is drawn."""
        self._run_drawing = drawing
        self.refresh()

    def go_to(self, step: int) -> None:
        """Show the run as it was recorded at `step`, or last before it; it trains on underneath."""
        if self._bridge.session is None or self._closed:
            return
        self._move_playhead(step)
        if self._step_asked is None:
            self._ask_tape(step)
        self.wake()

    def go_live(self) -> None:
        """Show the run's newest step again."""
        if self._playhead is not None:
            self._move_playhead(None)
            self.wake()

    def set_visible(self, visible: bool) -> None:
        """Tell whether anybody can see the window: a hidden one asks for nothing."""
        self._visible = visible
        self.refresh()

    def wake(self) -> None:
        """Start the clock: a command is on its way to the training."""
        self._awake_until = time.perf_counter() + AWAKE_SECONDS
        self._start_clock()

    def refresh(self) -> None:
        """Ask for the frames that are not up to date, and see to it that they arrive."""
        if self._closed:
            return
        answering = self.answering
        if answering.key != self._answer_key:
            self._answer_key = answering.key
            self.subject_changed.emit(answering)
        if self._visible:
            self._ask(ANSWER, answering, self._document.drawing)
            self._refresh_run()
        self._start_clock()

    def close(self) -> None:
        """Stop the clock and the worker, for good."""
        self._closed = True
        self._clock.stop()
        self._worker.close()

    def _start_clock(self) -> None:
        if not self._closed:
            self._set_pace()
            if not self._clock.isActive():
                self._clock.start()

    def _set_pace(self) -> None:
        hurries = self._step_asked is not None or not self._worker.is_idle
        set_pace(self._clock, HURRY_MS if hurries else TICK_MS)

    def _refresh_run(self) -> None:
        run = self.run
        if run is None or not self._run_wanted:
            self._asked.pop(RUN, None)
        elif not self._answer_serves_run():
            self._ask(RUN, run, self.run_drawing)
        else:
            self._asked.pop(RUN, None)
            frame = self._answer_frame
            # An answer that is up to date comes no second time: the run shows the one that there is.
            if frame is not None and frame.subject is run and frame.drawing is self._document.drawing:
                self._show_run(frame)

    def _answer_serves_run(self) -> bool:
        """Whether both slots want the same frame, which is then computed once."""
        same_picture = self.run_drawing is self._document.drawing
        return same_picture and self.run is not None and self.answering is self.run

    def _ask(self, slot: str, subject: Subject, drawing: Drawing) -> None:
        asked = self._asked.get(slot)
        if asked is None or asked.subject is not subject or asked.drawing is not drawing:
            self._asked[slot] = _Asked(subject, drawing)
            self._worker.request(slot, subject, drawing)

    def _on_tick(self) -> None:
        now = time.perf_counter()
        # Asked for at even distances, however long one takes to come: a large network's step is longer.
        due = self._visible and now >= self._next_frame_at
        if due:
            self._next_frame_at = max(self._next_frame_at + FRAME_SECONDS, now)
        numbers = now >= self._next_numbers_at or not self._bridge.is_running
        live = self._playhead is None
        pulled = self._bridge.pull(want_snapshot=due and live, numbers=numbers)
        if pulled is not None:
            self._take(pulled, now)
        for slot, frame in self._worker.collect().items():
            self._show(slot, frame)
        if self._bridge.is_running or _has_news(pulled):
            # More may follow a sign of life: the last snapshot of a run that has just ended.
            self._awake_until = now + AWAKE_SECONDS
        elif now >= self._awake_until and self._worker.is_idle and self._step_asked is None:
            self._clock.stop()
        self._set_pace()

    def _take(self, pulled: Pulled, now: float) -> None:
        if pulled.snapshot is not None:
            self._live = self._of_run(pulled.snapshot)
        if pulled.recorded is not None:
            self._take_recorded(pulled.recorded)
        # While it trains, the recorded step stays until a live one is there: the last one seen is long past.
        if self._playhead is None and (pulled.snapshot is not None or not self._bridge.is_running):
            self._recorded = None
        if self.run is not self._run_shown:
            self._run_shown = self.run
            self.run_moved.emit()
            self.refresh()
        if _has_news(pulled):
            self._next_numbers_at = now + FRAME_SECONDS
            self.pulled.emit(pulled)

    def _take_recorded(self, recorded: Recorded) -> None:
        asked, self._step_asked = self._step_asked, None
        if self._playhead is None:
            return
        self._recorded = self._of_run(recorded)
        if asked != self._playhead:
            self._ask_tape(self._playhead)
        elif recorded.step != asked:
            # The tape was thinned meanwhile.
            self._move_playhead(recorded.step)

    def _ask_tape(self, step: int) -> None:
        self._step_asked = step
        self._bridge.request_recorded(step)

    def _move_playhead(self, step: int | None) -> None:
        if step != self._playhead:
            self._playhead = step
            self.playhead_moved.emit(step)

    def _of_run(self, at: Snapshot | Recorded) -> Subject | None:
        run = self._bridge.present
        if run is None:
            return None
        return Subject(run.key, run.name, at.step, run.session.spec, at.parameters, run.initial)

    def _show(self, slot: str, frame: Frame) -> None:
        run = self.run
        of_run = run is not None and frame.subject.key == run.key and self._run_wanted
        if slot == ANSWER:
            if frame.subject.key != self.answering.key:
                return
            self._answer_frame = frame
            self.answer_changed.emit(frame)
            if of_run and self._answer_serves_run():
                self._show_run(frame)
            return
        # A digit is not drawn over by what was asked for before it was chosen.
        wanted = self._run_drawing is None or frame.drawing is self._run_drawing
        if of_run and wanted and not self._answer_serves_run():
            self._show_run(frame)

    def _show_run(self, frame: Frame) -> None:
        if frame is not self._run_frame:
            self._run_frame = frame
            self.run_changed.emit(frame)

    def _has_begun(self) -> bool:
        begun = self._live is not None and bool(self._live.step)
        return begun or self._bridge.state in (SessionState.RUNNING, SessionState.PAUSED)

    def _on_drawing_changed(self, drawing: object) -> None:
        self.refresh()

    def _on_run_opened(self, info: object) -> None:
        self._live = self._recorded = self._run_shown = self._run_frame = None
        self._step_asked = None
        self._move_playhead(None)
        self._answer_live, self._run_asked_for = self._live_chosen, False
        self._asked.pop(RUN, None)
        self.wake()
        self.refresh()

    @staticmethod
    def _as_subject(model: Model, name: str, number: int) -> Subject:
        return Subject(f"trained {number}", name, None, model.spec, model.parameters)


def _has_news(pulled: Pulled | None) -> bool:
    return pulled is not None and bool(len(pulled.steps) or pulled.events or pulled.snapshot)
