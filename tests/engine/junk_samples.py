"""Ink that is no digit: what people draw to see what the program says."""

from collections.abc import Callable

import numpy as np

from engine.drawing import Backdrop, Drawing, Stroke

Line = list[tuple[float, float]]

LETTERS: dict[str, list[Line]] = {
    "A": [[(0.2, 0.9), (0.5, 0.1), (0.8, 0.9)], [(0.32, 0.6), (0.68, 0.6)]],
    "E": [
        [(0.75, 0.12), (0.28, 0.12), (0.28, 0.88), (0.75, 0.88)],
        [(0.28, 0.5), (0.66, 0.5)],
    ],
    "F": [[(0.75, 0.12), (0.28, 0.12), (0.28, 0.9)], [(0.28, 0.5), (0.66, 0.5)]],
    "H": [
        [(0.25, 0.1), (0.25, 0.9)],
        [(0.75, 0.1), (0.75, 0.9)],
        [(0.25, 0.5), (0.75, 0.5)],
    ],
    "K": [[(0.28, 0.1), (0.28, 0.9)], [(0.72, 0.1), (0.28, 0.52), (0.74, 0.9)]],
    "M": [[(0.15, 0.9), (0.2, 0.1), (0.5, 0.65), (0.8, 0.1), (0.85, 0.9)]],
    "N": [[(0.22, 0.9), (0.22, 0.1), (0.78, 0.9), (0.78, 0.1)]],
    "R": [
        [(0.28, 0.9), (0.28, 0.12), (0.6, 0.12), (0.74, 0.3), (0.6, 0.48), (0.28, 0.5)],
        [(0.5, 0.5), (0.76, 0.9)],
    ],
    "T": [[(0.15, 0.12), (0.85, 0.12)], [(0.5, 0.12), (0.5, 0.9)]],
    "V": [[(0.2, 0.1), (0.5, 0.9), (0.8, 0.1)]],
    "W": [[(0.1, 0.1), (0.3, 0.9), (0.5, 0.35), (0.7, 0.9), (0.9, 0.1)]],
    "X": [[(0.2, 0.1), (0.8, 0.9)], [(0.8, 0.1), (0.2, 0.9)]],
    "Y": [[(0.2, 0.1), (0.5, 0.5), (0.8, 0.1)], [(0.5, 0.5), (0.5, 0.9)]],
}


def straight(line: Line, count: int = 12) -> Line:
    """Put points between the corners, so that the pen's smoothing leaves them sharp."""
    corners = np.array(line)
    at = np.linspace(0, len(corners) - 1, count * (len(corners) - 1) + 1)
    index = np.arange(len(corners))
    x, y = (np.interp(at, index, corners[:, axis]) for axis in range(2))
    return list(zip(x.tolist(), y.tolist(), strict=True))


def drawn(lines: list[Line], rng: np.random.Generator) -> Drawing:
    """Draw lines by an unsteady hand, somewhere on the canvas."""
    width = rng.uniform(0.06, 0.12)
    size, jitter = rng.uniform(0.5, 0.8), 0.012
    strokes = []
    for line in lines:
        points = (np.array(line) - 0.5) * size * rng.uniform(0.93, 1.07, 2) + 0.5
        points += rng.normal(0, jitter / 3, points.shape)
        points += rng.uniform(-0.03, 0.03, 2)
        strokes.append(Stroke(tuple((float(x), float(y), float(width)) for x, y in points)))
    return Drawing(tuple(strokes))


def scribble(rng: np.random.Generator) -> Drawing:
    t = np.linspace(0, 2 * np.pi, 160)
    turns = rng.uniform(3, 7, 2)
    phase = rng.uniform(0, 6, 4)
    x = 0.5 + 0.35 * np.sin(turns[0] * t + phase[0]) + 0.1 * np.sin(9.3 * t + phase[2])
    y = 0.5 + 0.35 * np.sin(turns[1] * t + phase[1]) + 0.1 * np.sin(8.1 * t + phase[3])
    return drawn([list(zip(x.tolist(), y.tolist(), strict=True))], rng)


def filled_square(rng: np.random.Generator) -> Drawing:
    pixels = np.zeros((140, 140), np.uint8)
    (top, left), side = rng.integers(5, 60, 2), int(rng.integers(20, 75))
    pixels[top : top + side, left : left + int(side * rng.uniform(0.7, 1.3))] = 255
    return Drawing(backdrop=Backdrop(pixels))


def dot(rng: np.random.Generator) -> Drawing:
    x, y = rng.uniform(0.2, 0.8, 2)
    return Drawing((Stroke(((float(x), float(y), float(rng.uniform(0.03, 0.4))),)),))


def plus(rng: np.random.Generator) -> Drawing:
    return drawn([straight([(0.5, 0.1), (0.5, 0.9)]), straight([(0.1, 0.5), (0.9, 0.5)])], rng)


def grid(rng: np.random.Generator) -> Drawing:
    count = int(rng.integers(3, 6))
    at = np.linspace(0.15, 0.85, count).tolist()
    lines = [straight([(0.1, a), (0.9, a)]) for a in at]
    return drawn([*lines, *(straight([(a, 0.1), (a, 0.9)]) for a in at)], rng)


def zigzag(rng: np.random.Generator) -> Drawing:
    count = int(rng.integers(6, 11))
    corners = [(0.1 + 0.8 * k / (count - 1), 0.25 + 0.5 * (k % 2)) for k in range(count)]
    if rng.random() < 0.5:
        corners = [(y, x) for x, y in corners]
    return drawn([straight(corners)], rng)


def letter(rng: np.random.Generator) -> Drawing:
    name = rng.choice(list(LETTERS))
    return drawn([straight(line) for line in LETTERS[name]], rng)


def noise(rng: np.random.Generator) -> Drawing:
    size = int(rng.choice([14, 28, 70]))
    pixels = (rng.random((size, size)) < rng.uniform(0.05, 0.6)) * np.uint8(255)
    return Drawing(backdrop=Backdrop(pixels))


def flat_line(rng: np.random.Generator) -> Drawing:
    return drawn([straight([(0.1, 0.5), (0.9, rng.uniform(0.45, 0.55))])], rng)


def star(rng: np.random.Generator) -> Drawing:
    angle = np.arange(6) * 4 * np.pi / 5 - np.pi / 2
    x, y = 0.5 + 0.42 * np.cos(angle), 0.5 + 0.42 * np.sin(angle)
    return drawn([straight(list(zip(x.tolist(), y.tolist(), strict=True)))], rng)


def face(rng: np.random.Generator) -> Drawing:
    t = np.linspace(0, 2 * np.pi, 40)
    ring = zip((0.5 + 0.42 * np.cos(t)).tolist(), (0.5 + 0.42 * np.sin(t)).tolist(), strict=True)
    smile = [(0.32, 0.62), (0.42, 0.7), (0.58, 0.7), (0.68, 0.62)]
    return drawn([list(ring), [(0.36, 0.38)], [(0.64, 0.38)], smile], rng)


def spiral(rng: np.random.Generator) -> Drawing:
    t = np.linspace(0.3, rng.uniform(2.5, 4) * 2 * np.pi, 120)
    radius = 0.42 * t / t[-1]
    x, y = 0.5 + radius * np.cos(t), 0.5 + radius * np.sin(t)
    return drawn([list(zip(x.tolist(), y.tolist(), strict=True))], rng)


JUNK: dict[str, Callable[[np.random.Generator], Drawing]] = {
    function.__name__: function
    for function in (
        scribble, filled_square, dot, plus, grid, zigzag, letter, noise, flat_line, star, face,
        spiral,
    )
}  # fmt: skip
