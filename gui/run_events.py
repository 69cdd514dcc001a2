"""What has happened to each run since it was opened: knobs that were turned, pauses, its end."""

from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject

from engine.session_messages import Failed, KnobChanged, SessionEvent
from gui.bridge import Bridge, Pulled, SessionState, StateChanged
from gui.instrument import Instrument

_STATES = {
    SessionState.RUNNING: "trains",
    SessionState.PAUSED: "paused",
    SessionState.FINISHED: "finished",
    SessionState.STOPPED: "stopped",
}
RunEvent = tuple[int, str]


class RunEvents(QObject):
    """Keeps the events of every run that is still there, in words. GUI thread only."""

    def __init__(self, bridge: Bridge, instrument: Instrument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._events: WeakKeyDictionary[object, list[RunEvent]] = WeakKeyDictionary()
        instrument.pulled.connect(self._on_pulled)

    @property
    def of_run(self) -> tuple[RunEvent, ...]:
        """Those of the present run: step and words, in order."""
        session = self._bridge.session
        return () if session is None else tuple(self._events.get(session, ()))

    def _on_pulled(self, pulled: Pulled) -> None:
        session = self._bridge.session
        if session is None:
            return
        for event in pulled.events:
            words = event_words(event)
            if words:
                self._events.setdefault(session, []).append((event.step, words))


def event_words(event: SessionEvent) -> str:
    """Say what happened; "" for what need not be said, such as that a run has begun."""
    if isinstance(event, KnobChanged):
        name = event.name.replace("_", " ")
        return f"{name} {event.old:g} → {event.new:g}"
    if isinstance(event, StateChanged):
        if event.step == 0 and event.state is SessionState.RUNNING:
            return ""
        return _STATES.get(event.state, "")
    return event.message if isinstance(event, Failed) else ""
