"""Joins the Library's panel to what is kept on disk and to what a network has learned."""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from engine.errors import EngineError
from engine.lab.from_network import first_convolution
from gui.frames import Frame
from gui.pages.convolve.library_panel import LibraryPanel
from gui.pages.convolve.library_store import LibraryStore


class LabLibrary(QObject):
    """Keeps, renames and removes the person's own kernels. GUI thread only."""

    said = Signal(str, bool)
    """One sentence, and whether it is a warning."""
    undo_offered = Signal(str, object)
    """One sentence about a kernel that was removed, and the function that brings it back."""

    def __init__(self, panel: LibraryPanel, store: LibraryStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panel, self._store = panel, store
        panel.kernel_dropped.connect(self.keep)
        panel.renamed.connect(lambda old, new: self._change(lambda: store.rename(old, new)))
        panel.removed.connect(self._on_removed)
        panel.show_kernels(store.kernels)

    def tell_problem(self) -> None:
        """Tell what is wrong with what was kept, once."""
        problem, self._store.problem = self._store.problem, ""
        if problem:
            self.said.emit(problem, True)

    def keep(self, name: str, weight: NDArray[Any]) -> None:
        """Put a kernel into the Library."""
        self._change(lambda: self.said.emit(f"“{self._store.add(name, weight)}” is in the Library.", False))

    def show_learned(self, frame: Frame) -> None:
        """Offer the filters of the network's first convolution."""
        first = first_convolution(frame.spec)
        if first is None:
            self._panel.show_learned("", ())
            return
        weights = frame.parameters[f"{first}.weight"]
        self._panel.show_learned(
            f"Learned: {first} of {frame.source}",
            [(f"{first} · {number}", weight) for number, weight in enumerate(weights, 1)],
        )

    def _on_removed(self, name: str, weight: NDArray[Any]) -> None:
        self._change(lambda: self._store.remove(name))
        self.undo_offered.emit(f"“{name}” was removed.", lambda: self.keep(name, weight))

    def _change(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (EngineError, OSError) as error:
            self.said.emit(str(error), True)
        self._panel.show_kernels(self._store.kernels)
