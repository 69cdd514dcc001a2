"""The parts of the Inside page: made when they are first seen, and told what was told before."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.inspect.synthesis import Ascent
from gui.pages.inside.page import InsidePage
from gui.pages.inside.parts import PARTS
from gui.selection import Selection
from gui.theme import ThemeManager
from tests.gui.frame_samples import frame_of, sets_of
from tests.gui.hosting import shown

PICTURES = np.random.default_rng(0).integers(0, 256, (70, 28, 28), dtype=np.uint8)


@pytest.fixture
def page(qtbot):
    made = InsidePage(ThemeManager("dark"), sets_of(PICTURES), ascent=Ascent(steps=4))
    shown(qtbot, made, 1000, 760)
    yield made
    made.close_workers()


def filled(qtbot, page):
    qtbot.waitUntil(lambda: page.is_settled, timeout=20_000)


def test_a_part_is_made_when_it_is_first_seen_and_knows_what_was_told_before(qtbot, page):
    page.show_frame(frame_of())
    page.show_selection(Selection("Run 1", 7, "my drawing", "conv2", "channel", 5))
    page.show_part("channels")
    assert not page.parts.made
    page.enter(True)
    assert list(page.parts.made) == ["channels"]
    assert page.parts.channels.isVisible()
    filled(qtbot, page)
    assert page.parts.channels.wall.tiles.name == "conv2"
    page.show_part("patterns")
    filled(qtbot, page)
    assert page.parts.patterns.isVisible()
    assert page.parts.patterns.wall.filled == (6, 6)
    assert set(page.parts.made) == {"channels", "patterns"}


def test_an_unknown_part_is_refused(page):
    with pytest.raises(KeyError):
        page.parts.named("made")


def test_the_page_keeps_its_proportions_whatever_parts_there_are(qtbot, page):
    page.show_frame(frame_of())
    page.enter(True)
    heights, least = set(), set()
    for name in PARTS:
        page.show_part(name)
        qtbot.wait(20)
        heights.add((page._flow.height(), page.parts.named(name).height()))
        least.add(page._below.minimumSizeHint().height())
    assert len(heights) == 1
    assert len(least) == 1


def test_the_caption_has_the_room_that_the_tools_leave_at_first_sight_too(qtbot, page):
    page.show_frame(frame_of())
    page.enter(True)
    for name in PARTS:
        page.show_part(name)
        qtbot.wait(20)
        tools = page.parts.named(name).tools
        assert tools.width() == max(0, tools.sizeHint().width())


@pytest.mark.parametrize("name", ["channels", "patterns"])
def test_both_walls_have_the_same_keys_and_menus(qtbot, page, name):
    page.show_frame(frame_of())
    page.enter(True)
    page.show_part(name)
    filled(qtbot, page)
    wall = page.parts.named(name).wall
    told, menus, deeper = [], [], []
    page.tile_chosen.connect(lambda layer, kind, channel, pixel: told.append(channel))
    page.menu_requested.connect(menus.append)
    page.tile_activated.connect(lambda: deeper.append(wall.selected))
    middle = wall.rect().center()
    menu_key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, middle, wall.mapToGlobal(middle))
    # The keys do nothing about a channel while none is chosen, but to choose the first.
    QApplication.sendEvent(wall, menu_key)
    QTest.keyClick(wall, Qt.Key.Key_Return)
    assert (told, menus, deeper) == ([], [], [])
    QTest.keyClick(wall, Qt.Key.Key_Down)
    assert told == [wall.order[0]]
    page.show_selection(Selection("Run 1", 7, "my drawing", "conv1", "channel", wall.order[1]))
    QTest.keyClick(wall, Qt.Key.Key_Left)
    assert told[1:] == [wall.order[0]]
    QTest.keyClick(wall, Qt.Key.Key_Return)
    assert deeper == [wall.order[1]]
    QApplication.sendEvent(wall, menu_key)
    assert told[2:] == []
    assert menus == [wall.mapToGlobal(middle)]
    corner = wall.box_of(wall.order[2]).center()
    menu = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, corner, wall.mapToGlobal(corner))
    QApplication.sendEvent(wall, menu)
    assert told[2:] == [wall.order[2]]
    assert menus[1:] == [wall.mapToGlobal(corner)]
