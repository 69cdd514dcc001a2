"""The lab against SciPy, against the layers, and against pencil and paper."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine import functional
from engine.errors import ConfigError, ShapeError
from engine.kernels import KERNELS
from engine.lab import Filter, Geometry, LabLayer, Setup
from engine.lab.edits import filter_added, filter_removed, with_filter, with_layer
from engine.lab.examples import example_seven, four_edges
from engine.lab.ledger import ledger_text, make_ledger, shown
from engine.lab.run import contributions, correlated, run_layer, run_setup, with_border
from engine.lab.size_formula import left_over_sentence, size_formulas

SCIPY_MODES = {"zero": "constant", "reflect": "mirror", "replicate": "nearest"}
PIXELS = st.floats(0, 1, width=32)
WEIGHTS = st.floats(-4, 4, width=16)


def layer_of(weight, **settings):
    geometry = Geometry(**{k: settings.pop(k) for k in tuple(settings) if k in Geometry.__slots__})
    return LabLayer(tuple(Filter(f"f{i}", w) for i, w in enumerate(weight)), geometry, **settings)


@st.composite
def cases(draw, channels=3):
    """Give a picture, weights, and a geometry that fits them."""
    c, n = draw(st.integers(1, channels)), draw(st.integers(1, 3))
    kernel = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    dilation = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    stride = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    spans = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    size = [span + draw(st.integers(0, 6)) for span in spans]
    padding = draw(st.sampled_from(["valid", "same", (0, 1), (2, 2)]))
    border = draw(st.sampled_from(list(SCIPY_MODES)))
    picture = draw(arrays(np.float64, (c, *size), elements=PIXELS))
    weight = draw(arrays(np.float64, (n, c, *kernel), elements=WEIGHTS))
    return picture, weight, {"stride": stride, "padding": padding, "border": border, "dilation": dilation}


def by_scipy(picture, weight, sides, settings, operation):
    """Cross-correlate or convolve with scipy.signal, on the border that scipy.ndimage makes."""
    (top, bottom), (left, right) = sides
    mode = SCIPY_MODES[settings["border"]]
    h, w = picture.shape[1:]
    rows, columns = np.arange(-top, h + bottom), np.arange(-left, w + right)
    padded = [
        scipy.ndimage.map_coordinates(p, np.meshgrid(rows, columns, indexing="ij"), order=0, mode=mode)
        for p in picture
    ]
    dh, dw = settings["dilation"]
    spread = np.zeros((*weight.shape[:2], dh * (weight.shape[2] - 1) + 1, dw * (weight.shape[3] - 1) + 1))
    spread[..., ::dh, ::dw] = weight
    slide = scipy.signal.convolve2d if operation == "convolution" else scipy.signal.correlate2d
    sh, sw = settings["stride"]
    return np.array(
        [
            sum(slide(p, k, mode="valid") for p, k in zip(padded, kernels, strict=True))[::sh, ::sw]
            for kernels in spread
        ]
    )


@given(cases(), st.sampled_from(["correlation", "convolution"]))
def test_output_channels_equal_scipys(case, operation):
    picture, weight, settings = case
    widest = 2 if settings["padding"] == (2, 2) else 1 if settings["padding"] == (0, 1) else 7
    assume(settings["border"] != "reflect" or min(picture.shape[1:]) > widest)
    result = run_layer(layer_of(weight, operation=operation, **settings), picture)
    expected = by_scipy(picture, weight, result.sides, settings, operation)
    np.testing.assert_allclose(result.outputs, expected, atol=1e-5)
    assert all(
        not array.flags.writeable
        for array in (result.input, result.padded, result.outputs, result.activated, result.passed)
    )


@pytest.mark.parametrize("border", list(SCIPY_MODES))
@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.key)
def test_same_padding_is_scipys_correlate(kernel, border):
    picture = np.random.default_rng(2).random((1, 12, 14))
    result = run_layer(layer_of([kernel.values[None]], padding="same", border=border), picture)
    # An even kernel's middle is the pixel above and left of its centre here, below and right in SciPy.
    origin = [-1 if size % 2 == 0 else 0 for size in kernel.values.shape]
    expected = scipy.ndimage.correlate(picture[0], kernel.values, mode=SCIPY_MODES[border], origin=origin)
    np.testing.assert_allclose(result.outputs[0], expected, atol=1e-12)


def test_a_large_picture_that_is_worked_on_band_by_band_equals_the_reference():
    rng = np.random.default_rng(8)
    picture, weight = rng.random((3, 301, 299)), rng.normal(size=(5, 3, 4, 3))
    result = run_layer(layer_of(weight, stride=(2, 1), dilation=(1, 2), padding=(1, 3)), picture)
    expected = functional.cross_correlate2d(picture[None], weight, None, (2, 1), (1, 3), (1, 2))[0]
    np.testing.assert_allclose(result.outputs, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(contributions(result, 4).sum(axis=0), expected[4], rtol=1e-12, atol=1e-12)


@given(cases())
def test_contributions_and_bias_sum_to_the_output_channel(case):
    picture, weight, settings = case
    settings["border"] = "replicate"
    result = run_layer(layer_of(weight, **settings), picture)
    for index, output in enumerate(result.outputs):
        np.testing.assert_allclose(contributions(result, index).sum(axis=0), output, atol=1e-9)


@given(cases(), st.data(), st.sampled_from(["correlation", "convolution"]), st.booleans())
def test_the_ledger_adds_up_to_what_the_engine_computes_to_the_last_digit_shown(case, data, operation, relu):
    picture, weight, settings = case
    settings |= {"border": "zero"}
    layer = layer_of(weight, operation=operation, relu=relu, **settings)
    result = run_layer(layer, picture)
    index = data.draw(st.integers(0, len(weight) - 1))
    row, column = (data.draw(st.integers(0, size - 1)) for size in result.positions)
    ledger = make_ledger(result, index, row, column)

    slide = functional.convolve2d if operation == "convolution" else functional.cross_correlate2d
    engine = slide(
        picture[None],
        weight,
        stride=settings["stride"],
        padding=settings["padding"],
        dilation=settings["dilation"],
    )[0, index, row, column]
    for digits in (2, 4, 6):
        assert shown(ledger.total, digits) == shown(engine, digits)
        assert shown(ledger.rows[-1].running + ledger.bias, digits) == shown(engine, digits)
    assert sum(ledger.channel_sums) == pytest.approx(ledger.total, abs=1e-9)
    assert ledger.rectified == (max(ledger.total, 0) if relu else None)
    for entry in ledger.rows:
        assert entry.product == entry.pixel * entry.weight
        inside = 0 <= entry.row < picture.shape[1] and 0 <= entry.column < picture.shape[2]
        assert entry.in_border == (not inside)
        assert entry.pixel == (picture[entry.channel, entry.row, entry.column] if inside else 0)


def test_the_ledger_by_hand():
    picture = np.array([[[1.0, 0.5, 0.0], [0.25, 1.0, 0.75], [0.0, 0.0, 1.0]]])
    layer = LabLayer((Filter("by hand", np.array([[[1.0, -1.0], [2.0, 0.5]]]), -1.0),), relu=True)
    ledger = make_ledger(run_layer(layer, picture), 0, 1, 1)
    assert [row.product for row in ledger.rows] == [1.0, -0.75, 0.0, 0.5]
    assert [row.running for row in ledger.rows] == [1.0, 0.25, 0.25, 0.75]
    assert [(row.row, row.column) for row in ledger.rows] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert (ledger.bias, ledger.total, ledger.rectified) == (-1.0, -0.25, 0.0)
    lines = ledger_text(ledger, 2).splitlines()
    assert lines[1] == "1\t1\t1\t1.00\t1.00\t1.00\t1.00"
    assert lines[-2:] == ["bias\t\t\t\t\t-1.00\t-0.25", "ReLU\t\t\t\t\t\t0.00"]


def test_sum_and_result_are_written_the_same_however_large_the_pixels_are():
    generator = np.random.default_rng(5)
    differing = 0
    for size in (1e3, 1e5, 1e6):
        weight = generator.normal(0, 1, (1, 4, 5, 5)).round(2)
        picture = (generator.random((4, 9, 9)) * size).round(3)
        result = run_layer(layer_of(weight), picture)
        for row in range(5):
            ledger = make_ledger(result, 0, row, row)
            last = ledger.rows[-1].running
            differing += last != ledger.total
            for digits in (2, 4, 6):
                assert shown(last, digits, ledger.magnitude) == shown(ledger.total, digits, ledger.magnitude)
    assert differing


def test_small_differences_of_large_products_are_not_written_as_rounding_errors():
    assert shown(1.2e-10, 6, 1e6) == shown(-1.2e-10, 6, 1e6) == "0.000000"
    assert shown(1234.5678, 4, 2000.0) == "1234.5678"


@pytest.mark.parametrize(
    ("value", "text"),
    [(np.inf, "∞"), (-np.inf, "−∞"), (np.nan, "NaN"), (-2.5e200, "−2.5 × 10²⁰⁰"), (1.7e308, "1.7 × 10³⁰⁸")],
)
def test_what_is_beyond_all_columns_is_written_shortly(value, text):
    assert shown(value, 4, 1e200) == text


@pytest.mark.filterwarnings("error")
def test_a_ledger_of_numbers_beyond_all_others_is_made_without_a_warning():
    result = run_layer(layer_of(np.full((1, 1, 2, 2), 1e200)), np.ones((1, 3, 3)))
    ledger = make_ledger(replace(result, padded=np.full((1, 3, 3), 1e200)), 0, 0, 0)
    assert ledger.rows[-1].running == np.inf
    assert ledger.magnitude == pytest.approx(4e200)
    assert ledger_text(ledger).splitlines()[1] == "1\t0\t0\t1e+200\t1e+200\tinf\tinf"


def test_a_ledger_is_copied_as_a_spreadsheet_reads_it():
    result = run_layer(layer_of(np.array([[[[0.5, -1.25]]]])), np.array([[[1.0, 1.0]]]))
    text = ledger_text(make_ledger(result, 0, 0, 0), 2, decimal_sign=",", channel_names=("top\tedge",))
    assert text.splitlines()[2] == "top edge\t0\t1\t1,00\t-1,25\t-1,25\t-0,75"


def test_a_ledger_of_no_such_pixel_is_one_sentence():
    result = run_layer(layer_of(np.ones((1, 1, 3, 3))), np.ones((1, 5, 5)))
    with pytest.raises(ShapeError, match=r"1 channels of 3 × 3, got channel 0, \(3, 0\)"):
        make_ledger(result, 0, 3, 0)


def test_layers_follow_each_other_with_relu_and_pooling_in_between():
    rng = np.random.default_rng(3)
    picture, first, second = (
        rng.random((2, 12, 12)),
        rng.normal(size=(3, 2, 3, 3)),
        rng.normal(size=(4, 3, 3, 3)),
    )
    setup = Setup((layer_of(first, relu=True, pool=2), layer_of(second)), (True, True))
    result = run_setup(setup, picture)
    x = functional.max_pool2d(functional.relu(functional.cross_correlate2d(picture[None], first)), 2)
    # The same products, added up in another order.
    np.testing.assert_allclose(result.layers[0].passed, x[0], rtol=1e-12)
    expected = functional.cross_correlate2d(x, second)[0]
    np.testing.assert_allclose(result.layers[1].outputs, expected, rtol=1e-12, atol=1e-12)
    assert result.problem == ""


@st.composite
def edits(draw):
    """Two setups, the second made from the first as a hand makes it, on a picture of two channels."""
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    layer = layer_of(rng.normal(size=(3, 2, 3, 3)), relu=draw(st.booleans()), pool=draw(st.integers(1, 2)))
    second = layer_of(rng.normal(size=(2, 3, 2, 2)))
    setup = Setup((layer, second), (True, True))
    new = Filter("new", rng.normal(size=(2, 3, 3)), 0.5)
    change = draw(st.sampled_from(["cell", "add", "remove", "swap", "stride", "relu", "turn", "pool", "off"]))
    match change:
        case "cell":
            number = draw(st.integers(0, 1))
            shape = setup.layers[number].weight.shape[1:]
            return setup, with_filter(setup, number, 1, Filter("new", rng.normal(size=shape), 0.5))
        case "add":
            return setup, filter_added(setup, 0, new)
        case "remove":
            return setup, filter_removed(setup, 0, draw(st.integers(0, 2)))
        case "swap":
            turned = replace(layer, filters=layer.filters[::-1])
            return setup, with_layer(setup, 0, turned)
        case "off":
            return setup, replace(setup, channels_on=(True, False))
    changed = {
        "stride": replace(layer, geometry=Geometry(stride=(2, 1))),
        "relu": replace(layer, relu=not layer.relu),
        "turn": replace(layer, operation="convolution"),
        "pool": replace(layer, pool=3 - layer.pool),
    }
    return setup, with_layer(setup, 0, changed[change])


@given(edits(), st.booleans())
def test_what_is_taken_over_from_an_earlier_result_equals_what_is_computed_anew(pair, same_picture):
    before, after = pair
    picture = np.random.default_rng(7).random((2, 13, 12))
    old = run_setup(before, picture if same_picture else picture[:, ::-1])
    anew, taken = run_setup(after, picture), run_setup(after, picture, old)
    assert anew.problem == taken.problem
    for first, second in zip(anew.layers, taken.layers, strict=True):
        for name in ("input", "padded", "used", "outputs", "activated", "passed", "winners"):
            expected, found = getattr(first, name), getattr(second, name)
            assert (expected is None) == (found is None)
            if expected is not None:
                np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
        assert second.layer is first.layer


def test_a_changed_filter_leaves_the_output_channels_of_the_others_alone(monkeypatch):
    computed = []

    def counted(padded, used, geometry):
        computed.append(len(used))
        return correlated(padded, used, geometry)

    monkeypatch.setattr("engine.lab.run.correlated", counted)
    setup, picture = Setup((four_edges(),), (True,)), example_seven()
    old = run_setup(setup, picture)
    run_setup(with_filter(setup, 0, 2, Filter("new", np.ones((1, 3, 3)))), picture, old)
    run_setup(setup, picture.copy(), old)
    run_setup(setup, 1 - picture, old)
    assert computed == [4, 1, 0, 4]


def test_pools_winners_are_one_per_window_and_hold_its_value():
    rng = np.random.default_rng(4)
    result = run_layer(layer_of(rng.normal(size=(2, 1, 3, 3)), relu=True, pool=2), rng.random((1, 11, 11)))
    windows = result.winners[:, :8, :8].reshape(2, 4, 2, 4, 2).sum(axis=(2, 4))
    assert (windows == 1).all()
    assert not result.winners[:, 8].any()
    np.testing.assert_array_equal(np.sort(result.activated[result.winners]), np.sort(result.passed.ravel()))


def test_one_channel_can_be_taken_from_the_layer_before():
    rng = np.random.default_rng(5)
    first, second = rng.normal(size=(3, 1, 3, 3)), rng.normal(size=(2, 1, 3, 3))
    setup = Setup((layer_of(first), layer_of(second, takes=2)), (True,))
    result = run_setup(setup, rng.random((1, 9, 9)))
    np.testing.assert_array_equal(result.layers[1].input, result.layers[0].outputs[2:3])


def test_a_channel_that_is_off_counts_as_zeros():
    weight = np.ones((1, 3, 1, 1))
    picture = np.arange(3.0)[:, None, None] * np.ones((3, 4, 4))
    result = run_setup(Setup((layer_of(weight),), (True, False, True)), picture)
    assert (result.layers[0].outputs == 2.0).all()


def test_a_layer_that_does_not_fit_is_one_sentence_and_the_others_stay():
    setup = Setup((layer_of(np.ones((1, 1, 3, 3)), pool=2), layer_of(np.ones((1, 1, 5, 5)))), (True,))
    result = run_setup(setup, np.ones((1, 8, 8)))
    assert len(result.layers) == 1
    assert result.problem == (
        "Layer 2: the filter spans 5 × 5 pixels, which must fit in the padded picture, got 3 × 3."
    )


def test_a_layer_with_another_number_of_channels_is_one_sentence():
    result = run_setup(Setup((layer_of(np.ones((1, 2, 3, 3))),), (True,)), np.ones((1, 8, 8)))
    assert result.problem.startswith("Layer 1: each filter must have 1 input channels, got 2")
    with pytest.raises(ShapeError, match="2 channels"):
        run_setup(Setup((layer_of(np.ones((1, 2, 3, 3))),), (True, True)), np.ones((1, 8, 8)))


@pytest.mark.parametrize(
    ("weight", "error"),
    [
        (np.ones((3, 3)), ShapeError),
        (np.ones((1, 12, 3)), ShapeError),
        (np.full((1, 1, 1), np.nan), ConfigError),
    ],
)
def test_filters_that_make_no_sense_are_refused(weight, error):
    with pytest.raises(error, match="a filter must"):
        Filter("odd", weight)


def test_filters_of_one_layer_have_one_shape_and_cannot_be_changed_from_outside():
    weight = np.ones((1, 3, 3))
    one = Filter("one", weight)
    weight[:] = 7
    assert (one.weight == 1).all()
    with pytest.raises(ShapeError, match="filters of one shape"):
        LabLayer((one, Filter("two", np.ones((1, 5, 5)))))
    assert LabLayer((one, one)).weight_count == 20


def test_a_mirrored_border_must_be_narrower_than_the_picture():
    with pytest.raises(ShapeError, match="narrower than the picture of 2 × 2, got 2"):
        with_border(np.ones((1, 2, 2)), ((2, 2), (2, 2)), "reflect")


def test_the_formula_shows_the_actual_numbers():
    rows, columns = size_formulas((28, 28), (3, 3), Geometry())
    assert (rows.text, rows.size, rows.left_over) == ("(28 − 3) / 1 + 1 = 26", 26, 0)
    assert left_over_sentence(rows, columns) == ""
    same, _ = size_formulas((28, 28), (3, 3), Geometry(padding="same", dilation=(2, 1)))
    assert same.text == "(28 + 2 + 2 − (2 × (3 − 1) + 1)) / 1 + 1 = 28"


def test_a_division_with_a_rest_is_explained():
    rows, columns = size_formulas((28, 29), (3, 3), Geometry(stride=(2, 2)))
    assert rows.text == "(28 − 3) / 2 = 12.50, rounded down, + 1 = 13"
    assert (rows.left_over, columns.left_over) == (1, 0)
    sentence = left_over_sentence(rows, columns)
    assert sentence.endswith("no output pixel sees the last row of the input with its border.")


@given(cases())
def test_the_formula_gives_the_size_that_comes_out(case):
    picture, weight, settings = case
    settings["border"] = "zero"
    layer = layer_of(weight, **settings)
    formulas = size_formulas(picture.shape[1:], weight.shape[2:], layer.geometry)
    result = run_layer(layer, picture)
    assert tuple(formula.size for formula in formulas) == result.positions
    for axis, formula in enumerate(formulas):
        last = (formula.size - 1) * settings["stride"][axis]
        span = settings["dilation"][axis] * (weight.shape[2 + axis] - 1) + 1
        assert last + span + formula.left_over == result.padded.shape[1 + axis]


def test_a_filter_that_does_not_fit_is_told_in_the_formula():
    rows, _ = size_formulas((2, 28), (3, 3), Geometry())
    assert (rows.size, rows.text) == (0, "2 − 3 is below 0: the filter does not fit")


def test_weights_beyond_numbers_give_infinities_and_no_warning():
    weight = np.full((1, 1, 3, 3), 1e200)
    result = run_setup(Setup((layer_of(weight), layer_of(weight)), (True,)), np.ones((1, 9, 9)))
    assert np.isinf(result.layers[1].outputs).all()
    assert np.isinf(contributions(result.layers[1], 0)).all()
