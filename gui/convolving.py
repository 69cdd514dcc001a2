"""Joins the Convolve page to the window: frames, "show on Convolve" and back, address, Inspector."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from engine.errors import EngineError
from engine.lab.from_network import convolution_of, first_convolution, take_convolution
from gui.frames import Frame
from gui.inspecting import Inspecting
from gui.panels import Panels
from gui.selection import Selection, SelectionModel

CONVOLVE = "convolve"


@dataclass(frozen=True, slots=True)
class _Link:
    """Which network's which convolution the page shows, and where in the window that was seen."""

    page: str
    key: str
    layer: str
    filter: int
    selection: Selection


class Convolving(QObject):
    """Brings frames to the Convolve page, and convolutions of networks there and back. GUI thread only."""

    said = Signal(str)
    """A sentence: why something cannot be shown."""

    def __init__(
        self,
        panels: Panels,
        selection: SelectionModel,
        inspecting: Inspecting,
        show_page: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._page, self._inspector = panels.convolve, panels.inspector
        self._address, self._skeleton = panels.address, panels.skeleton
        self._selection, self._inspecting = selection, inspecting
        self._show_page = show_page
        self._link: _Link | None = None
        self._page.place_changed.connect(self._on_place_changed)
        self._page.back_requested.connect(self.go_back)
        self._page.network_requested.connect(self.show_network)
        self._inspector.convolve_requested.connect(self.show_selected)
        selection.changed.connect(lambda value: self.offer())

    @property
    def in_front(self) -> bool:
        """Whether the page is in front."""
        return self._skeleton.page == CONVOLVE

    @property
    def follows_run(self) -> bool:
        """Whether the page shows a convolution of the run as Train shows it."""
        return self._link is not None and self._link.page == "train" and self._page.shows_network

    def take(self, page: str, frame: Frame) -> None:
        """Hand on a frame as that page shows it; the Draw page's is of the drawing."""
        if page == "draw":
            self._page.show_frame(frame)
        if self.in_front and self._link is not None and self._link.page == page:
            self._follow(frame)

    def show_network(self) -> None:
        """Show the convolution that was shown last, or the first one of the network that answers."""
        page = "draw" if self._link is None else self._link.page
        frame = self._inspecting.frame_of(page)
        if frame is None:
            return
        first = first_convolution(frame.spec)
        if self._link is not None and self._link.key == frame.subject.key:
            self._show(page, frame, self._link.layer, self._link.filter, self._link.selection)
        elif first is not None:
            self._show(page, frame, first, 0, Selection(layer=first, kind="filter", channel=0))

    def can_show(self) -> bool:
        """Tell whether what is selected can be shown: a filter or channel of a convolution."""
        return self._target() is not None

    def offer(self) -> None:
        """Let the Inspector offer to show what is selected, where it can be."""
        self._inspector.offer_convolve(not self.in_front and self.can_show())

    def show_selected(self) -> None:
        """Show the convolution behind what is selected, on the picture that it is shown on."""
        target = self._target()
        if target is None:
            self.said.emit("Choose a filter or an output channel of a convolution: it can be shown here.")
            return
        self._show(self._skeleton.page, *target, self._selection.value)

    def go_back(self) -> None:
        """Return to where the convolution was seen in its network."""
        link = self._link
        if link is not None:
            self._show_page(link.page)
            place = link.selection
            self._selection.update(
                layer=place.layer, kind=place.kind, channel=place.channel, pixel=place.pixel
            )

    def show_menu(self, point: QPoint, deeper: QAction) -> None:
        """Show what can be done with the tile that was just chosen."""
        menu = QMenu(self._skeleton)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(deeper)
        menu.popup(point)

    def here_or(
        self, here: Callable[[], object], elsewhere: Callable[[], object] | None = None
    ) -> Callable[[], None]:
        """Make a command that does one thing while the page is in front and another elsewhere."""

        def act() -> None:
            if self.in_front:
                here()
            elif elsewhere is not None:
                elsewhere()

        return act

    def enter(self) -> None:
        """Write address and Inspector: the page has come to the front."""
        self.offer()
        if self.in_front and self._link is not None:
            frame = self._inspecting.frame_of(self._link.page)
            if frame is not None:
                self._follow(frame)
        self._on_place_changed()

    def _show(self, page: str, frame: Frame, layer: str, index: int, selection: Selection) -> None:
        try:
            taken = take_convolution(frame.spec, frame.parameters, frame.activations, layer, index)
        except EngineError as error:
            self.said.emit(f"This convolution cannot be shown: {error}.")
            return
        self._link = _Link(page, frame.subject.key, layer, index, selection)
        self._page.show_network(taken, _name(frame, layer), layer, back=page.capitalize())
        self._show_page(CONVOLVE)

    def _follow(self, frame: Frame) -> None:
        """Show the newest state of the convolution that is shown; another network's is not the same."""
        link = self._link
        if link is not None and link.key == frame.subject.key and self._page.shows_network:
            taken = take_convolution(frame.spec, frame.parameters, frame.activations, link.layer, link.filter)
            self._page.follow(taken, _name(frame, link.layer))

    def _target(self) -> tuple[Frame, str, int] | None:
        frame, value = self._inspecting.frame, self._selection.value
        if frame is None or value.layer is None or value.channel is None:
            return None
        layer = convolution_of(frame.spec, value.layer)
        return None if layer is None else (frame, layer, value.channel)

    def _on_place_changed(self) -> None:
        if not self.in_front:
            return
        place = self._page.describe()
        value = Selection(
            run="Convolve",
            picture=place.picture,
            layer=f"layer {place.layer + 1}",
            kind="filter",
            channel=place.filter,
            pixel=place.pixel,
        )
        self._address.show_selection(value)
        if self._skeleton.inspector_open:
            weight = place.weight.astype("float32")
            self._inspector.show_filter(f"layer {place.layer + 1}", place.filter, weight, place.bias)


def _name(frame: Frame, layer: str) -> str:
    step = "" if frame.step is None else f" · step {frame.step}"
    return f"input of {layer} · {frame.source}{step}"


__all__ = ["CONVOLVE", "Convolving"]
