"""The commands for projects: dialogs, the notes, and the menu of recent ones."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from engine.formats.project_file import SUFFIX
from gui.dialogs.opening import bring
from gui.projects import Projects
from gui.theme import ThemeManager

# Imported when first needed: the window need not wait for what few starts use.
if TYPE_CHECKING:
    from gui.dialogs.notes_dialog import NotesDialog

PROJECTS = f"Projects (*{SUFFIX})"


class ProjectMenu(QObject):
    """Asks where, and passes it on. GUI thread only.

    Parameters
    ----------
    window
        What dialogs belong to.
    projects
        Opens and saves.
    recent
        The command that gets the menu of recent projects.
    themes
        Where the colours of the notes come from.
    """

    def __init__(self, window: QWidget, projects: Projects, recent: QAction, themes: ThemeManager) -> None:
        super().__init__(window)
        self._window, self._projects, self._themes = window, projects, themes
        self._notes: NotesDialog | None = None
        self.menu = QMenu(window)
        self.menu.setObjectName("recent_projects_menu")
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self.fill)
        recent.setMenu(self.menu)
        self.fill()

    def fill(self) -> None:
        """Show what is there now: files that are gone are grey, and their tooltip says so."""
        self.menu.clear()
        entries = self._projects.recent.entries()
        for entry in entries:
            action = self.menu.addAction(entry.text.replace("&", "&&"))
            action.setEnabled(not entry.reason)
            action.setToolTip(entry.reason or entry.tip)
            action.triggered.connect(lambda _=False, path=entry.path: self._projects.open(path))
        if not entries:
            self.menu.addAction("No project was opened or saved yet").setEnabled(False)
            return
        if any(not entry.is_aside for entry in entries):
            self.menu.addSeparator()
            forget = self.menu.addAction("Forget these files")
            forget.setToolTip("Empty this list; the files themselves stay, and so does what was set aside")
            forget.triggered.connect(self._projects.recent.forget)

    def reactions(self) -> dict[str, Callable[[], object]]:
        """Give what each command does, by its name."""
        return {
            "new_project": self._projects.new,
            "open_project": self.ask_for_file,
            "save_project": self.save,
            "save_project_as": self.ask_where_to_save,
            "project_notes": self.show_notes,
        }

    def show_notes(self) -> None:
        """Open the notes of the project, or bring them to the front."""
        if self._notes is None:
            self._notes = self._make_notes()
        bring(self._notes)

    def save(self) -> None:
        """Write the project to its file; ask where, if it has none."""
        path = self._projects.keeper.path
        if path is None:
            self.ask_where_to_save()
        else:
            self._projects.save_as(path)

    def ask_for_file(self) -> None:
        """Ask which project to open."""
        dialog = self._dialog("Open project")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._projects.open(Path(name)))
        dialog.open()

    def ask_where_to_save(self) -> None:
        """Ask where to save the project."""
        path = self._projects.keeper.path
        dialog = self._dialog("Save project")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX)
        dialog.selectFile(f"{'Untitled' if path is None else path.stem}{SUFFIX}")
        dialog.fileSelected.connect(lambda name: self._projects.save_as(Path(name)))
        dialog.open()

    def _make_notes(self) -> "NotesDialog":
        from gui.dialogs.notes_dialog import NotesDialog

        dialog, keeper = NotesDialog(self._projects.notes, self._themes, self._window), self._projects.keeper
        dialog.show_project(keeper.path)
        keeper.title_changed.connect(lambda: dialog.show_project(keeper.path))
        return dialog

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters([PROJECTS, "All files (*)"])
        return dialog
