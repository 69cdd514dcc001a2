"""Capital letters and signs that nobody takes for a digit.

Those that are digits as well to many hands are left out: B, D, G, I, J, O, Q, S, U, Y and Z.
"""

from engine.datasets.strokes.style import Corner, PenLine, Style, line


def _straight(*corners: tuple[float, float]) -> PenLine:
    """Return a line that is straight from corner to corner."""
    return line(*(Corner(x, y) for x, y in corners))


def _style(name: str, *lines: PenLine) -> Style:
    return Style(name, None, 1.0, lines)


LETTERS: tuple[Style, ...] = (
    _style("letter A", _straight((0.12, 1.0), (0.5, 0.0), (0.88, 1.0)),
           _straight((0.28, 0.62), (0.74, 0.62))),
    _style("letter E", _straight((0.8, 0.0), (0.2, 0.0), (0.2, 1.0), (0.82, 1.0)),
           _straight((0.2, 0.5), (0.7, 0.5))),
    _style("letter F", _straight((0.8, 0.0), (0.22, 0.0), (0.22, 1.0)), _straight((0.22, 0.5), (0.7, 0.5))),
    _style("letter H", _straight((0.18, 0.0), (0.18, 1.0)), _straight((0.82, 0.0), (0.82, 1.0)),
           _straight((0.18, 0.5), (0.82, 0.5))),
    _style("letter K", _straight((0.2, 0.0), (0.2, 1.0)), _straight((0.8, 0.0), (0.22, 0.52), (0.84, 1.0))),
    _style("letter M", _straight((0.06, 1.0), (0.14, 0.0), (0.5, 0.66), (0.86, 0.0), (0.94, 1.0))),
    _style("letter N", _straight((0.18, 1.0), (0.18, 0.0), (0.82, 1.0), (0.82, 0.0))),
    _style("letter P", _straight((0.25, 0.0), (0.25, 1.0)),
           line((0.25, 0.02), (0.6, 0.03), (0.78, 0.26), (0.58, 0.5), (0.25, 0.52))),
    _style("letter R", _straight((0.22, 0.0), (0.22, 1.0)),
           line((0.22, 0.02), (0.58, 0.03), (0.76, 0.25), (0.56, 0.48), Corner(0.24, 0.5), (0.56, 0.76),
                (0.86, 1.0))),
    _style("letter T", _straight((0.08, 0.0), (0.92, 0.0)), _straight((0.5, 0.0), (0.5, 1.0))),
    _style("letter V", _straight((0.1, 0.0), (0.5, 1.0), (0.9, 0.0))),
    _style("letter W", _straight((0.02, 0.0), (0.26, 1.0), (0.5, 0.3), (0.74, 1.0), (0.98, 0.0))),
    _style("letter X", _straight((0.12, 0.0), (0.88, 1.0)), _straight((0.88, 0.0), (0.12, 1.0))),
)  # fmt: skip
"""Each of them alike often."""

SIGNS: tuple[Style, ...] = (
    _style("plus", _straight((0.5, 0.1), (0.5, 0.9)), _straight((0.1, 0.5), (0.9, 0.5))),
    _style("equals", _straight((0.1, 0.32), (0.9, 0.32)), _straight((0.1, 0.68), (0.9, 0.68))),
    _style("star", _straight((0.22, 0.95), (0.5, 0.02), (0.78, 0.95), (0.04, 0.38), (0.96, 0.38),
                             (0.22, 0.95))),
    _style("hash", _straight((0.36, 0.05), (0.28, 0.95)), _straight((0.72, 0.05), (0.64, 0.95)),
           _straight((0.08, 0.34), (0.94, 0.34)), _straight((0.05, 0.66), (0.92, 0.66))),
    _style("heart", line(Corner(0.5, 0.95), (0.16, 0.56), (0.06, 0.26), (0.28, 0.06), Corner(0.5, 0.28),
                         (0.72, 0.06), (0.94, 0.26), (0.84, 0.56), Corner(0.5, 0.95))),
    _style("arrow", _straight((0.02, 0.5), (0.98, 0.5)), _straight((0.66, 0.2), (0.98, 0.5), (0.66, 0.8))),
    _style("percent", _straight((0.86, 0.02), (0.14, 0.98)),
           line((0.24, 0.04), (0.08, 0.18), (0.22, 0.34), (0.36, 0.18), (0.25, 0.04)),
           line((0.76, 0.66), (0.62, 0.8), (0.76, 0.96), (0.9, 0.8), (0.77, 0.66))),
)  # fmt: skip
"""Each of them alike often."""
