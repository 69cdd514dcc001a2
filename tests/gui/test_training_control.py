"""Runs as the Train page and the Tape bar ask for them, on stand-ins for the data and the display."""

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from engine import TrainingConfig
from engine.datasets import Dataset, Split
from engine.errors import ConfigError
from engine.history import STEP_FIELDS, TEST_FIELDS, Progress
from engine.recipes import preset
from engine.session import SessionState, TrainingSession
from engine.session_messages import Failed, KnobChanged, Replayed, StateChanged
from gui.bridge import Bridge, Pulled
from gui.data_library import EMBEDDED, MNIST
from gui.pages.train.page import TrainPage
from gui.tape_bar import TapeBar
from gui.theme import ThemeManager
from gui.training_control import TrainingControl
from gui.widgets.loss_ribbon import LossRibbon
from tests.gui.hosting import shown


def small_split(side=28):
    rng = np.random.default_rng(0)
    classes = tuple("0123456789")

    def dataset(count):
        pictures = rng.integers(0, 256, (count, 1, side, side), dtype=np.uint8)
        return Dataset("small", pictures, np.arange(count) % 10, classes)

    return Split(dataset(64), dataset(20))


class StandInLibrary(QObject):
    """Gives data sets when the test says so."""

    loaded = Signal(str, object)
    failed = Signal(str)

    def __init__(self):
        super().__init__()
        self.wanted, self.is_loading, self.far = [], False, ()
        self.at_hand = {EMBEDDED: small_split()}

    def load(self, key):
        self.wanted.append(key)
        if key in self.at_hand:
            self.loaded.emit(key, self.at_hand[key])
        else:
            self.is_loading = True

    def needs_fetch(self, key):
        return key in self.far

    @staticmethod
    def name_of(key):
        return key

    def arrive(self, key, split):
        self.is_loading = False
        self.at_hand[key] = split
        self.loaded.emit(key, split)

    def fail(self, sentence):
        self.is_loading = False
        self.failed.emit(sentence)

    def entries(self):
        return [(key, key, "") for key in (EMBEDDED, MNIST)]


class StandInInstrument(QObject):
    pulled = Signal(object)
    playhead_moved = Signal(object)

    run = None

    def __init__(self):
        super().__init__()
        self.woken, self.shown = 0, []

    def go_to(self, step):
        self.shown.append(step)

    def go_live(self):
        self.shown.append(None)

    def wake(self):
        self.woken += 1


class Bench:
    """A training control, the panels it serves, and what it has said."""

    def __init__(self, qtbot):
        themes = ThemeManager("dark")
        self.bridge, self.instrument, self.library = Bridge(), StandInInstrument(), StandInLibrary()
        self.page, self.tape = TrainPage(themes), shown(qtbot, TapeBar(themes), 1200, 60)
        shown(qtbot, self.page, 1000, 700)
        self.said = []
        self.control = TrainingControl(
            self.bridge,
            self.instrument,
            self.library,
            self.page,
            self.tape,
            lambda sentence, **more: self.said.append((sentence, more)),
            self.page,
        )

    @property
    def marks(self):
        return [text for _, text in self.tape.findChild(LossRibbon).events]

    def tell(self, *events):
        """Have the present run pass on these events, which it has."""
        kind = type(self.bridge.session)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kind, "events", property(lambda session: events))
            self._pass_on(events)

    def _pass_on(self, events):
        nothing = np.zeros(0, STEP_FIELDS), np.zeros(0, TEST_FIELDS)
        self.instrument.pulled.emit(Pulled(*nothing, None, events, Progress(0, 0, 1, 0, 0, None)))


@pytest.fixture
def bench(qtbot):
    bench = Bench(qtbot)
    yield bench
    bench.bridge.close()


def step_once(bench, qtbot):
    wanted = bench.bridge.session.step_count + 1
    bench.control.step()
    qtbot.waitUntil(
        lambda: bench.bridge.session.step_count == wanted and bench.bridge.state is SessionState.PAUSED
    )


def kept_record(name="Run 4"):
    chosen = preset("one-filter")
    config = TrainingConfig(epochs=9, batch_size=16)
    session = TrainingSession(chosen.spec, config, small_split().train, name=name)
    session.close()
    return session.record()


def test_there_is_no_run_until_one_is_wanted(bench):
    assert bench.bridge.session is None
    bench.control.ensure_run()
    bench.control.ensure_run()
    assert (bench.bridge.session.name, bench.bridge.state) == ("Run 1", SessionState.READY)
    assert bench.library.wanted == [EMBEDDED]


def test_play_waits_for_the_data_and_then_trains(bench, qtbot):
    bench.library.at_hand = {}
    bench.control.toggle()
    assert bench.bridge.session is None
    bench.library.arrive(EMBEDDED, small_split())
    qtbot.waitUntil(lambda: bench.bridge.session.step_count > 0)
    assert bench.instrument.woken


def test_data_that_fail_take_back_the_wish_to_train(bench):
    bench.library.at_hand = {}
    bench.control.toggle()
    bench.library.fail("It is offline.")
    bench.library.arrive(EMBEDDED, small_split())
    assert bench.bridge.state is SessionState.READY
    assert bench.said == [("It is offline.", {"warning": True})]


def test_an_unknown_preset_is_refused_before_anything_changes(bench):
    bench.control.ensure_run()
    session = bench.bridge.session
    with pytest.raises(ConfigError, match="preset must be one of"):
        bench.control.choose_preset("huge")
    assert bench.bridge.session is session


def test_another_run_offers_the_way_back_only_when_there_was_one(bench, qtbot):
    bench.control.ensure_run()
    bench.control.choose_preset("one-filter")
    assert bench.said == []
    step_once(bench, qtbot)
    bench.control.choose_preset("8–16")
    sentence, more = bench.said[-1]
    assert sentence == "This is Run 3. Run 2 is kept as it was."
    more["act"]()
    assert bench.bridge.session.name == "Run 2"


def test_another_data_set_opens_a_run_on_it(bench):
    bench.control.ensure_run()
    bench.control.choose_dataset(MNIST)
    assert bench.bridge.info.data_key == EMBEDDED
    bench.library.arrive(MNIST, small_split())
    assert bench.bridge.info.data_key == MNIST
    bench.control.choose_preset("lenet")
    assert (bench.bridge.info.data_key, bench.bridge.info.preset_name) == (MNIST, "LeNet-like")


def test_data_that_the_network_refuses_change_nothing(bench):
    bench.control.ensure_run()
    session = bench.bridge.session
    bench.control.choose_dataset("tiny")
    bench.library.arrive("tiny", small_split(side=4))
    assert bench.bridge.session is session
    assert bench.said[-1][1] == {"warning": True}
    bench.control.choose_preset("lenet")
    assert bench.library.wanted[-1] == EMBEDDED


def test_data_that_come_late_do_not_take_the_place_of_a_later_choice(bench):
    bench.control.ensure_run()
    bench.control.choose_dataset(MNIST)
    bench.control.choose_preset("lenet")
    session = bench.bridge.session
    bench.library.arrive(MNIST, small_split())
    assert bench.bridge.session is session
    more = bench.said[-1][1]
    assert more["action"] == f"Train on {MNIST}"
    more["act"]()
    assert bench.bridge.info.data_key == MNIST


def test_a_kept_run_whose_data_would_have_to_be_fetched_is_only_offered(bench):
    bench.library.far = (MNIST,)
    bench.control.reopen(kept_record(), MNIST)
    assert bench.library.wanted == []
    assert bench.control.kept_run_waits
    bench.said[-1][1]["act"]()
    bench.library.arrive(MNIST, small_split())
    assert bench.bridge.session.name == "Run 4"
    assert not bench.control.kept_run_waits


def test_a_kept_run_waits_for_its_own_data(bench):
    bench.control.reopen(kept_record(), MNIST)
    bench.control.ensure_run()
    assert bench.bridge.session is None
    bench.library.arrive(MNIST, small_split())
    assert (bench.bridge.session.name, bench.bridge.state) == ("Run 4", SessionState.PAUSED)


def test_other_data_do_not_get_the_kept_run(bench):
    bench.control.reopen(kept_record(), MNIST)
    bench.control.choose_preset("8–16")
    assert (bench.bridge.session.name, bench.bridge.info.data_key) == ("Run 1", EMBEDDED)
    bench.library.arrive(MNIST, small_split())
    assert (bench.bridge.session.name, bench.bridge.info.data_key) == ("Run 4", MNIST)


def test_a_busy_library_does_not_lose_the_kept_run(bench):
    bench.control.reopen(kept_record(), MNIST)
    bench.library.failed.emit("Another data set is being loaded: wait for it, or cancel it first.")
    bench.library.arrive(MNIST, small_split())
    assert bench.bridge.session.name == "Run 4"


def test_play_before_the_kept_run_is_there_goes_on_with_it(bench, qtbot):
    bench.control.reopen(kept_record(), MNIST)
    bench.control.toggle()
    bench.library.arrive(MNIST, small_split())
    qtbot.waitUntil(lambda: bench.bridge.session.step_count > 0)
    assert bench.bridge.session.name == "Run 4"


def test_a_kept_run_is_called_by_its_preset(bench):
    bench.control.reopen(kept_record(), EMBEDDED)
    assert bench.bridge.info.preset_name == "One filter"


def test_a_kept_run_that_does_not_fit_its_data_is_one_sentence(bench):
    bench.library.at_hand["tiny"] = small_split(side=4)
    bench.control.reopen(kept_record(), "tiny")
    assert bench.bridge.session is None
    assert len(bench.said) == 1


def test_restart_without_a_run_opens_the_first(bench):
    bench.control.restart(new_seed=False)
    assert bench.bridge.session.name == "Run 1"


def test_a_knob_reaches_the_run(bench):
    bench.control.ensure_run()
    bench.page.knob_turned.emit("batch_size", 32.0)
    bench.page.knob_turned.emit("learning_rate", 0.25)
    assert (bench.bridge.session.config.batch_size, bench.bridge.session.config.learning_rate) == (32, 0.25)


def test_a_refused_knob_is_one_sentence_and_shows_the_old_value(bench):
    bench.control.ensure_run()
    bench.page.knob_turned.emit("learning_rate", -1.0)
    assert bench.said[-1][0].startswith("learning_rate must be")
    assert bench.page.settings._spins["learning_rate"].value() == bench.bridge.session.config.learning_rate


def test_a_knob_without_a_run_does_nothing(bench):
    bench.page.knob_turned.emit("learning_rate", 0.1)
    assert bench.said == []


def test_events_leave_marks_and_sentences(bench):
    bench.control.ensure_run()
    bench.tell(
        StateChanged(3, SessionState.RUNNING),
        KnobChanged(3, "learning_rate", 0.002, 0.02),
        Failed(9, "Training stopped at step 9.", "Try less."),
    )
    assert bench.marks == ["lr 0.002 → 0.02", "failed"]
    sentence, more = bench.said[-1]
    assert (sentence, more["action"]) == ("Training stopped at step 9.", "Restart from the same seed")
    more["act"]()
    assert bench.bridge.session.name == "Run 2"
    assert bench.marks == []


def test_only_steps_taken_again_with_another_result_are_told(bench):
    bench.control.ensure_run()
    said = len(bench.said)
    bench.tell(Replayed(9, exact=True))
    assert bench.said[said:] == []
    bench.tell(Replayed(9, exact=False))
    sentence, more = bench.said[-1]
    assert "taken again with another result" in sentence
    assert more["warning"]


def test_what_trains_is_shown_live_and_a_pause_shows_what_was_shown(bench, qtbot):
    bench.control.ensure_run()
    for command in (bench.control.step, bench.control.run_epoch):
        command()
        qtbot.waitUntil(lambda: bench.bridge.state is SessionState.PAUSED)
    assert bench.instrument.shown == [None, None]
    bench.control.toggle()
    qtbot.waitUntil(lambda: bench.bridge.is_running)
    assert bench.instrument.shown == [None] * 3
    bench.control.toggle()
    assert bench.instrument.shown == [None] * 3


def test_the_bars_wishes_reach_the_instrument_and_its_playhead_the_bar(bench, qtbot):
    bench.control.ensure_run()
    step_once(bench, qtbot)
    rows = np.array([(1, 0, 2.3, 0.1, 0.001)], STEP_FIELDS)
    none = np.zeros(0, TEST_FIELDS)
    bench.instrument.pulled.emit(Pulled(rows, none, None, (), Progress(1, 0, 1, 0, 0, None)))
    ribbon = bench.tape.findChild(LossRibbon)
    assert ribbon.stops.recorded == (0, 1)
    bench.tape.playhead_wanted.emit(0)
    bench.tape.playhead_wanted.emit(None)
    assert bench.instrument.shown[-2:] == [0, None]
    bench.instrument.playhead_moved.emit(0)
    assert ribbon.playhead == 0
    bench.control.restart(new_seed=False)
    assert ribbon.playhead is None
    assert not ribbon.stops.any
