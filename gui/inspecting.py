"""From a frame and the selection to what the Inspector shows."""

from collections.abc import Mapping

from engine.inspect.layer_facts import layer_facts
from gui.frames import Frame
from gui.inspector import Inspector
from gui.selection import Selection


def inspect(
    inspector: Inspector, frame: Frame, selection: Selection, card: Mapping[str, object] | None
) -> None:
    """Show the selected part of a frame; the whole network where nothing in it is selected.

    `card` is the network's, shown with the whole network; None for one without.
    """
    layer, channel = selection.layer, selection.channel
    facts = {row.name: row for row in layer_facts(frame.spec)}
    if layer == "input":
        label = frame.spec.classes[frame.verdict.label]
        answer = "" if frame.preparation.blank else f"{label} · {100 * frame.verdict.probability:.1f} %"
        inspector.show_picture(frame.drawing.name or "my drawing", frame.picture, answer)
    elif layer is None or layer not in facts:
        inspector.show_network(list(facts.values()), card, frame.source)
    elif channel is None or channel >= facts[layer].output_shape[0]:
        key = f"{layer}.weight"
        reference = frame.reference
        inspector.show_layer(
            facts[layer],
            frame.parameters.get(key),
            None if reference is None else reference.get(key),
        )
    elif selection.kind == "filter" and f"{layer}.weight" in frame.parameters:
        _inspect_filter(inspector, frame, layer, channel, selection.pixel)
    else:
        values = frame.activations[layer]
        if values.ndim == 3:
            inspector.show_channel(layer, channel, values[channel], selection.pixel)
        else:
            inspector.show_layer(facts[layer], frame.parameters.get(f"{layer}.weight"))


def _inspect_filter(
    inspector: Inspector, frame: Frame, layer: str, index: int, pixel: tuple[int, int] | None
) -> None:
    weights, biases = f"{layer}.weight", f"{layer}.bias"
    start = None if frame.reference is None else frame.reference[weights][index]
    weight = frame.parameters[weights][index]
    if weight.ndim != 3:
        # A dense unit has no rows and columns: its weights are one row.
        weight = weight.reshape(1, 1, -1)
        start = None if start is None else start.reshape(1, 1, -1)
    bias = frame.parameters[biases][index] if biases in frame.parameters else None
    inspector.show_filter(layer, index, weight, None if bias is None else float(bias), start, pixel=pixel)
