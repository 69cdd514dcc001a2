"""Hands for the tests of the channels of a layer on the Inside page."""

from dataclasses import replace

import numpy as np
from PySide6.QtWidgets import QComboBox

from engine import Network
from engine.drawing import Drawing, Stroke
from engine.inspect.synthesis import Ascent
from gui.frames import compute_frame
from gui.pages.inside.page import InsidePage
from gui.selection import Selection
from gui.theme import ThemeManager
from tests.gui.frame_samples import INK, SPEC, frame_of, sets_of
from tests.gui.hosting import shown

LEVEL = Drawing((Stroke(((0.2, 0.5, 0.1), (0.8, 0.5, 0.1))),))
BLANK = Drawing(())


def inside_page(qtbot):
    """Give the page with pictures to search that excite nothing."""
    page = InsidePage(ThemeManager("dark"), sets_of(np.zeros((2, 28, 28), np.uint8)), ascent=Ascent(steps=1))
    return shown(qtbot, page, 1000, 860)


def channels_page(qtbot):
    page = inside_page(qtbot)
    page.show_part("channels")
    page.enter(True)
    return page


def select(page, layer, channel=None, pixel=None, kind="channel"):
    page.show_selection(
        Selection("Run 1", 7, "my drawing", layer, kind if channel is not None else None, channel, pixel)
    )


def choose(page, name, index):
    choice = page.findChild(QComboBox, name)
    choice.setCurrentIndex(index)
    choice.activated.emit(index)


def follow(page):
    """Select what is chosen, as the window does."""
    page.tile_chosen.connect(lambda layer, kind, channel, pixel: select(page, layer, channel, pixel, kind))


def settled(qtbot, page):
    qtbot.waitUntil(lambda: page.parts.channels.is_settled, timeout=10_000)


def captions_are(qtbot, page, wanted):
    qtbot.waitUntil(lambda: page.parts.channels.wall.captions == tuple(wanted), timeout=5000)


def changed_frame(change, drawing=INK, key="Run 1"):
    network = Network(SPEC, 1)
    change(network.parameters)
    subject = replace(frame_of(key=key).subject, parameters=network.parameters.frozen())
    return compute_frame(subject, drawing, Network(SPEC), None)


def silence_third(parameters):
    parameters["conv1.weight"][2] = -1
    parameters["conv1.bias"][2] = -1


def peaks_of(frame, layer="relu1"):
    return frame.activations[layer].max(axis=(1, 2))


def sorted_by(values):
    return tuple(np.argsort(-values, kind="stable").tolist())
