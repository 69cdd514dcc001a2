"""What has happened to a run, in words: knobs that were turned, pauses, forks, its end."""

from collections.abc import Sequence

from engine.session_messages import Failed, Forked, KnobChanged, Replayed, SessionEvent
from engine.trainer import TrainingDiverged
from gui.bridge import SessionState, StateChanged
from gui.pages.runs.settings_words import OPTIMISERS
from gui.run_book import RunBook, RunEntry
from gui.widgets.ribbon_marks import RibbonEvent

_STATES = {
    SessionState.RUNNING: "trains",
    SessionState.PAUSED: "paused",
    SessionState.FINISHED: "finished",
    SessionState.STOPPED: "stopped",
}
_SHORT = {"learning_rate": "lr", "weight_decay": "decay", "batch_size": "batch"}


def told(book: RunBook, entry: RunEntry) -> tuple[RibbonEvent, ...]:
    """Give what is worth telling of a run, in order; parents by the names that they have now."""
    events = entry.session.events
    origins = _origins(book, entry, events)
    found = []
    for place, event in enumerate(events):
        label, words = event_words(event, origins.get(place, ""))
        if words:
            found.append(RibbonEvent(event.step, label, words))
    return tuple(found)


def event_words(event: SessionEvent, parent: str = "") -> tuple[str, str]:
    """Say what happened, as briefly as on the tape and in full; "" for what need not be said there.

    Parameters
    ----------
    event
        What happened.
    parent
        Of a fork: what the parent is called now, "" for as it was called then.
    """
    match event:
        case KnobChanged():
            turned = f"{event.old:g} → {event.new:g}"
            name = event.name.replace("_", " ")
            return f"{_SHORT.get(event.name, name)} {turned}", f"{name} {turned}"
        case Forked():
            label = f"forked from {parent or event.parent}"
            changes = _changes(event)
            return label, f"{label}: {changes}" if changes else label
        case Failed():
            return "diverged" if event.advice == TrainingDiverged.ADVICE else "failed", event.message
        case Replayed(exact=False):
            return "", "the steps up to here were taken again, with another result"
        case StateChanged(step=0, state=SessionState.RUNNING):
            return "", ""
        case StateChanged():
            words = _STATES.get(event.state, "")
            return words if event.state is SessionState.PAUSED else "", words
    return "", ""


def fork_changes(events: Sequence[SessionEvent]) -> str:
    """Say what was changed where a run was forked last: "learning rate 0.002 → 0.01"."""
    forks = [event for event in events if isinstance(event, Forked)]
    return _changes(forks[-1]) if forks else ""


def _changes(fork: Forked) -> str:
    edited = [f"{' and '.join(fork.edited)} edited by hand"] if fork.edited else []
    return ", ".join([*differences(fork.changes), *edited])


def differences(changes: Sequence[tuple[str, object, object]]) -> tuple[str, ...]:
    """Say which settings were changed, as `Forked` keeps it: "learning rate 0.002 → 0.01"."""
    return tuple(_difference(*change) for change in changes)


def _difference(name: str, before: object, after: object) -> str:
    match name, before, after:
        case "frozen", _, str():
            return f"frozen {after.replace(',', ' and ')}" if after else "nothing frozen"
        case "optimizer", str(), str():
            return f"optimiser {OPTIMISERS.get(before, before)} → {OPTIMISERS.get(after, after)}"
        case "seed", _, _:
            return "pictures in another order"
        case "augmentation", _, _:
            return "another augmentation" if after is not None else "no augmentation"
        case "nesterov", _, _:
            return "Nesterov on" if after else "Nesterov off"
        case _, int() | float(), int() | float():
            return f"{name.replace('_', ' ')} {before:g} → {after:g}"
    return f"{name.replace('_', ' ')} {before} → {after}"


def _origins(book: RunBook, entry: RunEntry, events: Sequence[SessionEvent]) -> dict[int, str]:
    """Give for each fork, by its place among the events, what the parent is called by now."""
    found: dict[int, str] = {}
    run: RunEntry | None = entry
    # The last fork is the run's own, the one before that of its parent, as far as those are still there.
    for place in reversed([i for i, event in enumerate(events) if isinstance(event, Forked)]):
        if run is None or run.parent is None or run.parent.step != events[place].step:
            break
        parent = book.find(run.parent.key)
        found[place] = run.parent.name if parent is None else parent.name
        run = parent
    return found
