"""How a number comes about: the ledger of the selected pixel or logit, down to the ink."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.inspect.ledgers import Place
from engine.spec import NetworkSpec
from gui.pages.inside.ledger_tree import LedgerTree
from gui.pages.inside.part import Part, View
from gui.selection import Selection
from gui.theme import ThemeManager


class LedgerPart(Part):
    """The tree of a number. GUI thread only."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.ledger = LedgerTree(themes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.ledger)

    def show_view(self, view: View) -> None:
        """Write down the number that is selected."""
        self.captioned.emit(
            "One number",
            "a weight times a number of the layer before, added up · each term opens to what made it",
        )
        self.ledger.show_number(view.frame, _place_of(view.selection, view.frame.spec))


def _place_of(selection: Selection, spec: NetworkSpec) -> Place | None:
    """The number that is selected: a pixel of a channel, or a number of a vector."""
    layer, channel = selection.layer, selection.channel
    if layer not in spec.layer_names or channel is None or selection.kind == "filter":
        return None
    if len(spec.shapes[layer]) == 1:
        return Place(layer, channel)
    return None if selection.pixel is None else Place(layer, channel, selection.pixel)
