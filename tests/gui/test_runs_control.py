"""The Runs page joined to real runs: what is listed, compared, renamed, deleted, and what is left alone."""

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox, QWidget

from engine import Conv2D, Dense, Flatten, Network, NetworkSpec
from engine.drawing import Drawing, Stroke
from engine.formats.model import Model
from engine.project import MOST_NOTES
from gui.bridge import Bridge, SessionState
from gui.document import Document
from gui.frames import FrameWorker, compute_frame
from gui.instrument import Instrument
from gui.pages.runs.page import RunsPage
from gui.runs_control import RunsControl
from gui.theme import ThemeManager
from tests.gui.hosting import shown
from tests.gui.test_bridge import CONFIG, SPEC, make_split

INK = Drawing((Stroke(((0.5, 0.2, 0.08), (0.5, 0.8, 0.08))),), name="my drawing")
OTHER = Drawing((Stroke(((0.2, 0.2, 0.08), (0.5, 0.8, 0.08))),), name="another one")
PLAIN = NetworkSpec((1, 28, 28), (Flatten(), Dense(10)))
TALL = NetworkSpec((1, 28, 28), (Conv2D(3, 5), Flatten(), Dense(10)))


class CountingWorker(FrameWorker):
    """Counts what is asked of it."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def request(self, slot, subject, drawing):
        self.asked.append((slot, subject.source, subject.step))
        super().request(slot, subject, drawing)


class Bench:
    """A page joined to a bridge, and hands on both."""

    def __init__(self, qtbot):
        self.qtbot, self.document, self.bridge = qtbot, Document(INK), Bridge()
        self.open_run()
        model = Model(PLAIN, Network(PLAIN, 5).parameters.frozen(), {})
        self.instrument = Instrument(self.document, self.bridge, FrameWorker(), model, "Trained network")
        self.page = shown(qtbot, RunsPage(ThemeManager("dark")), 900, 640)
        self.worker, self.said = CountingWorker(), []
        self.control = RunsControl(
            self.page, self.bridge, self.instrument, self.document, str.title, self.say, worker=self.worker
        )
        # The page was made visible before it was joined.
        self.page.hide()
        self.page.show()

    def say(self, sentence, *, action="", act=None, warning=False, only=""):
        if sentence:
            self.said.append((sentence, action, act))
        else:
            self.said = [said for said in self.said if said[0] != only]

    def open_run(self, spec=SPEC, config=CONFIG):
        self.bridge.open_run(spec, config, make_split(), data_key="embedded", preset_name="test")

    def until(self, condition):
        self.qtbot.waitUntil(condition, timeout=20_000)

    def train(self, steps):
        session = self.bridge.session
        wanted = session.step_count + steps
        for _ in range(steps):
            self.bridge.step()
        self.instrument.wake()
        self.until(lambda: session.step_count == wanted and self.bridge.state is SessionState.PAUSED)
        self.until(lambda: self.instrument.run is not None and self.instrument.run.step == wanted)

    def fork(self, step, **changes):
        before = self.bridge.present
        self.bridge.fork(before.key, step, failed=pytest.fail, **changes)
        self.until(lambda: self.bridge.present is not before)

    def restart(self, new_seed=False):
        self.bridge.restart(new_seed=new_seed)
        self.instrument.wake()

    def settle(self):
        self.until(lambda: self.instrument.is_settled and self.control.is_settled)

    def compare(self):
        self.page.show_part("compare")
        self.settle()

    def names(self):
        self.control._show_runs()
        return [row.name for row in self.page.rows]

    def frames(self):
        return self.page.compare._frames

    def close(self):
        self.control.close()
        self.instrument.close()
        self.bridge.close()


@pytest.fixture(params=["process", "thread"])
def bench(qtbot, request, monkeypatch):
    monkeypatch.setenv("FILTERSCOPE_TRAINING", request.param)
    bench = Bench(qtbot)
    yield bench
    bench.close()


@pytest.fixture
def thread(qtbot):
    bench = Bench(qtbot)
    yield bench
    bench.close()


def expected(entry, step, drawing=INK):
    """What the network of a run was at a step, from the run's own record."""
    entry.session.close(keep_tape=True)
    found = entry.session.tape.at(step)
    assert found.step == step
    return found.parameters.vector


def test_runs_are_listed_with_what_they_are(thread):
    thread.train(6)
    thread.fork(4, learning_rate=0.5)
    thread.train(1)
    thread.until(lambda: thread.names() == ["Run 1", "Run 2"])
    first, second = thread.page.rows
    assert (first.settings, first.step, first.depth, first.origin) == ("test · Embedded 64", 6, 0, "")
    assert (second.step, second.depth, second.origin) == (5, 1, "Run 1 · step 4")
    assert second.changes == f"learning rate {CONFIG.learning_rate:g} → 0.5"
    assert "learning rate 0.5" in second.recipe
    # Its own tests count, not those of the run that it came from.
    child = thread.bridge.present
    child.session.tests.append(4, 0.1, 0.99)
    child.session.tests.append(5, 0.1, 0.25)
    assert child.best_accuracy == 0.25
    assert thread.page.panel.list.rows.shown_key == thread.bridge.present.key


def test_two_runs_are_never_called_the_same(thread):
    thread.train(2)
    thread.restart()
    thread.settle()
    key = thread.bridge.present.key
    thread.page.renamed.emit(key, "Run 1")
    assert thread.names() == ["Run 1", "Run 2"]
    assert thread.said[-1][0] == "Another run is called Run 1 already; Run 2 keeps its own name."
    thread.page.renamed.emit(key, "Run 2")
    thread.page.renamed.emit(key, "wider")
    assert thread.names() == ["Run 1", "wider"]
    assert thread.said == []


def test_a_note_that_is_too_long_for_a_project_is_cut_and_said(thread):
    key = thread.bridge.present.key
    thread.page.annotated.emit(key, "x" * (MOST_NOTES + 1))
    assert len(thread.bridge.present.note) == MOST_NOTES
    assert thread.said[-1][0].startswith("A note can have 100\u202f000 characters, got 100\u202f001:")
    thread.page.annotated.emit(key, "x" * MOST_NOTES)
    assert len(thread.said) == 1


def test_a_run_is_renamed_and_annotated(thread):
    thread.train(2)
    key = thread.bridge.present.key
    thread.page.renamed.emit(key, "with noise")
    thread.page.annotated.emit(key, "a trial")
    assert (thread.bridge.present.name, thread.bridge.present.note) == ("with noise", "a trial")
    assert thread.names() == ["with noise"]
    thread.page.renamed.emit(key, "")
    assert thread.bridge.present.name == "with noise"
    assert thread.said[-1][0] == "A run needs a name of at least one letter; with noise keeps its own."
    thread.fork(1)
    thread.page.renamed.emit(key, "the first")
    assert thread.page.rows[1].origin == "the first · step 1"


def test_a_run_is_opened_and_changes_places_with_the_other(bench):
    bench.train(3)
    first = bench.bridge.present
    bench.restart(new_seed=True)
    bench.train(1)
    second = bench.bridge.present
    bench.compare()
    bench.page.open_requested.emit(first.key)
    bench.until(lambda: bench.bridge.present is first)
    bench.settle()
    assert bench.page.compared == second.key
    a, b = bench.frames()
    assert (a.subject.key, a.step, b.subject.key, b.step) == (first.key, 3, second.key, 1)


def test_differences_are_shown_and_said(thread):
    thread.train(4)
    thread.fork(2, learning_rate=0.5)
    thread.compare()
    table = thread.page.compare.table
    differing = {row.label: (row.first, row.second) for row in table.rows if row.differs}
    assert differing == {"Begins with": ("Run 1, step 2", "random values"), "Learning rate": ("0.5", "0.001")}
    words = thread.page.compare._words.text()
    assert words == (
        "Run 2 was forked from Run 1 at step 2. Run 2 and Run 1 differ in learning rate (0.5 and 0.001)."
    )
    thread.bridge.set_knobs(learning_rate=0.001)
    # The same value now; how it came to that is told.
    told = "differ in changed on the way (learning rate 0.5 → 0.001 at 2 and nothing)"
    thread.until(lambda: told in thread.page.compare._words.text())
    assert "Learning rate" not in [row.label for row in table.rows if row.differs]


def test_both_are_computed_on_the_same_picture_at_the_same_step(bench):
    bench.train(5)
    first = bench.bridge.present
    bench.restart(new_seed=True)
    bench.train(3)
    second = bench.bridge.present
    bench.compare()
    a, b = bench.frames()
    assert (a.step, b.step) == (3, 3)
    assert a.drawing is b.drawing is bench.document.drawing
    np.testing.assert_array_equal(b.parameters.vector, expected(first, 3))
    np.testing.assert_array_equal(a.parameters.vector, expected(second, 3))
    alone = compute_frame(b.subject, INK, Network(SPEC), None)
    np.testing.assert_array_equal(b.activations["conv1"], alone.activations["conv1"])
    bench.document.replace(OTHER, "Draw")
    bench.settle()
    bench.until(lambda: bench.frames()[0].drawing.name == bench.frames()[1].drawing.name == "another one")


def test_b_at_another_step_is_exactly_the_network_of_that_step(bench):
    bench.train(6)
    first = bench.bridge.present
    bench.restart(new_seed=True)
    bench.train(2)
    bench.compare()
    slider = bench.page.findChild(QWidget, "compare_step")
    for step in (5, 1, 6):
        slider.setValue(step)
        bench.until(lambda step=step: bench.frames()[1].step == step)
        bench.settle()
    assert not bench.page.compare.steps.tied
    seen = bench.frames()[1].parameters.vector.copy()
    np.testing.assert_array_equal(seen, expected(first, 6))
    assert bench.page.compare.b.header.words[2] == "step 6"


def test_a_follows_the_playhead_and_b_with_it(thread):
    thread.train(4)
    thread.restart(new_seed=True)
    thread.train(6)
    thread.compare()
    thread.instrument.go_to(2)
    thread.settle()
    thread.until(lambda: thread.frames()[0].step == thread.frames()[1].step == 2)
    thread.instrument.go_live()
    thread.settle()
    thread.until(lambda: thread.frames()[0].step == 6)
    # B ends before that: its last step is shown, and said to be another one.
    thread.until(lambda: thread.frames()[1].step == 4)
    assert thread.page.compare.b.header.words[2] == "step 4, its last"


def test_blinking_shows_the_numbers_of_b_in_the_place_of_a(thread):
    thread.train(3)
    thread.restart(new_seed=True)
    thread.train(3)
    thread.compare()
    a, b = thread.frames()
    wall = thread.page.compare.a.filters
    np.testing.assert_array_equal(wall.tiles.maps, a.parameters["conv1.weight"])
    thread.page.compare.blink.press()
    np.testing.assert_array_equal(wall.tiles.maps, b.parameters["conv1.weight"])
    thread.page.compare.blink.release()
    thread.page.compare.blink.press()
    np.testing.assert_array_equal(wall.tiles.maps, a.parameters["conv1.weight"])


def test_networks_of_other_shapes_stand_side_by_side(thread):
    thread.train(2)
    thread.open_run(TALL)
    thread.train(2)
    thread.compare()
    assert "conv1 is not the same: Run 2 has 3 filters of 1×5×5, Run 1 has 2 filters of 1×3×3." in (
        thread.page.compare._words.text()
    )
    assert thread.page.compare.a.filters.tiles.maps.shape == (3, 1, 5, 5)
    assert thread.page.compare.b.filters.tiles.maps.shape == (2, 1, 3, 3)


def test_a_page_that_cannot_be_seen_asks_for_nothing(thread):
    thread.train(3)
    thread.restart(new_seed=True)
    thread.train(2)
    thread.compare()
    thread.page.hide()
    del thread.worker.asked[:]
    asked = []
    other = thread.bridge.book.find(thread.page.compared).session
    other.request_recorded = asked.append
    thread.train(3)
    thread.document.replace(OTHER, "Draw")
    thread.qtbot.wait(400)
    assert thread.worker.asked == []
    assert asked == []
    assert thread.page.curves.curve(thread.bridge.present.key).rows < 5
    assert thread.control.is_settled
    del other.request_recorded
    thread.page.show()
    thread.settle()
    thread.until(lambda: thread.frames()[0].step == 5)
    assert thread.frames()[1].drawing is thread.document.drawing


def test_beside_the_curves_only_the_open_run_is_computed_and_nothing_twice(thread):
    shown = []
    thread.control.shown.connect(shown.append)
    thread.train(3)
    thread.restart(new_seed=True)
    thread.train(2)
    thread.until(lambda: shown and (shown[-1].source, shown[-1].step) == ("Run 2", 2))
    assert {slot for slot, *_ in thread.worker.asked} == {"a"}
    del thread.worker.asked[:]
    thread.compare()
    thread.qtbot.wait(300)
    assert thread.worker.asked == [("b", "Run 1", 2)]
    assert thread.frames()[0] is shown[-1]


def test_curves_grow_with_the_run_and_know_the_pictures_it_has_seen(thread):
    thread.train(3)
    thread.bridge.set_knobs(batch_size=8)
    thread.train(2)
    first = thread.bridge.present
    thread.fork(2, batch_size=4)
    thread.train(1)
    thread.until(lambda: thread.page.curves.curve(thread.bridge.present.key).rows == 3)
    thread.page.findChild(QComboBox, "curves_axis").setCurrentIndex(1)
    x = thread.page.curves.plot.lines[first.key].x
    # Four batches of 16 are an epoch of 64; the batch size was changed after three.
    assert x.tolist() == [16, 32, 48, 56, 64]
    # A fork's first steps were its parent's, with that one's batches.
    assert thread.page.curves.plot.lines[thread.bridge.present.key].x.tolist() == [16, 32, 36]
    assert thread.control._pictures_at(first.key, np.array([0.0, 3.5])).tolist() == [0, 48]


def test_very_long_runs_come_bit_by_bit(thread, monkeypatch):
    monkeypatch.setattr("gui.runs_control.MOST_ROWS_AT_ONCE", 2)
    thread.train(5)
    curve = thread.page.curves.curve(thread.bridge.present.key)
    thread.until(lambda: curve.rows == 5)
    assert curve.points("loss")[0].tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(
        curve.points("loss")[1][0], thread.bridge.session.steps.since(0)["loss"][0], rtol=1e-6
    )


def test_two_hundred_runs_are_listed_and_any_of_them_is_compared(thread):
    thread.train(1)
    record = None
    thread.fork(1)
    record = thread.bridge.book.find(thread.bridge.present.parent.key).session.record()
    for _ in range(198):
        thread.bridge.keep_run(record, make_split(), data_key="embedded")
    thread.control._show_runs()
    assert len(thread.page.rows) == 200
    assert len({(row.hue) for row in thread.page.rows}) == 200
    thread.compare()
    last = thread.page.rows[-1].key
    thread.page.panel.list.choose(last)
    thread.settle()
    thread.until(lambda: thread.frames()[1] is not None and thread.frames()[1].subject.key == last)
