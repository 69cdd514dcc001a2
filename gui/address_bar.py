"""The address bar: where we are, the way back, and the way to every command."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from engine.inspect.words import grouped
from gui.selection import Changes, Selection
from gui.theme import S1, S2, S3, ThemeManager
from gui.widgets.breadcrumbs import Breadcrumbs
from gui.widgets.tool_button import ToolButton

BAR_HEIGHT = 36
COMMANDS_KEY = "Ctrl+Shift+P"


class AddressBar(QWidget):
    """Shows a `Selection` as a path and asks to go elsewhere. GUI thread only."""

    place_chosen = Signal(object)
    """`Changes` for `SelectionModel.update`, that lead up to the clicked part."""
    back_requested = Signal()
    forward_requested = Signal()
    commands_requested = Signal()

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("address_bar")
        self.setFixedHeight(BAR_HEIGHT)
        self._places: tuple[Changes, ...] = ()
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
        nowhere: Changes = {"layer": None, "channel": None, "pixel": None, "label": None}
        crumbs: list[tuple[str, Changes]] = []
        if selection.run:
            crumbs.append((selection.run, nowhere))
        if selection.step is not None:
            crumbs.append((f"step {grouped(selection.step)}", nowhere))
        if selection.picture:
            crumbs.append((selection.picture, nowhere))
        if selection.label is not None:
            label = selection.label
            name = classes[label] if label < len(classes) else str(label)
            crumbs.append((f"class {name}", {**nowhere, "label": label}))
        if selection.layer is not None:
            crumbs.append((selection.layer, {"channel": None, "pixel": None}))
        if selection.channel is not None:
            crumbs.append((f"{selection.kind} {selection.channel + 1}", {"pixel": None}))
        if selection.pixel is not None:
            row, column = selection.pixel
            crumbs.append((f"({row}, {column})", {}))
        self._places = tuple(changes for _, changes in crumbs)
        self._path.set_crumbs([text for text, _ in crumbs])

    def show_history(self, *, can_back: bool, can_forward: bool) -> None:
        """Enable the arrows that lead somewhere."""
        self._back.set_available(can_back, "This is where you started.")
        self._forward.set_available(can_forward, "There is nothing ahead.")

    def _tint(self) -> None:
        self._commands.setStyleSheet(f"color: {self._theme.theme.text_dim.name()}")

    def _on_crumb_chosen(self, index: int) -> None:
        if index < len(self._places):
            self.place_chosen.emit(self._places[index])
