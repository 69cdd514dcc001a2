"""Digits are told from other ink. The bounds are what was measured, with a little room."""

from time import perf_counter

import numpy as np
import pytest

from engine.augment import GENTLE, STRONG, Augmentation
from engine.datasets import embedded_digits
from engine.drawing import Backdrop, Drawing, prepare
from engine.errors import ShapeError
from engine.novelty import DigitLikeness
from tests.engine.drawing_samples import drawn_digit
from tests.engine.junk_samples import JUNK


@pytest.fixture(scope="module")
def likeness() -> DigitLikeness:
    return DigitLikeness()


def accepted(likeness: DigitLikeness, pictures: list[np.ndarray]) -> float:
    return float(np.mean([likeness.resembles_digit(picture) for picture in pictures]))


def test_real_digits_that_it_does_not_know_resemble_digits(likeness: DigitLikeness) -> None:
    digits = embedded_digits().test.pictures[:, 0] / np.float32(255)
    assert accepted(likeness, list(digits)) >= 0.99


@pytest.mark.parametrize("augmentation", [GENTLE, STRONG], ids=["gentle", "strong"])
def test_sloppy_digits_resemble_digits(likeness: DigitLikeness, augmentation: Augmentation) -> None:
    digits = embedded_digits().test.pictures / np.float32(255)
    sloppy = augmentation.apply(digits, np.random.default_rng(41))[:, 0]
    pixels = np.rint(sloppy * 255).astype(np.uint8)
    pictures = [prepare(Drawing(backdrop=Backdrop(picture))).picture for picture in pixels]
    assert accepted(likeness, pictures) >= 0.985


@pytest.mark.parametrize("width", [0.06, 0.09, 0.12])
@pytest.mark.parametrize("digit", range(10))
def test_digits_drawn_with_the_pen_resemble_digits(likeness: DigitLikeness, digit: int, width: float) -> None:
    assert likeness.resembles_digit(prepare(drawn_digit(digit, width)).picture)


@pytest.mark.parametrize(
    ("kind", "at_least"),
    [
        ("filled_square", 0.99),
        ("dot", 0.99),
        ("noise", 0.99),
        ("flat_line", 0.99),
        ("star", 0.99),
        ("grid", 0.96),
        ("plus", 0.90),
        ("scribble", 0.85),
        ("spiral", 0.70),
        ("letter", 0.70),
        ("zigzag", 0.60),
        ("face", 0.35),
    ],
)
def test_other_ink_does_not_resemble_digits(likeness: DigitLikeness, kind: str, at_least: float) -> None:
    rng = np.random.default_rng(42)
    pictures = [prepare(JUNK[kind](rng)).picture for _ in range(150)]
    assert 1 - accepted(likeness, pictures) >= at_least


def test_two_digits_side_by_side_are_not_one(likeness: DigitLikeness) -> None:
    digits = embedded_digits().test.pictures[:200, 0, :, 3:25]
    pairs = np.concatenate((digits[::2], digits[1::2]), axis=2)
    pictures = [prepare(Drawing(backdrop=Backdrop(pair))).picture for pair in pairs]
    assert accepted(likeness, pictures) <= 0.03


def test_a_picture_without_ink_resembles_nothing(likeness: DigitLikeness) -> None:
    assert likeness.distance(np.zeros((28, 28), np.float32)) == float("inf")


def test_a_picture_of_another_size_is_refused(likeness: DigitLikeness) -> None:
    with pytest.raises(ShapeError, match=r"got \(1, 28, 28\)"):
        likeness.distance(np.zeros((1, 28, 28), np.float32))


def test_an_answer_takes_less_than_a_frame(likeness: DigitLikeness) -> None:
    digits = embedded_digits().test.pictures[:100, 0] / np.float32(255)
    seconds = []
    for digit in digits:
        start = perf_counter()
        likeness.distance(digit)
        seconds.append(perf_counter() - start)
    # Measured: 0.3 ms with one BLAS thread; the bound leaves room for a machine that is busy.
    assert np.median(seconds) < 0.01
