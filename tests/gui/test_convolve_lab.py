"""The lab behind Convolve: edits and their undo, sources, and the worker."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QUndoStack

from engine import functional
from engine.datasets import embedded_digits
from engine.inspect.words import RGB
from engine.kernels import kernel
from engine.lab import Filter, Geometry
from engine.lab.edits import MOST_FILTERS
from engine.lab.examples import example_seven
from engine.lab.from_network import Taken
from gui.pages.convolve.lab_control import LabControl
from gui.pages.convolve.lab_model import LabModel, NetworkLink
from gui.pages.convolve.lab_scales import ScaleKeeper, brightest_place
from gui.pages.convolve.lab_sources import SHAPES_COUNT, Sources
from gui.pages.convolve.lab_worker import LabWorker, evaluate


class Bench:
    def __init__(self):
        self.stack = QUndoStack()
        self.model = LabModel(self.stack)
        self.sources = Sources(lambda: embedded_digits().test)
        self.control = LabControl(self.model, self.sources)
        self.refused = []
        self.control.refused.connect(self.refused.append)

    @property
    def lab(self):
        return self.model.lab

    def draw(self, picture):
        self.sources.set_drawing(picture)
        self.control.follow_drawing(blank=not picture.any())


@pytest.fixture
def bench(qapp):
    return Bench()


def ink(value=1.0):
    picture = np.zeros((28, 28))
    picture[10:18, 12:15] = value
    return picture


def names(bench):
    return [one.name for one in bench.model.front.filters]


def test_it_begins_with_the_four_edges_on_a_seven(bench):
    assert names(bench) == ["top edge", "left edge", "bottom edge", "right edge"]
    np.testing.assert_array_equal(bench.lab.source.picture, example_seven())
    assert bench.model.classic
    assert not bench.stack.canUndo()


def test_every_edit_can_be_undone_and_done_again(bench):
    control = bench.control
    before = bench.lab
    edits = (
        lambda: control.put_kernel("Sobel x", kernel("sobel-x").values[None]),
        control.add_filter,
        lambda: control.duplicate_filter(0),
        lambda: control.remove_filter(1),
        lambda: control.resize(5, 5),
        lambda: control.set_geometry(Geometry(stride=(2, 2), padding="same")),
        lambda: control.set_operation("convolution"),
        lambda: control.set_relu(True),
        lambda: control.set_pool(2),
        lambda: control.feed_forward(None),
        lambda: control.cut_layers(1),
        lambda: control.choose_source("temple"),
        lambda: control.switch_channel(1, False),
        control.show_example,
    )
    states = [before]
    for edit in edits:
        edit()
        assert bench.stack.count() == len(states)
        states.append(bench.lab)
    for state in reversed(states[:-1]):
        bench.stack.undo()
        assert bench.lab is state
    for state in states[1:]:
        bench.stack.redo()
        assert bench.lab is state
    assert bench.refused == []


def test_a_gesture_is_undone_at_once(bench):
    one = bench.model.selected
    for step in range(5):
        new = replace(one, weight=one.weight + 0.1 * (step + 1))
        bench.control.edit_filter(new, "Change a weight", step > 0)
    bench.control.edit_filter(replace(one, weight=one.weight - 1), "Change a weight", False)
    assert bench.stack.count() == 2
    bench.stack.undo()
    np.testing.assert_allclose(bench.model.selected.weight, one.weight + 0.5)
    bench.stack.undo()
    assert bench.model.selected is one


def test_a_gesture_goes_into_no_other_edit(bench):
    one = bench.model.selected
    bench.control.edit_filter(replace(one, weight=one.weight + 1), "Change a weight", False)
    bench.control.set_relu(True)
    bench.control.edit_filter(replace(one, weight=one.weight + 2), "Change a weight", True)
    assert bench.stack.count() == 3
    bench.stack.undo()
    assert bench.model.front.relu


def test_a_drag_that_is_given_up_leaves_nothing_to_undo(bench):
    one = bench.model.selected
    before = bench.lab
    bench.control.edit_filter(replace(one, weight=one.weight + 1), "Change a weight", False)
    bench.control.edit_filter(replace(one, weight=one.weight.copy()), "Change a weight", True)
    assert bench.lab is before
    assert not bench.stack.canUndo()


def test_a_kernel_of_another_size_makes_all_of_the_layer_as_large(bench):
    bench.control.put_kernel("Gaussian blur", kernel("gaussian").values[None], 2)
    assert bench.model.front.weight.shape == (4, 1, 5, 5)
    np.testing.assert_array_equal(bench.model.front.weight[2, 0], kernel("gaussian").values)
    np.testing.assert_array_equal(bench.model.front.weight[0, 0, 1:4, 1:4], kernel("top-edge").values)
    assert bench.model.filter == 2


def test_a_colour_picture_gives_each_filter_a_slice_per_channel_and_grey_takes_them_back(bench):
    bench.control.choose_source("shapes")
    assert bench.lab.source.channel_names == RGB
    assert bench.model.front.weight.shape == (4, 3, 3, 3)
    np.testing.assert_array_equal(bench.model.front.weight[0, 2], kernel("top-edge").values)
    bench.control.choose_source("seven")
    np.testing.assert_array_equal(bench.model.front.weight[0], kernel("top-edge").values[None])


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("seven", (1, 28, 28)),
        ("digit", (1, 28, 28)),
        ("drawing", (1, 28, 28)),
        ("tinted", (3, 28, 28)),
        ("shapes", (3, 32, 32)),
        ("temple", (3, 171, 256)),
        ("flower", (3, 171, 256)),
    ],
)
def test_every_source_runs_through_the_layers(bench, kind, shape):
    bench.control.choose_source(kind)
    picture = bench.lab.source.picture
    assert picture.shape == shape
    assert 0 <= picture.min() <= picture.max() <= 1
    assert evaluate(bench.lab, 0, 0).run.problem == ""


def test_the_tinted_drawing_differs_from_channel_to_channel(bench):
    bench.draw(ink())
    bench.control.choose_source("tinted")
    strengths = bench.lab.source.picture.max(axis=(1, 2))
    assert strengths[0] > strengths[1] > strengths[2] > 0


def test_digits_and_shapes_are_stepped_through_in_a_ring(bench):
    bench.control.choose_source("shapes")
    bench.control.step_source(-1)
    assert bench.lab.source.number == SHAPES_COUNT - 1
    bench.control.step_source(1)
    assert bench.lab.source.number == 0
    bench.control.choose_source("digit", 5)
    bench.control.step_source(1)
    np.testing.assert_array_equal(
        bench.lab.source.picture, (embedded_digits().test.pictures[6] / 255).round(2)
    )


def test_the_first_drawing_is_looked_at_unless_something_was_chosen(bench):
    bench.draw(np.zeros((28, 28)))
    assert bench.lab.source.kind == "seven"
    bench.draw(ink())
    assert bench.lab.source.kind == "drawing"
    np.testing.assert_array_equal(bench.lab.source.picture[0], ink())
    assert not bench.stack.canUndo()


def test_what_was_chosen_stays_when_something_is_drawn(bench):
    bench.control.choose_source("digit")
    bench.draw(ink())
    assert bench.lab.source.kind == "digit"


def test_undoing_a_cell_does_not_bring_back_the_drawing_of_that_time(bench):
    bench.draw(ink())
    bench.control.set_relu(True)
    bench.draw(ink(0.5))
    bench.stack.undo()
    assert not bench.model.front.relu
    assert bench.lab.source.picture.max() == 0.5


LINK = NetworkLink("draw", "network", "conv1", 1)


def network_layer(picture, value=1.0, channels=2):
    filters = tuple(Filter(f"conv1 · {i + 1}", np.full((channels, 3, 3), value * (i + 1))) for i in range(3))
    return Taken(replace(Bench().model.front, filters=filters, relu=True), picture, 1)


def test_a_networks_convolution_follows_its_training_until_a_weight_is_edited(bench):
    picture = np.ones((2, 10, 10))
    bench.control.show_network(network_layer(picture), "input of conv1", LINK)
    assert (bench.model.filter, bench.model.classic, bench.lab.is_networks) == (1, False, True)
    bench.control.follow_network(network_layer(picture * 2, value=5.0), "step 2", LINK)
    assert bench.model.selected.weight[0, 0, 0] == 10
    assert bench.lab.source.picture.max() == 2
    bench.control.set_relu(False)
    bench.control.follow_network(network_layer(picture * 3, value=7.0), "step 3", LINK)
    assert bench.model.selected.weight[0, 0, 0] == 10
    assert bench.lab.source.picture.max() == 3
    assert bench.stack.count() == 2


def test_going_back_to_another_convolution_of_the_same_shape_brings_back_its_own_picture(bench):
    other = replace(LINK, layer="conv2")
    bench.control.show_network(network_layer(np.ones((2, 10, 10))), "input of conv1", LINK)
    bench.control.show_network(network_layer(np.zeros((2, 10, 10)), value=3.0), "input of conv2", other)
    bench.control.follow_network(network_layer(np.ones((2, 10, 10))), "input of conv1", LINK)
    assert not bench.lab.source.picture.any()
    bench.stack.undo()
    assert (bench.lab.source.name, bench.lab.source.link) == ("input of conv1", LINK)
    assert bench.lab.source.picture.all()
    assert bench.model.selected.weight[0, 0, 0] == 2


def test_a_smaller_kernel_crops_no_other_filter(bench):
    before = bench.model.front.weight[1:]
    bench.control.put_kernel("Roberts", kernel("roberts").values[None])
    np.testing.assert_array_equal(bench.model.front.weight[1:], before)
    np.testing.assert_array_equal(bench.model.selected.weight[0, 1:, 1:], kernel("roberts").values)
    for _ in range(3):
        bench.control.remove_filter(1)
    bench.control.put_kernel("Roberts", kernel("roberts").values[None])
    assert bench.model.front.weight.shape == (1, 1, 2, 2)


def test_a_filter_that_is_gone_is_left_alone(bench):
    before = bench.lab
    bench.control.remove_filter(4)
    bench.control.duplicate_filter(9)
    bench.control.put_kernel("Roberts", kernel("roberts").values[None], 7)
    assert bench.lab is before


def test_a_copy_has_the_bias_too(bench):
    bench.control.edit_filter(replace(bench.model.selected, bias=0.75), "Change the bias", False)
    bench.control.duplicate_filter(0)
    assert bench.model.selected.bias == 0.75


def test_a_network_of_another_shape_is_not_followed(bench):
    bench.control.show_network(network_layer(np.ones((2, 10, 10))), "input of conv1", LINK)
    before = bench.lab
    bench.control.follow_network(network_layer(np.ones((3, 10, 10)), channels=3), "step 1", LINK)
    assert bench.lab is before


def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(bench, tmp_path):
    for _ in range(MOST_FILTERS - 4):
        bench.control.add_filter()
    before = bench.lab
    bench.control.add_filter()
    bench.control.open_picture(tmp_path / "nothing.png")
    bench.control.cut_layers(0)
    assert bench.lab is before
    assert len(bench.refused) == 3
    assert all(text[0].isupper() or text[0] == "“" for text in bench.refused)
    assert all(text.endswith(".") and text.count(".") <= 2 for text in bench.refused)


def test_looking_elsewhere_stays_within_what_there_is(bench):
    model = bench.model
    model.look(filter_index=99, slice_index=99)
    assert (model.filter, model.slice) == (3, 0)
    bench.control.feed_forward(2)
    assert (model.layer, model.filter) == (1, 0)
    assert model.front.takes == 2
    bench.stack.undo()
    assert model.layer == 0


def test_scales_only_grow_until_something_else_is_put_in(bench):
    keeper = ScaleKeeper()
    first = keeper.scales(evaluate(bench.lab, 0, 0), 0, classic=False)
    weak = replace(bench.model.selected, weight=bench.model.selected.weight * 0.01)
    bench.control.edit_filter(weak, "weaker", True)
    assert keeper.scales(evaluate(bench.lab, 0, 0), 0, classic=False) == first
    strong = replace(weak, weight=weak.weight * 1000)
    bench.control.edit_filter(strong, "stronger", True)
    grown = keeper.scales(evaluate(bench.lab, 0, 0), 0, classic=False)
    assert grown.weight > first.weight
    assert grown.output > first.output
    keeper.forget()
    bench.control.edit_filter(weak, "weaker", True)
    assert keeper.scales(evaluate(bench.lab, 0, 0), 0, classic=False).weight == 1.0


def test_the_classic_palette_ends_at_one_whatever_the_weights_are(bench):
    bench.control.put_kernel("Scharr x", kernel("scharr-x").values[None])
    keeper = ScaleKeeper()
    assert keeper.weight_scale(bench.lab, 0, classic=True) == 1.0
    assert keeper.weight_scale(bench.lab, 0, classic=False) == 10.0


def test_the_brightest_place_is_that_of_the_selected_channel(bench):
    evaluation = evaluate(bench.lab, 0, 1)
    outputs = functional.cross_correlate2d(example_seven()[None], kernel("left-edge").values[None, None])
    assert brightest_place(evaluation) == outputs.argmax()


@pytest.fixture
def worker(qapp):
    worker = LabWorker()
    yield worker
    worker.close()
    worker.deleteLater()


def test_the_newest_request_wins_and_is_told_in_the_gui_thread(worker, bench, qtbot):
    told = []
    worker.evaluated.connect(lambda made: told.append((made, threading.current_thread())))
    for number in range(20):
        bench.control.choose_source("digit", number)
        worker.request(bench.lab, 0, 0)
    qtbot.waitUntil(lambda: bool(told) and told[-1][0].lab is bench.lab)
    assert worker.is_idle
    assert {thread for _, thread in told} == {threading.main_thread()}


def test_contributions_come_with_the_channel_that_was_asked_for(worker, bench, qtbot):
    bench.control.choose_source("shapes")
    with qtbot.waitSignal(worker.evaluated) as heard:
        worker.request(bench.lab, 0, 3)
    made = heard.args[0]
    np.testing.assert_allclose(made.parts.sum(axis=0), made.run.layers[0].outputs[3], atol=1e-12)


def test_what_cannot_be_computed_does_not_end_the_thread(worker, bench, qtbot, caplog, monkeypatch):
    monkeypatch.setattr("gui.pages.convolve.lab_worker.run_setup", lambda *a: 1 / 0)
    worker.request(bench.lab, 0, 0)
    qtbot.waitUntil(lambda: worker.is_idle)
    monkeypatch.undo()
    with qtbot.waitSignal(worker.evaluated):
        worker.request(bench.lab, 0, 0)
    assert "could not be evaluated" in caplog.text


def test_a_closed_worker_has_no_thread_and_takes_no_requests(worker, bench):
    worker.request(bench.lab, 0, 0)
    worker.close()
    worker.request(bench.lab, 0, 0)
    assert not worker._thread.is_alive()
    assert worker.is_idle
