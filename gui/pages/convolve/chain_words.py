"""What lies under the mouse in the chain of layers, in words."""

from engine.inspect.words import plural
from gui.numbers import local_number
from gui.pages.convolve.chain_layout import ChainLayout, Hit
from gui.pages.convolve.chain_stages import PICTURE

_DIGITS = 3


def readout(hit: Hit, layout: ChainLayout, problem: str) -> str:
    """Tell what was hit: a pixel with its value, an operation in full, or what a click would do.

    Parameters
    ----------
    hit
        A part of `layout`.
    layout
        What is shown.
    problem
        Why a layer could not be computed, "" where all could.
    """
    if hit.part == "problem":
        return problem
    if hit.part == "close":
        return f"Remove layer {hit.layer + 1} (Del)"
    if hit.part == "card":
        return "" if hit.layer == PICTURE else f"layer {hit.layer + 1}"
    group = layout.groups[hit.group]
    if hit.part == "words":
        return group.stage.detail
    if hit.part == "more":
        return f"{plural(group.hidden, 'further channel')} of {group.stage.title} without room here"
    row, column = hit.pixel
    value = local_number(float(group.stage.values[hit.channel, row, column]), _DIGITS)
    return f"{group.stage.title} · {group.stage.names[hit.channel]} · ({row}, {column}) = {value}"
