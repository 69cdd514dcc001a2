"""Ink that is no digit, by the same hands: to test that a program says so."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.datasets.strokes.digits import picture_of, require_count
from engine.datasets.strokes.manner import EVERYDAY, Hand, Manner
from engine.datasets.strokes.sign_styles import LETTERS, SIGNS
from engine.datasets.strokes.style import Style
from engine.datasets.strokes.writing import draw, write
from engine.datasets.values import Dataset
from engine.drawing import PICTURE_SIDE, Drawing
from engine.errors import ConfigError

_NAME = "Non-digits"
# Steeper, and a line is a one.
_STEEPEST_LINE_DEG = 22.0
_SCRIBBLE_POINTS = 120


def _blank(hand: Hand, rng: np.random.Generator) -> Drawing:
    return Drawing(name="blank")


def _dot(hand: Hand, rng: np.random.Generator) -> Drawing:
    return draw([np.zeros((1, 2))], hand, rng, name="dot")


def _flat_line(hand: Hand, rng: np.random.Generator) -> Drawing:
    angle = np.deg2rad(rng.uniform(-_STEEPEST_LINE_DEG, _STEEPEST_LINE_DEG))
    t = np.linspace(-0.5, 0.5, 24)[:, np.newaxis]
    bow = 0.05 * rng.standard_normal()
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    return draw([t * along + bow * (1 - 4 * t * t) * across], hand, rng, name="flat line")


def _scribble(hand: Hand, rng: np.random.Generator) -> Drawing:
    """Draw a tangle of waves, or a zigzag: one of three."""
    t = np.linspace(0, 1, _SCRIBBLE_POINTS)
    if rng.random() < 1 / 3:
        turns = int(rng.integers(5, 10))
        heights = rng.uniform(0.25, 0.5, turns + 1) * (-1) ** np.arange(turns + 1)
        path = np.stack((t - 0.5, np.interp(t * turns, np.arange(turns + 1), heights)), axis=1)
        if rng.random() < 0.5:
            path = path[:, ::-1]
        return draw([path], hand, rng, name="zigzag")
    # Waves of about the same number of turns would lie on one line, like a one.
    turns_x, more, fast_x, fast_y = rng.uniform((2.5, 1.2, 6, 6), (4.5, 2.8, 9, 9))
    turns_y = turns_x + more
    phase = rng.uniform(0, 2 * np.pi, 4)
    waves = [
        0.4 * np.sin(2 * np.pi * slow * t + phase[k]) + 0.12 * np.sin(2 * np.pi * fast * t + phase[k + 2])
        for k, (slow, fast) in enumerate(((turns_x, fast_x), (turns_y, fast_y)))
    ]
    return draw([np.stack(waves, axis=1)], hand, rng, name="tangle")


def _one_of(styles: Sequence[Style]) -> Callable[[Hand, np.random.Generator], Drawing]:
    def written(hand: Hand, rng: np.random.Generator) -> Drawing:
        return write(styles[int(rng.integers(len(styles)))], hand, rng)

    return written


_KINDS: dict[str, Callable[[Hand, np.random.Generator], Drawing]] = {
    "letter": _one_of(LETTERS),
    "sign": _one_of(SIGNS),
    "scribble": _scribble,
    "flat line": _flat_line,
    "dot": _dot,
    "blank": _blank,
}

NON_DIGIT_KINDS = tuple(_KINDS)
"""What there is: capital letters and signs that resemble no digit, scribbles, lines, dots, nothing."""


def non_digit_drawings(
    count: int, seed: int, kinds: Sequence[str] | None = None, manner: Manner = EVERYDAY
) -> Iterator[Drawing]:
    """Draw what is no digit, one after the other; the kinds come in turn.

    The same seed gives the same drawings, and a smaller count the first of them.

    Parameters
    ----------
    count
        How many, at least 1.
    seed
        At least 0; everything that varies comes from ``numpy.random.default_rng(seed)``.
    kinds
        Names from `NON_DIGIT_KINDS`; all if not given.
    manner
        How the hands vary.

    Returns
    -------
    iterator of Drawing
        The `label` of each is None, its `name` what it is: "letter A", "zigzag", "dot".

    Raises
    ------
    ConfigError
        If the count or the seed is too small, or a kind is not known.
    """
    require_count(count, seed)
    chosen = _chosen(kinds)
    rng = np.random.default_rng(seed)
    return (_KINDS[chosen[index % len(chosen)]](manner.hand(rng), rng) for index in range(count))


def non_digits(
    count: int, seed: int, kinds: Sequence[str] | None = None, manner: Manner = EVERYDAY
) -> Dataset:
    """Return the pictures of what `non_digit_drawings` draws, prepared as the canvas prepares them.

    The classes are `NON_DIGIT_KINDS`, so that a label says of which kind a picture is. The
    parameters and errors are those of `non_digit_drawings`.
    """
    drawings = non_digit_drawings(count, seed, kinds, manner)
    pictures: NDArray[np.uint8] = np.stack([picture_of(drawing) for drawing in drawings])
    label_of = np.array([NON_DIGIT_KINDS.index(kind) for kind in _chosen(kinds)], dtype=np.int64)
    labels = label_of[np.arange(count) % len(label_of)]
    return Dataset(_NAME, pictures.reshape(count, 1, PICTURE_SIDE, PICTURE_SIDE), labels, NON_DIGIT_KINDS)


def _chosen(kinds: Sequence[str] | None) -> tuple[str, ...]:
    chosen = NON_DIGIT_KINDS if kinds is None else tuple(dict.fromkeys(kinds))
    if not chosen:
        raise ConfigError("At least one kind must be named.")
    for kind in chosen:
        if kind not in _KINDS:
            raise ConfigError(f"A kind must be one of {', '.join(NON_DIGIT_KINDS)}, got {kind!r}.")
    return chosen
