"""Class bars and probes under each other, or one of them where the window is low."""

import pytest

from gui.pad.answer_room import CLASSES, PROBES, AnswerRoom
from gui.theme import ThemeManager
from gui.widgets.class_bars import ClassBars
from gui.widgets.probe_rack import ProbeRack
from tests.gui.hosting import shown
from tests.gui.probe_bench import DIGITS, probe_of

LOW, HIGH = 160, 600


@pytest.fixture
def room(qtbot):
    themes = ThemeManager("dark")
    return shown(qtbot, AnswerRoom(themes, ClassBars(themes), ProbeRack(themes)), 196, HIGH)


def seen(room):
    parts = {"bars": room.bars, "rack": room.rack, "chooser": room.chooser}
    return {name for name, part in parts.items() if part.isVisible()}


def pin(room, count):
    room.rack.show_probes([probe_of(str(number)) for number in range(count)], DIGITS)


def test_with_room_both_are_seen_and_without_probes_an_invitation(room):
    assert seen(room) == {"bars", "rack"}
    pin(room, 4)
    assert seen(room) == {"bars", "rack"}


def test_in_a_low_room_one_of_the_two_is_chosen(room):
    room.resize(196, LOW)
    assert seen(room) == {"bars"}
    pin(room, 2)
    assert seen(room) == {"bars", "chooser"}
    room.chooser.choose(PROBES)
    assert seen(room) == {"rack", "chooser"}
    room.chooser.choose(CLASSES)
    assert seen(room) == {"bars", "chooser"}
    room.show_probes()
    assert seen(room) == {"rack", "chooser"}


def test_without_a_probe_left_the_bars_come_back(room):
    room.resize(196, LOW)
    pin(room, 1)
    room.show_probes()
    pin(room, 0)
    assert seen(room) == {"bars"}


def test_what_it_asks_for_does_not_depend_on_what_is_seen(room):
    pin(room, 3)
    asked = room.minimumSizeHint(), room.sizeHint()
    room.resize(196, LOW)
    room.show_probes()
    assert (room.minimumSizeHint(), room.sizeHint()) == asked
    assert not room.hasHeightForWidth()


def test_in_its_least_height_the_bars_have_theirs(room):
    pin(room, 3)
    room.resize(196, room.minimumSizeHint().height())
    assert room.bars.isVisible()
    assert room.bars.height() >= room.bars.minimumSizeHint().height()
