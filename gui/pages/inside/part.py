"""A part of the Inside page: one way of looking into the network, below the picture of it."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gui.frames import Frame
from gui.selection import Selection


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the page looks at. A value.

    ``layer`` is the convolution that the selected layer belongs to, empty for a network without any;
    ``training`` says whether a training needs the cores.
    """

    frame: Frame
    selection: Selection
    layer: str
    training: bool

    @property
    def channel(self) -> int | None:
        """The channel of `layer` that is selected; the layers behind a convolution have its channels."""
        selection, spec = self.selection, self.frame.spec
        named = selection.layer in spec.layer_names and len(spec.shapes[str(selection.layer)]) == 3
        return selection.channel if named else None


class Part(QWidget):
    """What all parts have in common. GUI thread only.

    A part is shown views only while it can be seen; it asks its worker for what it needs and keeps no
    selection of its own.
    """

    captioned = Signal(str, str)
    """What is shown, in bold, and what there is to say about it."""
    told = Signal(str)
    """What is being done at the moment; empty when it is done."""
    tile_chosen = Signal(str, str, int, object)
    """Layer, "channel" or "filter", its number from 0, and (row, column) or None."""
    tile_activated = Signal()
    """The chosen channel was double-clicked, or Enter pressed on it: go deeper."""
    menu_requested = Signal(object)
    """The menu of the chosen channel is wanted at a `QPoint` of the screen."""
    layer_chosen = Signal(str)
    hovered = Signal(str)

    def __init__(self, tools: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tools = tools if tools is not None else QWidget()
        """What can be chosen, for the line of the caption."""

    @property
    def is_settled(self) -> bool:
        """Whether everything that was asked for is on screen."""
        return True

    def show_view(self, view: View) -> None:
        """Show what is looked at now; cheap enough for every frame."""
        raise NotImplementedError

    def rest(self) -> None:
        """Compute nothing more: nobody looks."""

    def close_worker(self) -> None:
        """End the thread, if there is one."""
