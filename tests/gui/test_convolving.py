"""Convolve and the rest of the window: networks shown there and back, keys, the flip proof."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from engine.parameters import Parameters
from gui.address_bar import AddressBar
from gui.widgets.tile_wall import TileWall
from tests.driving import SEVEN
from tests.gui.convolve_hands import Convolve
from tests.gui.hosting import double_click

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def convolve(driver):
    return Convolve(driver)


def test_the_page_is_made_when_it_is_first_needed_and_knows_the_drawing(driver):
    assert driver.window.findChild(QWidget, "page_convolve") is None
    # Commands of the page do nothing but to be there.
    driver.trigger("show_back")
    driver.draw(*SEVEN)
    driver.settle()
    assert driver.window.findChild(QWidget, "page_convolve") is None
    convolve = Convolve(driver)
    convolve.page.parts.sources.source_chosen.emit("drawing")
    driver.settle()
    seen = driver.window._answer.preparation.picture
    # The page shows hundredths.
    np.testing.assert_allclose(convolve.model.lab.source.picture[0], seen, atol=0.0051)


def test_space_trains_again_on_another_page(convolve, driver):
    driver.window.show_page("draw")
    QTest.keyClick(driver.find("canvas"), Qt.Key.Key_Space)
    driver.wait(lambda: driver.window.session is not None and driver.window.session.step_count > 0)


def test_the_flip_proof_is_about_the_network_that_answers(convolve, driver):
    driver.draw(*SEVEN)
    driver.settle()
    driver.click("flip_proof")
    view = driver.find("convolve_proof")
    logits = driver.window._answer.logits
    driver.wait(lambda: view._table._proof is not None)
    np.testing.assert_allclose(view._table._proof.before, logits, atol=1e-4)
    driver.click("turn_kernels")
    driver.click("convolve")
    driver.wait(lambda: view._table._proof.equal(4).all() and view.switches == (True, True))


def test_a_channel_of_draw_is_shown_by_v_and_shift_v_leads_back(driver):
    driver.draw(*SEVEN)
    driver.settle()
    driver.window.selection.update(layer="conv2", kind="channel", channel=5)
    driver.settle()
    driver.trigger("show_convolve")
    driver.settle()
    convolve = Convolve(driver)
    frame = driver.window._answer
    assert convolve.model.filter == 5
    np.testing.assert_allclose(convolve.result.outputs[5], frame.activations["conv2"][5], atol=1e-4)
    assert "layer 1 ▸ filter 6" in driver.find("address_bar", AddressBar).path
    driver.trigger("show_back")
    driver.settle()
    assert driver.find("page_draw").isVisible()
    assert "conv2 ▸ channel 6" in driver.find("address_bar", AddressBar).path


@pytest.mark.parametrize(
    ("layer", "relu", "pool", "place"),
    [("conv2", False, 1, (5, 8)), ("relu2", True, 1, (5, 8)), ("pool2", True, 2, (10, 6))],
)
def test_what_is_seen_in_the_network_is_what_is_shown_at_the_same_place(driver, layer, relu, pool, place):
    driver.draw(*SEVEN)
    driver.settle()
    pixel = (place[0] // pool, place[1] // pool)
    driver.window.selection.update(layer=layer, kind="channel", channel=3, pixel=pixel)
    driver.trigger("show_convolve")
    driver.settle()
    convolve = Convolve(driver)
    assert (convolve.model.front.relu, convolve.model.front.pool) == (relu, pool)
    assert convolve.place.pixel == place
    shown = convolve.result.passed[3]
    np.testing.assert_allclose(shown, driver.window._answer.activations[layer][3], atol=1e-4)


def test_a_double_click_on_train_shows_the_filter_and_it_follows_the_training(driver):
    driver.window.show_page("train")
    driver.settle()
    driver.play_until(2)
    wall = driver.find("filters_view", TileWall)
    box = wall.tile_layout.cell_box(3, 0, 1, 1)
    point = wall.picture_origin + QPointF(box.x + 2, box.y + 2) / wall.tile_layout.dpr
    QTest.mouseClick(wall, Qt.MouseButton.LeftButton, pos=point.toPoint())
    double_click(wall, point.toPoint())
    driver.settle()
    convolve = Convolve(driver)
    assert convolve.model.filter == 3
    first = convolve.model.selected.weight.copy()
    driver.play_until(driver.window.session.step_count + 10)
    learned = driver.window.instrument.run.parameters["conv1.weight"][3]
    driver.wait(lambda: bool(np.allclose(convolve.model.selected.weight, learned)))
    assert not np.array_equal(convolve.model.selected.weight, first)
    driver.settle()
    step = driver.window.session.step_count
    address = driver.find("address_bar", AddressBar)
    driver.wait(lambda: f"▸ step {step} ▸" in address.path)
    convolve.page._control.resize(5, 5)
    driver.settle()
    # What was edited is no network's of any step.
    assert "step" not in address.path


def test_the_inspector_offers_convolve_only_where_there_is_a_convolution(driver):
    driver.draw(*SEVEN)
    driver.settle()
    button = driver.find("inspector_convolve")
    driver.window.selection.update(layer="conv1", kind="channel", channel=0)
    assert button.isVisible()
    driver.window.selection.update(layer="dense1", kind="channel", channel=0)
    assert not button.isVisible()
    driver.window.selection.update(layer="pool1", kind="channel", channel=2)
    driver.click("inspector_convolve")
    assert driver.find("page_convolve").isVisible()
    assert driver.find("page_convolve").model.filter == 2


def test_without_anything_selected_v_says_what_to_do(driver):
    driver.trigger("show_convolve")
    assert driver.message.startswith("Choose a filter or an output channel")
    assert driver.find("page_draw").isVisible()


def test_a_diverged_network_is_one_sentence_and_the_last_weights_stay(driver):
    driver.window.show_page("train")
    driver.settle()
    driver.play_until(2)
    driver.window.selection.update(layer="conv1", kind="filter", channel=0)
    driver.trigger("show_convolve")
    convolve = Convolve(driver)
    before = convolve.model.selected
    frame = driver.window._inspecting.frame_of("train")
    values = Parameters(frame.spec.layout, np.full_like(frame.parameters.vector, np.nan))
    driver.window._inspecting._frames["train"] = replace(
        frame, subject=replace(frame.subject, parameters=values)
    )
    driver.window._convolving._follow()
    assert convolve.model.selected is before
    assert driver.message.startswith("The network's weights are no longer numbers")


def test_esc_goes_up_a_layer_and_leaves_the_networks_selection_alone(convolve, driver):
    driver.window.selection.update(layer="conv1", kind="channel", channel=1)
    convolve.page._control.feed_forward(None)
    driver.trigger("up")
    assert convolve.model.layer == 0
    assert driver.window.selection.value.channel == 1


def test_from_the_network_shows_the_first_convolution_of_the_one_that_answers(convolve, driver):
    driver.find("convolve_sources").source_chosen.emit("network")
    driver.settle()
    assert convolve.page.link.layer == "conv1"
    np.testing.assert_allclose(convolve.result.outputs, driver.window._answer.activations["conv1"], atol=1e-4)


def test_a_hidden_page_computes_nothing(convolve, driver, monkeypatch):
    driver.window.show_page("draw")
    asked = []
    monkeypatch.setattr(convolve.page._worker, "request", lambda *job: asked.append(job))
    driver.draw(*SEVEN)
    driver.settle()
    assert asked == []
    driver.window.show_page("convolve")
    driver.wait(lambda: bool(asked))
