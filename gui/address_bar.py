"""The address bar: where we are, the way back, and the way to every command."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from engine.inspect.words import grouped
from gui.selection import Selection
from gui.theme import S1, S2, S3, ThemeManager
from gui.widgets.breadcrumbs import Breadcrumbs
from gui.widgets.tool_button import ToolButton

BAR_HEIGHT = 36
COMMANDS_KEY = "Ctrl+Shift+P"


class AddressBar(QWidget):
    """Shows a `Selection` as a path and asks to go elsewhere. GUI thread only."""

    place_chosen = Signal(object)
    """The `Selection` of the clicked part: the present one, with what lies deeper left out."""
    back_requested = Signal()
    forward_requested = Signal()
    commands_requested = Signal()
    inspector_requested = Signal()
    """Open the Inspector, or close it when it is open."""

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("address_bar")
        self.setFixedHeight(BAR_HEIGHT)
        self._places: tuple[Selection, ...] = ()
        self._back = ToolButton(theme, "back", "Go back", key="Alt+Left", parent=self)
        self._back.setObjectName("back_button")
        self._back.clicked.connect(self.back_requested)
        self._forward = ToolButton(theme, "forward", "Go forward", key="Alt+Right", parent=self)
        self._forward.setObjectName("forward_button")
        self._forward.clicked.connect(self.forward_requested)
        self._path = Breadcrumbs(theme, self)
        self._path.chosen.connect(self._on_crumb_chosen)
        self._commands = QToolButton(self)
        self._commands.setObjectName("commands_button")
        self._commands.setProperty("flat", True)
        self._commands.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        key = QKeySequence(COMMANDS_KEY).toString(QKeySequence.SequenceFormat.NativeText)
        self._commands.setText(f"Commands  {key}")
        self._commands.setToolTip("Search everything the program can do")
        self._commands.clicked.connect(self.commands_requested)
        self._inspector = ToolButton(theme, "info", "Open or close the inspector", key="I", parent=self)
        self._inspector.setObjectName("inspector_button")
        self._inspector.clicked.connect(self.inspector_requested)
        self._theme = theme
        theme.changed.connect(self._tint)
        self._tint()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(S2, 0, S2, 0)
        layout.setSpacing(S1)
        layout.addWidget(self._back)
        layout.addWidget(self._forward)
        layout.addSpacing(S3)
        layout.addWidget(self._path, 1)
        layout.addWidget(self._commands)
        layout.addWidget(self._inspector)
        self.show_history(can_back=False, can_forward=False)

    @property
    def path(self) -> str:
        """The path as it can be read now, folded as the room demands."""
        return self._path.shown

    def show_selection(self, selection: Selection, classes: tuple[str, ...] = ()) -> None:
        """Show where we are.

        Parameters
        ----------
        selection : Selection
            The place; channels are shown counted from 1, as they are captioned everywhere.
        classes : tuple of str
            Names of the classes, for a selected class; its number is shown without them.
        """
        layer = replace(selection, kind=None, channel=None, pixel=None)
        nothing = replace(layer, layer=None, label=None)
        crumbs: list[tuple[str, Selection]] = []
        if selection.run:
            crumbs.append((selection.run, nothing))
        if selection.step is not None:
            crumbs.append((f"step {grouped(selection.step)}", nothing))
        if selection.picture:
            crumbs.append((selection.picture, nothing))
        if selection.label is not None:
            label = selection.label
            name = classes[label] if label < len(classes) else str(label)
            crumbs.append((f"class {name}", replace(layer, layer=None)))
        if selection.layer is not None:
            crumbs.append((selection.layer, layer))
        if selection.channel is not None:
            crumbs.append((f"{selection.kind} {selection.channel + 1}", replace(selection, pixel=None)))
        if selection.pixel is not None:
            row, column = selection.pixel
            crumbs.append((f"({row}, {column})", selection))
        self._places = tuple(place for _, place in crumbs)
        self._path.set_crumbs([text for text, _ in crumbs])

    def set_end(self, end: int | None) -> None:
        """Fold the path before this place of the bar, where a message lies over it; None for nowhere."""
        self._path.set_end(None if end is None else end - self._path.x() - S3)

    def show_history(self, *, can_back: bool, can_forward: bool) -> None:
        """Enable the arrows that lead somewhere."""
        self._back.set_available(can_back, "This is where you started.")
        self._forward.set_available(can_forward, "There is nothing ahead.")

    def _tint(self) -> None:
        self._commands.setStyleSheet(f"color: {self._theme.theme.text_dim.name()}")

    def _on_crumb_chosen(self, index: int) -> None:
        if index < len(self._places):
            self.place_chosen.emit(self._places[index])
