"""The chooser of the picture that is convolved, with the next and the previous one."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
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
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S1)
        self._choice = QComboBox()
        self._choice.setObjectName("source")
        self._choice.setFixedSize(_COMBO_WIDTH, HEIGHT)
        self._choice.setAccessibleName("Picture")
        self._choice.activated.connect(self._on_choice)
        row.addWidget(self._choice)
        self._back = self._step_button("back", "Previous picture", -1)
        self._forward = self._step_button("forward", "Next picture", 1)

    def show_source(self, key: str, name: str, network_name: str | None) -> None:
        """Show which picture is chosen; tells nothing."""
        self._key = key
        self._list_sources(key, name, network_name)
        for button in (self._back, self._forward):
            button.setVisible(key in STEPPED)

    def ask_for_file(self) -> None:
        """Let the person choose a picture; `file_chosen` follows. Does not block."""
        dialog = QFileDialog(self.window(), "Open a picture", "", _OPEN_FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.file_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _list_sources(self, key: str, name: str, network_name: str | None) -> None:
        entries = list(SOURCES)
        if key == FILE:
            entries.append((FILE, name, "The picture that was opened, dropped or pasted"))
        if network_name is not None:
            entries.append(
                (NETWORK, "From the network", f"What the network makes of the drawing: {network_name}")
            )
        entries.append((OPEN, "Open a picture…", "Any picture; it can also be dropped or pasted"))
        # A name begins as the lines of the list do; those of files and layers stay as they are.
        shown = name if key in (FILE, NETWORK) else name[:1].upper() + name[1:]
        entries = [(one, shown if one == key and name else text, tip) for one, text, tip in entries]
        listed = [
            (self._choice.itemData(i), self._choice.itemText(i), self._choice.itemData(i, _TIP))
            for i in range(self._choice.count())
        ]
        # Only when it differs: an open list must not close under the mouse while somebody draws.
        if listed != entries:
            with QSignalBlocker(self._choice):
                self._choice.clear()
                for index, (one, text, tip) in enumerate(entries):
                    self._choice.addItem(text, one)
                    self._choice.setItemData(index, tip, _TIP)
        with QSignalBlocker(self._choice):
            self._choice.setCurrentIndex(self._choice.findData(key))
        self._choice.setToolTip(f"The picture that is convolved: {name or self._choice.currentText()}")

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
