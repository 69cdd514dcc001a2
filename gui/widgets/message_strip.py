"""A strip that says one sentence in place, with one thing to do about it and a way to close it."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from gui.theme import S1, S2, S4, ThemeManager
from gui.widgets.tool_button import ToolButton

Kind = Literal["note", "warning", "progress"]
# Long enough to read one sentence twice.
NOTE_MS = 8000
BAR_WIDTH = 3
LEAST_HEIGHT = 36


class MessageStrip(QWidget):
    """Shows the newest message and hides itself when it is closed. GUI thread only.

    A note goes by itself after a while; a warning stays until it is closed or replaced, and progress until
    what goes on has ended.
    """

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_strip")
        self._theme = theme
        self._kind: Kind = "note"
        self._act: Callable[[], None] | None = None
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._action = QPushButton(self)
        self._action.setObjectName("message_action")
        self._action.clicked.connect(self._on_action_clicked)
        self._close = ToolButton(theme, "close", "Close this message", parent=self)
        self._close.setObjectName("message_close")
        self._close.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(S4, S1, S2, S1)
        layout.setSpacing(S2)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._action)
        layout.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(NOTE_MS)
        self._timer.timeout.connect(self.dismiss)
        theme.changed.connect(self.update)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence; "" when nothing is shown."""
        return "" if self.isHidden() else self._text.text()

    def show_message(
        self,
        text: str,
        *,
        kind: Kind = "note",
        action: str = "",
        on_action: Callable[[], None] | None = None,
    ) -> None:
        """Say something; it takes the place of what was said before.

        Parameters
        ----------
        text : str
            One sentence.
        kind : {"note", "warning", "progress"}
            A warning stays until it is closed, progress until `end_progress`.
        action : str
            The words on the button, a verb first; "" for no button.
        on_action : callable or None
            What the button does; the strip closes as well.
        """
        self._kind = kind
        self._text.setText(text)
        self._act = on_action
        self._action.setText(action)
        self._action.setVisible(bool(action) and on_action is not None)
        self.setAccessibleName(text)
        self._timer.stop()
        if kind == "note":
            self._timer.start()
        self.show()
        self.update()

    def set_note_time(self, duration_ms: int) -> None:
        """Let notes stay this long, in milliseconds."""
        self._timer.setInterval(duration_ms)

    def height_for(self, width: int) -> int:
        """Height that its words need at a width, in logical pixels."""
        layout = self.layout()
        needed = layout.totalHeightForWidth(width) if layout is not None else 0
        return max(LEAST_HEIGHT, needed)

    def end_progress(self) -> None:
        """Close the strip if it tells how something goes on that has ended now."""
        if self._kind == "progress":
            self.dismiss()

    def dismiss(self) -> None:
        """Close the strip."""
        self._timer.stop()
        self._act = None
        self.hide()

    def _on_action_clicked(self) -> None:
        act = self._act
        self.dismiss()
        if act is not None:
            act()

    def sizeHint(self) -> QSize:
        """Return the size that shows everything."""
        return super().sizeHint().expandedTo(QSize(0, LEAST_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is shown."""
        theme = self._theme.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.raised)
        colour = theme.warning if self._kind == "warning" else theme.text_dim
        painter.fillRect(QRectF(0, 0, BAR_WIDTH, self.height()), colour)
        painter.end()
