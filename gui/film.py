"""Makes a film of a panel while the run is shown step by step."""

import queue
import time
from dataclasses import dataclass
from threading import Event
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import FormatError, reason_of
from engine.formats.film_files import open_film
from engine.formats.text import brief
from gui.film_panels import FilmPanel
from gui.film_plan import HOLD_MS, FilmPlan
from gui.jobs import Job
from gui.panel_pictures import PanelShot
from gui.panel_walk import PanelWalk
from gui.switching import prompt_switching

# Frames that wait for the writer; each is a picture of a few megabytes.
_MOST_WAITING = 2
_WAIT_MS = 10
_QUEUE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class FilmProgress:
    """How far a film is: frames that were taken, of how many, the step shown, seconds left or None."""

    done: int
    total: int
    step: int
    seconds_left: float | None


class Film(QObject):
    """Films a panel: drawn in the GUI thread, put together and written in one of its own. GUI thread only.

    However it ends, there is a whole film or none, and the playhead is where it was unless somebody else has
    moved it.
    """

    progressed = Signal(object)
    """A `FilmProgress`."""
    succeeded = Signal(object)
    """The path of the film."""
    failed = Signal(str)
    """One sentence."""
    cancelled = Signal()

    def __init__(self, walk: PanelWalk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._walk = walk
        self._job: Job | None = None
        self._plan: FilmPlan | None = None
        self._frames: queue.Queue[tuple[PanelShot, int] | None] = queue.Queue()
        self._held: PanelShot | None = None
        self._done = 0
        self._began = 0.0
        self._why = ""
        self._written = False
        walk.pictured.connect(self._on_pictured)
        walk.ended.connect(self._on_walk_ended)
        walk.broken_off.connect(self._on_broken_off)

    @property
    def is_active(self) -> bool:
        """Whether a film is being made."""
        return self._job is not None

    @property
    def missing(self) -> int:
        """How many frames of the last plan were not taken: their steps were no longer on the tape."""
        return len(self._plan.steps) - self._done if self._plan is not None else 0

    def start(self, plan: FilmPlan, panel: FilmPanel) -> None:
        """Begin; `succeeded`, `failed` or `cancelled` follows."""
        self._plan, self._held, self._done, self._why = plan, None, 0, ""
        self._written = False
        self._frames = queue.Queue()
        self._began = time.monotonic()
        self._job = job = Job(self._write, self)
        job.succeeded.connect(self._on_written)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        job.start()
        self._walk.start(panel, plan.steps, plan.sheet)

    def cancel(self) -> None:
        """Give up at once and leave no half of a film."""
        if self._job is not None:
            self._walk.stop()
            self._job.cancel()

    def close(self) -> None:
        """Give up and wait for the thread; no signal follows."""
        if self._job is not None:
            self._walk.stop()
            self._job.close()
            self._job = None

    def _on_pictured(self, step: int, shot: PanelShot) -> None:
        plan = self._plan
        if self._job is None or plan is None:
            return
        if self._held is not None:
            self._frames.put((self._held, plan.duration_ms(self._done - 1)))
        self._held = shot
        self._done += 1
        passed = time.monotonic() - self._began
        left = passed / self._done * (len(plan.steps) - self._done) if self._done > 1 else None
        self.progressed.emit(FilmProgress(self._done, len(plan.steps), step, left))
        self._go_on()

    def _go_on(self) -> None:
        """Go to the next step, once the writer has room for it."""
        if self._job is None or not self._walk.is_active:
            return
        if self._frames.qsize() < _MOST_WAITING:
            self._walk.go_on()
        else:
            QTimer.singleShot(_WAIT_MS, self, self._go_on)

    def _on_walk_ended(self) -> None:
        if self._job is not None and self._held is not None:
            self._frames.put((self._held, HOLD_MS))
            self._frames.put(None)
            self._held = None

    def _on_broken_off(self, why: str) -> None:
        if self._job is not None and self._plan is not None:
            at = f"at frame {max(1, self._done)} of {len(self._plan.steps)}"
            self._why = f"The film stopped {at}, because {why}; nothing was kept of it."
            self._job.cancel()

    def _on_written(self, path: Any) -> None:
        self._end()
        self.succeeded.emit(path)

    def _on_failed(self, sentence: str) -> None:
        self._walk.stop()
        self._end()
        self.failed.emit(sentence)

    def _on_cancelled(self) -> None:
        plan, why = self._plan, self._why
        self._end()
        if self._written and plan is not None:
            # It was whole before it could be given up.
            self.succeeded.emit(plan.path)
        elif why:
            self.failed.emit(why)
        else:
            self.cancelled.emit()

    def _end(self) -> None:
        self._held = None
        if self._job is not None:
            self._job.deleteLater()
            self._job = None

    # From here on: the job's thread.

    def _write(self, report: Any, cancel: Event) -> Any:
        plan, frames = self._plan, self._frames
        assert plan is not None
        try:
            with prompt_switching, open_film(plan.path, plan.kind, loop=plan.loop) as out:
                while not cancel.is_set():
                    try:
                        frame = frames.get(timeout=_QUEUE_SECONDS)
                    except queue.Empty:
                        continue
                    if frame is None:
                        out.finish()
                        self._written = True
                        return plan.path
                    out.add(frame[0].pixels(), frame[1])
        except OSError as error:
            reason = reason_of(error)
            raise FormatError(f"“{brief(plan.path.name)}” cannot be written: {reason}.") from None
        return None
