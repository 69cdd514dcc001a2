"""The Pad: canvas, tools, the answer and what it rests on, in one column or grown."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QFontMetrics,
    QResizeEvent,
)
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.datasets import Dataset
from engine.drawing import CHANNELS, Colour, Drawing
from engine.errors import EngineError
from gui.document import Document
from gui.frames import Frame
from gui.pad.answer_line import AnswerLine
from gui.pad.answer_room import AnswerRoom
from gui.pad.answer_source import AnswerSource
from gui.pad.canvas import Canvas
from gui.pad.digit_picker import DigitPicker, thing_of
from gui.pad.pad_actions import PadActions
from gui.pad.pad_tools import PadTools
from gui.pad.receives import Receives
from gui.pad.square_room import SquareRoom
from gui.pad.transfer import Transfer
from gui.theme import S1, S2, S3, S4, UNLIMITED_PX, ThemeManager, caption_font, heading_font
from gui.widgets.class_bars import ClassBars
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.probe_rack import ProbeRack

COLUMN_PX = 216
"""Width of the narrow column: the canvas and its margins."""

GROWN_PX = 600
"""Width from which the grown arrangement is at home."""

_CONTENT_PX = COLUMN_PX - 2 * S3
_GROWN_COLUMN_PX = 256
_GROWN_BARS_PX = 180
_SMALLEST_CANVAS_PX = 112
_MY_DRAWING = "my drawing"


class Pad(QWidget):
    """Where a person draws, and what the network makes of it. GUI thread only.

    It shows frames and changes the document; it knows no session and no other panel.

    Parameters
    ----------
    document
        The drawing.
    theme_manager
        Where the colours come from.
    networks
        Name and tooltip of each network that a person may choose for the answer.
    """

    answer_source_chosen = Signal(bool)
    """True: the answer of the network that is being trained; False: of the one that is not of a run."""

    network_chosen = Signal(int)
    """Which of the networks is to answer."""

    hovered = Signal(str)
    """What is under the pointer, for the status line; empty when it has left."""

    message = Signal(str)
    """What failed, in one sentence; empty when the last one is no longer true."""

    noted = Signal(str)
    """What was done, in one sentence, where it cannot be seen on the canvas."""

    class_clicked = Signal(int)
    """The class whose bar was clicked."""

    pin_wanted = Signal(object)
    """The `Drawing` that is to be pinned as a probe."""

    def __init__(
        self,
        document: Document,
        theme_manager: ThemeManager,
        networks: Sequence[tuple[str, str]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("pad")
        self._document = document
        self._themes = theme_manager
        self._digits: Callable[[], Dataset] | None = None
        self._picker: DigitPicker | None = None
        self._grown = False
        self.canvas = Canvas(theme_manager)
        self.pad_actions = PadActions(theme_manager, document.undo_stack, self)
        self.tools = PadTools(self.pad_actions, theme_manager)
        self.answer = AnswerLine(theme_manager)
        self.receives = Receives(theme_manager, beside=self.answer)
        self.source = AnswerSource(theme_manager, networks)
        self.bars = ClassBars(theme_manager)
        self.probes = ProbeRack(theme_manager)
        self.answer_room = AnswerRoom(theme_manager, self.bars, self.probes)
        self.transfer = Transfer(document, theme_manager, self)
        self._title = QLabel("Pad")
        self._count = ElidedLabel(theme_manager, dim=True)
        self._room = SquareRoom(self.canvas)
        self._layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._drawing_part, self._answer_part = QWidget(), QWidget()
        self._drawing_layout = QVBoxLayout(self._drawing_part)
        self._lay_out()
        self._connect()
        self.setAcceptDrops(True)
        self.tools.show_brush(self.canvas.brush)
        self.set_digits(None)
        self._on_drawing_changed(document.drawing)

    def show_frame(self, frame: Frame) -> None:
        """Show what a network makes of the drawing."""
        in_colour = frame.spec.input_shape[0] == CHANNELS
        self.canvas.set_subject(thing_of(frame.spec.classes), in_colour=in_colour)
        self.tools.colours.setVisible(in_colour)
        self.bars.set_classes(frame.spec.classes)
        self.answer.set_classes(frame.spec.classes)
        kind = frame.verdict.kind
        self.bars.show_probabilities(
            None if kind == "blank" else frame.probabilities, trusted=kind == "digit"
        )
        self.answer.show_verdict(frame.verdict)
        self.receives.show_preparation(frame.preparation, frame.picture if in_colour else None)
        self.source.show_source(frame.source, frame.step)

    def set_run(self, name: str | None) -> None:
        """Offer the answer of the run of this name; None when there is no run."""
        self.source.set_run(name)

    def set_answer_live(self, live: bool) -> None:
        """Set the switch between run and shipped network without telling anyone."""
        self.source.set_answer_live(live)

    def set_digits(self, source: Callable[[], Dataset] | None) -> None:
        """Let digits be picked from a data set, which is loaded when the picker is opened."""
        self._digits = source
        self.pad_actions.pick_digit.setEnabled(source is not None)
        if source is not None and self._picker is not None and self._picker.isVisible():
            self.pick_digit()

    def pick_digit(self) -> None:
        """Open the window of real digits."""
        if self._digits is None:
            return
        try:
            dataset = self._digits()
        except EngineError as error:
            self.message.emit(str(error))
            return
        if self._picker is None:
            self._picker = DigitPicker(self._themes, parent=self)
            self._picker.digit_chosen.connect(self._on_digit_chosen)
            self._picker.hovered.connect(self.hovered)
        self._picker.set_dataset(dataset)
        self._picker.show()
        self._picker.activateWindow()

    def clear(self) -> None:
        """Clear the canvas, undoably."""
        drawing = self._document.drawing
        if drawing.strokes or drawing.backdrop is not None:
            self._document.replace(Drawing(colour=drawing.colour), "Clear")

    @property
    def is_grown(self) -> bool:
        """Whether the canvas has the larger room."""
        return self._grown

    def set_grown(self, grown: bool) -> None:
        """Give the canvas the larger room to the left of the answer, or go back to one column."""
        if grown == self._grown:
            return
        self._grown = grown
        ways = QBoxLayout.Direction
        self._layout.setDirection(ways.LeftToRight if grown else ways.TopToBottom)
        self._arrange()

    def _lay_out(self) -> None:
        self._title.setFont(heading_font())
        self._title.setFixedHeight(QFontMetrics(heading_font()).height())
        self._count.setFont(caption_font())
        caption = QHBoxLayout()
        caption.setSpacing(S2)
        caption.addWidget(self._title)
        caption.addStretch(1)
        caption.addWidget(self._count)
        drawing = self._drawing_layout
        drawing.setContentsMargins(0, 0, 0, 0)
        drawing.setSpacing(S1)
        drawing.addLayout(caption)
        drawing.addWidget(self._room)
        drawing.addSpacing(S1)
        drawing.addWidget(self.tools)
        drawing.addStretch(1)
        answer = QVBoxLayout(self._answer_part)
        answer.setContentsMargins(0, 0, 0, 0)
        answer.setSpacing(S1)
        answer.addWidget(self.receives)
        answer.addSpacing(S1)
        answer.addWidget(self.source)
        answer.addWidget(self.answer_room, 1)
        self._room.setMinimumSize(_SMALLEST_CANVAS_PX, _SMALLEST_CANVAS_PX)
        self._layout.setContentsMargins(S3, S2, S3, S2)
        self._layout.addWidget(self._drawing_part)
        self._layout.addWidget(self._answer_part)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._arrange()

    def _arrange(self) -> None:
        """Share the room between canvas and answer."""
        column = _GROWN_COLUMN_PX if self._grown else _CONTENT_PX
        self._layout.setSpacing(S4 if self._grown else S2)
        self._answer_part.setMinimumWidth(column)
        self._answer_part.setMaximumWidth(column if self._grown else UNLIMITED_PX)
        self._layout.setStretch(0, 1 if self._grown else 0)
        self._layout.setStretch(1, 0 if self._grown else 1)
        self.bars.setMinimumHeight(_GROWN_BARS_PX if self._grown else 0)
        self.tools.set_wide(self._grown)
        self.receives.set_large(self._grown)
        self._fit_room()

    def _fit_room(self) -> None:
        """Let the canvas be as high as it is wide, as long as the rest has room."""
        width = self.width() - 2 * S3
        if self._grown:
            width -= _GROWN_COLUMN_PX + S4
        self._room.set_preferred_side(max(_SMALLEST_CANVAS_PX, width))
        # From the inside out, at once: the canvas is never seen in its old size.
        self._drawing_layout.activate()
        self._layout.activate()

    def _connect(self) -> None:
        actions = self.pad_actions
        self._document.drawing_changed.connect(self._on_drawing_changed)
        self.canvas.preview_changed.connect(self._document.preview)
        self.canvas.stroke_finished.connect(self._on_stroke_finished)
        self.canvas.brush_changed.connect(self.tools.show_brush)
        self.tools.brush_chosen.connect(self.canvas.set_brush)
        self.tools.colours.chosen.connect(self._on_colour_chosen)
        actions.pen.triggered.connect(lambda: self.canvas.set_tool("pen"))
        actions.eraser.triggered.connect(lambda: self.canvas.set_tool("eraser"))
        actions.smaller_brush.triggered.connect(lambda: self.canvas.grow_brush(-1))
        actions.larger_brush.triggered.connect(lambda: self.canvas.grow_brush(1))
        actions.clear.triggered.connect(self.clear)
        actions.pin.triggered.connect(lambda: self.pin_wanted.emit(self._document.drawing))
        self.probes.hovered.connect(self.hovered)
        actions.pick_digit.triggered.connect(self.pick_digit)
        actions.open.triggered.connect(self.transfer.ask_for_file)
        actions.paste.triggered.connect(self.transfer.paste)
        actions.copy.triggered.connect(lambda: self.transfer.copy_picture(2 * self.canvas.width()))
        actions.copy_numbers.triggered.connect(self.transfer.copy_numbers)
        actions.save.triggered.connect(self.transfer.ask_where_to_save)
        actions.pressure.toggled.connect(self.canvas.set_pressure_sensitive)
        self.transfer.message.connect(self.message)
        self.transfer.noted.connect(self.noted)
        self.source.answer_source_chosen.connect(self.answer_source_chosen)
        self.source.network_chosen.connect(self.network_chosen)
        self.receives.hovered.connect(self.hovered)
        self.bars.hovered.connect(self.hovered)
        self.bars.class_clicked.connect(self.class_clicked)

    def _on_stroke_finished(self) -> None:
        drawing = self.canvas.drawing
        if not drawing.name:
            drawing = replace(drawing, name=_MY_DRAWING)
        erases = drawing.strokes[-1].erases
        self._document.replace(drawing, "Erase" if erases else "Draw stroke")

    def _on_digit_chosen(self, drawing: Drawing) -> None:
        kept = replace(drawing, colour=self._document.drawing.colour)
        self._document.replace(kept, f"Pick {drawing.name}")

    def _on_colour_chosen(self, colour: Colour) -> None:
        drawing = self._document.drawing
        if colour != drawing.colour:
            self._document.replace(replace(drawing, colour=colour), "Choose colour")

    def _on_drawing_changed(self, drawing: Drawing) -> None:
        self.canvas.set_drawing(drawing)
        self.tools.colours.show_colour(drawing.colour)
        self._count.set_text(_content_words(drawing))
        has_content = bool(drawing.strokes) or drawing.backdrop is not None
        self.pad_actions.clear.setEnabled(has_content)
        self.pad_actions.offer_pin(has_content)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept pictures; anything else is for the window."""
        if self.transfer.can_take(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take a picture."""
        event.acceptProposedAction()
        self.transfer.take(event.mimeData())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the canvas into its new room."""
        self._fit_room()


def _content_words(drawing: Drawing) -> str:
    """Say what is on the canvas: "digit 4711 · 2 strokes"."""
    count = len(drawing.strokes)
    strokes = f"{count} stroke{'' if count == 1 else 's'}" if count else ""
    name = drawing.name if drawing.backdrop is not None else ""
    return " · ".join(part for part in (name, strokes) if part)
