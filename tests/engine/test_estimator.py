"""Networks as scikit-learn estimators, beyond what scikit-learn's own checks ask."""

import doctest
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from joblib.externals.loky import get_reusable_executor
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

import engine.estimator
from engine import Conv2D, Dense, Flatten, MaxPool2D, Network, ReLU, TrainingDiverged
from engine.augment import GENTLE
from engine.estimator import ConvNetClassifier, ConvNetTransformer
from tests.engine.network_samples import digits_like

PICTURES, LABELS = digits_like(200)
ROWS = PICTURES.reshape(200, -1)
LAYERS = (Conv2D(4, 3), ReLU(), MaxPool2D(2), Flatten())
QUICK = ConvNetClassifier(LAYERS, epochs=6, learning_rate=0.01, random_state=0)
DIGITS, NUMBERS = load_digits(return_X_y=True)


@pytest.fixture
def joblib_s_processes() -> Iterator[None]:
    """End the processes that joblib would keep for the next search."""
    yield
    get_reusable_executor().shutdown(wait=True)


def bits(estimator: Any) -> Any:
    return estimator.network_.parameters.vector


def same(one: Any, other: Any) -> bool:
    return np.array_equal(bits(one), bits(other))


def test_the_package_s_own_example_is_true() -> None:
    assert doctest.testmod(engine.estimator).failed == 0


def test_pictures_with_and_without_channels_and_rows_of_them_are_the_same() -> None:
    fitted = clone(QUICK).fit(PICTURES, LABELS)
    assert fitted.score(*digits_like(100, seed=5)) == 1
    assert fitted.picture_shape_ == (1, 12, 12)
    assert fitted.n_features_in_ == 144
    assert same(fitted, clone(QUICK).fit(PICTURES[:, 0], LABELS))
    assert same(fitted, clone(QUICK).set_params(picture_shape=(12, 12)).fit(ROWS, LABELS))
    np.testing.assert_array_equal(fitted.predict(ROWS), fitted.predict(PICTURES))


def test_pictures_of_several_channels_are_read_channel_by_channel() -> None:
    rgb = np.random.default_rng(0).integers(0, 255, (60, 3, 8, 8), dtype=np.uint8)
    labels = np.arange(60) % 3
    for picture, label in zip(rgb, labels, strict=True):
        picture[label] //= 3
    fitted = ConvNetClassifier(random_state=0).fit(rgb, labels)
    assert fitted.network_.spec.input_shape == (3, 8, 8)
    assert fitted.score(rgb, labels) == 1


@pytest.mark.parametrize(
    ("pictures", "kinds"),
    [
        (np.zeros((4, 28, 28)), ["conv", "relu", "pool", "conv", "relu", "pool", "flatten", "dense"]),
        (np.zeros((4, 8, 8)), ["conv", "relu", "pool", "conv", "relu", "flatten", "dense"]),
        (np.zeros((4, 1, 1)), ["flatten", "dense", "relu", "dense"]),
        (np.zeros((4, 784)), ["flatten", "dense", "relu", "dense"]),
    ],
)
def test_the_automatic_network_suits_the_data(pictures: Any, kinds: list[str]) -> None:
    fitted = ConvNetClassifier(epochs=1).fit(pictures, [0, 1, 2, 0])
    assert [layer.kind for layer in fitted.network_.spec.layers] == kinds


def test_a_preset_is_found_by_its_key() -> None:
    fitted = ConvNetClassifier("8-16", picture_shape=(28, 28), epochs=1).fit(np.eye(3, 784), list("abc"))
    assert fitted.network_.spec.classes == ("a", "b", "c")
    assert fitted.network_.parameters["conv1.weight"].shape == (8, 1, 3, 3)


def test_numbers_of_any_size_are_standardised() -> None:
    settings = {"picture_shape": (8, 8), "epochs": 2, "random_state": 0}
    one = ConvNetClassifier(**settings).fit(DIGITS, NUMBERS)
    other = ConvNetClassifier(**settings).fit(1000 - 4 * DIGITS, NUMBERS)
    raw = ConvNetClassifier(**settings, scale="none").fit(DIGITS, NUMBERS)
    assert not same(one, raw)
    assert one._reading.scaling is not None
    np.testing.assert_allclose(one._reading.pictures(DIGITS, np.float64).std(), 1)
    np.testing.assert_allclose(
        other._reading.pictures(1000 - 4 * DIGITS, np.float64),
        -one._reading.pictures(DIGITS, np.float64),
        atol=1e-9,
    )


@pytest.mark.parametrize("pictures", [ROWS, ROWS / 255, ROWS > 100])
def test_what_the_engine_reads_is_left_as_it_is(pictures: Any) -> None:
    fitted = clone(QUICK).set_params(picture_shape=(12, 12)).fit(pictures, LABELS)
    assert fitted._reading.scaling is None
    assert fitted.score(pictures, LABELS) > 0.9


def test_an_example_of_weight_three_is_one_that_is_there_three_times() -> None:
    rng = np.random.default_rng(2)
    weights = rng.integers(0, 4, 200)
    weighted = clone(QUICK).fit(PICTURES, LABELS, weights * 0.25)
    assert same(weighted, clone(QUICK).fit(PICTURES.repeat(weights, 0), LABELS.repeat(weights)))
    assert not same(weighted, clone(QUICK).fit(PICTURES, LABELS))


def test_the_order_of_the_examples_does_not_matter() -> None:
    order = np.random.default_rng(1).permutation(200)
    assert same(clone(QUICK).fit(PICTURES, LABELS), clone(QUICK).fit(PICTURES[order], LABELS[order]))


def test_another_random_state_gives_another_network() -> None:
    first, second = (clone(QUICK).set_params(random_state=seed).fit(PICTURES, LABELS) for seed in (1, 2))
    assert not same(first, second)


def test_class_weights_are_weights_of_the_examples_of_a_class() -> None:
    by_class = clone(QUICK).set_params(class_weight={2: 5.0}).fit(PICTURES, LABELS)
    assert same(by_class, clone(QUICK).fit(PICTURES, LABELS, np.where(LABELS == 2, 5.0, 1.0)))
    balanced = clone(QUICK).set_params(class_weight="balanced").fit(PICTURES, LABELS)
    each = 200 / (4 * np.bincount(LABELS))
    np.testing.assert_allclose(
        bits(balanced), bits(clone(QUICK).fit(PICTURES, LABELS, each[LABELS])), rtol=1e-3, atol=1e-5
    )


def test_partial_fit_goes_on_with_the_optimiser_where_it_was() -> None:
    going = clone(QUICK)
    for _ in range(3):
        going.partial_fit(PICTURES[:70], LABELS[:70], classes=range(4))
    assert going.n_iter_ == len(going.loss_curve_) == 3
    assert going._optimizer_state["counts"][0] == 6
    forgetful = clone(QUICK)
    for _ in range(3):
        forgetful.partial_fit(PICTURES[:70], LABELS[:70], classes=range(4))
        forgetful._optimizer_state = {}
    assert not same(going, forgetful)
    assert going.loss_curve_[-1] < going.loss_curve_[0]


def test_partial_fit_weighs_its_examples_against_those_of_other_calls() -> None:
    settings = {"optimizer": "sgd", "momentum": 0.0, "batch_size": 200}
    one, two = (clone(QUICK).set_params(**settings, learning_rate=rate) for rate in (0.02, 0.01))
    one.partial_fit(PICTURES, LABELS)
    two.partial_fit(PICTURES, LABELS, sample_weight=np.full(200, 2.0))
    np.testing.assert_allclose(bits(one), bits(two), rtol=1e-3, atol=1e-6)


def test_partial_fit_goes_on_after_fit_and_after_a_pickle(tmp_path: Path) -> None:
    fitted = clone(QUICK).fit(PICTURES, LABELS)
    joblib.dump(fitted, tmp_path / "fitted.joblib")
    again = joblib.load(tmp_path / "fitted.joblib")
    np.testing.assert_array_equal(again.predict_proba(PICTURES), fitted.predict_proba(PICTURES))
    fitted.partial_fit(PICTURES, LABELS)
    again.partial_fit(PICTURES, LABELS)
    assert same(fitted, again)
    assert fitted.n_iter_ == 7


def test_a_search_gives_the_same_in_this_process_and_in_joblib_s(joblib_s_processes: None) -> None:
    grid = {"learning_rate": np.array([0.001, 0.01]), "batch_size": np.array([20, 50])}
    alone, shared = (
        GridSearchCV(clone(QUICK), grid, cv=2, n_jobs=jobs).fit(PICTURES, LABELS) for jobs in (1, 2)
    )
    np.testing.assert_array_equal(alone.cv_results_["mean_test_score"], shared.cv_results_["mean_test_score"])
    assert same(alone.best_estimator_, shared.best_estimator_)
    assert alone.best_score_ > 0.9


def test_a_classifier_stands_in_pipelines_and_cross_validation() -> None:
    piped = make_pipeline(MinMaxScaler(), ConvNetClassifier(picture_shape=(8, 8), epochs=15, random_state=0))
    assert cross_val_score(piped, DIGITS[:600], NUMBERS[:600], cv=2).min() > 0.7


@pytest.mark.parametrize(("layer", "numbers"), [(None, 100), ("conv1", 400), ("pool1", 100), ("dense1", 4)])
def test_a_transformer_gives_what_the_layer_gives(layer: str | None, numbers: int) -> None:
    settings = QUICK.get_params()
    fitted = ConvNetTransformer(layer, **settings).fit(PICTURES, LABELS)
    found = fitted.transform(PICTURES[:9])
    wanted = fitted.network_.activations(PICTURES[:9])[layer or "flatten1"].reshape(9, -1)
    assert found.shape == (9, numbers)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    assert len(fitted.get_feature_names_out()) == numbers
    assert same(fitted, clone(QUICK).fit(PICTURES, LABELS))


def test_features_of_a_layer_serve_another_classifier() -> None:
    features = ConvNetTransformer("pool1", **QUICK.get_params())
    piped = make_pipeline(features, LogisticRegression()).fit(PICTURES, LABELS)
    assert piped.score(*digits_like(100, seed=7)) > 0.95


def test_several_threads_may_ask_at_the_same_time() -> None:
    fitted = clone(QUICK).fit(PICTURES, LABELS)
    wanted = fitted.predict_proba(PICTURES)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(fitted.predict_proba, [PICTURES] * 12):
            np.testing.assert_array_equal(found, wanted)


def test_the_network_saves_a_model_of_this_program(tmp_path: Path) -> None:
    fitted = clone(QUICK).fit(PICTURES, LABELS)
    fitted.network_.save(tmp_path / "net.safetensors")
    again = Network.load(tmp_path / "net.safetensors")
    np.testing.assert_allclose(again.probabilities(PICTURES), fitted.predict_proba(PICTURES), atol=1e-5)


def test_augmentation_and_several_workers_reach_the_training() -> None:
    settings = {"augmentation": GENTLE, "workers": 2, "epochs": 2}
    first, second = (clone(QUICK).set_params(**settings).fit(PICTURES, LABELS) for _ in range(2))
    assert same(first, second)
    assert not same(first, clone(QUICK).set_params(epochs=2).fit(PICTURES, LABELS))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"layers": "lenet-5"}, "preset must be one of"),
        ({"layers": [3]}, "layers must be"),
        ({"layers": (Conv2D(4, 3), Dense(3))}, "dense1: Dense needs a flat input"),
        ({"picture_shape": (12, 11)}, "needs 132 features, got 144"),
        ({"picture_shape": "12x12"}, "picture_shape must be"),
        ({"scale": "minmax"}, "scale must be"),
        ({"epochs": 0}, "epochs must be"),
        ({"optimizer": "rmsprop"}, "optimizer must be"),
        ({"class_weight": "even"}, "class_weight must be None"),
        ({"class_weight": {0: -1.0}}, "class_weight must hold finite numbers"),
    ],
)
def test_bad_settings_are_told_in_a_sentence(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        ConvNetClassifier(**({"picture_shape": (12, 12)} | settings)).fit(ROWS, LABELS)


def test_what_does_not_fit_is_told_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="picture_shape must be their"):
        ConvNetClassifier("8–16").fit(ROWS, LABELS)
    with pytest.raises(ValueError, match="got 1 class"):
        ConvNetClassifier().fit(ROWS, np.zeros(200, int))
    with pytest.raises(ValueError, match="layer must be None or one of conv1"):
        ConvNetTransformer("conv7", **QUICK.get_params()).fit(PICTURES, LABELS)
    fitted = clone(QUICK).fit(PICTURES, LABELS)
    with pytest.raises(
        ValueError, match=r"shape \(1, 12, 12\) as in training, got pictures of shape \(1, 9, 16\)"
    ):
        fitted.predict(PICTURES.reshape(-1, 1, 9, 16))
    with pytest.raises(ValueError, match="must be so again or numbers from 0 to 1, got int64 up to 20"):
        fitted.predict(PICTURES.astype(int))
    with pytest.raises(ValueError, match="rows of 144 features as in training"):
        ConvNetClassifier(epochs=1).fit(ROWS, LABELS).predict(PICTURES)
    with pytest.raises(ValueError, match="y must hold classes of the first call"):
        fitted.partial_fit(PICTURES, LABELS + 1)
    with pytest.raises(ValueError, match="requires y"):
        fitted.partial_fit(PICTURES, None)
    with pytest.raises(ValueError, match="classes must be those of the first call"):
        fitted.partial_fit(PICTURES, LABELS, classes=range(5))
    with pytest.raises(ValueError, match="needs all examples at once"):
        clone(QUICK).set_params(class_weight="balanced").partial_fit(PICTURES, LABELS)
    with pytest.raises(TrainingDiverged, match="learning rate"):
        clone(QUICK).set_params(learning_rate=1e30, optimizer="sgd").fit(PICTURES, LABELS)
