"""The "Undo" of a message about something that is on the undo stack."""

from collections.abc import Callable

from PySide6.QtGui import QUndoStack


def undo_what_was_told(stack: QUndoStack, place: int, say: Callable[..., None]) -> None:
    """Undo what was told when the stack stood at `place`, as long as nothing was done since."""
    if stack.index() == place:
        stack.undo()
    else:
        say("Something else was done since: Ctrl+Z undoes one step after the other.")
