"""What a dialog says of its long work: how far it is, how it ended, and what can be done about it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from gui.theme import S1, S2, caption_font

_BAR_PX = 6
_STEPS = 1000


class TaskRow(QWidget):
    """A line of words over a thin bar, with room for Cancel or for what was made. GUI thread only.

    It keeps its height whatever it shows.
    """

    cancel_requested = Signal()
    open_requested = Signal()
    folder_requested = Signal()

    def __init__(self, *, can_open: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._can_open = can_open
        self._words = QLabel()
        self._words.setObjectName("task_words")
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._bar = QProgressBar()
        self._bar.setObjectName("task_bar")
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(_BAR_PX)
        self._bar.setFont(caption_font())
        self._bar.setAccessibleName("Progress")
        self._cancel = self._button("Cancel", "task_cancel", "Give up and leave nothing half done")
        self._open = self._button("Open", "task_open", "Open it in the program that the desktop has for it")
        self._folder = self._button("Show in folder", "task_folder", "Show where it is in the file manager")
        self._cancel.clicked.connect(self.cancel_requested)
        self._open.clicked.connect(self.open_requested)
        self._folder.clicked.connect(self.folder_requested)
        line = QHBoxLayout()
        line.setSpacing(S2)
        line.addWidget(self._words, 1)
        for button in (self._cancel, self._open, self._folder):
            line.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addLayout(line, 1)
        column.addWidget(self._bar)
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(policy)
        # Two lines of words, or a button.
        tallest = max(2 * self.fontMetrics().lineSpacing(), self._cancel.sizeHint().height())
        self.setMinimumHeight(tallest + S1 + _BAR_PX)
        self.clear()

    @property
    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def clear(self) -> None:
        """Say nothing."""
        self._show("", "")

    def show_progress(self, text: str, share: float | None) -> None:
        """Say what is being done, and how much of it is done, 0 to 1, or None where nobody knows."""
        self._show(text, "progress")
        self._bar.setRange(0, 0 if share is None else _STEPS)
        if share is not None:
            self._bar.setValue(round(_STEPS * share))

    def show_done(self, text: str) -> None:
        """Say what was made."""
        self._show(text, "done")

    def show_note(self, text: str, *, warning: bool = False) -> None:
        """Say a sentence, or why it did not work."""
        self._show(text, "warning" if warning else "note")

    def _show(self, text: str, kind: str) -> None:
        self._words.setText(text)
        role = {"warning": "warning", "note": "dim"}.get(kind, "")
        set_property(self._words, "role", role)
        self._bar.setVisible(kind == "progress")
        self._cancel.setVisible(kind == "progress")
        self._folder.setVisible(kind == "done")
        self._open.setVisible(kind == "done" and self._can_open)

    @staticmethod
    def _button(text: str, name: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        return button


def offer_button(button: QPushButton, why_not: str, tip: str) -> None:
    """Let a dialog's first button be pressed, or say why it cannot be."""
    button.setEnabled(not why_not)
    button.setToolTip(why_not or tip)
    set_property(button, "primary", not why_not)


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet asks for, and dress the widget by it."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        # A style sheet that asks for a property is not looked at again by itself.
        widget.style().unpolish(widget)
        widget.style().polish(widget)
