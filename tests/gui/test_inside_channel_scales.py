"""The channels of a layer: to a scale that is fixed, at a size that can be read."""

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton, QWidget

from gui.pages.inside.channel_geometry import LEAST_MAP_PX, LEAST_NAMED_PX, layout_channels
from gui.theme import DARK
from tests.gui.channel_hands import (
    changed_frame,
    channels_page,
    choose,
    peaks_of,
    select,
)
from tests.gui.frame_samples import SMALL, frame_of
from tests.gui.hosting import double_click


@pytest.fixture
def page(qtbot):
    made = channels_page(qtbot)
    yield made
    made.close_workers()


def test_scales_only_grow_until_they_are_fitted(page):
    loud = changed_frame(lambda p: p["conv1.weight"].__imul__(4))
    quiet = frame_of()
    for index in range(3):
        choose(page, "channels_scope", index)
        page.show_frame(quiet)
        select(page, "relu1")
        page.findChild(QPushButton, "channels_fit").click()
        before = scale_of(page)
        page.show_frame(loud)
        grown = scale_of(page)
        page.show_frame(quiet)
        assert (scale_of(page) == grown).all()
        assert (grown > before).all()
        # The other way to fit: a double-click on the legend.
        double_click(page.findChild(QWidget, "channels_legend"))
        assert (scale_of(page) == before).all()


def scale_of(page):
    tiles = page.parts.channels.wall.tiles
    return np.array([tiles.scale]) if tiles.scales is None else tiles.scales


def test_the_scale_is_that_of_unit_layer_or_network_and_the_legend_says_which(page):
    frame = frame_of()
    page.show_frame(frame)
    select(page, "relu1")
    scale = page.parts.channels.scale
    peaks = peaks_of(frame)
    assert (scale.legend.low, scale.words) == ("0", "scale of the layer, fixed")
    assert float(scale.legend.high) == pytest.approx(page.parts.channels.wall.tiles.scale, rel=0.01)
    assert peaks.max() <= scale_of(page)[0] < 2 * peaks.max()
    choose(page, "channels_scope", 0)
    assert (scale_of(page) >= peaks).all()
    assert (scale_of(page) < 2 * peaks).all()
    assert (scale.legend.high, scale.words) == ("its largest", "each its own scale, fixed")
    choose(page, "channels_scope", 2)
    before_logits = [np.abs(frame.activations[name]).max() for name in frame.spec.layer_names[:-1]]
    assert max(before_logits) <= scale_of(page)[0] < 2 * max(before_logits)
    assert scale.words == "scale of the network, fixed"
    select(page, "dense1")
    assert scale.words == "scale of the layer, fixed"
    select(page, "input")
    assert (scale.legend.low, scale.legend.high, scale.words) == ("0", "1", "paper to ink")


def test_another_network_gets_scales_of_its_own(page):
    page.show_frame(changed_frame(lambda p: p["conv1.weight"].__imul__(50)))
    select(page, "relu1")
    loud = scale_of(page)[0]
    page.show_frame(frame_of(spec=SMALL, key="another"))
    assert scale_of(page)[0] < loud
    assert page.parts.channels.wall.order == (0, 1)


def test_a_value_has_the_colour_that_the_legend_gives_it(page):
    page.show_frame(frame_of())
    select(page, "relu1")
    choose(page, "channels_scope", 0)
    wall, tiles = page.parts.channels.wall, page.parts.channels.wall.tiles
    row, column = np.unravel_index(tiles.maps[2, 0].argmax(), tiles.maps.shape[2:])
    entry = int(254 * tiles.maps[2, 0, row, column] / tiles.scales[2] + 0.5)
    found = wall.grab().toImage().pixelColor(wall.cell_of(2, row, column).center().toPoint())
    assert (found.red(), found.green(), found.blue()) == tuple(DARK.activation_lut[entry][:3])


@pytest.mark.parametrize("dpr", [1.0, 1.5])
@pytest.mark.parametrize(
    ("count", "side"), [(1, 28), (8, 26), (32, 28), (128, 5), (64, 7), (10, 1), (128, 1)]
)
@pytest.mark.parametrize("room", [(640, 270), (1060, 420), (150, 120)])
def test_tiles_lie_apart_within_the_width_and_are_large_enough(dpr, count, side, room):
    width, height = (int(length * dpr) for length in room)
    layout = layout_channels(count, side, side, width, height, dpr)
    boxes = [layout.tile_box(place) for place in range(count)]
    assert max(box.x + box.width for box in boxes) <= width
    assert len({(box.x, box.y) for box in boxes}) == count
    if side > 1:
        named = layout_channels(count, side, side, width, height, dpr, True)
        assert named.picture_box(0).width >= LEAST_NAMED_PX * dpr
        assert layout.picture_box(0).width >= LEAST_MAP_PX * dpr
    picture = layout.picture_box(count - 1)
    assert layout.hit(picture.x, picture.y).tile == count - 1
