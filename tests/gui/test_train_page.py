"""The Train page: walls, curves and the selection, from hand-made frames."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from engine import Conv2D, Dense, Flatten, NetworkSpec, ReLU, TrainingConfig
from engine.datasets import Dataset
from engine.history import STEP_FIELDS, TEST_FIELDS, Progress
from engine.recipes import preset
from gui.bridge import Pulled
from gui.pages.train.page import TrainPage
from gui.selection import Selection
from gui.theme import ThemeManager
from gui.widgets.curves import LossPlot
from gui.widgets.tile_wall import TileWall
from tests.gui.frame_samples import SMALL, SPEC, frame_of, parameters_of
from tests.gui.hosting import shown

DEEP = NetworkSpec(
    (1, 28, 28),
    (*(layer for _ in range(4) for layer in (Conv2D(4, 3), ReLU())), Flatten(), Dense(10)),
)


def digits():
    return Dataset("d", np.zeros((3, 1, 28, 28), np.uint8), np.array([1, 7, 3]), tuple("0123456789"))


@pytest.fixture
def page(qtbot):
    page = shown(qtbot, TrainPage(ThemeManager("dark")), 1000, 700)
    page.show_run(SPEC, TrainingConfig(), "8–16", digits())
    return page


def wall(page, name):
    return page.findChild(TileWall, name)


def walls_on(page):
    return sorted(w.objectName() for w in page.findChildren(TileWall) if w.isVisible())


def test_the_walls_are_there_before_any_run(qtbot):
    page = shown(qtbot, TrainPage(ThemeManager("dark")), 1000, 700)
    assert walls_on(page) == ["channels_view", "filters_view"]
    assert "Press Play" in wall(page, "filters_view").accessibleDescription()


def test_a_frame_fills_a_wall_of_filters_and_of_channels_for_every_convolution(page):
    frame = frame_of()
    page.show_frame(frame)
    for suffix, key, output in (("", "conv1", "relu1"), ("_conv2", "conv2", "relu2")):
        filters, channels = wall(page, f"filters_view{suffix}"), wall(page, f"channels_view{suffix}")
        np.testing.assert_array_equal(filters.tiles.maps, frame.parameters[f"{key}.weight"])
        np.testing.assert_array_equal(channels.tiles.maps[:, 0], frame.activations[output])


def test_a_frame_of_another_network_is_not_shown(page):
    page.show_frame(frame_of(spec=SMALL))
    assert wall(page, "filters_view").tiles is None


@pytest.mark.parametrize("spec", [SMALL, DEEP, NetworkSpec((1, 28, 28), (Flatten(), Dense(10)))])
def test_another_run_gets_walls_of_its_own_and_the_first_ones_stay(page, qtbot, spec):
    page.show_frame(frame_of())
    first = wall(page, "filters_view")
    page.show_run(spec, TrainingConfig(), "other", digits())
    assert first.tiles is None
    page.show_frame(frame_of(spec=spec))
    count = sum(isinstance(layer, Conv2D) for layer in spec.layers)
    qtbot.waitUntil(lambda: len(walls_on(page)) == 2 * max(count, 1))
    assert wall(page, "filters_view") is first
    page.show_run(SPEC, TrainingConfig(), "8–16", digits())
    page.show_frame(frame_of())
    assert len(first.tiles.maps) == 4
    qtbot.waitUntil(page.findChild(LossPlot).isVisible)


def test_the_page_scrolls_rather_than_leave_a_filter_out(page):
    def heights():
        return [row.minimumHeight() for row in page._further_rows]

    page.show_run(DEEP, TrainingConfig(), "deep", digits())
    assert len(heights()) > 1
    assert min(heights()) >= 190
    page.show_run(preset("32–64").spec, TrainingConfig(), "32–64", digits())
    assert heights()[0] > 400
    page.show_run(preset("8–16").spec, TrainingConfig(), "8–16", digits())
    assert heights() == [190]


def test_walls_of_a_run_that_was_left_are_out_of_reach_at_once(page):
    page.show_frame(frame_of())
    old = wall(page, "filters_view_conv2")
    page.show_run(SMALL, TrainingConfig(), "other", digits())
    assert not old.isVisible()


def test_change_is_since_the_start_or_since_the_last_frame(page):
    start = parameters_of(seed=9)
    page.show_frame(frame_of(seed=1, reference=start))
    filters = wall(page, "filters_view")
    since_start = filters.tiles.captions
    choice = page.findChild(QComboBox, "change_choice")
    choice.setCurrentIndex(1)
    page.show_frame(frame_of(seed=1, reference=start))
    assert filters.tiles.captions != since_start
    assert not filters._change.maps.any()


def click(tile_wall, tile):
    box = tile_wall.tile_layout.picture_box(tile)
    place = tile_wall.picture_origin + QPointF(box.x + 2, box.y + 2)
    QTest.mouseClick(tile_wall, Qt.MouseButton.LeftButton, pos=place.toPoint())


@pytest.mark.parametrize(
    ("name", "layer", "kind"),
    [
        ("filters_view", "conv1", "filter"),
        ("channels_view", "relu1", "channel"),
        ("filters_view_conv2", "conv2", "filter"),
        ("channels_view_conv2", "relu2", "channel"),
    ],
)
def test_a_clicked_tile_says_which_it_is(page, qtbot, name, layer, kind):
    page.show_frame(frame_of())
    with qtbot.waitSignal(page.tile_chosen) as chosen:
        click(wall(page, name), 2)
    assert chosen.args[:3] == [layer, kind, 2]


def test_a_selection_is_outlined_on_its_wall_only(page):
    page.show_frame(frame_of())
    page.show_selection(Selection("Run 1", 7, "my drawing", "conv2", "filter", 3))
    assert wall(page, "filters_view_conv2").selected == 3
    assert wall(page, "filters_view").selected is None
    assert wall(page, "channels_view_conv2").selected is None


def pulled(first, count):
    steps = np.zeros(count, STEP_FIELDS)
    steps["step"] = np.arange(first, first + count)
    steps["loss"], steps["accuracy"] = 1.5, 0.5
    tests = np.zeros(1, TEST_FIELDS)
    tests["step"], tests["loss"], tests["accuracy"] = first, 1.0, 0.6
    return Pulled(steps, tests, None, (), Progress(0, 0, 1, 0, 0, None))


def test_curves_grow_with_what_is_pulled_and_begin_anew_with_another_run(page, qtbot):
    plot = page.findChild(LossPlot)
    blank = plot.grab().toImage()
    page.show_pulled(pulled(1, 50))
    page.show_pulled(pulled(51, 50))
    qtbot.waitUntil(lambda: plot.grab().toImage() != blank)
    qtbot.waitUntil(lambda: "loss 1.5" in plot.accessibleDescription())
    page.show_run(SPEC, TrainingConfig(), "8–16", digits())
    assert "loss 1.5" not in plot.accessibleDescription()


def test_a_run_shows_its_settings(page):
    page.show_run(SMALL, TrainingConfig(learning_rate=0.03, batch_size=17), "One filter", digits())
    assert page.settings.findChild(QComboBox, "preset").currentText() == "One filter"
    assert page.settings._spins["learning_rate"].value() == 0.03
    assert page.settings._spins["batch_size"].value() == 17
