"""The command palette: type a few letters, press Enter, and the command runs."""

from collections.abc import Iterable
from functools import cache

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from gui.theme import RADIUS, S1, S2, S3, S6, ThemeManager, caption_font, mixed
from gui.widgets.thin_scroll import make_thin

WIDTH = 520
ROW_HEIGHT = 32
MOST_ROWS = 10
TOP = 56
ACTION_ROLE = Qt.ItemDataRole.UserRole
_MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}
_RUN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def match_score(query: str, text: str) -> int | None:
    """Say how well a text answers what was typed; None when letters are missing.

    Parameters
    ----------
    query : str
        What was typed; its letters must appear in this order, case and spaces do not matter.
    text : str
        The words of a command.

    Returns
    -------
    int or None
        Larger is better: letters in a row and at the beginning of words count more.
    """
    wanted = query.casefold().replace(" ", "")
    words = text.casefold()

    @cache
    def best(letter: int, start: int) -> int | None:
        if letter == len(wanted):
            return 0
        found: int | None = None
        for position in range(start, len(words)):
            if words[position] != wanted[letter]:
                continue
            rest = best(letter + 1, position + 1)
            if rest is None:
                break
            begins = position == 0 or not words[position - 1].isalnum()
            bonus = 4 if begins else 3 if letter and position == start else 1
            found = max(found or 0, bonus + rest)
        return found

    return best(0, 0)


def plain_words(action: QAction) -> str:
    """Return an action's words without its ellipsis and underline mark."""
    return action.text().replace("&", "").removesuffix("…")


class CommandPalette(QFrame):
    """A list of commands over the window, searched by typing. GUI thread only.

    It is no dialog: it goes when a command runs, with Esc, or with a click elsewhere, and gives the
    keys back to where they were.
    """

    def __init__(self, theme: ThemeManager, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("command_palette")
        self._theme = theme
        self._window = window
        self._actions: tuple[QAction, ...] = ()
        self._before: QWidget | None = None
        self._search = QLineEdit(self)
        self._search.setObjectName("command_search")
        self._search.setPlaceholderText("Type what you want to do")
        self._search.setFrame(False)
        self._search.installEventFilter(self)
        self._search.textChanged.connect(self._list)
        self._found = QListWidget(self)
        self._found.setObjectName("command_list")
        self._found.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        make_thin(self._found, theme)
        self._found.setUniformItemSizes(True)
        self._found.setMouseTracking(True)
        self._found.setItemDelegate(_CommandDelegate(theme, self))
        self._found.itemClicked.connect(self._run)
        layout = self._column = QVBoxLayout(self)
        layout.setContentsMargins(S1 + 1, S2, S1 + 1, S1 + 1)
        layout.setSpacing(S2)
        layout.addWidget(self._search)
        layout.addWidget(self._found)
        self._search.setTextMargins(S2, 0, S2, 0)
        theme.changed.connect(self.update)
        self.hide()

    def open(self, actions: Iterable[QAction]) -> None:
        """Show the palette over the window with these commands."""
        self._actions = tuple(action for action in actions if action.text())
        self._before = QApplication.focusWidget()
        self._search.clear()
        self._list()
        self.show()
        self.raise_()
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close the palette and give the keys back."""
        if self.isHidden():
            return
        self.hide()
        # A dialog that had the keys may have been closed meanwhile.
        if self._before is not None and isValid(self._before) and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None

    def found(self) -> tuple[str, ...]:
        """Return the words of the commands that are listed, best first."""
        items = (self._found.item(row) for row in range(self._found.count()))
        return tuple(plain_words(item.data(ACTION_ROLE)) for item in items)

    def _list(self) -> None:
        query = self._search.text()
        scored = [(match_score(query, plain_words(action)), action) for action in self._actions]
        kept = [(score, action) for score, action in scored if score is not None]
        kept.sort(key=lambda pair: -pair[0])
        self._found.clear()
        for _, action in kept:
            item = QListWidgetItem(plain_words(action), self._found)
            item.setData(ACTION_ROLE, action)
            if not action.isEnabled():
                item.setFlags(Qt.ItemFlag.NoItemFlags)
        self._select(0, 1)
        rows = max(1, min(MOST_ROWS, len(kept)))
        self._found.setFixedHeight(rows * ROW_HEIGHT)
        self._place()

    def _place(self) -> None:
        width = min(WIDTH, self._window.width() - 2 * S6)
        height = min(self._column.sizeHint().height(), self._window.height() - TOP - S6)
        self.setGeometry(QRect((self._window.width() - width) // 2, TOP, width, height))

    def _select(self, row: int, direction: int) -> None:
        """Select the next command from a row on that can be run."""
        while 0 <= row < self._found.count():
            if self._found.item(row).flags() & Qt.ItemFlag.ItemIsEnabled:
                self._found.setCurrentRow(row)
                return
            row += direction

    def _run(self, item: QListWidgetItem | None) -> None:
        if item is None or not item.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        action = item.data(ACTION_ROLE)
        self.dismiss()
        action.trigger()

    def _on_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.dismiss()
        elif key in _RUN:
            self._run(self._found.currentItem())
        elif key in _MOVES:
            row = self._found.currentRow() + _MOVES[key]
            row = max(0, min(self._found.count() - 1, row))
            self._select(row, 1 if _MOVES[key] > 0 else -1)
        else:
            return False
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that move in the list, before the window's shortcuts get them."""
        if isinstance(event, QKeyEvent):
            mine = (Qt.Key.Key_Escape, *_RUN, *_MOVES)
            if event.type() == QEvent.Type.ShortcutOverride and event.key() in mine:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                return self._on_key(event)
        elif event.type() == QEvent.Type.FocusOut and self._window.isActiveWindow():
            self._before = None
            self.dismiss()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the raised surface with its hairline."""
        theme = self._theme.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(mixed(theme.hairline, theme.text, 0.15))
        painter.setBrush(theme.raised)
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), RADIUS + 2, RADIUS + 2)
        painter.end()


class _CommandDelegate(QStyledItemDelegate):
    """Paints a command's words at the left and its shortcut at the right."""

    def __init__(self, theme: ThemeManager, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the size of one row."""
        return QSize(WIDTH, ROW_HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one row."""
        theme = self._theme.theme
        action = index.data(ACTION_ROLE)
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, mixed(theme.raised, theme.text, 0.12))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, mixed(theme.raised, theme.text, 0.06))
        room = rect.adjusted(S3, 0, -S3, 0)
        enabled = action.isEnabled()
        painter.setPen(theme.text if enabled else mixed(theme.text_dim, theme.raised, 0.4))
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, flags, plain_words(action))
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        painter.setFont(caption_font())
        painter.setPen(theme.text_dim)
        painter.drawText(room, flags | Qt.AlignmentFlag.AlignRight, keys)
        painter.restore()
