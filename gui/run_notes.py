"""What the person has written about each run, as long as the run is there."""

from weakref import WeakKeyDictionary

from gui.bridge import Bridge


class RunNotes:
    """Keeps one text for every run. GUI thread only."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._notes: WeakKeyDictionary[object, str] = WeakKeyDictionary()

    @property
    def of_run(self) -> str:
        """That of the present run; "" where nothing was written."""
        session = self._bridge.session
        return "" if session is None else self._notes.get(session, "")

    def write(self, text: str) -> None:
        """Keep a text for the present run, if there is one."""
        if self._bridge.session is not None:
            self._notes[self._bridge.session] = text
