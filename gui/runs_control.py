"""Joins the Runs page to the runs: what is listed, drawn and compared, and what is done with them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from engine.drawing import Drawing
from engine.inspect.words import grouped
from engine.novelty import DigitLikeness
from engine.tape import Recorded
from gui.bridge import Bridge, SessionState
from gui.document import Document
from gui.frames import Frame, FrameWorker, Subject
from gui.instrument import Instrument
from gui.pages.runs.curve_data import batch_sizes, pictures_seen
from gui.pages.runs.page import RunsPage
from gui.pages.runs.rows import RunRow, tree_order
from gui.pages.runs.settings_words import RunFacts, compare, recipe, shapes_sentence
from gui.run_book import RunEntry
from gui.run_deletion import RunDeletion
from gui.run_events import fork_changes
from gui.widgets.paced import set_pace

# Pictures follow the run and the pen so often, lists and curves so often.
TICK_MS, LIST_MS = 31, 250
# While something is on its way that was asked for.
HURRY_MS = 4
# Smoothing more steps than that in one tick would be felt.
MOST_ROWS_AT_ONCE = 6000

A, B = "a", "b"
Say = Callable[..., None]


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What was last asked for in a slot, to ask again only when something has changed."""

    subject: Subject
    drawing: Drawing


class RunsControl(QObject):
    """Tells the page about the runs, and does with them what the person wants. GUI thread only.

    While the page cannot be seen, nothing is asked for, computed or counted.

    Parameters
    ----------
    page, bridge, instrument, document
        What is joined.
    data_name
        Gives what a data set is called, by its key.
    say
        ``say(sentence, action="", act=None, warning=False)`` tells the person something in place;
        ``say("", only=sentence)`` takes it back.
    worker
        Computes the pictures of the comparison; this object closes it.
    """

    shown = Signal(object)
    """A new `Frame` of A: what the window's other parts look into while the page is in front."""
    shown_beside = Signal(object)
    """A new `Frame` of B, which they look into where it is selected; None where there is no B."""

    renamed = Signal(str)
    """The open run has another name."""

    def __init__(
        self,
        page: RunsPage,
        bridge: Bridge,
        instrument: Instrument,
        document: Document,
        data_name: Callable[[str], str],
        say: Say,
        parent: QObject | None = None,
        *,
        worker: FrameWorker | None = None,
    ) -> None:
        super().__init__(parent)
        self._page, self._bridge, self._instrument, self._document = page, bridge, instrument, document
        self._data_name, self._say = data_name, say
        self._deletion = RunDeletion(bridge, document.undo_stack, say)
        self._worker = worker or FrameWorker(lambda: DigitLikeness().resembles_digit)
        self._asked: dict[str, _Asked] = {}
        self._frames: dict[str, Frame] = {}
        # Of B: the session and the step that its tape was asked for, the answer, and what is shown of it.
        self._tape_asked: tuple[object, int] | None = None
        self._awaits_tape = False
        self._b_subject: Subject | None = None
        self._beside: Frame | None = None
        self._pair: tuple[Frame | None, Frame | None] | None = None
        self._facts: tuple[RunFacts, RunFacts] | None = None
        # Why a run was not renamed.
        self._refusal = ""
        self._best: dict[str, tuple[int, float | None]] = {}
        self._pictures: dict[str, tuple[int, NDArray[np.int64]]] = {}
        self._clock, self._list_clock = QTimer(self), QTimer(self)
        self._clock.setInterval(TICK_MS)
        self._clock.timeout.connect(self._on_tick)
        self._list_clock.setInterval(LIST_MS)
        self._list_clock.timeout.connect(self._show_runs)
        page.curves.set_pictures_at(self._pictures_at)
        page.seen_changed.connect(self._on_seen)
        page.open_requested.connect(self._open)
        page.renamed.connect(self._rename)
        page.annotated.connect(self._annotate)
        page.delete_requested.connect(self._deletion.delete)
        page.compared_changed.connect(self._on_compared)
        bridge.book.changed.connect(self._on_book_changed)
        bridge.run_opened.connect(lambda info: self._on_book_changed())
        instrument.playhead_moved.connect(page.show_playhead)
        instrument.run_moved.connect(lambda: set_pace(self._clock, HURRY_MS))

    @property
    def is_settled(self) -> bool:
        """Whether the page shows all that it asked for, apart from what a training still brings."""
        if not self._clock.isActive():
            return True
        if self._instrument.run is None:
            return self._worker.is_idle
        a, b = self._frames.get(A), self._frames.get(B)
        seen = a is not None and a.subject is self._instrument.run and a.drawing is self._document.drawing
        if self._compares:
            seen = seen and b is not None and b.subject is self._b_subject
            seen = seen and b is not None and b.drawing is self._document.drawing
        return (seen or self._bridge.is_running) and self._worker.is_idle and not self._awaits_tape

    def close(self) -> None:
        """End the thread and the clocks."""
        self._clock.stop()
        self._list_clock.stop()
        self._worker.close()

    @property
    def _compares(self) -> bool:
        return self._page.part == "compare" and self._page.compared is not None

    def _on_seen(self, seen: bool) -> None:
        if seen:
            self._show_runs()
            self._page.show_playhead(self._instrument.playhead)
            self._clock.start()
            self._list_clock.start()
        else:
            self._clock.stop()
            self._list_clock.stop()

    def _on_book_changed(self) -> None:
        if self._clock.isActive():
            self._show_runs()

    def _on_compared(self) -> None:
        self._tape_asked, self._awaits_tape, self._b_subject = None, False, None
        self._facts = self._pair = None
        self._frames.pop(B, None)
        self._asked.pop(B, None)

    # What there is.

    def _show_runs(self) -> None:
        if self._page.window().isMinimized():
            return
        entries = {entry.key: entry for entry in self._bridge.book}
        order = tree_order([(k, e.parent.key if e.parent else None) for k, e in entries.items()])
        present = self._bridge.present
        rows = [self._row(entries[key], depth) for key, depth in order]
        self._page.show_runs(rows, present.key if present is not None else "")
        for known in (self._best, self._pictures):
            for key in [key for key in known if key not in entries]:
                del known[key]
        self._feed_curves()
        self._compare_settings()
        # Beside the curves, only for what the window says of the run: as often as that can be read.
        self._ask_for_a()

    def _row(self, entry: RunEntry, depth: int) -> RunRow:
        info, parent = entry.info, entry.parent
        return RunRow(
            entry.key,
            entry.name,
            entry.hue,
            entry.note,
            info.preset_name,
            f"{self._data_name(info.data_key)} {grouped(len(info.split.train))}",
            entry.session.step_count,
            self._best_of(entry),
            f"{self._name_of(parent.key, parent.name)} · step {grouped(parent.step)}" if parent else "",
            depth,
            entry.session.state is SessionState.RUNNING,
            changes=fork_changes(entry.session.events) if parent else "",
            recipe=recipe(entry.session.recorded_config),
        )

    def _best_of(self, entry: RunEntry) -> float | None:
        count = len(entry.session.tests)
        known = self._best.get(entry.key)
        if known is None or known[0] != count:
            known = self._best[entry.key] = count, entry.best_accuracy
        return known[1]

    def _name_of(self, key: str, name: str) -> str:
        """What a run is called now, or was when it was forked and has been deleted since."""
        entry = self._bridge.book.find(key)
        return name if entry is None else entry.name

    def _feed_curves(self) -> None:
        """Hand on the numbers of new steps, a bounded number of them at a time."""
        room, fed = MOST_ROWS_AT_ONCE, False
        for entry in self._bridge.book:
            curve = self._page.curves.curve(entry.key)
            session = entry.session
            new = session.steps.since(curve.rows)[:room]
            room -= len(new)
            fed = curve.feed(new, session.tests.since(curve.tests)) or fed
        if fed:
            self._page.curves.redraw()

    def _pictures_at(self, key: str, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the pictures that a run had seen by some of its steps; between steps, as by the one before."""
        entry = self._bridge.book.find(key)
        if entry is None:
            return steps
        rows = entry.session.steps.since(0)
        known = self._pictures.get(key)
        if known is None or known[0] != len(rows):
            seen = pictures_seen(
                rows["epoch"], self._batches(entry, rows["step"]), len(entry.info.split.train)
            )
            known = self._pictures[key] = len(rows), np.concatenate([[0], seen])
        places = np.searchsorted(rows["step"][: known[0]], steps, side="right")
        return known[1][places].astype(np.float64)

    def _batches(self, entry: RunEntry, steps: NDArray[np.int32]) -> NDArray[np.int64]:
        """Give the batch size of each step; before a fork it was the parent's, as far as that is there."""
        sizes = batch_sizes(entry.session.recorded_config.batch_size, entry.session.events, steps)
        parent = None if entry.parent is None else self._bridge.book.find(entry.parent.key)
        if entry.parent is not None and parent is not None:
            before = steps <= entry.parent.step
            sizes[before] = self._batches(parent, steps[before])
        return sizes

    # The comparison.

    def _entry_b(self) -> RunEntry | None:
        key = self._page.compared
        return None if key is None else self._bridge.book.find(key)

    def _compare_settings(self) -> None:
        a, b = self._bridge.present, self._entry_b()
        if a is None or b is None:
            return
        facts = self._facts_of(a), self._facts_of(b)
        before = self._facts
        if before is None or not all(x.is_like(y) for x, y in zip(before, facts, strict=True)):
            self._facts = facts
            words = compare(*facts)
            self._page.compare.show_comparison(words, lambda layer: shapes_sentence(layer, *facts))

    def _facts_of(self, entry: RunEntry) -> RunFacts:
        info, session, parent = entry.info, entry.session, entry.parent
        return RunFacts(
            entry.key,
            entry.name,
            info.preset_name,
            self._data_name(info.data_key),
            len(info.split.train),
            info.spec,
            session.recorded_config,
            entry.initial,
            session.events,
            None if parent is None else (parent.key, self._name_of(parent.key, parent.name), parent.step),
        )

    def _on_tick(self) -> None:
        if self._page.window().isMinimized():
            return
        run, entry = self._instrument.run, self._entry_b()
        if self._compares:
            self._ask_for_a()
            if entry is not None and entry is not self._bridge.present:
                self._follow_b(entry, run)
        for slot, frame in self._worker.collect().items():
            # What was asked of another run before does not come in its place.
            if slot in self._asked and frame.subject.key == self._asked[slot].subject.key:
                self._frames[slot] = frame
                if slot == A:
                    self.shown.emit(frame)
        a, present = self._frames.get(A), self._bridge.present
        if a is not None and (present is None or a.subject.key != present.key):
            del self._frames[A]
        beside = self._frames.get(B) if self._compares else None
        if beside is not self._beside:
            self._beside = beside
            self.shown_beside.emit(beside)
        waits = self._awaits_tape or not self._worker.is_idle
        pair = self._frames.get(A), self._frames.get(B)
        if self._compares and pair != self._pair:
            self._pair = pair
            self._page.compare.show_frames(*pair)
        set_pace(self._clock, HURRY_MS if waits else TICK_MS)

    def _ask_for_a(self) -> None:
        run = self._instrument.run
        if run is not None:
            self._ask(A, run)

    def _follow_b(self, entry: RunEntry, run: Subject | None) -> None:
        """Ask B's tape for the step that is wanted, and show what it has answered."""
        session, chooser = entry.session, self._page.compare.steps
        chooser.show_recorded(session.recorded_steps)
        step = chooser.step
        if step is None:
            step = session.step_count if run is None or run.step is None else run.step
        answer = session.recorded()
        if answer is not None:
            self._awaits_tape = False
            self._take_recorded(entry, answer)
        # One question at a time, always the one wanted last; another session knows of none before.
        if self._tape_asked is None or self._tape_asked[0] is not session:
            self._awaits_tape = False
        if not self._awaits_tape and self._tape_asked != (session, step):
            self._tape_asked, self._awaits_tape = (session, step), True
            session.request_recorded(step)
        if self._b_subject is not None:
            self._ask(B, self._b_subject)

    def _take_recorded(self, entry: RunEntry, recorded: Recorded) -> None:
        known = self._b_subject
        same = known is not None and (known.key, known.step) == (entry.key, recorded.step)
        if not same or known is None or known.reference is not entry.initial:
            self._b_subject = Subject(
                entry.key,
                entry.name,
                recorded.step,
                entry.session.spec,
                recorded.parameters,
                entry.initial,
            )

    def _ask(self, slot: str, subject: Subject) -> None:
        drawing, asked = self._document.drawing, self._asked.get(slot)
        if asked is None or asked.subject is not subject or asked.drawing is not drawing:
            self._asked[slot] = _Asked(subject, drawing)
            self._worker.request(slot, subject, drawing)

    # What is done.

    def _open(self, key: str) -> None:
        self._bridge.open_entry(key)
        self._instrument.wake()

    def _rename(self, key: str, name: str) -> None:
        entry = self._bridge.book.find(key)
        if entry is None:
            return
        before, self._refusal = self._refusal, self._why_not(entry, name)
        if self._refusal:
            self._say(self._refusal, warning=True)
            return
        if before:
            self._say("", only=before)
        self._bridge.book.rename(entry, name)
        if entry is self._bridge.present:
            self._instrument.renew_name()
            self.renamed.emit(name)
        elif self._b_subject is not None and self._b_subject.key == key:
            self._b_subject = replace(self._b_subject, source=name)

    def _why_not(self, entry: RunEntry, name: str) -> str:
        """Say why a run cannot be called so; "" where it can."""
        if not name:
            return f"A run needs a name of at least one letter; {entry.name} keeps its own."
        if any(other.name == name for other in self._bridge.book if other is not entry):
            # Words about two runs tell them apart by their names.
            return f"Another run is called {name} already; {entry.name} keeps its own name."
        return ""

    def _annotate(self, key: str, note: str) -> None:
        entry = self._bridge.book.find(key)
        if entry is not None:
            self._bridge.book.annotate(entry, note)
            if entry.note != note:
                most = f"A note can have {grouped(len(entry.note))} characters"
                self._say(f"{most}, got {grouped(len(note))}: the rest is not kept.", warning=True)
