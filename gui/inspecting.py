"""Joins the selection to what shows it: Inspector, address bar and pages."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from engine.inspect.layer_facts import LayerFacts, layer_facts
from engine.inspect.words import grouped
from engine.spec import NetworkSpec
from gui.address_bar import AddressBar
from gui.frames import Frame
from gui.inspector import Inspector
from gui.pages.draw.page import DrawPage
from gui.pages.inside.page import InsidePage
from gui.pages.train.page import TrainPage
from gui.selection import Changes, Selection, SelectionModel
from gui.skeleton import Skeleton
from gui.widgets.paced import Paced

if TYPE_CHECKING:
    from gui.pages.runs.page import RunsPage

Card = Mapping[str, Any]


class Inspecting(QObject):
    """Sees to it that all panels look at the selected place of the network in front. GUI thread only.

    Parameters
    ----------
    selection, inspector, address
        What is joined.
    pages
        Every page by its name.
    skeleton
        Knows which page is in front and whether the Inspector can be seen.
    card_of
        Gives the card of a frame's network, None where it has none.
    """

    def __init__(
        self,
        selection: SelectionModel,
        inspector: Inspector,
        address: AddressBar,
        pages: Mapping[str, DrawPage | InsidePage | TrainPage],
        skeleton: Skeleton,
        card_of: Callable[[Frame], Card | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._selection, self._inspector, self._address = selection, inspector, address
        self._pages: dict[str, DrawPage | InsidePage | RunsPage | TrainPage] = dict(pages)
        self._skeleton, self._card_of = skeleton, card_of
        self._frames: dict[str, Frame] = {}
        # Of pages that show two networks: the other one, which is looked into once a tile of it was chosen.
        self._beside: dict[str, Frame] = {}
        self._chosen_key = ""
        self._texts = Paced(self._write_texts, parent=self)
        selection.changed.connect(self._on_selection_changed)
        address.place_chosen.connect(self._on_place_chosen)
        inspector.layer_chosen.connect(self._on_layer_chosen)
        inspector.pixel_chosen.connect(self._on_pixel_chosen)
        for page in self._pages.values():
            page.tile_chosen.connect(self._on_tile_chosen)
            if isinstance(page, DrawPage | InsidePage):
                page.layer_chosen.connect(self._on_layer_chosen)

    def add_page(self, name: str, page: "RunsPage") -> None:
        """Let a page that was made later look at the selected place, too."""
        self._pages[name] = page
        page.tile_chosen.connect(self._on_tile_chosen)
        page.show_selection(self._selection.value)

    @property
    def frame(self) -> Frame | None:
        """What the page in front shows of a network; None where it shows none."""
        return self.frame_of(self._skeleton.page)

    def frame_of(self, page: str) -> Frame | None:
        """What that page shows of a network, or showed last; of two networks, of the one chosen there."""
        beside = self._beside.get(page)
        chosen = beside is not None and beside.subject.key == self._chosen_key
        return beside if chosen else self._frames.get(page)

    def enter(self) -> None:
        """Show the selected place anywhere: another page has come to the front."""
        self._chosen_key = ""
        if self._skeleton.page in self._pages:
            self._on_selection_changed(self._selection.value)

    def take(self, page: str, frame: Frame) -> None:
        """Look into this frame while that page is in front."""
        self._frames[page] = frame
        if page == self._skeleton.page and self.frame is frame:
            self.refresh()

    def take_beside(self, page: str, frame: Frame | None) -> None:
        """Look into this frame of another network where a tile of it was chosen; None for no other."""
        before = self.frame
        if frame is None:
            self._beside.pop(page, None)
            self._chosen_key = ""
        else:
            self._beside[page] = frame
        if page == self._skeleton.page and self.frame is not before:
            self.refresh()

    def forget(self, page: str) -> None:
        """Have nothing to look into on that page."""
        self._frames.pop(page, None)

    def refresh(self) -> None:
        """Show the selected place in the frame that the page in front shows."""
        frame = self.frame
        if frame is None:
            return
        self._selection.update(**_what_is_lost(self._selection.value, frame))
        if self._skeleton.inspector_open:
            inspect(self._inspector, frame, self._selection.value, self._card_of(frame))
        self._texts.request()

    def _write_texts(self) -> None:
        frame = self.frame
        if frame is not None:
            picture = frame.drawing.name or "my drawing"
            key = frame.subject.key
            self._selection.update(run=frame.source, step=frame.step, picture=picture, key=key)
            step = "" if frame.step is None else f" · step {grouped(frame.step)}"
            self._inspector.show_source(f"{frame.source}{step}")

    def _on_selection_changed(self, selection: Selection) -> None:
        for page in self._pages.values():
            page.show_selection(selection)
        if self._skeleton.page not in self._pages:
            # A page that shows no network says itself where it is.
            return
        frame = self.frame
        self._address.show_selection(selection, () if frame is None else frame.spec.classes)
        self._address.show_history(can_back=self._selection.can_back, can_forward=self._selection.can_forward)
        self.refresh()

    def _on_tile_chosen(self, layer: str, kind: Any, channel: int, pixel: Any, key: str = "") -> None:
        """Select a tile; where the page shows two networks, of the one with this key."""
        self._chosen_key = key
        key = key or self._selection.value.key
        self._selection.update(layer=layer, kind=kind, channel=channel, pixel=pixel, key=key)
        self._texts.call_now()
        if not self._skeleton.compact:
            self._skeleton.set_inspector_open(True)

    def _on_layer_chosen(self, layer: str) -> None:
        self._selection.update(layer=layer)

    def _on_pixel_chosen(self, pixel: Any) -> None:
        if self.frame is None:
            return
        self._selection.update(pixel=pixel)

    def _on_place_chosen(self, place: Selection) -> None:
        if self.frame is None:
            return
        self._selection.update(
            layer=place.layer,
            kind=place.kind,
            channel=place.channel,
            pixel=place.pixel,
            label=place.label,
        )


def _what_is_lost(selection: Selection, frame: Frame) -> Changes:
    """The outermost part of a selection that this frame's network does not have, as a change to None."""
    layer, channel, pixel = selection.layer, selection.channel, selection.pixel
    if layer is None:
        return {}
    if layer not in frame.activations:
        return {"layer": None}
    weight = frame.parameters.get(f"{layer}.weight") if selection.kind == "filter" else None
    shape = frame.activations[layer].shape if weight is None else weight.shape
    if channel is not None and channel >= shape[0]:
        return {"channel": None}
    # A dense unit has no rows and columns: its weights are one row.
    rows, columns = (1, *shape[1:])[-2:] if len(shape) > 1 else (1, 1)
    if pixel is not None and not (pixel[0] < rows and pixel[1] < columns):
        return {"pixel": None}
    return {}


@lru_cache(maxsize=8)
def _facts(spec: NetworkSpec) -> dict[str, LayerFacts]:
    return {row.name: row for row in layer_facts(spec)}


def inspect(
    inspector: Inspector, frame: Frame, selection: Selection, card: Mapping[str, object] | None
) -> None:
    """Show the selected part of a frame; the whole network where nothing in it is selected.

    `card` is the network's, shown with the whole network; None for one without.
    """
    layer, channel = selection.layer, selection.channel
    facts = _facts(frame.spec)
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
