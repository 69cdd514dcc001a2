"""Augmented pictures: what each setting does to real digits."""

import numpy as np
import pytest

from engine.augment import GENTLE, NONE, STRONG, Augmentation, Augmenter
from engine.datasets import embedded_digits
from engine.errors import ConfigError, ShapeError

ONE_OF_EACH = {
    "shift": Augmentation(shift_px=2),
    "rotation": Augmentation(rotation_deg=15),
    "scale": Augmentation(scale_percent=15),
    "shear": Augmentation(shear_deg=15),
    "elastic": Augmentation(elastic_px=1),
    "thickness": Augmentation(thickness=0.6, thickness_probability=1),
}


def digits(count: int = 500) -> np.ndarray:
    return embedded_digits().train.pictures[:count] / np.float32(255)


def apply(augmentation: Augmentation, pictures: np.ndarray, seed: int = 0) -> np.ndarray:
    return augmentation.apply(pictures, np.random.default_rng(seed))


def centres(pictures: np.ndarray) -> np.ndarray:
    index = np.arange(pictures.shape[-1])
    ink = pictures.sum(axis=(1, 2, 3))
    rows = pictures.sum(axis=(1, 3)) @ index / ink
    return np.stack((rows, pictures.sum(axis=(1, 2)) @ index / ink), axis=1)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_every_setting_changes_pictures_within_their_range(name: str) -> None:
    pictures = digits()
    before = pictures.copy()
    changed = apply(ONE_OF_EACH[name], pictures)
    np.testing.assert_array_equal(pictures, before)
    assert changed.shape == pictures.shape
    assert changed.dtype == np.float32
    assert 0.0 <= changed.min() < changed.max() <= 1.0
    assert 0.01 < np.abs(changed - pictures).mean() < 0.1


@pytest.mark.parametrize("augmentation", [*ONE_OF_EACH.values(), GENTLE, STRONG])
def test_the_same_seed_gives_the_same_pictures(augmentation: Augmentation) -> None:
    pictures = digits(100)
    first, again = apply(augmentation, pictures, 3), apply(augmentation, pictures, 3)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, apply(augmentation, pictures, 4))


@pytest.mark.parametrize("augmentation", [NONE, Augmentation(), Augmentation(shift_px=0.0)])
def test_nothing_to_do_changes_nothing(augmentation: Augmentation) -> None:
    pictures = digits(20)
    np.testing.assert_array_equal(apply(augmentation, pictures), pictures)


def test_the_probability_is_the_share_of_pictures_that_change() -> None:
    pictures = digits(2000)
    strong = Augmentation(rotation_deg=15, elastic_px=1, thickness=0.5, probability=0.3)
    same = (apply(strong, pictures) == pictures).all(axis=(1, 2, 3))
    assert same.mean() == pytest.approx(0.7, abs=0.04)


def test_shifts_stay_within_their_limit_and_use_it() -> None:
    # With paper around, so that no ink is lost over the edge.
    pictures = np.pad(digits(), ((0, 0), (0, 0), (4, 4), (4, 4)))
    moved = centres(apply(Augmentation(shift_px=2), pictures)) - centres(pictures)
    assert np.abs(moved).max() < 2.001
    assert np.abs(moved).max(axis=0).min() > 1.8
    assert abs(moved.mean()) < 0.15


def bar(side: int = 29) -> np.ndarray:
    picture = np.zeros((1, 1, side, side), dtype=np.float32)
    picture[..., side // 2, 4:-4] = 1
    return picture


def slope(picture: np.ndarray) -> float:
    rows, columns = np.nonzero(picture[0] > 0.2)
    return float(np.degrees(np.arctan(np.polyfit(columns, rows, 1)[0])))


def test_rotation_turns_a_line_by_up_to_its_angle() -> None:
    turned = apply(Augmentation(rotation_deg=20), bar().repeat(200, axis=0))
    angles = np.array([slope(picture) for picture in turned])
    assert 17 < np.abs(angles).max() < 21
    assert abs(np.median(angles)) < 5


def test_stretching_and_slanting_change_the_size_as_they_say() -> None:
    lines = bar().transpose(0, 1, 3, 2).repeat(200, axis=0)
    lengths = apply(Augmentation(scale_percent=20), lines).sum(axis=(1, 2, 3))
    thickness = apply(Augmentation(scale_percent=20), lines).max(axis=3).sum(axis=(1, 2))
    assert lengths.max() > 1.2 * 21
    assert lengths.min() < 0.85 * 21
    assert 21 / 1.25 - 1 < thickness.min() < thickness.max() < 21 / 0.8 + 1
    slanted = apply(Augmentation(shear_deg=20), lines).transpose(0, 1, 3, 2)
    assert 17 < max(abs(slope(picture)) for picture in slanted) < 21


def test_an_elastic_field_moves_pixels_as_far_as_it_says_and_smoothly() -> None:
    # A ramp shows how far each pixel's sample was moved.
    side = 64
    ramp = np.broadcast_to(np.arange(side, dtype=np.float32), (100, 1, side, side)).copy()
    field = (apply(Augmentation(elastic_px=1.5, elastic_sigma_px=6), ramp) - ramp)[..., 8:-8, 8:-8]
    assert field.std() == pytest.approx(1.5, rel=0.15)
    step = np.diff(field, axis=-1).std()
    # Noise after a Gaussian filter of sigma changes by 1 / (√2 sigma) of itself per pixel.
    assert step == pytest.approx(1.5 / (np.sqrt(2) * 6), rel=0.2)


def test_strokes_become_thicker_and_thinner() -> None:
    pictures = digits()
    changed = apply(Augmentation(thickness=0.6, thickness_probability=1), pictures)
    ratio = changed.sum(axis=(1, 2, 3)) / pictures.sum(axis=(1, 2, 3))
    assert ratio.min() < 0.7
    assert ratio.max() > 1.4
    assert 0.4 < (ratio > 1).mean() < 0.6
    half = apply(Augmentation(thickness=0.6, thickness_probability=0.5), pictures)
    assert (half == pictures).all(axis=(1, 2, 3)).mean() == pytest.approx(0.5, abs=0.1)


def test_all_channels_of_a_picture_change_alike() -> None:
    colour = digits(70).repeat(3, axis=1)
    changed = apply(STRONG, colour)
    np.testing.assert_array_equal(changed[:, 0], changed[:, 2])
    np.testing.assert_array_equal(changed[:, :1], apply(STRONG, digits(70)))


@pytest.mark.parametrize("shape", [(3, 1, 1, 1), (2, 3, 5, 40), (0, 1, 28, 28), (65, 1, 9, 4)])
def test_pictures_of_any_size_are_welcome(shape: tuple[int, int, int, int]) -> None:
    pictures = np.random.default_rng(0).random(shape, dtype=np.float32)
    assert apply(STRONG, pictures).shape == shape


@pytest.mark.parametrize(
    "pictures", [np.zeros((2, 28, 28), np.float32), np.zeros((2, 1, 28, 28), np.float64)]
)
def test_other_arrays_are_refused(pictures: np.ndarray) -> None:
    with pytest.raises(ShapeError, match="got float"):
        apply(STRONG, pictures)


@pytest.mark.parametrize(
    "settings",
    [
        {"shift_px": -1},
        {"rotation_deg": 181},
        {"scale_percent": 100},
        {"shear_deg": 90},
        {"thickness": 1.1},
        {"probability": float("nan")},
        {"elastic_px": 1, "elastic_sigma_px": 0.1},
        {"elastic_px": float("inf")},
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="got"):
        Augmentation(**settings)


@pytest.mark.parametrize("augmentation", [*ONE_OF_EACH.values(), GENTLE, STRONG])
def test_batches_in_kept_memory_change_as_in_new_memory(augmentation: Augmentation) -> None:
    """Of uint8, of another size than before, of more pictures than are resampled together."""
    pictures = np.concatenate((digits(150), digits(150)[:, :, ::-1], digits(150)), axis=1)
    whole = np.rint(pictures * 255).astype(np.uint8)
    augmenter = Augmenter(augmentation, (3, 28, 28))
    for seed, count in enumerate((20, 150, 7)):
        expected = augmentation.apply(pictures[:count], np.random.default_rng(seed))
        changed = augmenter(whole[:count], np.random.default_rng(seed))
        np.testing.assert_allclose(changed, expected, atol=1e-6)
