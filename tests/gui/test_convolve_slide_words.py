"""What the slide says without a mouse, and how it takes new numbers of the same shapes."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from engine.lab.examples import example_seven, four_edges
from engine.lab.run import contributions, run_layer
from engine.lab.values import Filter, Geometry, LabLayer
from gui.pages.convolve import slide_keys, slide_layers
from gui.pages.convolve.slide_look import SceneLook
from gui.pages.convolve.slide_scene import EMPTY_TEXT, SlideScene
from gui.theme import ThemeManager
from tests.gui.hosting import shown
from tests.gui.pointing import move

SEVEN = run_layer(LabLayer(four_edges().filters[:1]), example_seven())
LOOK = SceneLook(("grey",), output_name="top edge", output_scale=2.9)


@pytest.fixture
def scene(qtbot):
    made = shown(qtbot, SlideScene(ThemeManager("dark")), 620, 330)
    made.show_result(SEVEN, 0, None, LOOK)
    made.place_chosen.connect(made.set_place)
    return made


def many(seed, channels=6, **settings):
    """Make a result of one filter on random channels, and its contributions."""
    random = np.random.default_rng(seed)
    layer = LabLayer((Filter("mixed", random.normal(0, 1, (channels, 3, 3)), 0.1 * seed),), **settings)
    result = run_layer(layer, random.random((channels, 14, 14)))
    return result, 0, contributions(result, 0), SceneLook(output_name="mixed", output_scale=3.0)


def fresh(qtbot, *shown_values):
    other = shown(qtbot, SlideScene(ThemeManager("dark")), 620, 330)
    other.show_result(*shown_values)
    other.set_place(100)
    return other


def test_a_step_by_keyboard_is_said_everywhere(scene, monkeypatch):
    said, announced = [], []
    scene.hovered.connect(said.append)
    monkeypatch.setattr(
        slide_keys.QAccessible, "updateAccessibility", lambda event: announced.append(event.message())
    )
    QTest.keyClick(scene, Qt.Key.Key_Right)
    words = f"top edge · (0, 1) = {SEVEN.outputs[0, 0, 1]:.4f}"
    assert said[-1] == announced[-1] == words
    assert scene.accessibleDescription().startswith(f"{words}. Arrow keys")
    QTest.keyClick(scene, Qt.Key.Key_End)
    assert said[-1].startswith("top edge · (25, 25) = ")


def test_at_the_edge_a_key_says_where_the_filter_is(scene):
    said = []
    scene.hovered.connect(said.append)
    QTest.keyClick(scene, Qt.Key.Key_Up)
    assert said == ["top edge · (0, 0) = 0.0000"]


def test_the_mouse_takes_the_readout_back(scene):
    said = []
    scene.hovered.connect(said.append)
    QTest.keyClick(scene, Qt.Key.Key_Down)
    move(scene, QPointF(scene.width() / 2, 2).toPoint())
    assert said[-1] == ""


def test_the_readout_goes_with_the_focus(scene):
    said = []
    scene.hovered.connect(said.append)
    scene.setFocus()
    QTest.keyClick(scene, Qt.Key.Key_Down)
    scene.clearFocus()
    assert said[-1] == ""


def test_the_description_follows_the_filter(scene, qtbot):
    scene.set_place(40)
    qtbot.waitUntil(lambda: "· (1, 14) = " in scene.accessibleDescription())


def test_a_layer_that_does_not_fit_says_why(scene):

    scene.clear("Layer 2: the filter is larger than its input.")
    assert scene.accessibleDescription() == "Layer 2: the filter is larger than its input."
    with_reason = scene.grab().toImage()
    scene.clear()
    assert scene.accessibleDescription() == EMPTY_TEXT
    assert with_reason != scene.grab().toImage()


@pytest.mark.parametrize("settings", [{}, {"pool": 2, "relu": True}, {"geometry": Geometry(padding="same")}])
@pytest.mark.parametrize("channels", [1, 6, 32])
def test_new_numbers_of_the_same_shapes_look_as_if_shown_first(qtbot, settings, channels):
    scene = fresh(qtbot, *many(1, channels, **settings))
    before = scene.grab().toImage()
    scene.show_result(*many(2, channels, **settings))
    after = scene.grab().toImage()
    assert after != before
    assert after == fresh(qtbot, *many(2, channels, **settings)).grab().toImage()


def test_frames_are_painted_once_while_only_numbers_change(qtbot, monkeypatch):
    painted = []
    paint_frames = slide_layers.paint_frames
    monkeypatch.setattr(
        slide_layers, "paint_frames", lambda *values: (painted.append(1), paint_frames(*values))
    )
    scene = fresh(qtbot, *many(1))
    for seed in (2, 3):
        scene.show_result(*many(seed))
        scene.grab()
    assert painted == [1]
    scene.show_result(*many(3, geometry=Geometry(padding="same")))
    scene.grab()
    assert len(painted) == 2


def test_a_convolution_without_bias_has_none_at_its_sum(qtbot):
    result, *rest = many(1)
    bare = replace(result, layer=replace(result.layer, has_bias=False))
    with_bias = fresh(qtbot, result, *rest).grab().toImage()
    assert fresh(qtbot, bare, *rest).grab().toImage() != with_bias


@pytest.mark.parametrize("value", [np.inf, np.nan, 1e300])
def test_numbers_of_a_network_that_diverged_are_shown(scene, value):
    diverged = np.full_like(SEVEN.outputs, value)
    scene.show_result(replace(SEVEN, outputs=diverged, activated=diverged), 0, None, LOOK)
    assert not scene.grab().toImage().isNull()
    QTest.keyClick(scene, Qt.Key.Key_Right)


def test_an_error_while_painting_leaves_no_painter_open(scene, monkeypatch):
    for name in ("paint_frames", "paint_filled", "paint_moving"):
        scene.zoom_by(1)
        monkeypatch.setattr(slide_layers, name, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            scene.repaint()
        monkeypatch.undo()
    assert not scene.grab().toImage().isNull()
