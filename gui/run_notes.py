"""What the person has written about the present run."""

from gui.bridge import Bridge


class RunNotes:
    """Reads and writes the note of the present run in the book of runs. GUI thread only."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    @property
    def of_run(self) -> str:
        """That of the present run; "" where nothing was written."""
        run = self._bridge.present
        return "" if run is None else run.note

    def write(self, text: str) -> None:
        """Keep a text for the present run, if there is one."""
        run = self._bridge.present
        if run is not None and text != run.note:
            self._bridge.book.annotate(run, text)
