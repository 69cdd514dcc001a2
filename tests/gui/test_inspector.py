"""The Inspector: what it writes and paints about hand-made numbers."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from engine.inspect.layer_facts import layer_facts
from engine.inspect.tiles import filter_tiles
from engine.layers import Conv2D, Dense, Flatten, MaxPool2D, ReLU
from engine.spec import NetworkSpec
from gui.inspector import Inspector
from gui.inspector_card import CardView, ConfusionGrid, card_rows, confusion_counts
from gui.inspector_layers import LayerTable
from gui.theme import ThemeManager
from gui.widgets.fact_list import FactList
from gui.widgets.grid_layout import plan_grid
from gui.widgets.histogram import Histogram
from gui.widgets.number_grid import NumberGrid
from tests.gui.hosting import shown

TOP = np.array([[[-1, -1, -1], [1, 1, 1], [0, 0, 0]]], np.float32)
ROWS = layer_facts(NetworkSpec((1, 28, 28), (Conv2D(8, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(10))))
CARD: dict[str, object] = {
    "name": "Default 8–16",
    "data": "MNIST",
    "recipe": "AdamW, 40 epochs",
    "accuracy": 0.9962,
    "seed": 7,
    "confusion": [[980, 2], [1, 1000]],
}


@pytest.fixture
def inspector(qtbot: QtBot) -> Inspector:
    """Make an Inspector of the least width that is promised."""
    return shown(qtbot, Inspector(ThemeManager("dark")), 232, 900)


def child(inspector: Inspector, kind: type[NumberGrid]) -> NumberGrid:
    found = inspector.findChild(kind)
    assert found is not None
    return found


def test_nothing_selected_says_the_one_thing_to_do(inspector: Inspector) -> None:
    assert inspector.heading == "Nothing selected"
    assert "Click a filter" in inspector.sentence


def test_a_filter_is_told_with_its_numbers_and_its_change(inspector: Inspector) -> None:
    inspector.show_filter("conv1", 2, TOP, -0.02, TOP * 0.5)
    facts = dict(inspector.facts)
    assert inspector.heading == "conv1 · filter 3"
    assert "a top edge" in inspector.sentence
    assert facts["range"] == "−1.00 … 1.00"
    assert facts["change since start"].startswith("1.22 (100")
    assert facts["made of"].startswith("edge ")
    assert facts["most like"] == "top edge, 1.00"


def test_a_deep_filter_is_taken_apart_at_its_heaviest_slice(inspector: Inspector) -> None:
    weight = np.stack([0.1 * TOP[0], np.full((3, 3), -0.5, np.float32)])
    inspector.show_filter("conv2", 0, weight, 0.0, None)
    facts = dict(inspector.facts)
    assert facts["made of in channel 2"] == "edge 0\u202f%, line 0\u202f%, average 100\u202f%"
    assert facts["most like in channel 2"] == "box blur, −1.00"
    inspector.show_filter("conv1", 0, np.zeros((1, 3, 3), np.float32), 0.0, None)
    assert not any(name.startswith("made of") for name, _ in inspector.facts)


def test_a_channel_is_told_with_the_selected_position(inspector: Inspector) -> None:
    values = np.zeros((26, 26), np.float32)
    values[8, 3] = 1.5
    inspector.show_channel("relu1", 0, values, (8, 3))
    facts = dict(inspector.facts)
    assert inspector.heading == "relu1 · channel 1"
    assert facts["at (8, 3)"] == "1.500"
    assert facts["largest at"] == "(8, 3)"


def test_a_position_outside_a_smaller_channel_does_no_harm(inspector: Inspector) -> None:
    inspector.show_channel("relu2", 0, np.ones((5, 5), np.float32), (8, 3))
    assert dict(inspector.facts)["at (8, 3)"] == "outside"
    inspector.grab()


def test_a_layer_is_told_with_its_formulas(inspector: Inspector) -> None:
    inspector.show_layer(ROWS[0], np.ones((8, 1, 3, 3), np.float32))
    facts = dict(inspector.facts)
    assert facts["output size"] == "(28 − 3) / 1 + 1 = 26"
    assert facts["weights"].endswith("80")
    inspector.show_layer(ROWS[1])
    assert "output size" not in dict(inspector.facts)
    assert child(inspector, NumberGrid).isHidden()


def test_an_input_picture_is_told_with_the_answer(inspector: Inspector) -> None:
    inspector.show_picture("my drawing", np.full((1, 28, 28), 0.5, np.float32), "7 · 99.9 %")
    assert dict(inspector.facts)["answer"] == "7 · 99.9 %"


def test_the_network_shows_its_layers_and_its_card(qtbot: QtBot, inspector: Inspector) -> None:
    inspector.show_network(ROWS, CARD)
    assert inspector.heading == "Default 8–16"
    table = inspector.findChild(LayerTable)
    card = inspector.findChild(CardView)
    assert table is not None
    assert card is not None
    assert table.isVisible()
    assert card.isVisible()
    row = table.sizeHint().height() // (len(ROWS) + 1)
    with qtbot.waitSignal(inspector.layer_chosen) as heard:
        qtbot.mouseClick(table, Qt.MouseButton.LeftButton, pos=QPoint(20, row + row // 2))
    assert heard.args == ["conv1"]
    inspector.show_network(ROWS)
    assert card.isHidden()


def test_words_follow_at_a_readable_pace_and_pictures_at_once(qtbot: QtBot, inspector: Inspector) -> None:
    inspector.show_filter("conv1", 0, TOP, 0.0)
    for step in range(1, 20):
        inspector.show_filter("conv1", 0, TOP * step, 0.0)
    assert dict(inspector.facts)["range"] == "−1.00 … 1.00"
    qtbot.waitUntil(lambda: dict(inspector.facts)["range"] == "−19.00 … 19.00")


def test_a_new_subject_is_told_at_once(inspector: Inspector) -> None:
    inspector.show_filter("conv1", 0, TOP, 0.0)
    inspector.show_filter("conv1", 1, TOP * 2, 0.0)
    assert inspector.heading == "conv1 · filter 2"


def test_numbers_are_copied_as_tab_separated_text(qtbot: QtBot, inspector: Inspector) -> None:
    inspector.show_filter("conv1", 0, np.concatenate((TOP, TOP)), 0.0)
    button = inspector.findChild(QPushButton, "copy_numbers")
    with qtbot.waitSignal(inspector.copied):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    block = "-1\t-1\t-1\n1\t1\t1\n0\t0\t0"
    assert QGuiApplication.clipboard().text() == f"{block}\n\n{block}\n"


def test_the_picture_is_copied_at_twice_its_size(qtbot: QtBot, inspector: Inspector) -> None:
    inspector.show_filter("conv1", 0, TOP, 0.0)
    with qtbot.waitSignal(inspector.copied):
        inspector.copy_picture()
    grid = child(inspector, NumberGrid)
    assert QGuiApplication.clipboard().pixmap().size() == grid.size() * 2


def test_a_cell_under_the_pointer_is_read_out_and_a_click_selects_it(
    qtbot: QtBot, inspector: Inspector
) -> None:
    inspector.show_filter("conv1", 2, TOP * 0.5, 0.0)
    grid = child(inspector, NumberGrid)
    qtbot.waitUntil(lambda: grid.height() >= 150)
    with qtbot.waitSignal(inspector.hovered) as heard:
        qtbot.mouseMove(grid, QPoint(75, 25))
    assert heard.args == ["conv1 · filter 3 · (0, 1) = −0.500"]
    with qtbot.waitSignal(inspector.pixel_chosen) as clicked:
        qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=QPoint(25, 75))
    assert clicked.args == [(1, 0)]


@pytest.mark.parametrize(
    "weight",
    [
        np.zeros((1, 3, 3)),
        np.full((2, 5, 5), np.nan),
        np.full((1, 1, 1), np.inf),
        np.ones((64, 3, 3)),
        np.ones((3, 11, 11)),
    ],
    ids=["zero", "not a number", "infinite", "deep", "large"],
)
def test_any_filter_is_painted_and_described(inspector: Inspector, weight: NDArray[np.float64]) -> None:
    inspector.show_filter("conv1", 0, weight.astype(np.float32), None)
    inspector.grab()
    assert inspector.sentence


def test_the_histogram_of_a_one_sided_channel_begins_at_zero(inspector: Inspector) -> None:
    inspector.show_channel("relu1", 0, np.ones((4, 4), np.float32))
    histogram = inspector.findChild(Histogram)
    assert histogram is not None
    assert histogram.isVisible()


def test_a_card_shows_what_is_there_and_survives_what_is_not() -> None:
    assert card_rows(CARD)[0] == ("accuracy", "99.62\u202f%")
    assert dict(card_rows({"accuracy": "unknown", "made_by": "us"})) == {
        "accuracy": "unknown",
        "made by": "us",
    }
    assert confusion_counts(CARD) is not None
    for bad in (None, "text", [[1, 2]], [[1], [2, 3]], [[None]]):
        assert confusion_counts({"confusion": bad}) is None


def test_the_mistakes_are_read_out_with_the_names_of_the_classes(qtbot: QtBot) -> None:
    view = shown(qtbot, CardView(ThemeManager("light")), 230, 600)
    view.show_card(CARD | {"classes": ["digit", "no digit"]})
    grid = view.findChild(ConfusionGrid)
    assert grid is not None
    told: list[str] = []
    view.hovered.connect(told.append)
    cell = grid._cell(grid.width())
    QTest.mouseMove(grid, QPoint(int(2.5 * cell), int(1.5 * cell)))
    view.grab()
    assert told[-1] == "true digit, answered no digit: 2 pictures"
    view.show_card(CARD | {"classes": ["only one"]})
    QTest.mouseMove(grid, QPoint(int(2.4 * cell), int(1.4 * cell)))
    assert told[-1] == "true 0, answered 1: 2 pictures"


@pytest.mark.parametrize(
    ("maps", "rows", "columns", "width"),
    [(1, 3, 3, 200), (8, 3, 3, 200), (32, 3, 3, 200), (1, 28, 28, 200), (3, 5, 5, 300), (2, 9, 9, 5)],
)
def test_maps_fit_the_width_without_overlapping(maps: int, rows: int, columns: int, width: int) -> None:
    layout = plan_grid(maps, rows, columns, width, tallest=260, largest_cell=50, gap=8, caption=14)
    taken = set()
    for index in range(maps):
        left, top = layout.origin(index)
        assert left + layout.map_width <= max(width, layout.map_width)
        assert top + layout.map_height <= layout.height
        assert layout.hit(left, top) == (index, 0, 0)
        assert layout.hit(left + layout.map_width - 1, top + layout.map_height - 1) == (
            index,
            rows - 1,
            columns - 1,
        )
        taken.add((left, top))
    assert len(taken) == maps
    assert layout.hit(-1, 0) is None
    assert layout.hit(0, layout.height + 100) is None


def test_cells_are_whole_device_pixels_at_150_percent() -> None:
    tiles = filter_tiles("conv1", TOP[None])
    assert tiles.maps.shape == (1, 1, 3, 3)
    layout = plan_grid(1, 3, 3, 300, tallest=390, largest_cell=75, gap=12, caption=21)
    assert layout.cell == 75


def test_a_long_fact_wraps_below_its_name(qtbot: QtBot) -> None:
    facts = shown(qtbot, FactList(ThemeManager("dark")), 200, 400)
    facts.set_rows([("seed", "7")])
    short = facts.heightForWidth(200)
    facts.set_rows([("data", "MNIST training set without the embedded test digits, augmented")])
    assert facts.heightForWidth(200) > 2 * short
    facts.grab()
