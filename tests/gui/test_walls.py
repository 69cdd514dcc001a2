"""From a frame to the tiles of the Train page."""

import numpy as np
import pytest

from engine import AvgPool2D, BatchNorm2D, Conv2D, Dense, Flatten, NetworkSpec, ReLU, Tanh
from gui.pages.train.walls import ConvolutionPlace, Scales, convolutions, walls_of
from tests.gui.frame_samples import SPEC, frame_of, parameters_of

FIRST, SECOND = convolutions(SPEC)


def test_every_convolution_is_found_with_its_relu():
    assert convolutions(SPEC) == (ConvolutionPlace("conv1", "relu1"), ConvolutionPlace("conv2", "relu2"))


@pytest.mark.parametrize(
    ("layers", "output"),
    [
        ((Conv2D(2, 3), BatchNorm2D(), ReLU()), "relu1"),
        ((Conv2D(2, 3), Tanh()), "conv1"),
        ((Conv2D(2, 3), AvgPool2D(2), ReLU()), "conv1"),
        ((Conv2D(2, 3), Conv2D(2, 3), ReLU()), "conv1"),
        ((Conv2D(2, 3),), "conv1"),
    ],
)
def test_the_output_is_the_relu_of_the_same_convolution_or_its_own(layers, output):
    spec = NetworkSpec((1, 28, 28), (*layers, Flatten(), Dense(10)))
    assert convolutions(spec)[0] == ConvolutionPlace("conv1", output)


def test_a_network_without_convolutions_has_no_walls():
    assert convolutions(NetworkSpec((1, 28, 28), (Flatten(), Dense(10)))) == ()


def test_tiles_are_weights_start_change_and_channels():
    start = parameters_of(seed=3)
    frame = frame_of(reference=start)
    walls = walls_of(frame, SECOND, Scales(), None, since_start=True)
    weight = frame.parameters["conv2.weight"]
    np.testing.assert_array_equal(walls.filters.maps, weight)
    np.testing.assert_array_equal(walls.start.maps, start["conv2.weight"])
    np.testing.assert_allclose(walls.change.maps, weight - start["conv2.weight"])
    np.testing.assert_array_equal(walls.channels.maps[:, 0], frame.activations["relu2"])
    assert (walls.filters.signed, walls.channels.signed) == (True, False)


def test_channels_without_a_relu_are_signed():
    spec = NetworkSpec((1, 28, 28), (Conv2D(2, 3), Flatten(), Dense(10)))
    walls = walls_of(frame_of(spec=spec), convolutions(spec)[0], Scales(), None, since_start=True)
    assert walls.channels.signed


def test_change_since_the_last_frame_is_measured_from_it():
    frame, before = frame_of(seed=2), parameters_of(seed=1)
    walls = walls_of(frame, FIRST, Scales(), before, since_start=False)
    expected = frame.parameters["conv1.weight"] - before["conv1.weight"]
    np.testing.assert_allclose(walls.change.maps, expected)


def test_without_a_frame_before_nothing_has_changed():
    walls = walls_of(frame_of(), FIRST, Scales(), None, since_start=False)
    assert not walls.change.maps.any()


def test_a_network_that_is_not_of_a_run_has_not_changed():
    walls = walls_of(frame_of(step=None), FIRST, Scales(), None, since_start=True)
    assert not walls.change.maps.any()


def test_scales_only_grow_so_that_pictures_do_not_breathe():
    scales = Scales(weight=50.0, change=40.0, channel=30.0)
    walls = walls_of(frame_of(reference=parameters_of(seed=3)), FIRST, scales, None, since_start=True)
    assert (scales.weight, scales.change, scales.channel) == (50.0, 40.0, 30.0)
    assert walls.filters.scale == walls.start.scale == 50.0


def test_scales_grow_with_values_that_outgrow_them():
    scales = Scales(weight=1e-6, change=1e-6, channel=1e-6)
    frame = frame_of(reference=parameters_of(seed=3))
    walls_of(frame, FIRST, scales, None, since_start=True)
    assert scales.weight >= np.abs(frame.parameters["conv1.weight"]).max()
    assert scales.channel >= frame.activations["relu1"].max()
