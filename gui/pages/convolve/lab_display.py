"""Shows the lab in the parts of the page: what is set at once, what is computed when it is."""

from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QObject

from engine.inspect.describe import describe_filter
from engine.kernels import KERNELS, trimmed
from engine.lab import LayerResult
from engine.lab.ledger import Ledger, make_ledger
from engine.lab.sizes import input_sizes
from gui.pages.convolve.lab_model import Lab, LabModel
from gui.pages.convolve.lab_parts import LabParts
from gui.pages.convolve.lab_scales import ScaleKeeper, Scales
from gui.pages.convolve.lab_worker import Evaluation
from gui.pages.convolve.slide_clock import SlideClock
from gui.pages.convolve.slide_layout import SceneShape, patch_middle_cell, patch_span, place_at
from gui.pages.convolve.slide_look import SceneLook, Tint

TINTS: tuple[Tint, ...] = ("red", "green", "blue")


class LabDisplay(QObject):
    """Brings values to the parts. GUI thread only.

    What is computed is shown as it was asked for, with the names, the layer and the filter of that time: the
    next evaluation is never far behind what is set.

    Parameters
    ----------
    parts, model, clock
        Where things are shown, what is set, and where the filter is.
    """

    def __init__(
        self, parts: LabParts, model: LabModel, clock: SlideClock, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._parts, self._model, self._clock = parts, model, clock
        self._scales = ScaleKeeper()
        self._evaluation: Evaluation | None = None
        self._ledger: Ledger | None = None
        self._ledger_of: tuple[object, ...] = ()
        self._network_name: str | None = None
        # Of which result the clock counts the positions.
        self._placed: LayerResult | None = None

    @property
    def evaluation(self) -> Evaluation | None:
        """What is shown."""
        return self._evaluation

    @property
    def result(self) -> LayerResult | None:
        """What the shown layer makes of its input; None while it does not fit."""
        shown = self._evaluation
        if shown is None or shown.layer >= len(shown.run.layers):
            return None
        return shown.run.layers[shown.layer]

    @property
    def ledger(self) -> Ledger | None:
        """The ledger that is shown."""
        return self._ledger

    def forget_scales(self) -> None:
        """Choose all scales anew with the next evaluation, and drop what was typed for what goes."""
        self._scales.forget()
        self._parts.kernel.give_up_typing()
        self._parts.geometry_panel.give_up_typing()
        self._parts.ledger.forget_room()

    def set_network_name(self, name: str | None) -> None:
        """Name the convolution of a network that can be chosen as the source."""
        if name != self._network_name:
            self._network_name = name
            self.show_setup()

    def show_setup(self) -> None:
        """Show what is set: the kernel, how it slides, the source."""
        lab, model, parts = self._model.lab, self._model, self._parts
        layer, one = model.front, model.selected
        parts.kernel.show_filter(
            one,
            model.slice,
            scale=self._scales.weight_scale(lab, model.layer, classic=model.classic),
            classic=model.classic,
            turned=layer.operation == "convolution",
            sentence=sentence_of(layer.used_weight(one)),
            slice_names=channel_names(lab, model.layer),
            key=(model.layer, model.filter),
        )
        height, width = lab.source.picture.shape[1:]
        size = input_sizes(lab.setup, (height, width))[model.layer]
        parts.geometry_panel.show_layer(layer, size or (0, 0))
        parts.library.set_classic(model.classic)
        source = lab.source
        parts.sources.show_state(
            source.kind,
            source.name,
            source.channel_names,
            lab.setup.channels_on,
            model.classic,
            self._network_name,
        )
        link = source.link
        edited = "" if lab.is_networks else ", edited here"
        parts.show_back("" if link is None else f"Back to {link.layer} on {link.page.capitalize()}{edited}")

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show what was computed."""
        self._evaluation = evaluation
        classic, parts, run = self._model.classic, self._parts, evaluation.run
        layers = range(len(run.layers))
        scales = [self._scales.scales(evaluation, number, classic=classic) for number in layers]
        parts.chain.show_run(
            run,
            evaluation.layer,
            evaluation.filter,
            classic=classic,
            input_luts=_tints(evaluation.lab, 0),
            output_scales=[one.output for one in scales],
            input_scale=scales[0].input if scales else 1.0,
        )
        result = self.result
        if result is None:
            parts.scene.clear(run.problem)
            parts.cards.clear()
            self._placed = None
            self._clock.set_count(0)
        else:
            mine = scales[evaluation.layer]
            parts.scene.show_result(
                result, evaluation.filter, evaluation.parts, self._look(evaluation, result, mine)
            )
            self._keep_place(result)
            parts.cards.show_cards(
                result,
                evaluation.filter,
                classic=classic,
                weight_scale=mine.weight,
                output_scale=mine.output,
                show_relu=result.layer.relu,
                filled=None,
            )
        self.show_place()

    def _keep_place(self, result: LayerResult) -> None:
        """Let the clock count the positions; the filter stays where it is on the picture."""
        rows, columns = result.positions
        old, self._placed = self._placed, result
        if old is None or old.positions == result.positions or self._clock.count == 0:
            self._clock.set_count(rows * columns)
            return
        middle = patch_middle_cell(old, *divmod(self._clock.position, old.positions[1]))
        self._clock.set_count(
            rows * columns,
            place_at(SceneShape.of(result), result.layer.geometry.stride, patch_span(result), *middle),
        )

    def show_place(self) -> None:
        """Show where the filter is: scene, transport, ledger."""
        parts, clock, shown, result = self._parts, self._clock, self._evaluation, self.result
        columns = 1 if result is None else result.positions[1]
        parts.scene.set_place(clock.place, clock.filled)
        parts.transport.show_state(clock.place, clock.count, columns, clock.playing, clock.speed)
        ledger_of = (shown, clock.position, clock.count)
        if ledger_of == self._ledger_of:
            return
        names: tuple[str, ...] = ()
        self._ledger_of, self._ledger = ledger_of, None
        if shown is not None and result is not None and clock.count == result.positions[0] * columns:
            row, column = divmod(clock.position, columns)
            self._ledger = make_ledger(result, shown.filter, row, column)
            names = channel_names(shown.lab, shown.layer)
        parts.ledger.show_ledger(self._ledger, names, hundredths=shown is not None and shown.hundredths)

    def _look(self, evaluation: Evaluation, result: LayerResult, scales: Scales) -> SceneLook:
        return SceneLook(
            input_names=channel_names(evaluation.lab, evaluation.layer),
            input_luts=_tints(evaluation.lab, evaluation.layer),
            classic=self._model.classic,
            input_scale=scales.input,
            part_scale=scales.part,
            output_scale=scales.output,
            weight_scale=scales.weight,
            output_name=result.layer.filters[evaluation.filter].name,
            show_relu=result.layer.relu,
        )


def channel_names(lab: Lab, number: int) -> tuple[str, ...]:
    """What the input channels of a layer are called."""
    layers = lab.setup.layers
    if number == 0:
        return lab.source.channel_names
    names = tuple(one.name for one in layers[number - 1].filters)
    takes = layers[number].takes
    return names if takes is None else names[takes : takes + 1]


def sentence_of(weight: NDArray[Any]) -> str:
    """Say what weights ``(c, kh, kw)`` detect: a preset's sentence where each is one, else a likeness."""
    core = trimmed(weight)
    for kernel in KERNELS:
        if weight.shape[1:] == kernel.values.shape and (weight == kernel.values).all():
            return kernel.sentence
        # The same with zeros round it, as a kernel has that was made larger; one pixel alone can be anywhere.
        its = trimmed(kernel.values)
        if its.size > 1 and core.shape[1:] == its.shape and (core == its).all():
            return kernel.sentence
    return describe_filter(weight.astype("float32"))


def _tints(lab: Lab, number: int) -> tuple[Tint, ...]:
    if number == 0 and lab.source.is_rgb:
        return TINTS
    plain: Tint = "input"
    return (plain,) * len(channel_names(lab, number))
