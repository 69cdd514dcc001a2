"""The window's skeleton: places, narrow and wide, overlay, messages."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from gui.skeleton import COMPACT_BELOW, INSPECTOR_WIDTH, Skeleton
from gui.theme import ThemeManager
from gui.widgets.message_strip import MessageStrip
from tests.gui.hosting import shown

PARTS = ("address_bar", "rail", "pad", "inspector", "tape_bar", "status_line")


class Window:
    """A skeleton of plain widgets, and these by name."""

    def __init__(self, qtbot: QtBot) -> None:
        self.parts = {name: QWidget() for name in PARTS}
        for name in ("address_bar", "tape_bar", "status_line"):
            self.parts[name].setFixedHeight(40)
        self.parts["rail"].setFixedWidth(64)
        self.page = QWidget()
        self.skeleton = Skeleton(ThemeManager("dark"), **self.parts)
        self.skeleton.add_page("draw", self.page)
        shown(qtbot, self.skeleton, 1440, 900)

    def left_of(self, widget: QWidget) -> int:
        return widget.mapTo(self.skeleton, widget.rect().topLeft()).x()

    def page_reaches_the_edge(self) -> bool:
        return self.left_of(self.page) + self.page.width() == self.skeleton.width()


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    """Make a wide window."""
    return Window(qtbot)


@pytest.mark.parametrize("size", [(1920, 1080), (1440, 900), (1280, 720), (860, 500)])
def test_the_tape_never_leaves(window: Window, size: tuple[int, int]) -> None:
    window.skeleton.resize(*size)
    tape = window.parts["tape_bar"]
    assert tape.isVisible()
    assert tape.width() == size[0]
    assert tape.geometry().bottom() < size[1]


def test_parts_share_edges_with_one_hairline_between(window: Window) -> None:
    skeleton = window.skeleton
    skeleton.resize(1600, 900)
    pad_right = window.left_of(window.parts["pad"]) + window.parts["pad"].width()
    assert window.left_of(window.page) - pad_right == 1


def test_a_narrow_window_gives_the_inspector_s_room_to_the_stage(qtbot: QtBot, window: Window) -> None:
    skeleton = window.skeleton
    changes: list[bool] = []
    skeleton.compact_changed.connect(changes.append)
    skeleton.resize(COMPACT_BELOW - 1, 720)
    assert changes == [True]
    assert not window.parts["inspector"].isVisible()
    qtbot.waitUntil(window.page_reaches_the_edge)
    skeleton.resize(COMPACT_BELOW, 720)
    assert changes == [True, False]
    assert window.parts["inspector"].isVisible()


def test_the_overlay_slides_over_the_stage_without_moving_it(qtbot: QtBot, window: Window) -> None:
    skeleton = window.skeleton
    skeleton.resize(1280, 720)
    qtbot.waitUntil(window.page_reaches_the_edge)
    before = window.page.geometry()
    skeleton.toggle_inspector()
    inspector = window.parts["inspector"]
    wanted = skeleton.width() - INSPECTOR_WIDTH
    overlay = inspector.parentWidget()
    assert overlay is not None
    qtbot.waitUntil(lambda: overlay.x() == wanted)
    assert inspector.isVisible()
    assert window.page.geometry() == before
    skeleton.toggle_inspector()
    qtbot.waitUntil(lambda: not inspector.isVisible())


def test_the_overlay_follows_the_stage_s_height(qtbot: QtBot, window: Window) -> None:
    skeleton = window.skeleton
    skeleton.resize(1280, 720)
    skeleton.set_inspector_open(True)
    overlay = window.parts["inspector"].parentWidget()
    assert overlay is not None
    before = overlay.height()
    skeleton.resize(1280, 800)
    qtbot.waitUntil(lambda: overlay.height() == before + 80)


def test_nothing_moves_because_something_is_said(qtbot: QtBot, window: Window) -> None:
    skeleton = window.skeleton
    tape, pad = window.parts["tape_bar"], window.parts["pad"]
    before = tape.geometry(), pad.size()
    covered: list[int | None] = []
    skeleton.path_covered.connect(covered.append)
    skeleton.messages.show_message("A message lies over the path.", kind="warning")
    assert (tape.geometry(), pad.size()) == before
    bar = window.parts["address_bar"].geometry()
    qtbot.waitUntil(lambda: bar.contains(skeleton.messages.geometry()))
    assert bar.right() - skeleton.messages.geometry().right() > 200
    assert skeleton.messages.x() > pad.mapTo(skeleton, pad.rect().topLeft()).x()
    skeleton.messages.show_message("A longer message takes the room that it needs. " * 8)
    qtbot.waitUntil(lambda: skeleton.messages.height() > bar.height())
    assert covered[-1] == skeleton.messages.x()
    skeleton.messages.dismiss()
    assert covered[-1] is None


def test_opening_and_closing_the_inspector_is_told_once(window: Window) -> None:
    told: list[bool] = []
    window.skeleton.inspector_toggled.connect(told.append)
    window.skeleton.set_inspector_open(False)
    window.skeleton.set_inspector_open(False)
    window.skeleton.toggle_inspector()
    assert told == [False, True]
    assert window.skeleton.inspector_wanted


def test_widths_come_back(window: Window) -> None:
    skeleton = window.skeleton
    skeleton.restore_sizes((300, 800, 310))
    assert skeleton.sizes()[0] == 300
    skeleton.resize(1280, 720)
    skeleton.resize(1440, 900)
    assert skeleton.sizes()[0] == 300


@pytest.mark.parametrize("sizes", [(), (1, 2), (-1, 5, 5)])
def test_widths_that_make_no_sense_are_ignored(window: Window, sizes: tuple[int, ...]) -> None:
    before = window.skeleton.sizes()
    window.skeleton.restore_sizes(sizes)
    assert window.skeleton.sizes() == before


def test_pages_are_shown_by_name(window: Window) -> None:
    other = QWidget()
    window.skeleton.add_page("train", other)
    assert window.skeleton.page == "draw"
    window.skeleton.show_page("train")
    assert window.skeleton.page == "train"
    assert other.isVisible()
    with pytest.raises(KeyError):
        window.skeleton.show_page("nowhere")


@pytest.fixture
def strip(qtbot: QtBot) -> MessageStrip:
    """Make a message strip that says nothing yet."""
    made = shown(qtbot, MessageStrip(ThemeManager("dark")), 800, 40)
    made.dismiss()
    return made


def test_the_strip_runs_its_action_and_closes(qtbot: QtBot, strip: MessageStrip) -> None:
    done: list[str] = []
    strip.show_message("Saved.", action="Open the folder", on_action=lambda: done.append("open"))
    button = strip.findChild(QAbstractButton, "message_action")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == ["open"]
    assert strip.text == ""


def test_an_action_may_say_the_next_thing(qtbot: QtBot, strip: MessageStrip) -> None:
    strip.show_message("Stopped.", action="Undo", on_action=lambda: strip.show_message("Running again."))
    qtbot.mouseClick(strip.findChild(QAbstractButton, "message_action"), Qt.MouseButton.LeftButton)
    assert strip.text == "Running again."
    strip.dismiss()


def test_progress_stays_until_it_ends(qtbot: QtBot, strip: MessageStrip) -> None:
    strip.set_note_time(1)
    strip.show_message("Downloading, 3 of 15 MB", kind="progress", action="Cancel", on_action=lambda: None)
    qtbot.wait(20)
    assert strip.text == "Downloading, 3 of 15 MB"
    strip.end_progress()
    assert strip.text == ""
    strip.show_message("It is offline.", kind="warning")
    strip.end_progress()
    assert strip.text == "It is offline."


def test_a_new_message_takes_the_place_of_the_old(strip: MessageStrip) -> None:
    strip.show_message("First.", action="Do", on_action=lambda: None)
    strip.show_message("Second.", kind="warning")
    button = strip.findChild(QAbstractButton, "message_action")
    assert button is not None
    assert strip.text == "Second."
    assert button.isHidden()


def test_a_note_goes_by_itself_and_a_warning_stays(
    qtbot: QtBot, strip: MessageStrip, monkeypatch: pytest.MonkeyPatch
) -> None:
    strip.set_note_time(10)
    strip.show_message("Saved.")
    qtbot.waitUntil(lambda: strip.text == "")
    strip.show_message("Damaged.", kind="warning")
    qtbot.wait(30)
    assert strip.text == "Damaged."
