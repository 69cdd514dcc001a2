"""What has happened to a run, in words: knobs that were turned, pauses, forks, its end."""

from collections.abc import Sequence
from dataclasses import replace

from engine.forking import FORK_SETTINGS
from engine.session_messages import Failed, Forked, KnobChanged, Replayed, SessionEvent
from engine.trainer import TrainingDiverged
from engine.training_config import TrainingConfig, as_setting
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
        label, words = event_words(event, *origins.get(place, ("", "")))
        if words:
            found.append(RibbonEvent(event.step, label, words))
    return tuple(found)


def event_words(event: SessionEvent, parent: str = "", changes: str = "") -> tuple[str, str]:
    """Say what happened, as briefly as on the tape and in full; "" for what need not be said there.

    Parameters
    ----------
    event
        What happened.
    parent, changes
        Of a fork: what the parent is called now, "" for as it was called then, and what was changed there.
    """
    match event:
        case KnobChanged():
            turned = f"{event.old:g} → {event.new:g}"
            name = event.name.replace("_", " ")
            return f"{_SHORT.get(event.name, name)} {turned}", f"{name} {turned}"
        case Forked():
            label = f"forked from {parent or event.parent}"
            edited = f"{' and '.join(event.edited)} edited by hand" if event.edited else ""
            changes = ", ".join(filter(None, (changes, edited)))
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


def differences(before: TrainingConfig, after: TrainingConfig) -> tuple[str, ...]:
    """Say in which settings that a fork may change the second differs: "learning rate 0.002 → 0.01"."""
    return tuple(
        _difference(name, getattr(before, name), getattr(after, name))
        for name in FORK_SETTINGS
        if getattr(before, name) != getattr(after, name)
    )


def _difference(name: str, before: object, after: object) -> str:
    match name, before, after:
        case "frozen", _, tuple():
            return f"frozen {' and '.join(map(str, after))}" if after else "nothing frozen"
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


def _origins(book: RunBook, entry: RunEntry, events: Sequence[SessionEvent]) -> dict[int, tuple[str, str]]:
    """Give for each fork, by its place among the events, the parent's name and what was changed there."""
    found: dict[int, tuple[str, str]] = {}
    run: RunEntry | None = entry
    # The last fork is the run's own, the one before that of its parent, as far as those are still there.
    for place in reversed([i for i, event in enumerate(events) if isinstance(event, Forked)]):
        if run is None or run.parent is None or run.parent.step != events[place].step:
            break
        parent = book.find(run.parent.key)
        if parent is None:
            found[place] = run.parent.name, ""
        else:
            found[place] = parent.name, ", ".join(differences(*_settings_at_fork(parent, run)))
        run = parent
    return found


def _settings_at_fork(parent: RunEntry, child: RunEntry) -> tuple[TrainingConfig, TrainingConfig]:
    """Give the parent's settings where the child was forked from it, and those that the child began with."""
    events = child.session.events
    place = max((i for i, event in enumerate(events) if isinstance(event, Forked)), default=-1)
    shared, since = _knobs(events[: max(place, 0)]), _knobs(events[place + 1 :])
    # A knob that was turned before has the value of then; another one that which it had at first. So it
    # does not matter what became of the parent since, at that same step too.
    first = {event.name: event.old for event in reversed(_knobs(parent.session.events))}
    before = first | {event.name: event.new for event in shared}
    after = {event.name: event.old for event in reversed(since)}
    return _with(parent.session.config, before), _with(child.session.config, after)


def _knobs(events: Sequence[SessionEvent]) -> list[KnobChanged]:
    return [event for event in events if isinstance(event, KnobChanged)]


def _with(config: TrainingConfig, values: dict[str, float]) -> TrainingConfig:
    return replace(config, **{name: as_setting(config, name, value) for name, value in values.items()})
