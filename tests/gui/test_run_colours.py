"""The colours of runs: apart for all eyes, in both themes, and dashed beyond eight."""

import numpy as np
import pytest

from gui.palettes import oklab
from gui.run_colours import COLOURS, run_look
from gui.theme import DARK, LIGHT, contrast

# Machado, Oliveira, Fernandes (2009): what is seen, in linear light, where one kind of cones is missing.
EYES = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}


def seen(rgb, eyes):
    value = rgb / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    linear = (linear @ EYES[eyes].T).clip(0, 1)
    return np.rint(255 * np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055))


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_no_two_of_eight_look_alike(theme, eyes):
    looks = [run_look(hue, theme) for hue in range(COLOURS)]
    rgb = np.array([look.colour.getRgb()[:3] for look in looks], float)
    lab = oklab(seen(rgb, eyes).astype(np.uint8))
    apart = np.linalg.norm(lab[:, None] - lab[None], axis=2) + np.eye(COLOURS)
    # The usual set of eight, Okabe and Ito's, comes down to 0.02 here.
    assert apart.min() > 0.1


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_every_line_stands_out_of_the_surfaces(theme):
    for hue in range(COLOURS):
        colour = run_look(hue, theme).colour
        assert min(contrast(colour, surface) for surface in (theme.window, theme.panel)) >= 3


def test_after_eight_the_colours_come_again_dashed():
    looks = {(look.colour.name(), look.style) for look in (run_look(hue, DARK) for hue in range(4 * COLOURS))}
    assert len(looks) == 4 * COLOURS
    assert run_look(COLOURS, DARK).colour == run_look(0, DARK).colour
    assert run_look(200, DARK).colour == run_look(0, DARK).colour
