"""What is selected, and the panels that look at it."""

import pytest
from PySide6.QtWidgets import QWidget

from engine import BatchNorm2D, Conv2D, Dense, Flatten, NetworkSpec, ReLU
from engine.drawing import Drawing
from gui.address_bar import AddressBar
from gui.inspecting import Inspecting, inspect
from gui.inspector import Inspector
from gui.pages.draw.page import DrawPage
from gui.pages.train.page import TrainPage
from gui.selection import Selection, SelectionModel
from gui.theme import ThemeManager
from tests.gui.frame_samples import INK, SMALL, frame_of, parameters_of
from tests.gui.hosting import shown

NORMALISED = NetworkSpec((1, 28, 28), (Conv2D(2, 3, bias=False), BatchNorm2D(), ReLU(), Flatten(), Dense(10)))


@pytest.fixture
def inspector(qtbot):
    return shown(qtbot, Inspector(ThemeManager("dark")), 260, 900)


def look(inspector, frame=None, card=None, **place):
    inspect(inspector, frame or frame_of(), Selection("Run 1", 7, "my drawing", **place), card)
    return inspector.heading


def test_nothing_selected_is_the_whole_network(inspector):
    assert look(inspector) == "Run 1"
    assert look(inspector, card={"name": "Default 8–16"}) == "Default 8–16"


@pytest.mark.parametrize(
    ("place", "heading"),
    [
        ({"layer": "input"}, "my drawing"),
        ({"layer": "conv2"}, "conv2"),
        ({"layer": "conv2", "kind": "filter", "channel": 3}, "conv2 · filter 4"),
        ({"layer": "conv2", "kind": "filter", "channel": 3, "pixel": (2, 2)}, "conv2 · filter 4"),
        ({"layer": "relu2", "kind": "channel", "channel": 5, "pixel": (9, 10)}, "relu2 · channel 6"),
        ({"layer": "conv2", "kind": "channel", "channel": 1}, "conv2 · channel 2"),
        ({"layer": "dense1", "kind": "channel", "channel": 9}, "dense1"),
        ({"layer": "dense1", "kind": "filter", "channel": 9}, "dense1 · filter 10"),
        ({"layer": "flatten1"}, "flatten1"),
        ({"layer": "conv9"}, "Run 1"),
        ({"layer": "conv1", "kind": "filter", "channel": 99}, "conv1"),
    ],
)
def test_every_place_has_something_to_show(inspector, place, heading):
    assert look(inspector, **place) == heading
    assert inspector.sentence


def test_a_layer_without_weights_that_is_selected_as_a_filter_shows_its_channel(inspector):
    assert look(inspector, layer="relu1", kind="filter", channel=1) == "relu1 · channel 2"


def test_a_filter_without_a_bias_is_shown(inspector):
    frame = frame_of(spec=NORMALISED, reference=parameters_of(NORMALISED, 5))
    assert look(inspector, frame, layer="conv1", kind="filter", channel=1) == "conv1 · filter 2"
    assert "bias" not in dict(inspector.facts)


@pytest.mark.parametrize("layer", NORMALISED.layer_names)
def test_every_layer_of_another_network_can_be_looked_at(inspector, layer):
    frame = frame_of(spec=NORMALISED)
    for place in ({}, {"kind": "filter", "channel": 0}, {"kind": "channel", "channel": 1}):
        assert look(inspector, frame, layer=layer, **place)


@pytest.mark.parametrize(("drawing", "answered"), [(INK, True), (Drawing(), False)])
def test_only_ink_has_an_answer(inspector, drawing, answered):
    look(inspector, frame_of(drawing=drawing), layer="input")
    assert any("%" in value for _, value in inspector.facts) == answered


class StandInSkeleton:
    """A window's skeleton of which only the questions are left."""

    def __init__(self):
        self.page, self.inspector_open, self.compact = "train", True, False

    def set_inspector_open(self, opened):
        self.inspector_open = opened


class Panels:
    """The panels that look at one selection."""

    def __init__(self, qtbot):
        themes = ThemeManager("dark")
        host = shown(qtbot, QWidget(), 1000, 900)
        self.selection, self.skeleton = SelectionModel(), StandInSkeleton()
        self.inspector, self.address = Inspector(themes, host), AddressBar(themes, host)
        self.draw, self.train = DrawPage(themes, host), TrainPage(themes, host)
        self.address.resize(1000, 36)
        self.address.show()
        self.joined = Inspecting(
            self.selection,
            self.inspector,
            self.address,
            {"draw": self.draw, "train": self.train},
            self.skeleton,
            lambda frame: None,
            host,
        )


@pytest.fixture
def panels(qtbot):
    return Panels(qtbot)


def test_the_address_says_run_step_and_picture(panels):
    panels.joined.take("train", frame_of(step=1240))
    assert panels.address.path == "Run 1 ▸ step 1\u202f240 ▸ my drawing"


def test_the_page_in_front_decides_which_network_is_looked_into(panels):
    panels.joined.take("draw", frame_of(key="Trained network", step=None))
    panels.joined.take("train", frame_of())
    assert panels.inspector.heading == "Run 1"
    panels.skeleton.page = "draw"
    panels.joined.refresh()
    assert panels.inspector.heading == "Trained network"


def test_a_chosen_tile_is_selected_and_opens_the_inspector(panels):
    panels.skeleton.inspector_open = False
    panels.joined.take("train", frame_of())
    panels.train.tile_chosen.emit("conv1", "filter", 2, (1, 1))
    assert panels.skeleton.inspector_open
    panels.joined.refresh()
    assert panels.inspector.heading == "conv1 · filter 3"
    assert panels.address.path.endswith("conv1 ▸ filter 3 ▸ (1, 1)")


def test_in_a_narrow_window_the_inspector_does_not_cover_the_page_by_itself(panels):
    panels.skeleton.inspector_open, panels.skeleton.compact = False, True
    panels.joined.take("train", frame_of())
    panels.train.tile_chosen.emit("conv1", "filter", 2, None)
    assert not panels.skeleton.inspector_open


def test_inspector_and_address_bar_lead_to_other_places(panels):
    panels.joined.take("train", frame_of())
    panels.inspector.layer_chosen.emit("conv2")
    panels.train.tile_chosen.emit("conv2", "filter", 1, None)
    panels.inspector.pixel_chosen.emit((0, 2))
    assert panels.selection.value.pixel == (0, 2)
    panels.address.place_chosen.emit(Selection("Run 1", 7, "my drawing", "conv2"))
    assert panels.inspector.heading == "conv2"


@pytest.mark.parametrize(
    ("place", "kept"),
    [
        ({"layer": "conv2", "kind": "filter", "channel": 3}, (None, None, None)),
        ({"layer": "relu1", "kind": "channel", "channel": 3}, ("relu1", None, None)),
        ({"layer": "relu1", "kind": "channel", "channel": 1, "pixel": (25, 3)}, ("relu1", 1, None)),
        ({"layer": "relu1", "kind": "channel", "channel": 1, "pixel": (23, 23)}, ("relu1", 1, (23, 23))),
        ({"layer": "conv1", "kind": "filter", "channel": 1, "pixel": (2, 2)}, ("conv1", 1, (2, 2))),
        ({"layer": "dense1", "kind": "filter", "channel": 9, "pixel": (0, 1151)}, ("dense1", 9, (0, 1151))),
        ({"layer": "dense1", "kind": "filter", "channel": 9, "pixel": (1, 0)}, ("dense1", 9, None)),
    ],
)
def test_what_another_network_does_not_have_is_let_go(panels, place, kept):
    panels.selection.update(**place)
    panels.joined.take("train", frame_of(spec=SMALL))
    value = panels.selection.value
    assert (value.layer, value.channel, value.pixel) == kept


def test_a_forgotten_run_is_looked_into_no_more(panels):
    panels.joined.take("train", frame_of())
    panels.joined.forget("train")
    panels.selection.update(layer="conv1")
    assert panels.inspector.heading == "Run 1"


def test_numbers_are_those_of_the_newest_frame(panels, qtbot):
    panels.selection.update(layer="conv1", kind="filter", channel=0)
    panels.joined.take("train", frame_of(seed=1))
    before = panels.inspector.facts
    panels.joined.take("train", frame_of(seed=2))
    qtbot.waitUntil(lambda: panels.inspector.facts != before)


@pytest.mark.parametrize("first", ["the open run", "the other run"])
def test_of_two_networks_the_other_one_is_looked_into_only_when_its_tile_was_chosen(panels, qtbot, first):
    a, b = frame_of(key="Run 2"), frame_of(key="Run 1", step=5)
    # The text of the run that was open before may have been the last that was written.
    panels.selection.update(run="Run 1", step=5, key="Run 1")
    takes = [lambda: panels.joined.take("train", a), lambda: panels.joined.take_beside("train", b)]
    for take in takes if first == "the open run" else reversed(takes):
        take()
    assert panels.joined.frame is a
    qtbot.waitUntil(lambda: (panels.selection.value.run, panels.selection.value.step) == ("Run 2", 7))
    panels.joined._on_tile_chosen("conv1", "filter", 2, None, "Run 1")
    assert panels.joined.frame is b
    assert panels.selection.value.run == "Run 1"
    panels.joined.take_beside("train", None)
    assert panels.joined.frame is a
    panels.joined.take_beside("train", b)
    assert panels.joined.frame is a
    panels.joined._on_tile_chosen("conv1", "filter", 2, None, "Run 1")
    panels.joined.enter()
    assert panels.joined.frame is a
