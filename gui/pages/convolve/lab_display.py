"""Shows the lab in the parts of the page: what is set at once, what is computed when it is."""

from PySide6.QtCore import QObject

from engine.inspect.describe import describe_filter
from engine.kernels import KERNELS
from engine.lab import Filter, LayerResult
from engine.lab.ledger import Ledger, make_ledger
from gui.pages.convolve.lab_model import Lab, LabModel
from gui.pages.convolve.lab_parts import LabParts
from gui.pages.convolve.lab_scales import ScaleKeeper, Scales
from gui.pages.convolve.lab_worker import Evaluation
from gui.pages.convolve.slide_clock import SlideClock
from gui.pages.convolve.slide_look import SceneLook, Tint

TINTS: tuple[Tint, ...] = ("red", "green", "blue")


class LabDisplay(QObject):
    """Brings values to the parts. GUI thread only.

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
        self._network_name: str | None = None

    @property
    def evaluation(self) -> Evaluation | None:
        """What is shown."""
        return self._evaluation

    @property
    def result(self) -> LayerResult | None:
        """What the layer in front makes of its input; None while it does not fit."""
        shown = self._evaluation
        if shown is None or self._model.layer >= len(shown.run.layers):
            return None
        return shown.run.layers[self._model.layer]

    @property
    def ledger(self) -> Ledger | None:
        """The ledger that is shown."""
        return self._ledger

    def forget_scales(self) -> None:
        """Choose all scales anew with the next evaluation."""
        self._scales.forget()

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
            scale=self._weight_scale(),
            classic=model.classic,
            turned=layer.operation == "convolution",
            sentence=sentence_of(one),
            slice_names=self.channel_names(),
        )
        parts.geometry_panel.show_layer(layer, self._input_size())
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

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show what was computed; one of another layer or filter is only half shown, the next one comes."""
        self._evaluation = evaluation
        model, parts = self._model, self._parts
        run = evaluation.run
        scales = [self._scales.scales(evaluation, number) for number in range(len(run.layers))]
        parts.chain.show_run(
            run,
            model.layer,
            model.filter,
            classic=model.classic,
            input_luts=self._tints(0),
            output_scales=[one.output for one in scales],
            input_scale=scales[0].input if scales else 1.0,
        )
        result = self.result
        if result is None or model.filter >= len(result.outputs):
            parts.scene.clear()
            parts.cards.clear()
            self._clock.set_count(0)
            self.show_place()
            return
        mine = scales[model.layer]
        same = (evaluation.layer, evaluation.filter) == (model.layer, model.filter)
        parts.scene.show_result(
            result, model.filter, evaluation.parts if same else None, self._look(result, mine)
        )
        rows, columns = result.positions
        self._clock.set_count(rows * columns)
        self._show_cards(result, mine)
        self.show_place()

    def show_place(self) -> None:
        """Show where the filter is: scene, transport, ledger."""
        parts, clock = self._parts, self._clock
        result = self.result
        columns = 1 if result is None else result.positions[1]
        parts.scene.set_place(clock.place, clock.filled)
        parts.transport.show_state(clock.place, clock.count, columns, clock.playing, clock.speed)
        self._ledger = None
        if result is not None and clock.count and self._model.filter < len(result.outputs):
            row, column = divmod(min(clock.position, clock.count - 1), columns)
            self._ledger = make_ledger(result, self._model.filter, row, column)
        parts.ledger.show_ledger(self._ledger, self.channel_names())

    def channel_names(self) -> tuple[str, ...]:
        """What the input channels of the layer in front are called."""
        number, layers = self._model.layer, self._model.lab.setup.layers
        if number == 0:
            return self._model.lab.source.channel_names
        names = tuple(one.name for one in layers[number - 1].filters)
        takes = layers[number].takes
        return names if takes is None else names[takes : takes + 1]

    def _look(self, result: LayerResult, scales: Scales) -> SceneLook:
        return SceneLook(
            input_names=self.channel_names(),
            input_luts=self._tints(self._model.layer),
            classic=self._model.classic,
            input_scale=scales.input,
            part_scale=scales.part,
            output_scale=scales.output,
            weight_scale=scales.weight,
            output_name=self._model.selected.name,
            show_relu=result.layer.relu,
        )

    def _show_cards(self, result: LayerResult, scales: Scales) -> None:
        self._parts.cards.show_cards(
            result,
            self._model.filter,
            classic=self._model.classic,
            weight_scale=scales.weight,
            output_scale=scales.output,
            show_relu=result.layer.relu,
            filled=None,
        )

    def _tints(self, number: int) -> tuple[Tint, ...]:
        source = self._model.lab.source
        if number == 0 and source.is_rgb:
            return TINTS
        plain: Tint = "input"
        return (plain,) * len(source.picture)

    def _weight_scale(self) -> float:
        return self._scales.weight_scale(self._model.lab, self._model.layer)

    def _input_size(self) -> tuple[int, int]:
        lab: Lab = self._model.lab
        shown, number = self._evaluation, self._model.layer
        if number == 0:
            return lab.source.picture.shape[1], lab.source.picture.shape[2]
        if shown is not None and 0 < number <= len(shown.run.layers):
            passed = shown.run.layers[number - 1].passed
            return passed.shape[1], passed.shape[2]
        return 1, 1


def sentence_of(one: Filter) -> str:
    """Say what a filter detects: the preset's sentence where every slice is one, else what it resembles."""
    for kernel in KERNELS:
        if one.weight.shape[1:] == kernel.values.shape and (one.weight == kernel.values).all():
            return kernel.sentence
    return describe_filter(one.weight.astype("float32"))
