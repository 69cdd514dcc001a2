"""The Library: kept safely on disk, and shown as cards."""

import errno

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from engine.errors import EngineError
from engine.kernels import KERNELS
from gui.pages.convolve import library_panel, library_store
from gui.pages.convolve.kernel_cells import kernel_image
from gui.pages.convolve.kernel_mime import kernel_mime
from gui.pages.convolve.library_panel import LibraryPanel
from gui.pages.convolve.library_store import LIBRARY_FILE, LibraryStore, StoredKernel
from gui.theme import DARK, ThemeManager
from tests.gui.hosting import shown

LEFT = Qt.MouseButton.LeftButton
CORNER = np.random.default_rng(2).normal(0, 1, (3, 5, 5))


def names(store):
    return [one.name for one in store.kernels]


def test_a_kernel_is_found_again_exactly_by_the_next_run(tmp_path):
    folder = tmp_path / "data"
    assert LibraryStore(folder).add("corner", CORNER) == "corner"
    store = LibraryStore(folder)
    assert store.problem == ""
    assert names(store) == ["corner"]
    np.testing.assert_array_equal(store.kernels[0].weight, CORNER)
    assert [path.name for path in folder.iterdir()] == [LIBRARY_FILE]


def test_nothing_is_written_until_something_is_kept(tmp_path):
    store = LibraryStore(tmp_path / "data")
    assert store.kernels == ()
    assert not (tmp_path / "data").exists()


def test_the_newest_comes_first_and_a_name_is_given_once(tmp_path):
    store = LibraryStore(tmp_path)
    given = [store.add(name, CORNER) for name in ("corner", "corner", " corner ", " ")]
    assert given == ["corner", "corner 2", "corner 3", "kernel"]
    assert names(LibraryStore(tmp_path)) == given[::-1]


def test_kernels_are_renamed_and_removed(tmp_path):
    store = LibraryStore(tmp_path)
    for name in ("a", "b"):
        store.add(name, CORNER)
    assert store.rename("a", "b") == "b 2"
    assert store.rename("b", "b") == "b"
    assert store.rename("nobody", "x") == "nobody"
    assert store.remove("nobody") is None
    removed = store.remove("b")
    np.testing.assert_array_equal(removed.weight, CORNER)
    assert names(LibraryStore(tmp_path)) == ["b 2"]


@pytest.mark.parametrize("weight", [np.ones((3, 3)), np.ones((1, 12, 3)), np.full((1, 3, 3), np.nan)])
def test_what_is_no_kernel_is_refused_and_changes_nothing(tmp_path, weight):
    store = LibraryStore(tmp_path)
    with pytest.raises(EngineError):
        store.add("bad", weight)
    assert store.kernels == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"version": 2, "kernels": []}',
        b'{"version": 1, "kernels": [{"name": "x", "values": [[[1, 2], [3]]]}]}',
        b'{"version": 1, "kernels": [{"name": "x", "values": [[]]}]}',
        b'{"version": 1, "kernels": [{"name": "x"}]}',
    ],
)
def test_a_damaged_file_is_set_aside_and_told_never_lost(tmp_path, content):
    for number in (1, 2):
        (tmp_path / LIBRARY_FILE).write_bytes(content)
        store = LibraryStore(tmp_path)
        aside = f"kernels-damaged-{number}.json"
        assert store.problem == (
            f"The Library was damaged; it is set aside as “{aside}”, and a new one begins."
        )
        assert store.kernels == ()
        assert (tmp_path / aside).read_bytes() == content
        store.add("new", CORNER)
        assert names(LibraryStore(tmp_path)) == ["new"]


def test_a_disk_that_is_full_is_told_and_the_old_file_stays(tmp_path, monkeypatch):
    store = LibraryStore(tmp_path)
    store.add("old", CORNER)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(library_store, "write_atomically", full)
    with pytest.raises(OSError, match=r"^The Library cannot be written: no space left on device\.$"):
        store.add("new", CORNER)
    assert names(store) == ["new", "old"]
    assert names(LibraryStore(tmp_path)) == ["old"]


def test_a_file_that_cannot_be_read_is_not_written_over(tmp_path):
    # A folder of that name: nobody can read it as a file, not even a superuser.
    (tmp_path / LIBRARY_FILE).mkdir()
    store = LibraryStore(tmp_path)
    assert store.problem.startswith("The Library cannot be read: ")
    with pytest.raises(OSError, match="New kernels are not kept"):
        store.add("new", CORNER)
    assert (tmp_path / LIBRARY_FILE).is_dir()


@pytest.fixture
def panel(qtbot):
    widget = shown(qtbot, LibraryPanel(ThemeManager("dark")), 540, 200)
    widget.show_kernels([StoredKernel("mine", CORNER), StoredKernel("other", CORNER[:1])])
    return widget


@pytest.fixture
def told(panel):
    told = []
    panel.kernel_chosen.connect(lambda name, weight: told.append(("chosen", name, weight.shape)))
    panel.renamed.connect(lambda old, new: told.append(("renamed", old, new)))
    panel.removed.connect(lambda name, weight: told.append(("removed", name, weight.shape)))
    panel.kernel_dropped.connect(lambda name, weight: told.append(("dropped", name, weight.shape)))
    return told


def click(panel, index, button=LEFT):
    QTest.mouseClick(panel.viewport(), button, pos=panel.card_rect(index).center())


def test_a_click_takes_a_kernel(panel, told):
    click(panel, 0)
    click(panel, 3)
    assert told == [("chosen", "mine", (3, 5, 5)), ("chosen", "top edge", (1, 3, 3))]


def test_the_keyboard_reaches_every_card(panel, told):
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_Home)
    for _ in range(30):
        QTest.keyClick(panel, Qt.Key.Key_Right)
    QTest.keyClick(panel, Qt.Key.Key_Return)
    assert told == [("chosen", KERNELS[-1].name, (1, *KERNELS[-1].values.shape))]
    rect = panel.card_rect(1 + len(KERNELS))
    assert panel.viewport().rect().contains(rect)


def test_down_steps_over_the_heading_and_up_goes_back(panel, told):
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_Home)
    QTest.keyClick(panel, Qt.Key.Key_Right)
    QTest.keyClick(panel, Qt.Key.Key_Down)
    QTest.keyClick(panel, Qt.Key.Key_Return)
    QTest.keyClick(panel, Qt.Key.Key_Up)
    QTest.keyClick(panel, Qt.Key.Key_Return)
    assert [name for _, name, _ in told] == ["top edge", "other"]


def test_an_own_kernel_is_renamed_in_place(panel, told):
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_Home)
    QTest.keyClick(panel, Qt.Key.Key_F2)
    line = panel.findChild(QLineEdit, "library_name")
    assert line.isVisible()
    assert line.selectedText() == "mine"
    QTest.keyClicks(line, "corner")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert told == [("renamed", "mine", "corner")]
    assert panel.hasFocus()


def test_escape_and_an_empty_name_keep_the_old_one(panel, told):
    line = panel.findChild(QLineEdit, "library_name")
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        panel.setFocus()
        QTest.keyClick(panel, Qt.Key.Key_Home)
        QTest.keyClick(panel, Qt.Key.Key_F2)
        QTest.keyClicks(line, "x" if key == Qt.Key.Key_Escape else " ")
        QTest.keyClick(line, key)
        assert not line.isVisible()
    assert told == []


def test_an_own_kernel_is_deleted_with_all_that_undo_needs(panel, told):
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_Home)
    QTest.keyClick(panel, Qt.Key.Key_Delete)
    assert told == [("removed", "mine", (3, 5, 5))]


def test_what_came_with_the_program_can_be_neither_renamed_nor_deleted(panel, told):
    said = []
    panel.hovered.connect(said.append)
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_End)
    for key in (Qt.Key.Key_F2, Qt.Key.Key_Delete):
        QTest.keyClick(panel, key)
        assert said[-1].endswith(
            "only your own kernels can be " + ("renamed." if key == Qt.Key.Key_F2 else "deleted.")
        )
    assert told == []


def test_the_menu_of_an_own_card_offers_more(panel, told):
    click(panel, 0)
    menu = panel.make_menu()
    assert [(each.text(), each.shortcut().toString()) for each in menu.actions() if each.text()] == [
        ("Put into the selected filter", "Enter"),
        ("Rename", "F2"),
        ("Delete", "Del"),
    ]
    menu.actions()[-1].trigger()
    menu.deleteLater()
    assert told[-1] == ("removed", "mine", (3, 5, 5))
    click(panel, 2)
    menu = panel.make_menu()
    assert len(menu.actions()) == 1
    menu.deleteLater()


def test_the_card_under_the_pointer_is_read_out(panel, qtbot):
    said = []
    panel.hovered.connect(said.append)
    qtbot.mouseMove(panel.viewport(), panel.card_rect(0).center())
    qtbot.waitUntil(lambda: bool(said))
    assert said[-1] == "mine · 5×5 · 3 slices"
    assert panel.readout(2).startswith("identity · 3×3: Copies the picture")


def test_a_card_is_dragged_out_and_not_taken(panel, told, monkeypatch):
    dragged = []
    monkeypatch.setattr(library_panel, "drag_kernel", lambda _, name, *__: dragged.append(name))
    start = panel.card_rect(1).center()
    QTest.mousePress(panel.viewport(), LEFT, pos=start)
    QTest.mouseMove(panel.viewport(), start + QPoint(0, 40))
    QTest.mouseRelease(panel.viewport(), LEFT, pos=start + QPoint(0, 40))
    assert dragged == ["other"]
    assert told == []


def test_a_kernel_is_dropped_in_to_keep(panel, told):
    data = kernel_mime("new", CORNER, kernel_image(CORNER[0], DARK, False))
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QGuiApplication.sendEvent(panel.viewport(), QDragEnterEvent(QPoint(9, 9), copy, data, LEFT, none))
    QGuiApplication.sendEvent(panel.viewport(), QDropEvent(QPointF(9, 9), copy, data, LEFT, none))
    assert told == [("dropped", "new", (3, 5, 5))]


def test_the_current_card_stays_the_same_kernel_when_others_come(panel, told):
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_Home)
    panel.show_kernels([StoredKernel("new", CORNER), StoredKernel("mine", CORNER)])
    QTest.keyClick(panel, Qt.Key.Key_Return)
    assert told[-1][1] == "mine"


def test_without_own_kernels_it_says_how_to_get_one(panel):
    panel.show_kernels([])
    assert panel.readout(0).startswith("identity")
    assert not panel.grab().isNull()


def test_cards_break_into_rows_and_never_overlap(panel):
    panel.resize(200, 200)
    rects = [panel.card_rect(i) for i in range(2 + len(KERNELS))]
    assert not any(a.intersects(b) for i, a in enumerate(rects) for b in rects[:i])
    assert max(rect.right() for rect in rects) <= panel.viewport().width()


def test_the_classic_palette_paints_minus_one_black(panel):
    panel.set_classic(True)
    panel.show_kernels([])
    rect = panel.card_rect(1)
    image = panel.viewport().grab().toImage()
    column = [image.pixelColor(rect.center().x(), y).name() for y in range(rect.top(), rect.bottom())]
    assert "#000000" in column
    assert "#ffffff" in column
