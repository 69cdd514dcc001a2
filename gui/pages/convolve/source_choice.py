"""The chooser of the picture that is convolved, with the next and the previous one."""

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QSizePolicy, QWidget

from gui.pages.convolve.source_parts import HEIGHT
from gui.theme import S1, ThemeManager
from gui.widgets.tool_button import ToolButton

FILE, NETWORK, OPEN = "file", "network", "open"
SOURCES = (
    ("drawing", "My drawing", "What you draw on the left, live"),
    ("tinted", "My drawing, tinted", "The same in colour: three input channels"),
    ("seven", "A seven", "A handwritten seven with clear edges"),
    ("digit", "Test digit", "One of the digits that no shipped network was trained on"),
    ("temple", "Photograph: temple", "A colour photograph: three input channels"),
    ("flower", "Photograph: flower", "A colour photograph: three input channels"),
    ("shapes", "RGB shapes", "Circles, squares, triangles and crosses in colours"),
)
"""Key, name and tooltip of the pictures that are always there."""

STEPPED = ("digit", "shapes")
"""The sources that have a next and a previous picture."""

_TIP = Qt.ItemDataRole.ToolTipRole
_COMBO_WIDTH = 152
_OPEN_FILTER = "Pictures (*.png *.jpg *.jpeg *.jfif *.webp *.bmp *.gif *.svg);;All files (*)"


class _List(QComboBox):
    """A combo box that tells when its list has closed, in whichever way."""

    closed = Signal()

    is_open = False
    """Whether somebody may be choosing just now."""

    def showPopup(self) -> None:
        """Open the list, and listen to it."""
        super().showPopup()
        self.is_open = self.view().isVisible()
        self.view().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that the list closes."""
        if event.type() == QEvent.Type.Hide:
            self.is_open = False
            watched.removeEventFilter(self)
            self.closed.emit()
        return super().eventFilter(watched, event)


class SourceChoice(QWidget):
    """Lists the pictures; keeps none. GUI thread only."""

    source_chosen = Signal(str)
    """The key of a picture."""
    stepped = Signal(int)
    """1 for the next digit or shape, −1 for the previous one."""
    file_chosen = Signal(str)
    """The path of a picture to open."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._key = ""
        self._entries: list[tuple[str, str, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S1)
        self._choice = _List()
        self._choice.setObjectName("source")
        self._choice.setFixedSize(_COMBO_WIDTH, HEIGHT)
        self._choice.setAccessibleName("Picture")
        self._choice.activated.connect(self._on_choice)
        # Later: the list tells what was chosen in it when it is closed already.
        self._choice.closed.connect(self._list_entries, Qt.ConnectionType.QueuedConnection)
        row.addWidget(self._choice)
        self._back = self._step_button("back", "Previous picture", -1)
        self._forward = self._step_button("forward", "Next picture", 1)

    def show_source(self, key: str, name: str, network_name: str | None) -> None:
        """Show which picture is chosen; tells nothing."""
        self._key = key
        self._entries = _entries(key, name, network_name)
        self._list_entries()
        tip = f"The picture that is convolved: {name or self._choice.currentText()}"
        if tip != self._choice.toolTip():
            self._choice.setToolTip(tip)
        for button in (self._back, self._forward):
            button.setVisible(key in STEPPED)

    def ask_for_file(self) -> None:
        """Let the person choose a picture; `file_chosen` follows. Does not block."""
        dialog = QFileDialog(self.window(), "Open a picture", "", _OPEN_FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.file_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _list_entries(self) -> None:
        """Bring the list up to date in place; other entries wait until nobody is choosing among them."""
        choice = self._choice
        is_open = choice.is_open
        with QSignalBlocker(choice):
            if [choice.itemData(i) for i in range(choice.count())] != [key for key, _, _ in self._entries]:
                if is_open:
                    return
                choice.clear()
                for key, text, _ in self._entries:
                    choice.addItem(text, key)
            for index, (_, text, tip) in enumerate(self._entries):
                if choice.itemText(index) != text:
                    choice.setItemText(index, text)
                if choice.itemData(index, _TIP) != tip:
                    choice.setItemData(index, tip, _TIP)
            if not is_open:
                choice.setCurrentIndex(choice.findData(self._key))

    def _step_button(self, name: str, tip: str, step: int) -> ToolButton:
        button = ToolButton(self._themes, name, tip)
        button.setObjectName(f"source_{name}")
        button.setFixedSize(HEIGHT, HEIGHT)
        # Nothing moves where a picture has no next one.
        policy = button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        button.setSizePolicy(policy)
        button.clicked.connect(lambda: self.stepped.emit(step))
        self._row.addWidget(button)
        return button

    def _on_choice(self, index: int) -> None:
        key = self._choice.itemData(index)
        if key == OPEN:
            # The picture stays what it was until another one has been read.
            self._choice.setCurrentIndex(self._choice.findData(self._key))
            self.ask_for_file()
        elif key != self._key:
            self.source_chosen.emit(key)


def _entries(key: str, name: str, network_name: str | None) -> list[tuple[str, str, str]]:
    """List key, name and tooltip of all pictures; the one that is chosen by the name that it has now."""
    entries = list(SOURCES)
    if key == FILE:
        entries.append((FILE, name, "The picture that was opened, dropped or pasted"))
    if network_name is not None or key == NETWORK:
        tip = f"What the network makes of the drawing: {network_name or name}"
        entries.append((NETWORK, "From the network", tip))
    entries.append((OPEN, "Open a picture…", "Any picture; it can also be dropped or pasted"))
    # A name begins as the lines of the list do; those of files and layers stay as they are.
    shown = name if key in (FILE, NETWORK) else name[:1].upper() + name[1:]
    if key == NETWORK:
        # Which network it is stands in the tooltip and in the path.
        shown = name.split(" · ")[0]
    return [(one, shown if one == key and name else text, tip) for one, text, tip in entries]
