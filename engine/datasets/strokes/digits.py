"""Digits as people write them: drawings, and a data set of their pictures."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.datasets.strokes.digit_styles import DIGIT_STYLES
from engine.datasets.strokes.manner import EVERYDAY, Manner
from engine.datasets.strokes.style import Style
from engine.datasets.strokes.writing import write
from engine.datasets.values import Dataset
from engine.drawing import PICTURE_SIDE, Drawing, prepare
from engine.errors import ConfigError, DataError

STYLE_NAMES = tuple(style.name for style in DIGIT_STYLES)
"""The names of all styles, digit by digit."""

_NAME = "Written digits"
# The digit of each style, ``(styles,)``.
_LABELS = np.array([style.label for style in DIGIT_STYLES], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class WrittenDigits:
    """Pictures of written digits, with the style of each. Any thread.

    Parameters
    ----------
    dataset
        The pictures, ``(n, 1, 28, 28)``, and their digits.
    styles
        ``(n,)`` int64, read-only: the index into `STYLE_NAMES` of each picture's style.

    Raises
    ------
    DataError
        If the two do not fit together.
    """

    dataset: Dataset
    styles: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.styles.shape != self.dataset.labels.shape or self.styles.dtype != np.int64:
            raise DataError(
                f"The styles of {len(self.dataset)} pictures must be int64 ({len(self.dataset)},), "
                f"got {self.styles.dtype} {tuple(self.styles.shape)}."
            )
        view = self.styles.view()
        view.flags.writeable = False
        object.__setattr__(self, "styles", view)

    def of_style(self, name: str) -> Dataset:
        """Return the pictures of one style.

        Raises
        ------
        ConfigError
            If there is no such style.
        DataError
            If it has no picture here.
        """
        which = np.flatnonzero(self.styles == STYLE_NAMES.index(_style(name).name))
        if not which.size:
            raise DataError(f"There is no picture of the style {name!r} among these {len(self.dataset)}.")
        return self.dataset.take(which)


def digit_drawings(
    count: int, seed: int, styles: Sequence[str] | None = None, manner: Manner = EVERYDAY
) -> Iterator[Drawing]:
    """Write digits, one after the other.

    Each digit comes equally often, in an order by chance; each of its styles by its share. The
    same seed gives the same drawings, and a smaller count the first of them.

    Parameters
    ----------
    count
        How many, at least 1.
    seed
        At least 0; everything that varies comes from ``numpy.random.default_rng(seed)``.
    styles
        Names from `STYLE_NAMES` to choose from; all if not given. Digits without any are left out.
    manner
        How the hands vary.

    Returns
    -------
    iterator of Drawing
        The `label` of each is its digit, its `name` that of its style.

    Raises
    ------
    ConfigError
        If the count or the seed is too small, or a style is not known.
    """
    require_count(count, seed)
    chosen = DIGIT_STYLES if styles is None else [_style(name) for name in dict.fromkeys(styles)]
    if not chosen:
        raise ConfigError("At least one style must be named.")
    by_digit: dict[int, list[Style]] = {}
    for style in chosen:
        assert style.label is not None
        by_digit.setdefault(style.label, []).append(style)
    return _drawings(count, np.random.default_rng(seed), list(by_digit.values()), manner)


def written_digits(
    count: int, seed: int, styles: Sequence[str] | None = None, manner: Manner = EVERYDAY
) -> WrittenDigits:
    """Return the pictures of what `digit_drawings` writes, prepared as the canvas prepares them.

    Some 1,000 pictures take a second on one core, nearly all of it for drawing. The parameters
    and errors are those of `digit_drawings`.
    """
    pictures = np.empty((max(count, 0), 1, PICTURE_SIDE, PICTURE_SIDE), dtype=np.uint8)
    chosen = np.empty(len(pictures), dtype=np.int64)
    index_of = {name: index for index, name in enumerate(STYLE_NAMES)}
    for index, drawing in enumerate(digit_drawings(count, seed, styles, manner)):
        pictures[index, 0] = picture_of(drawing)
        chosen[index] = index_of[drawing.name]
    return WrittenDigits(Dataset(_NAME, pictures, _LABELS[chosen]), chosen)


def picture_of(drawing: Drawing) -> NDArray[np.uint8]:
    """Return a drawing's prepared picture as a data set holds it, ``(28, 28)`` uint8."""
    return np.rint(prepare(drawing).picture * np.float32(255)).astype(np.uint8)


def require_count(count: int, seed: int) -> None:
    """Raise ConfigError unless there is something to write, from a seed that can be."""
    if count < 1:
        raise ConfigError(f"There must be at least 1 drawing, got {count}.")
    if seed < 0:
        raise ConfigError(f"A seed must be at least 0, got {seed}.")


def by_share(styles: Iterable[Style]) -> NDArray[np.float64]:
    """Return the running sums of the shares of styles, scaled to end at 1."""
    sums = np.cumsum([style.share for style in styles])
    return sums / sums[-1]


def _drawings(
    count: int, rng: np.random.Generator, digits: list[list[Style]], manner: Manner
) -> Iterator[Drawing]:
    limits = [by_share(styles) for styles in digits]
    order: list[int] = []
    for _ in range(count):
        if not order:
            order = rng.permutation(len(digits)).tolist()
        digit = order.pop()
        style = digits[digit][int(np.searchsorted(limits[digit], rng.random(), side="right"))]
        yield write(style, manner.hand(rng), rng)


def _style(name: str) -> Style:
    for style in DIGIT_STYLES:
        if style.name == name:
            return style
    raise ConfigError(f"A style must be one of {', '.join(STYLE_NAMES)}, got {name!r}.")
