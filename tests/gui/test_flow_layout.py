"""The flow's geometry: all blocks in the room, tiles as large as it allows."""

import itertools

import pytest

from gui.widgets.flow_layout import FlowLayout, layout_flow
from gui.widgets.flow_rooms import BlockShape
from gui.widgets.tile_geometry import Box

DEFAULT = (
    BlockShape(1, 28, 28, 0, 60),
    BlockShape(8, 26, 26, 70, 60),
    BlockShape(8, 26, 26, 30, 60),
    BlockShape(8, 13, 13, 50, 60),
    BlockShape(16, 11, 11, 70, 60),
    BlockShape(16, 11, 11, 30, 60),
    BlockShape(16, 5, 5, 50, 60),
    BlockShape(10, 0, 0, 60, 60),
)
WIDE = (
    BlockShape(1, 28, 28, 0, 60),
    BlockShape(32, 28, 28, 62, 60),
    BlockShape(32, 28, 28, 30, 60),
    BlockShape(32, 14, 14, 50, 60),
    BlockShape(64, 14, 14, 62, 60),
    BlockShape(64, 14, 14, 30, 60),
    BlockShape(64, 7, 7, 50, 60),
    BlockShape(128, 1, 1, 66, 60),
    BlockShape(128, 1, 1, 30, 60),
    BlockShape(10, 0, 0, 60, 60),
)
scales = pytest.mark.parametrize("dpr", [1.0, 1.5, 2.0])
rooms = pytest.mark.parametrize("room", [(700, 560), (868, 582), (1400, 640), (600, 900)])


def _layout(room: tuple[int, int], dpr: float = 1.0, zoom: float = 1.0) -> FlowLayout:
    return layout_flow(DEFAULT, int(room[0] * dpr), int(room[1] * dpr), dpr, zoom)


def _apart(first: Box, second: Box) -> bool:
    return (
        first.x + first.width <= second.x
        or second.x + second.width <= first.x
        or first.y + first.height <= second.y
        or second.y + second.height <= first.y
    )


@scales
@rooms
def test_the_whole_network_fits_the_room(room: tuple[int, int], dpr: float) -> None:
    layout = _layout(room, dpr)
    assert layout.width <= room[0] * dpr
    assert layout.height <= room[1] * dpr
    for block in layout.blocks:
        assert block.heading.y >= 0
        assert block.body.x + block.body.width <= room[0] * dpr
        assert block.body.y + block.body.height <= room[1] * dpr


@scales
@rooms
def test_nothing_covers_anything_else(room: tuple[int, int], dpr: float) -> None:
    blocks = _layout(room, dpr).blocks
    boxes = [box for block in blocks for box in (block.heading, block.body)]
    assert all(_apart(first, second) for first, second in itertools.combinations(boxes, 2))


def test_a_wide_network_fits_a_small_window() -> None:
    layout = layout_flow(WIDE, 940, 500, 1.0)
    assert layout.width == 940
    assert layout.height == 500


@scales
def test_tiles_are_larger_in_a_larger_room(dpr: float) -> None:
    small, large = _layout((700, 480), dpr), _layout((1500, 900), dpr)
    assert large.tile_side > 1.5 * small.tile_side


def test_pictures_of_all_layers_are_about_equally_large() -> None:
    layout = _layout((868, 582))
    widths = [block.channel_box(0).width for block in layout.blocks if block.grid is not None]
    assert max(widths) <= 1.35 * min(widths)


@scales
def test_a_network_too_large_for_the_room_keeps_its_width(dpr: float) -> None:
    doubled = (*WIDE[:7], *WIDE[4:])
    width, height = round(640 * dpr), round(400 * dpr)
    layout = layout_flow(doubled, width, height, dpr)
    assert layout.width <= width
    assert height < layout.height <= 4 * height
    boxes = [box for block in layout.blocks for box in (block.heading, block.body)]
    assert all(_apart(first, second) for first, second in itertools.combinations(boxes, 2))


def test_a_network_that_is_too_long_is_wider_than_the_room() -> None:
    layout = layout_flow(DEFAULT * 8, 400, 300, 1.0)
    assert layout.width > 400 or layout.height > 300
    assert len(layout.blocks) == 8 * len(DEFAULT)


def test_zooming_keeps_the_order_of_the_tiles() -> None:
    fitted, zoomed = _layout((868, 582)), _layout((868, 582), zoom=2.0)
    assert [b.columns for b in zoomed.blocks] == [b.columns for b in fitted.blocks]
    for before, after in zip(fitted.blocks, zoomed.blocks, strict=True):
        if before.grid is not None and after.grid is not None:
            assert after.grid.cell == 2 * before.grid.cell


def test_rows_of_tiles_are_full_where_a_little_more_width_makes_them_so() -> None:
    for block in _layout((868, 582)).blocks:
        if block.grid is not None:
            assert block.grid.count % block.grid.tile_columns == 0


@scales
def test_a_point_finds_the_block_the_channel_and_the_cell(dpr: float) -> None:
    layout = _layout((868, 582), dpr)
    box = layout.blocks[2].cell_box(5, 7, 9)
    assert layout.hit(box.x, box.y) == (2, 5, 7, 9)
    bar = layout.blocks[7].channel_box(3)
    assert layout.hit(bar.x + 4, bar.y + 4) == (7, 3, None, None)
    heading = layout.blocks[4].heading
    assert layout.hit(heading.x + 1, heading.y + 1) == (4, None, None, None)
    assert layout.hit(-1, -1) is None


READER = (
    BlockShape(1, 28, 28, 0, 60),
    *(BlockShape(32, 28, 28, 62, 64, 90, 36, 56) for _ in range(4)),
    BlockShape(32, 14, 14, 50, 64, 90, 36, 56),
    *(BlockShape(64, 14, 14, 62, 64, 90, 36, 56) for _ in range(4)),
    BlockShape(64, 7, 7, 50, 64, 90, 36, 56),
    *(BlockShape(128, 5, 5, 62, 64, 96, 36, 62) for _ in range(2)),
    *(BlockShape(128, 1, 1, 66, 64, 96, 36, 62) for _ in range(2)),
    BlockShape(11, 0, 0, 60, 64, 90, 36, 56),
)


@scales
@pytest.mark.parametrize("room", [(960, 190), (820, 250), (1100, 400), (1400, 640)])
def test_a_large_network_fits_when_some_of_its_channels_are_shown(room: tuple[int, int], dpr: float) -> None:
    width, height = round(room[0] * dpr), round(room[1] * dpr)
    layout = layout_flow(READER, width, height, dpr, fits=True)
    assert layout.width <= width
    assert layout.height <= height
    boxes = [box for block in layout.blocks for box in (block.heading, block.body)]
    assert all(_apart(first, second) for first, second in itertools.combinations(boxes, 2))
    grids = [block.grid for block in layout.blocks if block.grid is not None]
    assert all(1 <= grid.shown <= grid.count for grid in grids)
    assert any(grid.shown < grid.count for grid in grids)


def test_more_room_shows_more_channels() -> None:
    def shown(width: int, height: int) -> int:
        blocks = layout_flow(READER, width, height, 1.0, fits=True).blocks
        return sum(block.grid.shown for block in blocks if block.grid is not None)

    assert shown(960, 190) < shown(1300, 400) < shown(1800, 900)


def test_what_fits_anyway_shows_all_its_channels() -> None:
    assert layout_flow(DEFAULT, 1400, 640, 1.0, fits=True) == layout_flow(DEFAULT, 1400, 640, 1.0)


def test_a_channel_without_a_place_is_not_hit() -> None:
    layout = layout_flow(READER, 960, 190, 1.0, fits=True)
    block = layout.blocks[1]
    assert block.grid is not None
    assert block.shows(block.grid.shown - 1)
    assert not block.shows(block.grid.shown)
    box = block.channel_box(block.grid.shown - 1)
    assert layout.hit(box.x, box.y) == (1, block.grid.shown - 1, 0, 0)


@scales
def test_very_many_classes_fit_when_some_of_them_are_shown(dpr: float) -> None:
    letters = (*DEFAULT[:-1], BlockShape(60, 0, 0, 60, 64, 90, 36, 56))
    layout = layout_flow(letters, round(900 * dpr), round(250 * dpr), dpr, fits=True)
    assert layout.height <= round(250 * dpr)
    last = layout.blocks[-1]
    assert 10 < last.bars < 60
    assert last.shows(last.bars - 1)
    assert not last.shows(last.bars)
    assert last.body.height == last.bars * last.bar_height
    # Digits are all shown.
    assert layout_flow(DEFAULT, round(900 * dpr), round(250 * dpr), dpr, fits=True).blocks[-1].bars == 10
