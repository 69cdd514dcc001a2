"""Shows in place what is being loaded, how far it is, and Cancel."""

from PySide6.QtCore import QObject

from gui.data_library import DataLibrary
from gui.jobs import JobProgress
from gui.skeleton import Skeleton
from gui.status_line import StatusLine


class Loading(QObject):
    """Joins the data library to the status line and the strip of messages. GUI thread only."""

    def __init__(
        self, library: DataLibrary, skeleton: Skeleton, status: StatusLine, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._library, self._messages, self._status = library, skeleton.messages, status
        library.started.connect(lambda name: status.show_message(f"Loading {name}…"))
        library.progressed.connect(self._on_progressed)
        library.ended.connect(self._on_ended)

    def _on_progressed(self, progress: JobProgress) -> None:
        self._messages.show_message(
            progress.text, kind="progress", action="Cancel", on_action=self._library.cancel
        )

    def _on_ended(self) -> None:
        self._status.show_message("")
        self._messages.end_progress()
