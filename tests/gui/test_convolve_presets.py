"""Every preset on a real digit and on both photographs, as Convolve shows them, against SciPy."""

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal

from engine.kernels import KERNELS
from engine.lab import Filter, Geometry, LabLayer, Setup
from engine.lab.examples import example_seven
from engine.lab.run import run_setup
from gui.pages.convolve.picture_sources import photograph

SCIPY_MODES = {"zero": "constant", "reflect": "mirror", "replicate": "nearest"}
# Both sides compute in float64; 1e-5 is what is promised.
TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def pictures(qapp):
    """Give the digit, which is grey, and the photographs, which are red, green and blue."""
    return {"digit": example_seven(), "temple": photograph("temple"), "flower": photograph("flower")}


def output(picture, values, operation="correlation", **geometry):
    """Run a preset as the page does: the same slice for each input channel."""
    weight = np.repeat(values[None], len(picture), axis=0)
    layer = LabLayer((Filter("preset", weight),), Geometry(**geometry), operation)
    return run_setup(Setup((layer,), (True,) * len(picture)), picture).layers[0].outputs[0]


def test_the_pictures_are_real_ones(pictures):
    assert {name: picture.shape for name, picture in pictures.items()} == {
        "digit": (1, 28, 28),
        "temple": (3, 171, 256),
        "flower": (3, 171, 256),
    }


@pytest.mark.parametrize("border", list(SCIPY_MODES))
@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.key)
def test_a_presets_output_channel_is_scipys_correlate(pictures, kernel, border):
    # An even kernel's middle is the pixel above and left of its centre here, below and right in SciPy.
    origin = [-1 if size % 2 == 0 else 0 for size in kernel.values.shape]
    for picture in pictures.values():
        expected = sum(
            scipy.ndimage.correlate(channel, kernel.values, mode=SCIPY_MODES[border], origin=origin)
            for channel in picture
        )
        ours = output(picture, kernel.values, padding="same", border=border)
        np.testing.assert_allclose(ours, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.key)
def test_in_convolution_mode_it_is_scipys_convolve2d(pictures, kernel):
    for picture in pictures.values():
        expected = sum(scipy.signal.convolve2d(channel, kernel.values, mode="valid") for channel in picture)
        ours = output(picture, kernel.values, "convolution")
        np.testing.assert_allclose(ours, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("operation", ["correlation", "convolution"])
@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.key)
def test_so_it_is_with_strides_and_dilations(pictures, kernel, operation):
    slide = scipy.signal.convolve2d if operation == "convolution" else scipy.signal.correlate2d
    rows, columns = kernel.values.shape
    spread = np.zeros((2 * rows - 1, 3 * columns - 2))
    spread[::2, ::3] = kernel.values
    for picture in pictures.values():
        expected = sum(slide(channel, spread, mode="valid") for channel in picture)[::3, ::2]
        ours = output(picture, kernel.values, operation, stride=(3, 2), dilation=(2, 3))
        np.testing.assert_allclose(ours, expected, rtol=0, atol=TOLERANCE)
