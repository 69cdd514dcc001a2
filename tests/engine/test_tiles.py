"""Tiles: values become entries of a colour table, and say what they show."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import ConfigError, ShapeError
from engine.inspect.tiles import (
    TileSet,
    change_captions,
    channel_tiles,
    filter_tiles,
    nice_scale,
    tile_indices,
)


def _one_tile(*values: float, signed: bool, scale: float = 1.0) -> TileSet:
    maps = np.array(values, np.float32).reshape(1, 1, 1, -1)
    return TileSet("conv1", maps, "weight", signed, scale, ("",), "", "")


def _indices(*values: float, signed: bool, scale: float = 1.0) -> list[int]:
    return [int(i) for i in tile_indices(_one_tile(*values, signed=signed, scale=scale)).ravel()]


def test_a_signed_zero_is_exactly_the_middle_entry() -> None:
    assert _indices(-2, -0.0, 0, 2, signed=True, scale=2) == [0, 127, 127, 254]


def test_a_one_sided_zero_is_the_first_entry() -> None:
    assert _indices(-1, 0, 0.5, 1, signed=False) == [0, 0, 127, 254]


def test_what_exceeds_the_scale_is_full_strength_and_never_the_gap() -> None:
    assert _indices(-9, 9, np.inf, -np.inf, signed=True) == [0, 254, 254, 0]
    assert _indices(9, np.inf, signed=False) == [254, 254]


def test_what_is_not_a_number_is_drawn_as_zero() -> None:
    assert _indices(np.nan, signed=True) == [127]
    assert _indices(np.nan, signed=False) == [0]


def test_values_of_opposite_sign_are_mirrored_about_zero() -> None:
    values = np.linspace(-1, 1, 101).tolist()
    entries = np.array(_indices(*values, signed=True))
    assert (abs(entries + entries[::-1] - 254) <= 1).all()


@pytest.mark.parametrize(
    ("peak", "scale"),
    [(0.3, 0.3), (0.31, 0.4), (1.0, 1.0), (1.1, 1.2), (9.1, 10), (0.0021, 0.0025)],
)
def test_a_scale_is_a_short_number_above_the_peak(peak: float, scale: float) -> None:
    values = np.array([0, -peak], np.float32)
    assert nice_scale(values) == pytest.approx(scale)


def test_a_scale_grows_and_never_shrinks() -> None:
    small, large = np.array([0.2]), np.array([0.7])
    assert nice_scale(small, previous=0.5) == 0.5
    assert nice_scale(large, previous=0.5) == pytest.approx(0.8)


@pytest.mark.parametrize("values", [[], [0.0], [np.nan], [np.inf]])
def test_a_scale_of_nothing_is_one(values: list[float]) -> None:
    assert nice_scale(np.array(values, np.float32)) == 1.0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("peak", [3.3e38, 1e200, 1.7e308])
def test_a_scale_beyond_float32_is_found_and_drawn_without_a_warning(peak: float) -> None:
    values = np.array([[[[peak, -peak, 0.0, np.inf, np.nan]]]])
    tiles = filter_tiles("conv1", values)
    assert np.isfinite(tiles.scale)
    entries = tile_indices(tiles)[0, 0, 0]
    assert entries[0] > 127 > entries[1]
    assert entries[2:].tolist() == [127, 254, 127]
    assert change_captions(values, values) == ("Δ not a number",)


def test_the_tiles_of_a_layer_are_its_filters_with_their_input_channels() -> None:
    rng = np.random.default_rng(3)
    weight = rng.normal(size=(16, 8, 3, 3)).astype(np.float32)
    tiles = filter_tiles("conv2", weight, scale=0.9)
    assert tiles.maps.shape == (16, 8, 3, 3)
    assert tiles.signed
    assert tiles.title == "conv2 · 16 filters of 8×3×3"
    assert tiles.detail == "scale ±0.90, fixed"
    assert filter_tiles("conv1", weight[:1, :1]).title == "conv1 · 1 filter of 1×3×3"


def test_tiles_keep_their_own_numbers() -> None:
    rng = np.random.default_rng(3)
    weight = rng.normal(size=(2, 1, 3, 3)).astype(np.float32)
    tiles = filter_tiles("conv1", weight)
    before = weight.copy()
    weight[:] = 0
    np.testing.assert_array_equal(tiles.maps, before)
    assert not tiles.maps.flags.writeable


def test_channels_say_their_range_and_their_peaks() -> None:
    maps = np.zeros((2, 4, 5), np.float32)
    maps[1, 2, 3] = 2.14
    tiles = channel_tiles("relu1", maps, signed=False)
    assert tiles.maps.shape == (2, 1, 4, 5)
    assert tiles.title == "relu1 · 2 channels of 4×5"
    assert tiles.detail == "0 … 2.1"
    assert tiles.captions == ("max 0", "max 2.1")
    assert tiles.scale == pytest.approx(2.5)


def test_the_change_of_a_filter_is_its_weight_that_moved_most() -> None:
    before = np.zeros((2, 1, 3, 3), np.float32)
    now = before.copy()
    now[1, 0, 1, 2] = -0.284
    assert change_captions(now, before) == ("Δ 0.00", "Δ 0.28")


@pytest.mark.parametrize("maps", [np.zeros((2, 3, 3), np.float32), np.zeros(4, np.float32)])
def test_maps_without_four_axes_are_refused_with_their_shape(maps: NDArray[np.float32]) -> None:
    with pytest.raises(ShapeError, match=r"\(tiles, slices, rows, columns\), got shape"):
        TileSet("conv1", maps, "weight", True, 1.0, ("",) * len(maps), "", "")


def test_a_scale_that_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ConfigError, match="above 0, got 0"):
        _one_tile(1, signed=True, scale=0)


def test_captions_must_be_one_per_tile() -> None:
    with pytest.raises(ShapeError, match=r"one per tile \(2\), got 1"):
        filter_tiles("conv1", np.zeros((2, 1, 3, 3)), captions=("only one",))
