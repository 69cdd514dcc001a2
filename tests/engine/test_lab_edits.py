"""Changes of a setup: what comes out always fits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ConfigError
from engine.kernels import kernel, turned
from engine.lab import Filter, Setup
from engine.lab.edits import (
    MOST_FILTERS,
    edited_name,
    fed_forward,
    filter_added,
    filter_removed,
    kernels_resized,
    layers_cut,
    with_filter,
)
from engine.lab.examples import example_seven, four_edges
from engine.lab.run import run_setup
from engine.lab.sizes import input_sizes


def edges():
    return Setup((four_edges(),), (True,))


def fits(setup, picture=None):
    result = run_setup(setup, example_seven() if picture is None else picture)
    assert result.problem == ""
    assert len(result.layers) == len(setup.layers)
    return result


@pytest.mark.parametrize(
    ("name", "weight", "new"),
    [
        ("Sobel x", turned(kernel("sobel-x").values), "Sobel y"),
        ("Sobel x", 2 * kernel("sobel-x").values, "Sobel x, edited"),
        ("Sobel x, edited", kernel("sobel-x").values, "Sobel x"),
        ("top left corner", np.ones((3, 3)), "top left corner, edited"),
        ("conv1 · 3", np.ones((3, 3)), "conv1 · 3, edited"),
        ("my filter", np.ones((3, 3)), "my filter"),
        ("my filter", kernel("sobel-x").values, "my filter"),
    ],
)
def test_a_name_that_says_what_the_weights_were_does_not_outlive_them(name, weight, new):
    assert edited_name(name, np.stack([weight, weight])) == new


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 2)),
        st.tuples(st.just("remove"), st.integers(0, 2), st.integers(0, 9)),
        st.tuples(st.just("feed"), st.none() | st.integers(0, 9)),
        st.tuples(st.just("resize"), st.integers(0, 2), st.integers(1, 3), st.integers(1, 3)),
        st.tuples(st.just("cut"), st.integers(1, 2)),
    ),
    max_size=12,
)


@given(EDITS)
def test_any_edits_in_any_order_leave_layers_that_fit(edits):
    setup = edges()
    for name, *values in edits:
        number = min(values[0] or 0, len(setup.layers) - 1)
        layer = setup.layers[number]
        if name == "add":
            setup = filter_added(setup, number, Filter("new", np.ones_like(layer.filters[0].weight)))
        elif name == "remove" and len(layer.filters) > 1:
            setup = filter_removed(setup, number, values[1] % len(layer.filters))
        elif name == "feed" and len(setup.layers) < 3:
            channel = None if values[0] is None else values[0] % len(setup.layers[-1].filters)
            setup = fed_forward(setup, channel)
        elif name == "resize":
            setup = kernels_resized(setup, number, *values[1:])
        elif name == "cut" and values[0] < len(setup.layers):
            setup = layers_cut(setup, values[0])
        result = fits(setup)
        sizes = [one.input.shape[1:] for one in result.layers] + [result.layers[-1].passed.shape[1:]]
        assert list(input_sizes(setup, (28, 28))) == sizes


def test_a_new_filter_changes_nothing_in_the_next_layer_yet():
    setup = fed_forward(edges())
    before = fits(setup).layers[1].outputs
    after = fits(filter_added(setup, 0, Filter("new", np.ones((1, 3, 3))))).layers[1].outputs
    np.testing.assert_allclose(after, before)


def test_removing_a_filter_takes_its_channel_from_the_next_layer():
    setup = fed_forward(edges())
    left = filter_removed(setup, 0, 1)
    np.testing.assert_array_equal(left.layers[1].weight, np.delete(setup.layers[1].weight, 1, axis=1))


def test_the_one_channel_that_is_taken_is_followed():
    setup = fed_forward(edges(), 2)
    assert filter_removed(setup, 0, 0).layers[1].takes == 1
    assert filter_removed(setup, 0, 3).layers[1].takes == 2


def test_after_the_four_edges_come_corners_that_respond_at_corners():
    square = np.zeros((1, 28, 28))
    square[0, 8:20, 8:20] = 1
    setup = fed_forward(edges())
    assert [one.name for one in setup.layers[1].filters][:2] == ["top left corner", "top right corner"]
    outputs = fits(setup, square).layers[1].outputs
    rows, columns = zip(*(np.unravel_index(o.argmax(), o.shape) for o in outputs), strict=True)
    assert rows[0] == rows[1] < rows[2] == rows[3]
    assert columns[0] == columns[2] < columns[1] == columns[3]


def test_after_other_filters_come_random_ones_from_the_seed():
    setup = with_filter(edges(), 0, 0, Filter("mine", np.ones((1, 3, 3))))
    first, again, other = (fed_forward(setup, seed=seed).layers[1].weight for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert fed_forward(setup).layers[0].relu
    assert fed_forward(setup).layers[0].pool == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda: layers_cut(edges(), 0), "first layer must stay"),
        (lambda: filter_removed(kept_one(), 0, 0), "at least one filter"),
    ],
)
def test_what_would_leave_nothing_is_refused_with_a_sentence(change, words):
    with pytest.raises(ConfigError, match=words):
        change()


def kept_one():
    setup = edges()
    for _ in range(3):
        setup = filter_removed(setup, 0, 0)
    return setup


def test_there_is_a_limit_of_filters():
    setup = edges()
    for number in range(MOST_FILTERS - 4):
        setup = filter_added(setup, 0, Filter(f"{number}", np.zeros((1, 3, 3))))
    with pytest.raises(ConfigError, match="at most 64"):
        filter_added(setup, 0, Filter("one more", np.zeros((1, 3, 3))))


def test_sizes_are_unknown_from_where_a_layer_does_not_fit():
    setup = fed_forward(fed_forward(edges()))
    assert input_sizes(setup, (8, 8)) == ((8, 8), (3, 3), None, None)
    assert run_setup(setup, np.ones((1, 8, 8))).problem == (
        "Layer 2: max pooling takes squares of 2 × 2 pixels, and the output channels have only 1 × 1."
    )
    assert len(run_setup(setup, np.ones((1, 8, 8))).layers) == 2
