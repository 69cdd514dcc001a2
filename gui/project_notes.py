"""What the person has written about the whole project."""

from PySide6.QtCore import QObject, Signal

from engine.project import MOST_NOTES


class ProjectNotes(QObject):
    """The notes of the present project, as they are now. GUI thread only."""

    replaced = Signal()
    """They are those of another project."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text = ""

    @property
    def text(self) -> str:
        """What is kept."""
        return self._text

    def write(self, text: str) -> None:
        """Keep what the person has written, but no more than a project can have."""
        self._text = text[:MOST_NOTES]

    def replace(self, text: str) -> None:
        """Have those of another project."""
        self.write(text)
        self.replaced.emit()
