"""The drawing that the whole window looks at, with its undo history."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from engine.drawing import Drawing

# Each entry keeps one immutable drawing, which shares its strokes with its neighbours.
_UNDO_LIMIT = 500


class Document(QObject):
    """Holds one immutable drawing and swaps it for another, undoably. GUI thread only.

    Parameters
    ----------
    drawing
        What is on the canvas at the start; a blank sheet by default.
    """

    drawing_changed = Signal(object)
    """The Drawing to look at now, after `replace`, `preview`, undo and redo."""

    def __init__(self, drawing: Drawing | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept = Drawing() if drawing is None else drawing
        self._shown = self._kept
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(_UNDO_LIMIT)

    @property
    def drawing(self) -> Drawing:
        """What is on the canvas now, a growing stroke included."""
        return self._shown

    @property
    def is_previewing(self) -> bool:
        """Whether what is shown is not in the undo history yet."""
        return self._shown is not self._kept

    def replace(self, drawing: Drawing, text: str) -> None:
        """Swap the drawing for another; undo brings back the last one that was kept.

        Parameters
        ----------
        drawing
            The new drawing.
        text
            What was done, for the undo action: "Draw stroke".
        """
        if drawing is self._kept:
            self._show(drawing)
            return
        self.undo_stack.push(_Swap(self, drawing, text))

    def preview(self, drawing: Drawing) -> None:
        """Show a drawing that is still growing, without an entry in the undo history."""
        self._show(drawing)

    def _keep(self, drawing: Drawing) -> None:
        self._kept = drawing
        self._show(drawing)

    def _show(self, drawing: Drawing) -> None:
        if drawing is not self._shown:
            self._shown = drawing
            self.drawing_changed.emit(drawing)


class _Swap(QUndoCommand):
    """Puts one drawing in the place of another, and back."""

    def __init__(self, document: Document, new: Drawing, text: str) -> None:
        super().__init__(text)
        self._document = document
        self._old = document._kept
        self._new = new

    def redo(self) -> None:
        """Put the new drawing in place; the stack calls this on the push, too."""
        self._document._keep(self._new)

    def undo(self) -> None:
        """Put the old drawing back."""
        self._document._keep(self._old)
