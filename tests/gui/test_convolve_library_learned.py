"""The Library's cards of what a network has learned: live, between own and hand-made ones."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from engine.kernels import KERNELS
from gui.pages.convolve import library_panel
from gui.pages.convolve.library_panel import LibraryPanel
from gui.pages.convolve.library_store import StoredKernel
from gui.theme import ThemeManager
from tests.gui.hosting import shown

LEFT = Qt.MouseButton.LeftButton
WEIGHTS = np.random.default_rng(5).normal(0, 1, (8, 1, 3, 3)).astype(np.float32)
MINE = np.ones((3, 5, 5))
FIRST = 2
TITLE = "Learned: conv1 of Trained network"


def learned(weights=WEIGHTS, name="conv1"):
    return [(f"{name} · {number}", weight) for number, weight in enumerate(weights, 1)]


@pytest.fixture
def bare(qtbot):
    widget = shown(qtbot, LibraryPanel(ThemeManager("dark")), 540, 400)
    widget.show_kernels([StoredKernel("mine", MINE), StoredKernel("other", MINE[:1])])
    return widget


@pytest.fixture
def panel(bare):
    bare.show_learned(TITLE, learned())
    return bare


@pytest.fixture
def taken(bare):
    taken = []
    bare.kernel_chosen.connect(lambda name, weight: taken.append((name, weight)))
    return taken


@pytest.fixture
def said(bare):
    said = []
    bare.hovered.connect(said.append)
    return said


def go_to(panel, index):
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_Home)
    for _ in range(index):
        QTest.keyClick(panel, Qt.Key.Key_Right)


ALL = 2 + len(WEIGHTS) + len(KERNELS)


def rects(panel, count=ALL):
    return [panel.card_rect(index) for index in range(count)]


def picture(panel):
    return panel.viewport().grab().toImage()


def test_they_stand_between_the_persons_own_and_the_hand_made(panel):
    names = [panel.readout(index).split(" · 3×3")[0] for index in range(1, 12)]
    assert names == ["other · 5×5", *(f"conv1 · {n}" for n in range(1, 9)), KERNELS[0].name, KERNELS[1].name]
    assert panel.readout(FIRST) == "conv1 · 1 · 3×3: Learned by the network; a click copies it as it is now."
    found = rects(panel)
    assert found[1].bottom() < found[FIRST].top()
    assert found[FIRST + 7].bottom() < found[FIRST + 8].top()
    assert not any(a.intersects(b) for i, a in enumerate(found) for b in found[:i])


def test_there_is_no_group_while_nothing_was_learned(bare):
    before, image = rects(bare, 2 + len(KERNELS)), picture(bare)
    bare.show_learned(TITLE, learned())
    assert picture(bare) != image
    bare.show_learned("", ())
    assert rects(bare, 2 + len(KERNELS)) == before
    assert picture(bare) == image


def test_click_and_enter_take_the_newest_weights(panel, taken):
    panel.show_learned(TITLE, learned(2 * WEIGHTS))
    QTest.mouseClick(panel.viewport(), LEFT, pos=panel.card_rect(FIRST + 3).center())
    panel.show_learned(TITLE, learned(3 * WEIGHTS))
    QTest.keyClick(panel, Qt.Key.Key_Return)
    assert [name for name, _ in taken] == ["conv1 · 4"] * 2
    np.testing.assert_array_equal(taken[0][1], 2 * WEIGHTS[3])
    np.testing.assert_array_equal(taken[1][1], 3 * WEIGHTS[3])


def test_a_card_is_dragged_out_as_it_was_when_the_drag_began(panel, taken, monkeypatch):
    dragged = []

    def drag(source, name, weight, image):
        panel.show_learned(TITLE, learned(9 * WEIGHTS))
        dragged.append((name, weight))

    monkeypatch.setattr(library_panel, "drag_kernel", drag)
    start = panel.card_rect(FIRST).center()
    QTest.mousePress(panel.viewport(), LEFT, pos=start)
    panel.show_learned(TITLE, learned(2 * WEIGHTS))
    QTest.mouseMove(panel.viewport(), start + QPoint(0, 40))
    QTest.mouseRelease(panel.viewport(), LEFT, pos=start + QPoint(0, 40))
    assert [name for name, _ in dragged] == ["conv1 · 1"]
    np.testing.assert_array_equal(dragged[0][1], 2 * WEIGHTS[0])
    assert taken == []


def test_they_can_be_neither_renamed_nor_deleted(panel, said):
    go_to(panel, FIRST + 1)
    for key, done in ((Qt.Key.Key_F2, "renamed"), (Qt.Key.Key_Delete, "deleted")):
        QTest.keyClick(panel, key)
        assert said[-1] == f"“conv1 · 2” was learned by the network; only your own kernels can be {done}."
    menu = panel.make_menu()
    assert [action.text() for action in menu.actions()] == ["Put into the selected filter"]
    menu.deleteLater()


def test_new_weights_repaint_their_cards_and_move_nothing(panel, said):
    before, places = picture(panel), rects(panel)
    painted = []

    class Watch(QObject):
        def eventFilter(self, _, event):
            if event.type() == QEvent.Type.Paint:
                painted.append(event.rect())
            return False

    watch = Watch(panel)
    panel.viewport().installEventFilter(watch)
    panel.show_learned(TITLE, learned(-WEIGHTS))
    QGuiApplication.processEvents()
    assert rects(panel) == places
    assert said == []
    after = picture(panel)
    for index, place in enumerate(places[:14]):
        changed = before.copy(place) != after.copy(place)
        assert changed == (FIRST <= index < FIRST + len(WEIGHTS))
    assert painted[0].contains(places[FIRST] | places[FIRST + 7])
    assert not painted[0].intersects(places[0] | places[1])
    assert not painted[0].intersects(places[FIRST + 8])


def test_another_title_is_painted_in_place(panel):
    before, places = picture(panel), rects(panel)
    panel.show_learned("Learned: conv1 of Run 3", learned())
    after = picture(panel)
    heading = panel.card_rect(FIRST).translated(0, -panel.card_rect(FIRST).height() // 2)
    assert rects(panel) == places
    assert before.copy(heading.adjusted(0, 0, 200, 0)) != after.copy(heading.adjusted(0, 0, 200, 0))


def test_a_long_title_leaves_room_for_the_number(panel):
    panel.resize(200, 400)
    panel.show_learned(TITLE * 3, learned())
    top = panel.card_rect(FIRST).top()
    image = picture(panel)
    ground = image.pixel(image.width() - 1, 0)
    assert all(image.pixel(image.width() - 3, y) == ground for y in range(top - 18, top - 4))


@pytest.mark.parametrize("index", [0, 1, 4, 20])
def test_the_current_card_stays_current_when_the_group_comes_and_goes(panel, taken, index):
    go_to(panel, index)
    wanted = panel.readout(index)
    panel.show_learned(TITLE, learned(WEIGHTS[:6]))
    QTest.keyClick(panel, Qt.Key.Key_Return)
    panel.show_kernels([StoredKernel("new", MINE), StoredKernel("mine", MINE), StoredKernel("other", MINE)])
    QTest.keyClick(panel, Qt.Key.Key_Return)
    if not wanted.startswith("conv1"):
        panel.show_learned("", ())
        QTest.keyClick(panel, Qt.Key.Key_Return)
    assert {name for name, _ in taken} == {wanted.partition(" · 3×3")[0].partition(" · 5×5")[0]}


def test_when_the_current_card_goes_another_is_current(panel, taken):
    go_to(panel, FIRST + 7)
    panel.show_learned("", ())
    QTest.keyClick(panel, Qt.Key.Key_Return)
    assert taken[0][0] in {one.name for one in KERNELS}


def test_the_same_names_twice_do_not_stop_the_keys(panel, taken):
    panel.show_learned(TITLE, [("same", weight) for weight in WEIGHTS])
    go_to(panel, FIRST + 3)
    for _ in range(2):
        panel.show_learned(TITLE, [("same", weight) for weight in WEIGHTS])
        QTest.keyClick(panel, Qt.Key.Key_Right)
    QTest.keyClick(panel, Qt.Key.Key_Return)
    np.testing.assert_array_equal(taken[0][1], WEIGHTS[5])


def test_a_name_that_is_being_typed_is_not_disturbed(bare):
    go_to(bare, 0)
    QTest.keyClick(bare, Qt.Key.Key_F2)
    line = bare.findChild(QLineEdit, "library_name")
    QTest.keyClicks(line, "cor")
    place = line.geometry()
    for number in range(3):
        bare.show_learned(TITLE, learned(number * WEIGHTS))
        QTest.keyClicks(line, "n")
    assert (line.isVisible(), line.hasFocus(), line.geometry()) == (True, True, place)
    assert line.text() == "cornnn"


def test_the_line_in_which_a_name_is_typed_scrolls_with_its_card(panel):
    go_to(panel, 0)
    QTest.keyClick(panel, Qt.Key.Key_F2)
    line = panel.findChild(QLineEdit, "library_name")
    inside = line.geometry().topLeft() - panel.card_rect(0).topLeft()
    panel.verticalScrollBar().setValue(30)
    assert line.geometry().topLeft() - panel.card_rect(0).topLeft() == inside


def test_a_card_that_is_held_is_the_one_that_is_taken(bare, taken):
    start = bare.card_rect(2).center()
    QTest.mousePress(bare.viewport(), LEFT, pos=start)
    bare.show_learned(TITLE, learned())
    moved = bare.card_rect(2 + len(WEIGHTS)).center()
    QTest.mouseRelease(bare.viewport(), LEFT, pos=moved)
    assert [name for name, _ in taken] == [KERNELS[0].name]


def test_one_scale_is_shared_so_that_weak_filters_look_weak(panel):
    strong = np.ones((1, 3, 3))
    panel.show_learned(TITLE, [("strong", strong), ("weak", 0.1 * strong)])
    image = picture(panel)
    colours = [image.pixelColor(panel.card_rect(FIRST + i).center() - QPoint(0, 8)) for i in (0, 1)]
    assert colours[0].value() > colours[1].value() + 60


def test_filters_of_nothing_but_zeros_are_shown(panel):
    panel.show_learned(TITLE, learned(0 * WEIGHTS))
    assert not picture(panel).isNull()
