"""Joins the Convolve page to the window: frames, "show on Convolve" and back, address, Inspector."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from engine.errors import EngineError
from engine.lab.from_network import Taken, convolution_of, first_convolution, take_convolution
from gui.frames import Frame
from gui.inspecting import Inspecting
from gui.pages.convolve.lab_model import NetworkLink
from gui.panels import Panels
from gui.selection import Selection, SelectionModel
from gui.widgets.paced import Paced

if TYPE_CHECKING:
    from gui.pages.convolve.page import ConvolvePage

CONVOLVE = "convolve"

# A network that trains is followed so often: each time the whole convolution is computed and painted.
FOLLOW_MS = 100

NOTHING_CHOSEN = "Choose a filter or an output channel of a convolution: it can be shown here."
NO_NETWORK = "There is no network to go back to: show one of its filters or channels here first."


class Convolving(QObject):
    """Brings frames to the Convolve page, and convolutions of networks there and back. GUI thread only."""

    said = Signal(str)
    """A sentence: why something cannot be shown."""
    page_said = Signal(str, bool)
    """One sentence of the page, and whether it is a warning."""
    undo_offered = Signal(str, object)
    """One sentence about something that was removed on the page, and the function that brings it back."""
    hovered = Signal(str)
    run_wanted = Signal(bool)
    """Whether the page in front shows the run, as Train does."""

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
        self._follows = Paced(self._follow, FOLLOW_MS, parent=self)
        self._refused: NetworkLink | None = None
        self._page.when_made(self._on_page_made)
        self._inspector.convolve_requested.connect(self.show_selected)
        panels.skeleton.inspector_toggled.connect(lambda opened: self._on_place_changed())
        selection.changed.connect(lambda value: self.offer())

    @property
    def in_front(self) -> bool:
        """Whether the page is in front."""
        return self._skeleton.page == CONVOLVE

    @property
    def is_settled(self) -> bool:
        """Whether the page shows what is set."""
        page = self._page.made
        return page is None or page.is_settled

    def close(self) -> None:
        """End the page's thread."""
        if self._page.made is not None:
            self._page.made.close_worker()

    def take(self, page: str, frame: Frame) -> None:
        """Hand on a frame as that page shows it; the Draw page's is of the drawing."""
        if page == "draw" and self._page.made is not None:
            self._page.made.show_frame(frame)
        link = self._link
        if self.in_front and link is not None and link.page == page:
            self._follows.request()

    def show_network(self) -> None:
        """Show the convolution that the page is linked to, or the first one of the network that answers."""
        link = self._link
        if link is not None and self._frame_of(link) is not None:
            self._show(link)
            return
        frame = self._inspecting.frame_of("draw")
        first = None if frame is None else first_convolution(frame.spec)
        if frame is None or first is None:
            self.said.emit("The network that answers has no convolution to show.")
            return
        place = Selection(layer=first, kind="filter", channel=0)
        self._show(NetworkLink("draw", frame.subject.key, first, 0, place))

    def can_show(self) -> bool:
        """Tell whether what is selected can be shown: a filter or channel of a convolution."""
        return self._target() is not None

    def offer(self) -> None:
        """Let the Inspector offer to show what is selected, where it can be."""
        self._inspector.offer_convolve(not self.in_front and self.can_show())

    def show_selected(self) -> None:
        """Show the convolution behind what is selected, on the picture that it is shown on."""
        target = self._target()
        if target is not None:
            self._show(target)
        elif not self.in_front:
            self.said.emit(NOTHING_CHOSEN)

    def go_back(self) -> None:
        """Return to where the convolution was seen in its network."""
        link = self._link
        if link is None:
            self.said.emit(NO_NETWORK)
            return
        self._show_page(link.page)
        place = link.place
        if isinstance(place, Selection):
            self._selection.update(
                layer=place.layer, kind=place.kind, channel=place.channel, pixel=place.pixel
            )

    def show_menu(self, point: QPoint, *actions: QAction) -> None:
        """Show what can be done with the tile that was just chosen."""
        menu = QMenu(self._skeleton)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(actions)
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
        """Bring everything up to date: another page has come to the front."""
        self.offer()
        if self.in_front:
            self._follows.request()
        self._on_place_changed()

    @property
    def _link(self) -> NetworkLink | None:
        """The convolution of a network that the page shows."""
        return None if self._page.made is None else self._page.made.link

    def _on_page_made(self, page: "ConvolvePage") -> None:
        page.place_changed.connect(self._on_place_changed)
        page.back_requested.connect(self.go_back)
        page.network_requested.connect(self.show_network)
        page.said.connect(self.page_said)
        page.undo_offered.connect(self.undo_offered)
        page.hovered.connect(self.hovered)
        frame = self._inspecting.frame_of("draw")
        if frame is not None:
            page.show_frame(frame)

    def _show(self, link: NetworkLink) -> None:
        frame = self._frame_of(link)
        if frame is None:
            return
        try:
            taken = _taken(frame, link)
        except EngineError as error:
            self.said.emit(f"This convolution cannot be shown: {error}.")
            return
        self._page.get().show_network(taken, _name(frame, link.layer), link, frame.step)
        self._show_page(CONVOLVE)

    def _follow(self) -> None:
        """Show the newest state of the convolution that is shown; another network's is not the same."""
        link = self._link
        frame = None if link is None else self._frame_of(link)
        if link is None or frame is None or not self.in_front:
            return
        try:
            taken = _taken(frame, link)
        except EngineError:
            if self._refused != link:
                self._refused = link
                self.said.emit("The network's weights are no longer numbers: the page keeps the last ones.")
            return
        self._refused = None
        self._page.get().follow(taken, _name(frame, link.layer), link, frame.step)

    def _frame_of(self, link: NetworkLink) -> Frame | None:
        """The newest frame of the network that a link is about, None where another one is shown there."""
        frame = self._inspecting.frame_of(link.page)
        return frame if frame is not None and frame.subject.key == link.key else None

    def _target(self) -> NetworkLink | None:
        frame, value = self._inspecting.frame, self._selection.value
        if frame is None or value.layer is None or value.channel is None:
            return None
        layer = convolution_of(frame.spec, value.layer)
        if layer is None:
            return None
        return NetworkLink(self._skeleton.page, frame.subject.key, layer, value.channel, value)

    def _on_place_changed(self) -> None:
        link = self._link
        follows_run = self.in_front and link is not None and link.page == "train"
        self.run_wanted.emit(follows_run or self._skeleton.page == "train")
        if not self.in_front:
            return
        place = self._page.get().describe()
        value = Selection(
            run="Convolve",
            step=place.step,
            picture=place.picture,
            layer=f"layer {place.layer + 1}",
            kind="filter",
            channel=place.filter,
            pixel=place.pixel,
        )
        self._address.show_selection(value)
        if self._skeleton.inspector_open:
            weight = place.weight.astype("float32")
            self._inspector.show_source("Convolve")
            self._inspector.show_filter(f"layer {place.layer + 1}", place.filter, weight, place.bias)


def _taken(frame: Frame, link: NetworkLink) -> Taken:
    """Take the convolution that a link is about, up to the layer whose channel was looked at."""
    place = link.place
    seen = place.layer if isinstance(place, Selection) and place.kind == "channel" else None
    pixel = place.pixel if isinstance(place, Selection) and seen is not None else None
    return take_convolution(
        frame.spec, frame.parameters, frame.activations, link.layer, link.filter, seen=seen, pixel=pixel
    )


def _name(frame: Frame, layer: str) -> str:
    return f"input of {layer} · {frame.source}"
