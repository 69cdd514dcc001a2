"""What has happened to a run, in words: knobs that were turned, pauses, its end."""

from collections.abc import Iterable

from engine.session_messages import Failed, Forked, KnobChanged, SessionEvent
from gui.bridge import SessionState, StateChanged

_STATES = {
    SessionState.RUNNING: "trains",
    SessionState.PAUSED: "paused",
    SessionState.FINISHED: "finished",
    SessionState.STOPPED: "stopped",
}
RunEvent = tuple[int, str]


def told(events: Iterable[SessionEvent]) -> tuple[RunEvent, ...]:
    """Give steps and words of what is worth telling, in order."""
    return tuple((event.step, words) for event in events if (words := event_words(event)))


def event_words(event: SessionEvent) -> str:
    """Say what happened; "" for what need not be said, such as that a run has begun."""
    if isinstance(event, KnobChanged):
        name = event.name.replace("_", " ")
        return f"{name} {event.old:g} → {event.new:g}"
    if isinstance(event, StateChanged):
        if event.step == 0 and event.state is SessionState.RUNNING:
            return ""
        return _STATES.get(event.state, "")
    if isinstance(event, Forked):
        return f"forked from {event.parent}"
    return event.message if isinstance(event, Failed) else ""
