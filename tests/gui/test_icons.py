"""The icons: all there, of one weight, tinted, sharp at every scale."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from pytestqt.qtbot import QtBot

from gui.icons import ICON_FOLDER, app_icon, icon, icon_names

WANTED = frozenset(
    {
        "draw",
        "train",
        "play",
        "pause",
        "step",
        "step-epoch",
        "stop",
        "restart",
        "new-seed",
        "undo",
        "redo",
        "clear",
        "pen",
        "eraser",
        "open",
        "save",
        "copy",
        "paste",
        "picture",
        "digit",
        "sun",
        "moon",
        "back",
        "forward",
        "to-start",
        "to-end",
        "live",
        "search",
        "palette",
        "info",
    }
)


def test_every_icon_that_the_window_names_is_there() -> None:
    assert set(icon_names()) >= WANTED


@pytest.mark.parametrize("name", icon_names())
def test_an_icon_is_lines_of_one_weight_and_takes_its_colour(name: str, qtbot: QtBot) -> None:
    source = (ICON_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert 'viewBox="0 0 24 24"' in source
    assert 'fill="none" stroke="currentColor" stroke-width="1.5"' in source
    drawn = icon(name, QColor("#ff0000"), 24).pixmap(QSize(24, 24)).toImage()
    painted = [
        drawn.pixelColor(x, y) for x in range(24) for y in range(24) if drawn.pixelColor(x, y).alpha() > 90
    ]
    assert painted
    assert all(colour.red() > 200 and colour.green() < 10 for colour in painted)


def test_an_icon_is_drawn_for_the_scale_and_not_stretched(qtbot: QtBot) -> None:
    drawn = icon("play", QColor("#000000"), 16).pixmap(QSize(16, 16), 1.5)
    assert drawn.width() == 24


def test_the_same_icon_is_drawn_once(qtbot: QtBot) -> None:
    first = icon("pause", QColor("#123456"))
    assert icon("pause", QColor("#123456")).cacheKey() == first.cacheKey()


def test_an_unknown_icon_is_an_error_that_names_it(qtbot: QtBot) -> None:
    with pytest.raises(KeyError, match="no-such-icon"):
        icon("no-such-icon", QColor("#000000"))


def test_the_program_icon_has_the_small_sizes(qtbot: QtBot) -> None:
    sides = {size.width() for size in app_icon().availableSizes()}
    assert {16, 32, 48, 256} <= sides


def test_an_icon_on_a_button_that_cannot_be_pressed_is_much_fainter(qtbot: QtBot) -> None:
    size = QSize(24, 24)
    drawn = icon("undo", QColor("#e4e6e9"), 24)
    enabled, disabled = (
        sum(image.pixelColor(x, y).alpha() for x in range(24) for y in range(24))
        for image in (drawn.pixmap(size, mode).toImage() for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled))
    )
    assert disabled < 0.5 * enabled
