"""The probe rack: what a row says and wants, and how rows come and go."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetricsF, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from gui.theme import ThemeManager, caption_font
from gui.widgets.probe_rack import INVITATION, ProbeRack
from gui.widgets.probe_row import ProbeAnswer, fitting
from tests.gui.hosting import shown
from tests.gui.probe_bench import DIGITS, probe_of, track_of

CURVE = [0.1, 0.2, 0.9, 0.9, 0.1]

# The offscreen platform says so of every menu.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def rack(qtbot):
    rack = shown(qtbot, ProbeRack(ThemeManager("dark")), 196, 300)
    rack.show_probes([probe_of("a"), probe_of("b", None, "my drawing")], DIGITS)
    rack.show_tracks({"a": track_of(CURVE), "b": track_of(CURVE, label=None)}, 100)
    return rack


def place_of(row, step, extent=100):
    curve = row.places.curve
    return QPoint(round(curve.left() + curve.width() * step / extent), round(curve.center().y()))


def test_a_row_tells_everything_in_words(rack):
    row = rack.row("a")
    row.show_answer(ProbeAnswer("1", 0.999, False))
    words = "my 7, is 7, answers 1, 99.9 %, wrong, first right at step 20, forgotten at 40"
    assert row.accessibleName() == words
    assert row.toolTip() == f"{words}.\nRead at 5 steps from 0 to 40."
    rack.row("b").show_answer(ProbeAnswer("1", 0.9, None))
    assert rack.row("b").accessibleName() == "my drawing, no class chosen, answers 1, 90.0 %"


def test_a_click_on_the_curve_wants_the_reading_nearest_to_it(rack, qtbot):
    row = rack.row("a")
    for step, wanted in ((1, 0), (18, 20), (33, 30), (99, 40)):
        with qtbot.waitSignal(rack.step_wanted) as signal:
            QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=place_of(row, step))
        assert signal.args == [wanted]
    with qtbot.assertNotEmitted(rack.step_wanted):
        QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))


def test_the_pointer_reads_out_step_probability_and_verdict(rack):
    said = []
    rack.hovered.connect(said.append)
    row = rack.row("a")
    QTest.mouseMove(row, place_of(row, 20))
    assert said[-1] == "my 7 at step 20: 90.0 % for 7, right"
    QTest.mouseMove(row, place_of(row, 40))
    assert said[-1] == "my 7 at step 40: 10.0 % for 7, wrong"
    QTest.mouseMove(row, QPoint(5, 5))
    assert said[-1].endswith("first right at step 20, forgotten at 40")
    other = rack.row("b")
    QTest.mouseMove(other, place_of(other, 10))
    assert said[-1] == "my drawing at step 10: 80.0 % for its answer"


def test_keys_go_from_reading_to_reading_and_to_the_first_that_was_right(rack):
    wanted = []
    rack.step_wanted.connect(wanted.append)
    row = rack.row("a")
    rack.show_playhead(25)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home):
        QTest.keyClick(row, key)
    assert wanted == [20, 30, 20]
    rack.show_playhead(0)
    QTest.keyClick(row, Qt.Key.Key_Left)
    rack.show_playhead(90)
    QTest.keyClick(row, Qt.Key.Key_Right)
    assert wanted[3:] == [0, 40]


def test_up_and_down_go_from_row_to_row_and_delete_removes(rack, qtbot):
    first, second = rack.rows
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Down)
    assert rack.focusWidget() is second
    QTest.keyClick(second, Qt.Key.Key_Down)
    assert rack.focusWidget() is second
    QTest.keyClick(second, Qt.Key.Key_Up)
    assert rack.focusWidget() is first
    with qtbot.waitSignal(rack.remove_wanted) as signal:
        QTest.keyClick(first, Qt.Key.Key_Delete)
    assert signal.args == ["a"]


def test_one_click_in_the_menu_chooses_the_class(rack, qtbot):
    rack.ask_class("b")
    qtbot.waitUntil(lambda: rack.row("b").findChild(QMenu, "probe_menu") is not None)
    menu = rack.row("b").findChild(QMenu, "probe_menu")
    entries = {action.text().lstrip("&"): action for action in menu.actions()}
    assert [*DIGITS, "No class"] == [text for text in entries if entries[text].isCheckable()]
    assert entries["No class"].isChecked()
    with qtbot.waitSignal(rack.label_chosen) as signal:
        entries["3"].trigger()
    assert signal.args == ["b", 3]
    with qtbot.waitSignal(rack.label_chosen) as signal:
        entries["No class"].trigger()
    assert signal.args == ["b", None]
    with qtbot.waitSignal(rack.remove_wanted) as signal:
        entries["Remove this probe"].trigger()
    assert signal.args == ["b"]
    menu.close()


def test_rows_stay_while_others_come_and_go(rack, qtbot):
    first = rack.row("a")
    counts = []
    rack.count_changed.connect(counts.append)
    rack.show_probes([probe_of("c", 1), probe_of("a")], DIGITS)
    assert [row.probe.key for row in rack.rows] == ["c", "a"]
    assert rack.row("a") is first
    assert counts == [2]
    qtbot.waitUntil(lambda: rack.row("c").y() < first.y())


def test_without_probes_it_says_what_will_be_here(rack):
    rack.show_probes([], DIGITS)
    assert not rack.rows
    assert INVITATION in [label.text() for label in rack.findChildren(type(rack._invitation))]
    assert rack._invitation.isVisible()


def test_a_row_that_cannot_be_read_says_why_and_goes_nowhere(rack, qtbot):
    problem = "Run 2 reads 3×28×28, not this"
    rack.show_tracks({"a": track_of(CURVE)}, 100, {"a": problem})
    row = rack.row("a")
    assert row.sentence == problem
    assert row.toolTip().endswith(f"{problem}.")
    with qtbot.assertNotEmitted(rack.step_wanted):
        QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=place_of(row, 20))
        QTest.keyClick(row, Qt.Key.Key_Left)


def test_nothing_moves_when_an_answer_changes(rack):
    row = rack.row("a")
    before = row.places, row.label.geometry(), row.size()
    for answer in (ProbeAnswer("7", 1.0, True), ProbeAnswer("a class with a long name", 0.0, False), None):
        row.show_answer(answer)
        assert (row.places, row.label.geometry(), row.size()) == before


def test_right_and_wrong_differ_by_fill(rack):
    row = rack.row("a")
    centre = QPoint(round(row.places.line.left() + 3.5), round(row.places.line.center().y()))
    colours = []
    for right in (True, False):
        row.show_answer(ProbeAnswer("7", 0.5, right))
        colours.append(row.grab().toImage().pixelColor(centre))
    assert colours[0] == row._themes.theme.text
    assert colours[1] != colours[0]


def test_the_playhead_is_a_line_in_the_accent(rack):
    row = rack.row("a")
    rack.show_playhead(50)
    image, curve = row.grab().toImage(), row.places.curve
    x = round(curve.left() + curve.width() * 0.5)
    assert image.pixelColor(x, round(curve.center().y())) == row._themes.theme.accent


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 28, 28), (1, 64, 40), (2, 28, 28)])
def test_pictures_of_any_size_have_room(rack, shape):
    picture = np.full(shape, 255, np.uint8)
    rack.show_probes([probe_of("p", picture=picture)], DIGITS)
    row = rack.row("p")
    place = row.places.picture.center().toPoint()
    assert row.grab().toImage().pixelColor(place).lightness() > 200


def test_numbers_are_copied_as_a_table(rack):
    QTest.keyClick(
        rack.row("a"), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "step\tprobability\tright"
    assert lines[3] == "20\t0.9\t1"
    assert len(lines) == 6


def test_a_sentence_is_said_shorter_before_it_is_cut(qapp):
    metrics = QFontMetricsF(caption_font())
    sentence = "first right at step 214, forgotten at 890"
    assert fitting(sentence, 1000, metrics) == sentence
    shorter = "first right 214, forgotten 890"
    assert fitting(sentence, metrics.horizontalAdvance(shorter), metrics) == shorter
    shortest = "first 214, forgotten 890"
    assert fitting(sentence, metrics.horizontalAdvance(shortest), metrics) == shortest
    assert fitting(sentence, 30, metrics).endswith("…")
