"""The Inside page: the whole network, and of one layer what every filter has learned to look for."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.inspect.synthesis import USUAL, Ascent
from gui.frames import Frame
from gui.pages.inside.part import Part, View
from gui.pages.inside.parts import PARTS, Parts
from gui.pages.inside.pins import PinBoard
from gui.pages.inside.wall_worker import layer_behind
from gui.pages.network_flow import NetworkFlow
from gui.picture_sets import PictureSets
from gui.selection import Selection
from gui.theme import S2, S3, S4, UNLIMITED_PX, ThemeManager
from gui.widgets.caption_line import CaptionLine

if TYPE_CHECKING:
    from gui.pages.convolve.library_store import StoredKernel

FLOW_PX, PART_PX = 260, 380
# The part with the most needs so much; the page's proportions do not depend on which parts there are.
LEAST_PART_PX = 176
USUAL_PART = "patterns"


class InsidePage(QWidget):
    """A lens on the network that answers the Pad. GUI thread only; keeps the last frame to ask about it.

    Parameters
    ----------
    themes
        Shared with the window.
    pictures
        Gives the test pictures that are searched for what excites a network's channels, and that measure it.
    kernels
        Gives the person's own kernels.
    ascent
        How the pictures that channels would like are made.
    """

    tile_chosen = Signal(str, str, int, object)
    """Layer, "channel" or "filter", its number from 0, and (row, column) or None."""
    tile_activated = Signal()
    """The chosen channel was double-clicked, or Enter pressed on it: go deeper."""
    menu_requested = Signal(object)
    """The menu of the chosen channel is wanted at a `QPoint` of the screen."""
    layer_chosen = Signal(str)
    hovered = Signal(str)
    part_made = Signal(str, object)
    """A part was asked for the first time: its name, and the `Part`."""

    def __init__(
        self,
        themes: ThemeManager,
        pictures: PictureSets,
        kernels: "Callable[[], Sequence[StoredKernel]]" = tuple,
        parent: QWidget | None = None,
        *,
        ascent: Ascent = USUAL,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page_inside")
        self._frame: Frame | None = None
        self._selection = Selection()
        self._layer = ""
        self._visible = self._training = False
        self._flow = NetworkFlow(themes)
        self._flow.setObjectName("inside_flow")
        self._flow.set_title(
            "The network", "each layer to its own scale · point at a channel to light what feeds it"
        )
        self._flow.offer_fitting()
        self._flow.set_empty_text("Draw a digit: what every layer makes of it appears here")
        self.pins = PinBoard(self)
        self.parts = Parts(themes, pictures, kernels, ascent, self.pins, self._join)
        # The part that was asked for, and the one that is shown as long as the page cannot be seen.
        self._front = USUAL_PART
        self._shown: Part | None = None
        self._caption = CaptionLine(themes)
        self._caption.setObjectName("wall_caption")
        self._status = QLabel()
        self._status.setObjectName("wall_status")
        self._status.setProperty("role", "dim")
        self._lay_out()
        self._connect()

    @property
    def is_settled(self) -> bool:
        """Whether everything that was asked for is on screen."""
        return all(part.is_settled for part in self.parts.made.values())

    @property
    def part(self) -> str:
        """The name of the part that can be seen, "" while the network has the whole page."""
        return "" if self._body.isHidden() else self._front

    @property
    def _button(self) -> QAbstractButton:
        """The button of the part that can be seen, or was seen last."""
        return self._buttons.buttons()[list(PARTS).index(self._front)]

    def enter(self, visible: bool) -> None:
        """Tell whether the page can be seen: otherwise it computes nothing."""
        self._visible = visible
        self._show_part_in_front()

    def set_training(self, training: bool) -> None:
        """Tell whether a training needs the cores."""
        if training != self._training:
            self._training = training
            self._show_part_in_front()

    def show_frame(self, frame: Frame) -> None:
        """Show what the network makes of the drawing, and ask for what its filters look for."""
        self._frame = frame
        self._flow.show_frame(frame)
        self._layer = layer_behind(frame.spec, self._layer)
        self._show_part_in_front()

    def show_selection(self, selection: Selection) -> None:
        """Outline what is selected, and look into its layer."""
        self._selection = selection
        self._flow.show_selection(selection)
        if self._frame is None:
            return
        if selection.layer is not None:
            self._layer = layer_behind(self._frame.spec, selection.layer)
        self._show_part_in_front()

    def show_part(self, part: str) -> None:
        """Bring one of `PARTS` to the front below the network; "" leaves the whole page to the network."""
        if not part:
            self._fold(True)
            self._show_part_in_front()
            return
        self._fold(False)
        self._front = part
        self._button.setChecked(True)
        self._status.clear()
        self._show_part_in_front()

    def _on_part_clicked(self, part: str) -> None:
        """Bring a part to the front; the one that is there goes, and the network has the whole page."""
        self.show_part("" if part == self.part else part)

    def _fold(self, folded: bool) -> None:
        """Leave of the lower half only the row of its buttons, or unfold it again."""
        if folded == self._body.isHidden():
            return
        if folded:
            self._sizes = self._splitter.sizes()
        self._body.setHidden(folded)
        self._status.setHidden(folded)
        self._below.setMaximumHeight(self._below.sizeHint().height() if folded else UNLIMITED_PX)
        self._buttons.setExclusive(not folded)
        if folded:
            self._button.setChecked(False)
        else:
            self._splitter.setSizes(self._sizes)

    def close_workers(self) -> None:
        """End the threads."""
        for part in self.parts.made.values():
            part.close_worker()

    def minimumSizeHint(self) -> QSize:
        """Shrink with the window; what has no room is reached by scrolling."""
        return QSize(360, 300)

    def _lay_out(self) -> None:
        self._buttons = QButtonGroup(self)
        self._tools, self._stack = QStackedWidget(), QStackedWidget()
        row = QHBoxLayout()
        row.setSpacing(S2)
        for name, (title, shows) in PARTS.items():
            button = QPushButton(title)
            button.setToolTip(f"{shows}; once more for the network alone")
            button.setObjectName(f"inside_{name}")
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, name=name: self._on_part_clicked(name))
            self._buttons.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._status)
        self._body, self._below = QWidget(), QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(S2)
        line = QHBoxLayout()
        line.addWidget(self._caption, 1)
        line.addWidget(self._tools)
        body.addLayout(line)
        body.addWidget(self._stack, 1)
        column = QVBoxLayout(self._below)
        column.setContentsMargins(0, S2, 0, 0)
        column.setSpacing(S2)
        column.addLayout(row)
        column.addWidget(self._body, 1)
        self._splitter = splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._flow)
        splitter.addWidget(self._below)
        self._sizes = [FLOW_PX, PART_PX]
        splitter.setSizes(self._sizes)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(S4, S3, S4, S3)
        whole.addWidget(splitter)
        self._stack.setMinimumHeight(LEAST_PART_PX)
        self.show_part(USUAL_PART)

    def _join(self, name: str, part: Part) -> None:
        """Take in a part that has just been made."""
        self._tools.addWidget(part.tools)
        self._stack.addWidget(part)
        part.captioned.connect(self._caption.set_text)
        part.told.connect(self._status.setText)
        part.tile_chosen.connect(self.tile_chosen)
        part.tile_activated.connect(self.tile_activated)
        part.menu_requested.connect(self.menu_requested)
        part.layer_chosen.connect(self.layer_chosen)
        part.hovered.connect(self.hovered)
        self.part_made.emit(name, part)

    def _bring_forward(self) -> Part:
        """Show the part that was asked for, and its tools."""
        front = self.parts.named(self._front)
        if front is not self._shown:
            self._shown = front
            self._stack.setCurrentWidget(front)
            self._tools.setCurrentWidget(front.tools)
            # The tools in front alone say how wide they are: the caption has the rest.
            for part in self.parts.made.values():
                ignored, preferred = QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
                part.tools.setSizePolicy(preferred if part is front else ignored, preferred)
            # Tools that are hidden tell nobody that they want another room.
            self._tools.updateGeometry()
        return front

    def _connect(self) -> None:
        self._flow.hovered.connect(self.hovered)
        self._flow.tile_chosen.connect(self.tile_chosen)
        self._flow.layer_clicked.connect(self.layer_chosen)
        self._flow.channel_activated.connect(lambda layer, channel: self.tile_activated.emit())
        self._flow.menu_requested.connect(self.menu_requested)

    def _show_part_in_front(self) -> None:
        """Let the part that can be seen show what is looked at now, and the others rest."""
        front = self._bring_forward() if self._visible and not self._body.isHidden() else None
        for part in self.parts.made.values():
            if part is not front:
                part.rest()
            elif self._frame is not None:
                part.show_view(View(self._frame, self._selection, self._layer, self._training))
