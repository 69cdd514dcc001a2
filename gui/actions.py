"""Every command of the window as one row of a table: words, shortcut, icon and menu."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from gui.icons import icon
from gui.rail import PAGES
from gui.theme import ThemeManager

MENUS = ("File", "Edit", "View", "Train", "Tape", "Help")


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One command.

    ``name`` is what the program calls it; a row with an empty ``text`` is a line in its menu.
    ``group`` makes checkable actions of which one is chosen; ``extra`` are further shortcuts.
    """

    name: str
    menu: str
    text: str
    shortcut: str = ""
    icon: str = ""
    tip: str = ""
    checkable: bool = False
    group: str = ""
    extra: tuple[str, ...] = ()


def _line(menu: str) -> ActionRow:
    return ActionRow("", menu, "")


ROWS: tuple[ActionRow, ...] = (
    ActionRow("new_project", "File", "New project", "Ctrl+N"),
    ActionRow("open_project", "File", "Open project…", "Ctrl+O", "open"),
    ActionRow("recent_projects", "File", "Recent projects"),
    ActionRow("save_project", "File", "Save project", "Ctrl+S", "save"),
    ActionRow("save_project_as", "File", "Save project as…"),
    ActionRow("project_notes", "File", "Project notes…", tip="Your own words, kept in the project's file"),
    _line("File"),
    ActionRow("open_network", "File", "Open network…", "Ctrl+Alt+O"),
    ActionRow("reader_network", "File", "Answer with the Reader, which reads best"),
    ActionRow("classic_network", "File", "Answer with the Classic, of which all can be seen"),
    ActionRow("shapes_network", "File", "Answer with Shapes, which sees red, green and blue"),
    ActionRow("save_network", "File", "Save network as…", "Ctrl+Alt+S"),
    _line("File"),
    ActionRow("open_picture", "File", "Open picture…", "Ctrl+Shift+O", "picture"),
    ActionRow("pick_digit", "File", "Pick a picture from the data set…", "Ctrl+D", "digit"),
    ActionRow("save_drawing", "File", "Save drawing as…", "Ctrl+Shift+S"),
    _line("File"),
    ActionRow("film", "File", "Film of the run…", tip="Any panel of the run, step by step, as GIF or PNG"),
    ActionRow("report", "File", "Report of the run…", tip="All about the run as one HTML file"),
    _line("File"),
    ActionRow("quit", "File", "Quit", "Ctrl+Q"),
    ActionRow("undo", "Edit", "Undo", "Ctrl+Z", "undo"),
    ActionRow("redo", "Edit", "Redo", "Ctrl+Shift+Z", "redo", extra=("Ctrl+Y",)),
    _line("Edit"),
    ActionRow("copy_drawing", "Edit", "Copy drawing", icon="copy"),
    ActionRow("copy_pytorch", "Edit", "Copy network as PyTorch"),
    ActionRow("copy_keras", "Edit", "Copy network as Keras"),
    ActionRow("paste_picture", "Edit", "Paste picture", "Ctrl+V", "paste"),
    _line("Edit"),
    ActionRow(
        "switch_filter",
        "Edit",
        "Switch filter off or on",
        "X",
        tip="In a copy of the network that answers, and see what becomes of its answers; undo brings it back",
    ),
    _line("Edit"),
    ActionRow("clear_drawing", "Edit", "Clear drawing", "Ctrl+Backspace", "clear"),
    ActionRow("pin_probe", "Edit", "Pin this drawing as a probe", "Shift+P", "pin"),
    ActionRow("pen", "Edit", "Pen", "P", "pen", checkable=True, group="tool"),
    ActionRow("eraser", "Edit", "Eraser", "E", "eraser", checkable=True, group="tool"),
    ActionRow("brush_smaller", "Edit", "Smaller brush", "["),
    ActionRow("brush_larger", "Edit", "Larger brush", "]"),
    ActionRow("pressure", "Edit", "Pen pressure changes the width", checkable=True),
    *(
        ActionRow(
            f"page_{page.name}",
            "View",
            page.label,
            str(index + 1),
            page.icon,
            page.tip,
            checkable=True,
            group="page",
        )
        for index, page in enumerate(PAGES)
    ),
    _line("View"),
    ActionRow("back", "View", "Back", "Alt+Left", "back"),
    ActionRow("forward", "View", "Forward", "Alt+Right", "forward"),
    ActionRow("up", "View", "Up one level", "Esc"),
    ActionRow(
        "show_convolve",
        "View",
        "Show on Convolve",
        "V",
        "convolve",
        tip="See how the selected filter or channel comes about, position by position",
    ),
    ActionRow("show_back", "View", "Back to the network", "Shift+V"),
    _line("View"),
    ActionRow("inspector", "View", "Inspector", "I", "info", checkable=True),
    ActionRow("theme_system", "View", "Follow the system", icon="system", checkable=True, group="theme"),
    ActionRow("theme_light", "View", "Light", icon="sun", checkable=True, group="theme"),
    ActionRow("theme_dark", "View", "Dark", icon="moon", checkable=True, group="theme"),
    _line("View"),
    ActionRow("commands", "View", "Commands…", "Ctrl+Shift+P", "search"),
    ActionRow("play", "Train", "Train or pause", "Space", "play"),
    ActionRow("step", "Train", "Train one batch", ".", "step"),
    ActionRow("step_back", "Train", "Step the filter back (Convolve)", ","),
    ActionRow("epoch", "Train", "Train one epoch", "Shift+.", "step-epoch", extra=(">",)),
    ActionRow("stop", "Train", "Stop this run and keep it", icon="stop"),
    _line("Train"),
    ActionRow("restart", "Train", "Restart from the same seed", icon="restart"),
    ActionRow("new_seed", "Train", "Restart from a new seed", icon="new-seed"),
    _line("Train"),
    ActionRow(
        "follow_run",
        "Train",
        "The Pad asks the network in training",
        checkable=True,
        tip="Off: the answer comes from the network that was chosen or opened last",
    ),
    ActionRow("playback", "Tape", "Play the run back", "Shift+Space", "play-back"),
    ActionRow("live", "Tape", "Show the newest step, live", icon="live"),
    ActionRow("go_to_90", "Tape", "Go to the first step with a test accuracy of 90 %"),
    _line("Tape"),
    ActionRow(
        "fork",
        "Tape",
        "Fork the run here…",
        "F",
        "fork",
        tip="A new run goes on from the step that is shown, with other settings if you like",
    ),
    ActionRow("open_log", "Help", "Open log folder"),
    ActionRow("about", "Help", "About Filterscope", icon="info"),
)


class Actions:
    """Holds one QAction for each row, by name. GUI thread only.

    Parameters
    ----------
    window : QWidget
        The window whose shortcuts they are.
    theme : ThemeManager
        Where the icons' colour comes from.
    given : Mapping[str, QAction] or None
        Actions that another part has made, by the name of the row whose place they take; their
        words, keys and icons are their maker's.
    rows : tuple of ActionRow
        The table.
    """

    def __init__(
        self,
        window: QWidget,
        theme: ThemeManager,
        *,
        given: Mapping[str, QAction] | None = None,
        rows: tuple[ActionRow, ...] = ROWS,
    ) -> None:
        self._theme = theme
        self._given = dict(given or {})
        self._rows = rows
        self._actions: dict[str, QAction] = {}
        self._groups: dict[str, QActionGroup] = {}
        for row in rows:
            if row.name in self._given:
                self._actions[row.name] = self._given[row.name]
            elif row.text:
                self._add(window, row)
        self._tint()
        theme.changed.connect(self._tint)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def fill(self, bar: QMenuBar) -> None:
        """Put every action into its menu; menus of which no row speaks are left out."""
        menus: dict[str, QMenu] = {}
        for title in MENUS:
            if any(row.menu == title for row in self._rows):
                menus[title] = bar.addMenu(title)
                menus[title].setToolTipsVisible(True)
        for row in self._rows:
            if row.text:
                menus[row.menu].addAction(self._actions[row.name])
            else:
                menus[row.menu].addSeparator()

    def choose(self, name: str, checked: bool = True) -> None:
        """Show an action as chosen without running it: the menu follows the program.

        It never sends `triggered`. A member of a group sends `toggled`, because the group learns
        from it which other member to release.
        """
        action = self._actions[name]
        blocked = action.blockSignals(action.actionGroup() is None)
        action.setChecked(checked)
        action.blockSignals(blocked)

    def _add(self, window: QWidget, row: ActionRow) -> None:
        action = QAction(row.text, window)
        action.setObjectName(f"action_{row.name}")
        keys = [key for key in (row.shortcut, *row.extra) if key]
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setCheckable(row.checkable)
        if row.tip:
            action.setToolTip(row.tip)
            action.setStatusTip(row.tip)
        if row.group:
            if row.group not in self._groups:
                self._groups[row.group] = QActionGroup(window)
            self._groups[row.group].addAction(action)
        if row.name == "quit":
            action.setMenuRole(QAction.MenuRole.QuitRole)
        elif row.name == "about":
            action.setMenuRole(QAction.MenuRole.AboutRole)
        else:
            action.setMenuRole(QAction.MenuRole.NoRole)
        window.addAction(action)
        self._actions[row.name] = action

    def _tint(self) -> None:
        colour = self._theme.theme.text
        for row in self._rows:
            if row.icon and row.name not in self._given:
                self._actions[row.name].setIcon(icon(row.icon, colour, 16))
