"""Joins the probe rack to the window: pinned pictures, their answers at the playhead, and their curves."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from engine.datasets import Dataset
from engine.drawing import Drawing
from engine.inspect.words import shape_text
from engine.probe_history import ProbeHistory, ProbeTrack, first_right
from engine.probes import MOST_PROBES, Legible, Probe, Reading
from engine.spec import NetworkSpec
from gui.bridge import Bridge
from gui.frames import Subject
from gui.instrument import Instrument
from gui.keeping import Keeper
from gui.newest import NewestWorker
from gui.panels import Panels
from gui.probe_answers import Answered, Answerer, Asked, TapeReading
from gui.probe_pinning import choosable, probe_of_digit, probe_of_drawing, same_picture
from gui.run_book import RunEntry
from gui.widgets.probe_row import ProbeAnswer

# Curves grow so often, and while it trains answers come so often: faster nobody reads.
TICK_MS = 100
ANSWER_SECONDS = 0.08
# Of the steps that the window happens to see live, those are kept that are this share of the run apart.
LIVE_SHARE = 1 / 500
FULL = f"There is room for {MOST_PROBES} probes: remove one first."
NO_RUN = "no run yet"

Say = Callable[..., None]


class Probing(QObject):
    """Keeps the probes, asks networks about them, and tells the rack. GUI thread only.

    The probes outlive a run; what was read of them belongs to it, and is there again when the run is.

    Parameters
    ----------
    panels
        The Pad's rack shows the probes; the Tape's curve lends its axis; the Pad and Train pin.
    instrument
        Knows which network is shown, at which step, and goes to another.
    bridge
        Knows the run.
    say
        ``say(sentence, action=None, act=None, warning=False)`` tells the person something in place.
    """

    changed = Signal()
    """There are other probes, or one has another class."""
    marks_changed = Signal(object)
    """For the Tape: pairs of the step at which a probe was first right, and the sentence that says so."""

    def __init__(
        self,
        panels: Panels,
        instrument: Instrument,
        bridge: Bridge,
        say: Say,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._rack, self._room, self._tape = panels.pad.probes, panels.pad.answer_room, panels.tape
        self._instrument, self._bridge, self._say = instrument, bridge, say
        self._probes: tuple[Probe, ...] = ()
        self._spec: NetworkSpec = instrument.answering.spec
        self._legible = Legible.of((), self._spec)
        # By the key of their run.
        self._histories: dict[str, ProbeHistory] = {}
        # Which pictures the session was told last; readings of others come too late.
        self._number = 0
        self._reading: TapeReading | None = None
        self._asked: Asked | None = None
        self._answered: Answered | None = None
        self._next_answer_at = 0.0
        self._live_kept = -1
        self._pending: list[Reading] = []
        self._shown: tuple[object, ...] = ()
        self._marks: tuple[tuple[int, str], ...] = ()
        self._worker: NewestWorker[Asked] = NewestWorker(Answerer(), "probes", self)
        self._worker.made.connect(self._on_answered)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._rack.step_wanted.connect(instrument.go_to)
        self._rack.label_chosen.connect(self.set_label)
        self._rack.remove_wanted.connect(self.remove)
        panels.pad.pin_wanted.connect(self.pin_drawing)
        panels.train.pictures.pin_wanted.connect(self.pin_digit)
        panels.train.pictures.pin_drawing_wanted.connect(panels.pad.pad_actions.pin.trigger)
        bridge.run_opened.connect(lambda info: self._renew(anew=True))
        instrument.run_moved.connect(self._ask)
        instrument.subject_changed.connect(lambda subject: self._renew())

    @property
    def probes(self) -> tuple[Probe, ...]:
        """The pinned pictures, top to bottom."""
        return self._probes

    def set_probes(self, probes: Sequence[Probe]) -> None:
        """Pin these pictures instead of those that were there; at most `MOST_PROBES` of them."""
        self._probes = tuple(probes)[:MOST_PROBES]
        self._renew(anew=True)
        self.changed.emit()

    def keep_in(self, keeper: Keeper) -> None:
        """Pin what was pinned at the last start, and keep every change from now on."""
        self.set_probes(keeper.load_probes())
        self.changed.connect(lambda: keeper.keep_probes(self._probes))

    def history(self) -> ProbeHistory | None:
        """Give what was read of the probes in the present run; None without a run."""
        run = self._bridge.present
        return None if run is None else self._histories.get(run.key)

    def pin_drawing(self, drawing: Drawing) -> None:
        """Pin what is drawn, and ask for its class where nobody knows it."""
        names = [probe.name for probe in self._probes]
        classes = choosable(self._spec.classes)
        probe = probe_of_drawing(drawing, self._spec.input_shape[0], classes, names)
        if probe is None:
            self._say("There is no ink to pin: draw something first.", warning=True)
        elif self._pin(probe) and probe.label is None:
            self._rack.ask_class(probe.key)

    def pin_digit(self, dataset: Dataset, index: int) -> None:
        """Pin a picture of a data set."""
        self._pin(probe_of_digit(dataset, index, [probe.name for probe in self._probes]))

    def remove(self, key: str) -> None:
        """Let a probe go; what is said then offers to have it back."""
        index = next(i for i, probe in enumerate(self._probes) if probe.key == key)
        probe = self._probes[index]
        run, history = self._bridge.present, self.history()
        self.set_probes([each for each in self._probes if each is not probe])

        def put_back() -> None:
            if len(self._probes) >= MOST_PROBES:
                self._say(FULL, warning=True)
                return
            self.set_probes([*self._probes[:index], probe, *self._probes[index:]])
            if run is not None and run is self._bridge.present and history is not None:
                track = history.track(key, None)
                rows = zip(track.steps.tolist(), track.probabilities[:, None], strict=True)
                readings = [Reading(*row) for row in rows]
                self._histories[run.key] = self._histories[run.key].with_readings((key,), readings)
                self._show_tracks()

        self._say(f"“{probe.name}” is no probe any more.", action="Undo", act=put_back)

    def set_label(self, key: str, label: int | None) -> None:
        """Say which class a probe is of, among those of the network that is shown; None for none."""
        classes = choosable(self._spec.classes)
        self._probes = tuple(
            replace(probe, label=label, classes=classes) if probe.key == key else probe
            for probe in self._probes
        )
        self._renew()
        self.changed.emit()

    @property
    def is_settled(self) -> bool:
        """Whether every answer that was asked for is shown."""
        return self._worker.is_idle

    def close(self) -> None:
        """End every thread, for good."""
        self._timer.stop()
        self._stop_reading()
        self._worker.close()

    def _pin(self, probe: Probe) -> bool:
        if len(self._probes) >= MOST_PROBES:
            self._say(FULL, warning=True)
            return False
        twin = next((each for each in self._probes if same_picture(each, probe)), None)
        if twin is not None:
            self._say(f"This picture is pinned already: “{twin.name}”.")
            return False
        self.set_probes([*self._probes, probe])
        self._room.show_probes()
        return True

    def _renew(self, *, anew: bool = False) -> None:
        """Show what there is; `anew` after a change of the run or of the pictures."""
        session = self._bridge.session
        spec = self._instrument.answering.spec if session is None else session.spec
        if anew or spec != self._spec:
            self._spec, self._legible = spec, Legible.of(self._probes, spec)
            self._asked, self._answered, self._live_kept = None, None, -1
            self._pending.clear()
            self._stop_reading()
            self._begin_history()
        self._rack.show_probes(self._probes, choosable(spec.classes))
        self._show_answers()
        self._show_tracks()
        self._ask()
        if self._probes:
            self._timer.start()
        else:
            self._timer.stop()

    def _begin_history(self) -> None:
        """Have the run read the present pictures, beside what was read of them before."""
        run = self._bridge.present
        there = {entry.key for entry in self._bridge.book}
        self._histories = {key: found for key, found in self._histories.items() if key in there}
        if run is not None:
            keys, count = [probe.key for probe in self._probes], len(self._spec.classes)
            found = self._histories.get(run.key) or ProbeHistory.empty(keys, count)
            self._histories[run.key] = found.with_keys(keys)
            self._number += 1
            run.session.set_probes(self._number, self._legible.pictures)

    @property
    def _subject(self) -> Subject | None:
        """The network that is shown: the run at the playhead, or what answers while there is none."""
        instrument = self._instrument
        return instrument.answering if self._bridge.session is None else instrument.run

    def _ask(self) -> None:
        """Have the network that is shown answer, unless it has just been asked."""
        subject = self._subject
        self._rack.show_playhead(None if subject is None else subject.step)
        if subject is None or subject.spec != self._spec or not self._legible.keys:
            return
        if self._asked is not None and self._asked.subject is subject:
            return
        now, live = time.perf_counter(), self._instrument.playhead is None
        if live and self._bridge.is_running and now < self._next_answer_at:
            return
        self._next_answer_at = now + ANSWER_SECONDS
        self._asked = Asked(subject, self._legible)
        self._worker.request(self._asked)

    def _on_answered(self, answered: Answered) -> None:
        if answered.asked.legible is not self._legible:
            return
        self._answered = answered
        step = answered.asked.subject.step
        apart = step is not None and abs(step - self._live_kept) >= max(1, int(step * LIVE_SHARE))
        if step is not None and (apart or self._instrument.playhead is not None):
            self._live_kept = step
            self._pending.append(Reading(step, answered.probabilities))
        self._show_answers()

    def _show_answers(self) -> None:
        answered, found = self._answered, {}
        if answered is not None:
            classes, labels = self._spec.classes, self._labels()
            for key, row in zip(answered.asked.legible.keys, answered.probabilities, strict=True):
                answer, label = int(row.argmax()), labels.get(key)
                right = None if label is None else answer == label
                found[key] = ProbeAnswer(classes[answer], float(row[answer]), right)
        self._rack.show_answers(found)

    def _labels(self) -> dict[str, int | None]:
        return {probe.key: probe.label_in(self._spec.classes) for probe in self._probes}

    def _on_tick(self) -> None:
        self._ask()
        run = self._bridge.present
        if run is None:
            return
        readings, self._pending = self._pending, []
        for part in run.session.probe_readings():
            readings += part.readings if part.number == self._number else ()
        if self._reading is not None:
            readings += self._reading.take()
        if run.session.is_alive:
            # It reads by itself, also while it rests.
            self._stop_reading()
        elif self._reading is None:
            self._read_tape(run)
        history = self._histories[run.key]
        self._histories[run.key] = history.with_readings(self._legible.keys, readings)
        if (self._histories[run.key], self._tape.extent) != self._shown:
            self._show_tracks()

    def _read_tape(self, run: RunEntry) -> None:
        """Read what nobody has read: while the run does not train, its tape is here."""
        if self._legible.keys:
            known = self._histories[run.key].complete_steps(self._legible.keys)
            self._reading = TapeReading(self._spec, self._legible.pictures, run.session.tape, known, self)

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def _show_tracks(self) -> None:
        history, extent, labels = self.history(), self._tape.extent, self._labels()
        self._shown = history, extent
        tracks: dict[str, ProbeTrack] = {}
        if history is not None:
            tracks = {key: history.track(key, labels[key]) for key in history.keys}
        self._rack.show_tracks(tracks, extent, self._problems())
        marks = []
        for probe in self._probes:
            track = tracks.get(probe.key)
            step = None if track is None else first_right(track.steps, track.right)
            if step is not None:
                marks.append((step, f"{probe.name} first right"))
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            self.marks_changed.emit(self._marks)

    def _problems(self) -> dict[str, str]:
        """Say of each probe why it has no curve, where it has none."""
        info, spec = self._bridge.info, self._spec
        whose = self._instrument.answering.source if info is None else info.name
        problems = {}
        for probe in self._probes:
            if probe.key not in self._legible.keys:
                problems[probe.key] = f"{whose} reads {shape_text(spec.input_shape)}, not this"
            elif info is None:
                problems[probe.key] = NO_RUN
            elif probe.label is not None and probe.label_in(spec.classes) is None:
                problems[probe.key] = f"{whose} has no class {probe.classes[probe.label]}"
        return problems
