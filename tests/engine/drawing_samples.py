"""Digits written as strokes, as a person would draw them over two thirds of the canvas."""

from engine.drawing import DEFAULT_PEN_WIDTH, Drawing, Stroke

_LINES: dict[int, tuple[tuple[tuple[float, float], ...], ...]] = {
    0: (
        (
            (0.5, 0.18), (0.3, 0.3), (0.25, 0.5), (0.32, 0.75), (0.5, 0.83), (0.68, 0.72),
            (0.73, 0.5), (0.68, 0.28), (0.5, 0.18),
        ),
    ),
    1: (((0.52, 0.17), (0.5, 0.5), (0.48, 0.83)),),
    2: (
        (
            (0.3, 0.3), (0.4, 0.2), (0.55, 0.18), (0.68, 0.3), (0.62, 0.48), (0.45, 0.65),
            (0.3, 0.82), (0.5, 0.8), (0.72, 0.8),
        ),
    ),
    3: (
        (
            (0.3, 0.22), (0.5, 0.17), (0.66, 0.28), (0.6, 0.42), (0.45, 0.48), (0.62, 0.53),
            (0.7, 0.68), (0.55, 0.82), (0.3, 0.78),
        ),
    ),
    4: (
        ((0.4, 0.2), (0.3, 0.5), (0.7, 0.5)),
        ((0.62, 0.18), (0.6, 0.5), (0.58, 0.83)),
    ),
    5: (
        (
            (0.7, 0.18), (0.4, 0.18), (0.36, 0.45), (0.55, 0.42), (0.7, 0.55), (0.65, 0.75),
            (0.45, 0.83), (0.28, 0.77),
        ),
    ),
    6: (
        (
            (0.6, 0.18), (0.4, 0.4), (0.32, 0.65), (0.45, 0.82), (0.62, 0.75), (0.62, 0.6),
            (0.48, 0.53), (0.34, 0.65),
        ),
    ),
    7: (((0.28, 0.22), (0.5, 0.2), (0.72, 0.2), (0.6, 0.45), (0.5, 0.65), (0.45, 0.83)),),
    8: (
        (
            (0.64, 0.26), (0.5, 0.18), (0.37, 0.28), (0.5, 0.46), (0.66, 0.64), (0.5, 0.83),
            (0.34, 0.68), (0.48, 0.5), (0.63, 0.36), (0.64, 0.26),
        ),
    ),
    9: (
        (
            (0.66, 0.3), (0.5, 0.18), (0.36, 0.3), (0.42, 0.45), (0.58, 0.44), (0.66, 0.3),
            (0.66, 0.5), (0.62, 0.83),
        ),
    ),
}  # fmt: skip


def stroke(*points: tuple[float, float], width: float = DEFAULT_PEN_WIDTH) -> Stroke:
    """Return a stroke of one width through these points."""
    return Stroke(tuple((x, y, width) for x, y in points))


def drawn_digit(digit: int, width: float = DEFAULT_PEN_WIDTH) -> Drawing:
    """Return a digit in pen strokes."""
    return Drawing(strokes=tuple(stroke(*line, width=width) for line in _LINES[digit]), name=str(digit))
