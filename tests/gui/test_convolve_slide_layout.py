"""Where the pictures of the slide lie."""

import pytest

from gui.pages.convolve.slide_layout import (
    LARGEST_CELL,
    SceneShape,
    arranged,
    fitted,
    glided,
    neighbour,
    place_at,
    zoomed,
)

NONE = ((0, 0), (0, 0))


def shape(channels=1, side=28, out=26, sides=NONE):
    return SceneShape(channels, (side, side), sides, (out, out))


SHAPES = [
    shape(),
    shape(3),
    shape(3, 28, 28, ((1, 1), (1, 1))),
    shape(8, 13, 11),
    shape(64, 13, 11),
    shape(1, 256, 254),
    shape(3, 256, 254),
    SceneShape(3, (170, 256), NONE, (168, 254)),
    shape(1, 1, 1),
]


@pytest.mark.parametrize("one", SHAPES)
@pytest.mark.parametrize("dpr", [1.0, 1.5])
@pytest.mark.parametrize("room", [(620, 330), (960, 300), (280, 200)])
def test_everything_fits_into_the_room_and_nothing_overlaps(one, dpr, room):
    width, height = int(room[0] * dpr), int(room[1] * dpr)
    zoom = fitted(one, width, height, dpr)
    layout = arranged(one, zoom, dpr)
    if one.channels < 64:
        assert layout.width <= width
        assert layout.height <= height
    places = [box.outer for box in layout.boxes]
    for i, (x, y, w, h) in enumerate(places):
        assert x >= 0
        assert y >= 0
        assert x + w <= layout.width
        assert y + h <= layout.height
        for other_x, other_y, other_w, other_h in places[i + 1 :]:
            apart = x + w <= other_x or other_x + other_w <= x or y + h <= other_y or other_y + other_h <= y
            assert apart


@pytest.mark.parametrize("dpr", [1.0, 1.25, 1.5, 2.0])
def test_cells_are_whole_device_pixels(dpr):
    for notches in range(-3, 12):
        fit = fitted(shape(), int(620 * dpr), int(330 * dpr), dpr)
        zoom = zoomed(fit, notches, dpr, fit) if notches else fit
        assert zoom.cell < 1 or zoom.cell == int(zoom.cell)
        assert zoom.output_cell < 1 or zoom.output_cell == int(zoom.output_cell)
        assert zoom.cell <= LARGEST_CELL * dpr


def test_one_channel_is_as_large_as_its_output_so_that_shrinking_is_seen():
    zoom = fitted(shape(1, 28, 13), 620, 330, 1.0)
    assert zoom.cell == zoom.output_cell


def test_the_output_of_many_channels_takes_the_room_they_leave():
    zoom = fitted(shape(3), 620, 330, 1.0)
    assert zoom.output_cell > 2 * zoom.cell


def test_up_to_three_channels_stand_in_one_column_and_more_in_a_grid():
    assert fitted(shape(3), 620, 330, 1.0).columns == 1
    assert fitted(shape(8, 13, 11), 620, 330, 1.0).columns > 1


def test_only_several_channels_have_contributions_and_a_sum():
    alone = arranged(shape(), fitted(shape(), 620, 330, 1.0), 1.0)
    assert (alone.parts, alone.sum_box) == ((), None)
    three = arranged(shape(3), fitted(shape(3), 620, 330, 1.0), 1.0)
    assert len(three.parts) == 3
    assert three.sum_box is not None


def test_a_turn_of_the_wheel_always_changes_the_cell():
    fit = fitted(shape(3), 620, 330, 1.0)
    zoom = fit
    for _ in range(8):
        larger = zoomed(zoom, 1, 1.0, fit)
        assert larger.cell > zoom.cell
        zoom = larger
    assert zoomed(zoom, -1, 1.0, fit).cell < zoom.cell


def test_a_point_in_the_border_is_a_cell_outside_the_picture():
    padded = shape(1, 28, 28, ((1, 1), (1, 1)))
    layout = arranged(padded, fitted(padded, 620, 330, 1.0), 1.0)
    box = layout.inputs[0]
    assert box.cell_at(box.x - 1, box.y - 1) == (-1, -1)
    assert box.cell_at(box.x, box.y) == (0, 0)
    assert box.cell_at(box.x - 2 * box.cell, box.y) is None


def test_an_input_pixel_chooses_the_patch_round_it():
    plain = shape()
    assert place_at(plain, (1, 1), (3, 3), 1, 1) == 0
    assert place_at(plain, (1, 1), (3, 3), 0, 0) == 0
    assert place_at(plain, (1, 1), (3, 3), 9, 13) == 8 * 26 + 12
    assert place_at(plain, (1, 1), (3, 3), 27, 27) == 26 * 26 - 1
    jumping = shape(1, 28, 13)
    assert place_at(jumping, (2, 2), (3, 3), 9, 13) == 4 * 13 + 6


def test_the_filter_rests_then_moves_on_and_jumps_at_the_end_of_a_row():
    assert glided(30.0, 26) == (1.0, 4.0)
    assert glided(30.3, 26) == (1.0, 4.0)
    assert 4.0 < glided(30.7, 26)[1] < 5.0
    assert glided(30.9999, 26)[1] == pytest.approx(5.0, abs=0.01)
    assert glided(25.9, 26) == (0.0, 25.0)


def test_a_step_stops_at_the_edge():
    assert neighbour(0, (26, 26), -1, -1) == 0
    assert neighbour(25, (26, 26), 0, 1) == 25
    assert neighbour(25, (26, 26), 1, 0) == 51
