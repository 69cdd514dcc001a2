"""The race: three short trainings side by side, from the click to the sentence."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QSpinBox, QToolButton

from engine.datasets import Dataset, Split
from engine.errors import DataError
from engine.inspect.words import grouped
from engine.metrics import evaluate
from engine.network import Network
from engine.race import RaceResult, race_entries, race_sentence
from engine.recipes import preset
from engine.trainer import Trainer
from gui import race_control
from gui.pages.runs.race_part import EXPLANATION
from gui.race_control import RaceControl
from gui.race_sessions import LEAD_STEPS, RaceSessions, exam_steps
from gui.theme import DARK, ThemeManager
from tests.gui.hosting import shown

PATIENCE_MS = 60_000
KEYS = ("hand-made", "random", "learned")


def made(count, seed):
    """Give pictures in which a class can be seen: a bright square at a place of its own."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, count)
    pictures = rng.integers(0, 60, (count, 1, 28, 28), dtype=np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        row, column = divmod(int(label), 4)
        picture[0, 4 + 7 * row : 9 + 7 * row, 2 + 6 * column : 7 + 6 * column] = 220
    return Dataset("squares", pictures, labels, tuple("0123456789"))


SPLIT = Split(made(150, 0), made(50, 1))


@pytest.fixture
def race(qtbot):
    race = RaceControl(ThemeManager("dark"), lambda: ("Squares", SPLIT))
    shown(qtbot, race.part, 1216, 560)
    race.part.tools.choose("one-filter", 2)
    race.prepare()
    yield race
    race.close()


def find(race, name, kind=QAbstractButton):
    found = race.part.findChild(kind, name)
    assert found is not None, name
    return found


def click(race, name):
    button = find(race, name)
    assert button.isEnabled(), button.toolTip()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center())


def message(race):
    return find(race, "race_message", QLabel).text()


def weights(race):
    return [column.wall.tiles.maps.copy() for column in race.part.columns]


def ended(race, qtbot):
    """Wait until the race is over and its last news are on screen."""
    qtbot.waitUntil(lambda: race.state == "over" and race._sessions is None, timeout=PATIENCE_MS)


def trained(race, place):
    """Train one of the three unwatched."""
    chosen = preset("one-filter")
    config = replace(chosen.config, epochs=2, seed=race.seed, workers=1)
    entry = race_entries(chosen.spec_for((1, 28, 28), SPLIT.train.classes), config)[place]
    network = Network.from_parameters(race._spec, entry.parameters)
    list(Trainer(network, entry.config).run(SPLIT.train))
    return network


def test_before_the_race_it_says_what_will_be_compared_and_shows_the_three(race):
    assert message(race) == EXPLANATION
    hand_made, random, learned = weights(race)
    np.testing.assert_array_equal(random, learned)
    assert not np.array_equal(hand_made, random)
    scales = {column.wall.tiles.scale for column in race.part.columns}
    assert len(scales) == 1
    assert find(race, "race_start").isEnabled()
    for name in ("race_pause", "race_stop"):
        assert not find(race, name).isEnabled()
        assert "No race is on" in find(race, name).toolTip()


def test_in_a_narrow_window_sentences_are_whole_and_colours_have_a_legend(race, qtbot):
    race.part.resize(824, 560)
    colours = {tuple(row[:3]) for row in DARK.lut("weight", signed=True).tolist()}
    for column, key in zip(race.part.columns, KEYS, strict=True):
        sentence = find(race, f"race_{key}_sentence", QLabel)
        assert sentence.text().startswith("conv1 ")
        assert sentence.heightForWidth(sentence.width()) <= sentence.height()
        qtbot.waitUntil(lambda column=column: column.wall._caption._legend is not None)
        caption = column.wall._caption.grab().toImage()
        middle = caption.height() // 2
        seen = {caption.pixelColor(x, middle).getRgb()[:3] for x in range(caption.width())}
        assert len(seen & colours) > 20


def test_one_click_runs_a_race_to_its_sentence(race, qtbot):
    before = weights(race)
    with qtbot.waitSignal(race.about_to_start):
        click(race, "race_start")
    ended(race, qtbot)
    after = weights(race)
    networks = [trained(race, place) for place in range(3)]
    for place, network in enumerate(networks):
        np.testing.assert_array_equal(after[place], network.parameters["conv1.weight"])
    np.testing.assert_array_equal(after[0], before[0])
    np.testing.assert_array_equal(after[1], before[1])
    assert not np.array_equal(after[2], before[2])
    found = [evaluate(network, SPLIT.test.pictures, SPLIT.test.labels) for network in networks]
    results = [RaceResult(key, 6, e.count - e.wrong, e.count) for key, e in zip(KEYS, found, strict=True)]
    assert message(race) == race_sentence(results)
    for column, result in zip(race.part.columns, results, strict=True):
        assert column.accuracy == result.accuracy
    assert find(race, "race_start").isEnabled()


def test_all_three_are_tested_at_the_same_steps(race, qtbot):
    race.part.tools.choose("one-filter", 20)
    click(race, "race_start")
    total = race._sessions.total
    ended(race, qtbot)
    steps = [trace.points()[0].tolist() for trace in race.part.plot._accuracy]
    assert steps[0] == steps[1] == steps[2] == list(exam_steps(total))


@pytest.mark.parametrize("total", [1, 2, 30, 1250, 100_000])
def test_a_race_is_tested_at_its_first_and_last_step_and_often_enough(total):
    steps = exam_steps(total)
    assert (steps[0], steps[-1]) == (1, total)
    assert list(steps) == sorted(set(steps))
    assert len(steps) <= 41


def test_nobody_runs_away_from_the_others(race, qtbot):
    race.part.tools.choose("one-filter", 30)
    click(race, "race_start")
    sessions = race._sessions
    distances = []

    def look():
        steps = [session.step_count for session in sessions._sessions]
        distances.append(max(steps) - min(steps))
        return race.state == "over"

    qtbot.waitUntil(look, timeout=PATIENCE_MS)
    assert max(distances) <= LEAD_STEPS


def test_paused_all_three_rest_at_one_step_and_go_on_from_there(race, qtbot):
    race.part.tools.choose("one-filter", 100)
    click(race, "race_start")
    qtbot.waitUntil(lambda: race.state == "racing", timeout=PATIENCE_MS)
    click(race, "race_pause")
    sessions = race._sessions
    qtbot.waitUntil(lambda: sessions.is_resting, timeout=PATIENCE_MS)
    steps = {session.step_count for session in sessions._sessions}
    assert len(steps) == 1
    assert "paused" in message(race)
    qtbot.waitUntil(lambda: not race._clock.isActive(), timeout=PATIENCE_MS)
    assert {session.step_count for session in sessions._sessions} == steps
    qtbot.waitUntil(lambda: message(race).startswith(f"Step {grouped(*steps)} of "), timeout=PATIENCE_MS)
    np.testing.assert_array_equal(
        weights(race)[2], sessions._sessions[2]._trainer.network.parameters["conv1.weight"]
    )
    click(race, "race_pause")
    qtbot.waitUntil(lambda: sessions.step > min(steps), timeout=PATIENCE_MS)


def test_a_race_that_is_stopped_has_no_winner(race, qtbot):
    race.part.tools.choose("one-filter", 100)
    click(race, "race_start")
    qtbot.waitUntil(lambda: race._sessions.step > 3, timeout=PATIENCE_MS)
    click(race, "race_stop")
    ended(race, qtbot)
    assert message(race).startswith("Stopped at step ")
    assert message(race).endswith(": nobody won.")
    assert find(race, "race_start").isEnabled()


@pytest.mark.parametrize("where", ["thread", "process"])
def test_closed_in_the_middle_all_three_end(race, qtbot, monkeypatch, where, caplog, capfd):
    monkeypatch.setenv("FILTERSCOPE_TRAINING", where)
    race.part.tools.choose("one-filter", 100)
    click(race, "race_start")
    sessions = list(race._sessions._sessions)
    qtbot.waitUntil(lambda: race._sessions.step > 3, timeout=PATIENCE_MS)
    race.close()
    assert not any(session.is_alive for session in sessions)
    if where == "process":
        assert all(session._worker.process.returncode == 0 for session in sessions)
    assert not race._clock.isActive()
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def test_closed_while_the_processes_start_all_three_end(race, monkeypatch):
    monkeypatch.setenv("FILTERSCOPE_TRAINING", "process")
    click(race, "race_start")
    sessions = list(race._sessions._sessions)
    race.close()
    assert not any(session.is_alive for session in sessions)


def test_a_race_in_processes_ends_as_one_on_threads(race, qtbot, monkeypatch):
    click(race, "race_start")
    ended(race, qtbot)
    words, filters = message(race), weights(race)
    monkeypatch.setenv("FILTERSCOPE_TRAINING", "process")
    click(race, "race_start")
    ended(race, qtbot)
    assert message(race) == words
    for one, other in zip(filters, weights(race), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_new_seed_draws_other_filters_and_the_same_one_the_same(race, qtbot):
    click(race, "race_start")
    ended(race, qtbot)
    words, first = message(race), weights(race)
    click(race, "race_start")
    ended(race, qtbot)
    assert message(race) == words
    np.testing.assert_array_equal(weights(race)[2], first[2])
    click(race, "race_new_seed")
    ended(race, qtbot)
    assert race.seed != 0
    assert not np.array_equal(weights(race)[1], first[1])
    np.testing.assert_array_equal(np.sign(weights(race)[0]), np.sign(first[0]))


def test_a_new_seed_in_the_middle_ends_the_race_that_is_on(race, qtbot):
    race.part.tools.choose("one-filter", 100)
    click(race, "race_start")
    old = race._sessions
    qtbot.waitUntil(lambda: old.step > 3, timeout=PATIENCE_MS)
    race.part.tools.choose("one-filter", 1)
    click(race, "race_new_seed")
    ended(race, qtbot)
    assert "After 3 steps" in message(race)
    qtbot.waitUntil(lambda: not old.is_alive, timeout=PATIENCE_MS)


def test_a_hidden_race_goes_on_and_asks_for_no_snapshot(race, qtbot, monkeypatch):
    asked = []
    pull = RaceSessions.pull

    def noting(self, *, want_snapshots):
        asked.append(want_snapshots)
        return pull(self, want_snapshots=want_snapshots)

    monkeypatch.setattr(RaceSessions, "pull", noting)
    race.part.hide()
    click(race, "race_start")
    ended(race, qtbot)
    assert asked
    assert not any(asked)
    np.testing.assert_array_equal(weights(race)[2], trained(race, 2).parameters["conv1.weight"])


def test_while_a_race_is_on_its_settings_say_why_they_are_locked(race, qtbot):
    race.part.tools.choose("one-filter", 100)
    click(race, "race_start")
    fields = (find(race, "race_preset", QComboBox), find(race, "race_epochs", QSpinBox))
    for field in (*fields, find(race, "race_start")):
        assert not field.isEnabled()
        assert "A race is on" in field.toolTip()
    click(race, "race_stop")
    assert all(field.isEnabled() for field in fields)


def test_another_network_is_set_up_at_once(race, qtbot):
    click(race, "race_start")
    ended(race, qtbot)
    box = find(race, "race_preset", QComboBox)
    box.setCurrentIndex(box.findData("8–16"))
    assert message(race) == EXPLANATION
    assert [len(maps) for maps in weights(race)] == [8, 8, 8]
    assert race.part.columns[0].accuracy is None
    assert race.part.columns[0].wall.tiles.captions[:2] == ("top edge", "left edge")
    assert race.part.columns[2].wall.tiles.captions[0] == "Δ 0.00"


def test_data_that_cannot_be_had_are_told_and_nothing_starts(qtbot):
    def missing():
        raise DataError("The pictures must be on this computer, got none.")

    race = RaceControl(ThemeManager("light"), missing)
    shown(qtbot, race.part, 1216, 560)
    assert message(race) == "The pictures must be on this computer, got none."
    click(race, "race_start")
    assert race.state == "ready"
    race.close()


def test_trainings_that_diverge_end_the_race_without_a_winner(race, qtbot, monkeypatch):
    chosen = preset("one-filter")
    wild = replace(chosen, config=replace(chosen.config, optimizer="sgd", learning_rate=1e30))
    monkeypatch.setattr(race_control, "preset", lambda key: wild)
    click(race, "race_start")
    ended(race, qtbot)
    assert "no longer a usable number" in message(race)
    assert "won" not in message(race)


def test_the_chart_shows_loss_or_accuracy_and_its_numbers_can_be_copied(race, qtbot):
    click(race, "race_start")
    ended(race, qtbot)
    plot = race.part.plot
    assert not plot._empty.isVisible()
    words = []
    plot.hovered.connect(words.append)
    place = QPoint(plot.width() - 60, plot.height() // 2)
    QTest.mouseMove(plot, place)
    assert all(key in words[-1] for key in KEYS)
    assert "%" in words[-1]
    QTest.mouseClick(find(race, "race_loss", QToolButton), Qt.MouseButton.LeftButton)
    assert plot.shows_loss
    QTest.mouseMove(plot, place - QPoint(1, 0))
    assert "%" not in words[-1]
    plot.setFocus()
    QTest.keyClick(
        plot, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0].split("\t") == ["network", "step", "test accuracy, %", "test loss"]
    assert {line.split("\t")[0] for line in lines[1:]} == set(KEYS)
    assert lines[-1].split("\t")[1] == "6"


def test_nothing_moves_while_the_words_change(race, qtbot):
    def places():
        things = [race.part.plot, *(column.wall for column in race.part.columns)]
        return [(thing.mapTo(race.part, QPoint()), thing.size()) for thing in things]

    before = places()
    click(race, "race_start")
    ended(race, qtbot)
    assert places() == before


def test_a_filter_that_is_clicked_is_outlined_in_all_three(race):
    race.part.columns[1].wall.tile_clicked.emit(0, 1, 2)
    assert [column.wall.selected for column in race.part.columns] == [0, 0, 0]
