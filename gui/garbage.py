"""Collects Python's garbage in the GUI thread only, where Qt objects may be destroyed."""

import gc

from PySide6.QtCore import QObject, QTimer

from gui.memory import give_back

LOOK_MS = 250
# By then a run that was let go of has ended its threads.
SOON_MS = 1500
# Collections of a younger generation before an older one is looked at; Python's own proportions.
EVERY = (700, 10, 10)


class GuiThreadCollector(QObject):
    """Takes automatic collection over from Python while a window is open. GUI thread only.

    Python collects cycles in whichever thread happens to allocate: the thread that computes frames may so
    be the one that destroys a widget, which Qt answers with a crash now and then.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._on_look)
        self._timer.start()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._collect_all)

    def collect_soon(self) -> None:
        """Collect everything in a moment: something large has been let go of."""
        if not self._soon.isActive():
            self._soon.start()

    def close(self) -> None:
        """Give collection back to Python."""
        self._timer.stop()
        self._soon.stop()
        if self._was_enabled:
            gc.enable()

    def _on_look(self) -> None:
        due = [generation for generation, count in enumerate(gc.get_count()) if count > EVERY[generation]]
        if 2 in due:
            self._collect_all()
        elif due:
            gc.collect(max(due))

    def _collect_all(self) -> None:
        gc.collect()
        give_back()
