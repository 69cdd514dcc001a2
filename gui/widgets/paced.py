"""A clock for text: a change is shown soon, but many changes are not shown one by one."""

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

# Numbers that change more often cannot be read, and text is the costliest thing to paint.
TEXT_INTERVAL_MS = 250


def set_pace(clock: QTimer, interval_ms: int) -> None:
    """Let a clock tick at this interval. Set again and again it would begin anew, and might never tick."""
    if interval_ms != clock.interval():
        clock.setInterval(interval_ms)


class Paced(QObject):
    """Calls a function at most once per interval, and always after the last request.

    GUI thread only.
    """

    def __init__(
        self, call: Callable[[], None], interval_ms: int = TEXT_INTERVAL_MS, *, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._call = call
        self._interval_ms = interval_ms
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.call_now)

    def request(self) -> None:
        """Ask for a call: at once where the last one is long ago, otherwise when it will be."""
        if self._timer.isActive():
            return
        elapsed = self._since.elapsed() if self._since.isValid() else self._interval_ms
        if elapsed >= self._interval_ms:
            self.call_now()
        else:
            self._timer.start(self._interval_ms - int(elapsed))

    @property
    def waits(self) -> bool:
        """Whether a call has been asked for and not been made."""
        return self._timer.isActive()

    def call_now(self) -> None:
        """Call at once, and count the interval from here."""
        self._timer.stop()
        self._since.start()
        self._call()
