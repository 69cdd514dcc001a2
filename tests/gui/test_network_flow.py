"""The flow of frames: what feeds a channel lights as one points at it."""

import numpy as np
import pytest

from gui.pages.network_flow import NetworkFlow
from gui.theme import ThemeManager
from tests.gui.frame_samples import frame_of
from tests.gui.hosting import shown


@pytest.fixture
def flow(qtbot):
    made = shown(qtbot, NetworkFlow(ThemeManager("dark")), 900, 500)
    made.show_frame(frame_of())
    return made


def pointed_at(flow, layer, channel):
    flow.pointed.emit((layer, channel))
    return flow.canvas._lights, flow.canvas._light_words


def test_what_feeds_a_channel_and_what_it_feeds_lights(flow):
    lights, words = pointed_at(flow, "pool1", 2)
    assert set(lights) == {"relu1", "conv2"}
    np.testing.assert_array_equal(lights["relu1"], [0, 0, 1, 0])
    weight = frame_of().parameters["conv2.weight"][:, 2].reshape(6, -1)
    lengths = np.linalg.norm(weight.astype(float), axis=1)
    np.testing.assert_allclose(lights["conv2"], lengths / lengths.max())
    strongest = int(lengths.argmax()) + 1
    assert words.startswith(f"fed by relu1 3, feeds conv2 {strongest}, ")
    assert words.endswith("most")


def test_ends_of_the_network_have_one_side_only(flow):
    lights, words = pointed_at(flow, "input", 0)
    assert set(lights) == {"conv1"}
    assert words.startswith("feeds conv1")
    lights, words = pointed_at(flow, "dense1", 4)
    assert set(lights) == {"pool2"}
    assert words.startswith("fed by pool2")
    lights, words = pointed_at(flow, "pool2", 0)
    assert "the logit of" in words


def test_nothing_lights_when_nothing_is_pointed_at(flow):
    pointed_at(flow, "pool1", 2)
    flow.pointed.emit(None)
    assert (flow.canvas._lights, flow.canvas._light_words) == ({}, "")
