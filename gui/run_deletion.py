"""Deletes runs so that they can be brought back as long as the project is open."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QUndoCommand, QUndoStack

from gui.bridge import Bridge
from gui.run_book import MOST_TAPE_BYTES, RunEntry
from gui.told_undo import undo_what_was_told

Say = Callable[..., None]


class RunDeletion:
    """Each deletion is one entry of the undo stack. GUI thread only.

    Deleted runs keep their tapes, as much memory as those that are there may have: the ones that were deleted
    first are gone when that is used up.
    """

    def __init__(self, bridge: Bridge, undo_stack: QUndoStack, say: Say) -> None:
        self._bridge, self._undo_stack, self._say = bridge, undo_stack, say

    def delete(self, key: str) -> None:
        """Delete a run, or say why it stays."""
        entry = self._bridge.book.find(key)
        if entry is None:
            return
        if entry is self._bridge.present:
            self._say(f"{entry.name} is open: open another run before it is deleted.", warning=True)
            return
        self._undo_stack.push(_Deletion(self._bridge, entry, self._say))
        self._make_room()
        undo = partial(undo_what_was_told, self._undo_stack, self._undo_stack.index(), self._say)
        self._say(f"{entry.name} is deleted.", action="Undo", act=undo)

    def _make_room(self) -> None:
        stack, room = self._undo_stack, MOST_TAPE_BYTES
        commands = [stack.command(place) for place in range(stack.count())]
        for command in reversed([each for each in commands if isinstance(each, _Deletion)]):
            room -= command.nbytes
            if room < 0:
                command.forget()


class _Deletion(QUndoCommand):
    """Takes a run out of the book, and puts it back in its place."""

    def __init__(self, bridge: Bridge, entry: RunEntry, say: Say) -> None:
        super().__init__(f"Delete {entry.name}")
        self._bridge, self._say = bridge, say
        self._name, self._key = entry.name, entry.key
        self._entry: RunEntry | None = entry
        self._bring_back: Callable[[], None] | None = None

    @property
    def nbytes(self) -> int:
        """Memory of the tape of the run that is kept here."""
        return 0 if self._entry is None or self._bring_back is None else self._entry.session.tape.nbytes

    def forget(self) -> None:
        """Do not keep the run any more."""
        self._entry = self._bring_back = None

    def redo(self) -> None:
        """Take it out; the stack calls this on the push, too."""
        self._bring_back = self._bridge.delete_run(self._key)
        if self._bring_back is None:
            self._say(f"{self._name} is open: open another run before it is deleted.", warning=True)

    def undo(self) -> None:
        """Put it back."""
        if self._entry is None:
            self._say(f"{self._name} was deleted too long ago: it is not kept any more.", warning=True)
        elif self._bring_back is not None:
            self._bring_back()
            self._bring_back = None
