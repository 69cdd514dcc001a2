"""The bars round the stage: rail, address bar and status line."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from gui.address_bar import AddressBar
from gui.rail import PAGES, Rail
from gui.selection import Selection
from gui.status_line import StatusLine
from gui.theme import ThemeManager
from gui.widgets.breadcrumbs import Breadcrumbs
from gui.widgets.elided_label import ElidedLabel
from tests.gui.hosting import shown

DEEP = Selection("Run 3", 1240, "my drawing", "conv1", "filter", 2, (1, 2))


@pytest.fixture
def theme(qtbot: QtBot) -> ThemeManager:
    """Make a dark theme."""
    return ThemeManager("dark")


@pytest.fixture
def address(qtbot: QtBot, theme: ThemeManager) -> AddressBar:
    """Make a wide address bar on screen that shows a pixel of a filter."""
    bar = shown(qtbot, AddressBar(theme), 1200, 36)
    bar.show_selection(DEEP)
    return bar


def test_the_path_is_written_from_the_outside_in(address: AddressBar) -> None:
    assert address.path == ("Run 3 ▸ step 1\u202f240 ▸ my drawing ▸ conv1 ▸ filter 3 ▸ (1, 2)")


def test_a_class_is_called_by_its_name(address: AddressBar) -> None:
    address.show_selection(Selection(picture="my drawing", label=1), classes=("cat", "dog"))
    assert address.path == "my drawing ▸ class dog"


@pytest.mark.parametrize("width", [900, 500, 400, 330, 280, 200])
def test_a_narrow_bar_keeps_the_innermost_part_and_stays_inside(address: AddressBar, width: int) -> None:
    address.resize(width, 36)
    crumbs = address.findChild(Breadcrumbs)
    assert crumbs is not None
    assert crumbs.geometry().right() < width
    if width >= 400:
        assert address.path.endswith("(1, 2)")
    if width == 500:
        assert address.path.startswith("… ▸")


def test_the_path_gives_way_to_what_lies_over_it(address: AddressBar) -> None:
    whole = address.path
    address.set_end(400)
    assert address.path.startswith("… ▸")
    assert address.path.endswith("(1, 2)")
    crumbs = address.findChild(Breadcrumbs)
    assert crumbs is not None
    picture = address.grab().toImage()
    background = picture.pixelColor(395, 4)
    assert all(picture.pixelColor(x, y) == background for x in range(396, 800) for y in range(4, 32))
    address.set_end(None)
    assert address.path == whole


@pytest.mark.parametrize(
    ("crumb", "layer", "channel", "pixel"),
    [(2, None, None, None), (3, "conv1", None, None), (4, "conv1", 2, None), (5, "conv1", 2, (1, 2))],
)
def test_a_part_leads_up_to_its_level(
    address: AddressBar,
    crumb: int,
    layer: str | None,
    channel: int | None,
    pixel: tuple[int, int] | None,
) -> None:
    places: list[Selection] = []
    address.place_chosen.connect(places.append)
    crumbs = address.findChild(Breadcrumbs)
    assert crumbs is not None
    crumbs.chosen.emit(crumb)
    assert (places[0].layer, places[0].channel, places[0].pixel) == (layer, channel, pixel)
    assert places[0].step == 1240


def test_a_click_on_a_part_chooses_it(qtbot: QtBot, address: AddressBar) -> None:
    crumbs = address.findChild(Breadcrumbs)
    assert crumbs is not None
    x = crumbs.fontMetrics().horizontalAdvance("Run 3 ▸ step 1 240 ▸ my drawing ▸ con")
    with qtbot.waitSignal(crumbs.chosen) as heard:
        qtbot.mouseMove(crumbs, QPoint(x, 10))
        qtbot.mouseClick(crumbs, Qt.MouseButton.LeftButton, pos=QPoint(x, 10))
    assert heard.args == [3]


def test_arrows_that_lead_nowhere_say_so(address: AddressBar) -> None:
    address.show_history(can_back=True, can_forward=False)
    back = address.findChild(QAbstractButton, "back_button")
    forward = address.findChild(QAbstractButton, "forward_button")
    assert back is not None
    assert forward is not None
    assert back.isEnabled()
    assert not forward.isEnabled()
    assert "nothing ahead" in forward.toolTip()


def test_the_rail_has_a_button_for_every_page_and_marks_one(qtbot: QtBot, theme: ThemeManager) -> None:
    rail = shown(qtbot, Rail(theme), 64, 400)
    rail.show_page("train")
    marks = {}
    for row in PAGES:
        found = rail.findChild(QAbstractButton, f"rail_{row.name}")
        assert found is not None
        marks[row.name] = found.isChecked()
    assert marks == {"draw": False, "convolve": False, "train": True, "inside": False, "runs": False}


def test_a_click_on_the_rail_chooses_the_page(qtbot: QtBot, theme: ThemeManager) -> None:
    rail = shown(qtbot, Rail(theme), 64, 400)
    rail.show_page("draw")
    train = rail.findChild(QAbstractButton, "rail_train")
    with qtbot.waitSignal(rail.page_chosen) as heard:
        qtbot.mouseClick(train, Qt.MouseButton.LeftButton)
    assert heard.args == ["train"]


def test_the_theme_button_offers_the_other_scheme(qtbot: QtBot, theme: ThemeManager) -> None:
    rail = shown(qtbot, Rail(theme), 64, 400)
    switch = rail.findChild(QAbstractButton, "theme_button")
    assert switch is not None
    rail.theme_chosen.connect(theme.set_mode)
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert theme.theme.name == "light"
    assert switch.accessibleName() == "Switch to dark"
    theme.set_mode("system")


def test_the_readout_keeps_its_place(qtbot: QtBot, theme: ThemeManager) -> None:
    line = shown(qtbot, StatusLine(theme), 1200, 24)
    line.show_network("8–16", 5258)
    readout = line.findChild(ElidedLabel, "readout")
    assert readout is not None
    places = set()
    for text in ("", "filter 3, cell (1, 2) = 0.41", "step 3"):
        line.show_readout(text)
        line.show_message(text * 20)
        places.add((readout.x(), readout.width()))
    assert len(places) == 1


def test_a_long_line_gives_way_and_is_whole_in_its_tooltip(qtbot: QtBot, theme: ThemeManager) -> None:
    label = shown(qtbot, ElidedLabel(theme), 40, 20)
    label.set_text("a long name of a data set")
    assert label.toolTip() == label.text
    label.resize(400, 20)
    assert label.toolTip() == ""
