"""The wall's geometry: square whole cells that use the room, and stay where they are."""

import itertools

import numpy as np
import pytest

from gui.palettes import GAP_INDEX
from gui.widgets.mosaic_plan import plan_mosaic
from gui.widgets.tile_geometry import Box, TileLayout
from gui.widgets.tile_layout import layout_tiles

scales = pytest.mark.parametrize("dpr", [1.0, 1.5, 2.0])


def _layout(
    count: int,
    slices: int,
    side: int,
    room: tuple[int, int],
    dpr: float = 1.0,
    *,
    previews: bool = False,
) -> TileLayout:
    width, height = int(room[0] * dpr), int(room[1] * dpr)
    return layout_tiles(count, slices, side, side, width, height, dpr, True, previews)


def _overlap(first: Box, second: Box) -> bool:
    return (
        first.x < second.x + second.width
        and second.x < first.x + first.width
        and first.y < second.y + second.height
        and second.y < first.y + first.height
    )


@scales
@pytest.mark.parametrize(
    ("count", "slices", "side"), [(8, 1, 3), (16, 8, 3), (8, 1, 26), (64, 32, 3), (96, 1, 11)]
)
def test_all_tiles_lie_inside_the_room_and_apart(count: int, slices: int, side: int, dpr: float) -> None:
    layout = _layout(count, slices, side, (900, 500), dpr)
    boxes = [layout.tile_box(tile) for tile in range(layout.shown)]
    assert layout.shown == count
    assert all(box.x + box.width <= 900 * dpr and box.y + box.height <= 500 * dpr for box in boxes)
    assert not any(_overlap(a, b) for a, b in itertools.combinations(boxes, 2))


@scales
def test_slices_lie_inside_their_tile_and_apart(dpr: float) -> None:
    layout = _layout(16, 8, 3, (430, 270), dpr)
    picture = layout.picture_box(5)
    boxes = [layout.slice_box(5, index) for index in range(8)]
    assert all(picture.holds(box.x, box.y) for box in boxes)
    assert all(picture.holds(box.x + box.width - 1, box.y + box.height - 1) for box in boxes)
    assert not any(_overlap(a, b) for a, b in itertools.combinations(boxes, 2))


@scales
def test_tiles_grow_with_the_room(dpr: float) -> None:
    small, large = _layout(8, 1, 3, (876, 140), dpr), _layout(8, 1, 3, (1300, 240), dpr)
    assert large.cell > small.cell
    assert large.cell / dpr >= 40


@scales
def test_no_cell_could_be_larger(dpr: float) -> None:
    layout = _layout(8, 1, 26, (876, 110), dpr)
    room_across = 876 * dpr - layout.width
    room_down = 110 * dpr - layout.height
    assert room_across < 8 * 26 or room_down < 26


def test_a_scale_of_the_screen_makes_pictures_sharper_and_not_larger() -> None:
    at_one, at_two = _layout(8, 1, 3, (876, 160), 1.0), _layout(8, 1, 3, (876, 160), 2.0)
    assert at_two.cell == pytest.approx(2 * at_one.cell, abs=1)


def test_the_same_shape_and_room_give_the_same_places() -> None:
    assert _layout(8, 1, 3, (640, 200)) is _layout(8, 1, 3, (640, 200))


def test_too_many_tiles_are_shown_as_far_as_there_is_room() -> None:
    layout = _layout(96, 96, 3, (500, 300))
    assert 0 < layout.shown < layout.count == 96
    assert layout.width <= 500
    assert layout.height <= 300


def test_even_without_room_one_tile_is_shown() -> None:
    assert _layout(8, 1, 26, (5, 5)).shown == 1


def test_small_tiles_give_up_their_captions_for_their_picture() -> None:
    assert _layout(8, 1, 26, (876, 160)).captioned
    assert not _layout(96, 1, 26, (400, 200)).captioned


def test_a_lone_filter_does_not_become_a_poster() -> None:
    assert _layout(1, 1, 3, (2000, 1500)).cell == 96


@scales
def test_a_point_in_a_cell_finds_that_cell(dpr: float) -> None:
    layout = _layout(16, 8, 3, (600, 400), dpr, previews=True)
    box = layout.cell_box(7, 5, 2, 1)
    assert layout.hit(box.x + 0.5, box.y + 0.5) == (7, 5, 2, 1)
    assert layout.hit(box.x + box.width - 0.5, box.y + box.height - 0.5) == (7, 5, 2, 1)


def test_a_point_on_the_frame_finds_the_tile_and_a_point_between_finds_nothing() -> None:
    layout = _layout(8, 1, 3, (876, 160))
    box = layout.tile_box(2)
    assert layout.hit(box.x + 1, box.y + 1) == (2, None, None, None)
    assert layout.hit(box.x + box.width + 1, box.y + 5) is None
    assert layout.hit(-3, 5) is None
    assert layout.hit(5, layout.height + 4) is None


@scales
@pytest.mark.parametrize("previews", [False, True])
def test_the_mosaic_shows_each_entry_in_its_own_cell(dpr: float, previews: bool) -> None:
    layout = _layout(6, 4, 3, (500, 400), dpr, previews=previews)
    plan = plan_mosaic(layout)
    sets = 3 if previews else 1
    assert bool(layout.preview_cell) == previews
    entries = (np.arange(sets * 6 * 4 * 9) % 250).astype(np.uint8)
    pixels = plan.pixels(entries)
    assert pixels.shape == (layout.height, layout.width)
    shaped = entries.reshape(sets, 6, 4, 3, 3)
    for tile, index in itertools.product(range(6), range(4)):
        boxes = [layout.slice_box(tile, index)]
        if previews:
            boxes += [layout.preview_box(tile, which, index) for which in (0, 1)]
        for which, box in enumerate(boxes):
            part = pixels[box.y : box.y + box.height, box.x : box.x + box.width]
            cell = box.height // 3
            expected = shaped[which, tile, index].repeat(cell, 0).repeat(cell, 1)
            np.testing.assert_array_equal(part, expected)


def test_everything_outside_cells_is_gap() -> None:
    layout = _layout(8, 1, 3, (876, 160))
    pixels = plan_mosaic(layout).pixels(np.zeros(72, np.uint8))
    assert (pixels == 0).sum() == 72 * layout.cell**2
    assert (pixels == GAP_INDEX).sum() == pixels.size - 72 * layout.cell**2


def test_a_low_row_of_filters_gives_up_small_pictures_before_captions() -> None:
    low = _layout(8, 1, 3, (730, 100), previews=True)
    assert low.captioned
    assert not low.preview_cell
    assert _layout(8, 1, 3, (730, 200), previews=True).preview_cell
