"""A button with one of our icons that is tinted again when the theme changes."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QToolButton, QWidget

from gui.icons import icon
from gui.theme import S2, ThemeManager

ICON_SIDE = 20


class ToolButton(QToolButton):
    """One icon, one action, and a tooltip that says what it does or why it cannot. GUI thread.

    Parameters
    ----------
    theme : ThemeManager
        Where the colours come from.
    icon_name : str
        A name that `gui.icons.icon` knows.
    tip : str
        What the button does, a sentence without a full stop; also its name for screen readers.
    key : str
        The shortcut to mention, "Ctrl+Z"; the shortcut itself belongs to an action.
    flat : bool
        Without a border until the pointer is over it.
    """

    def __init__(
        self,
        theme: ThemeManager,
        icon_name: str,
        tip: str,
        *,
        key: str = "",
        flat: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon_name = icon_name
        self._tip = tip
        self._key = key
        self._primary = False
        self.setProperty("flat", flat)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
        self.setFixedSize(ICON_SIDE + S2 + 4, ICON_SIDE + S2 + 4)
        self.set_action(icon_name, tip)
        theme.changed.connect(self._on_theme_changed)

    def set_action(self, icon_name: str, tip: str) -> None:
        """Show another icon and say another thing, as a play button does that becomes pause."""
        self._icon_name = icon_name
        self._tip = tip
        self._tint()
        self.setAccessibleName(tip)
        self._write_tip("")

    def set_available(self, available: bool, reason: str = "") -> None:
        """Enable the button, or disable it and say why in its tooltip."""
        self.setEnabled(available)
        self._write_tip("" if available else reason)

    def set_primary(self, primary: bool) -> None:
        """Fill the button with the accent: only for the one main action of a panel."""
        if primary != self._primary:
            self._primary = primary
            self.setProperty("primary", primary)
            self.style().unpolish(self)
            self.style().polish(self)
            self._tint()

    def _write_tip(self, reason: str) -> None:
        key = QKeySequence(self._key).toString(QKeySequence.SequenceFormat.NativeText)
        what = f"{self._tip} ({key})" if key else self._tip
        self.setToolTip(f"{what}. {reason}" if reason else what)

    def _tint(self) -> None:
        theme = self._theme.theme
        colour = theme.accent_text if self._primary else theme.text
        self.setIcon(icon(self._icon_name, colour, ICON_SIDE))

    def _on_theme_changed(self) -> None:
        self._tint()
