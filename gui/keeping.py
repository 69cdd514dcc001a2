"""What the program remembers from one start to the next: preferences, the window's place, the run."""

import dataclasses
from typing import Any

from PySide6.QtWidgets import QWidget

from engine.probes import Probe
from gui.bridge import SessionRecord
from gui.probe_store import ProbeStore
from gui.run_store import RunStore
from gui.settings import Folders, Preferences, PreferencesStore
from gui.window_state import restore_window, save_window, window_settings


class Keeper:
    """Writes what is to be found again at the next start, unless it was told to leave no trace."""

    def __init__(self, preferences: PreferencesStore, places: Folders) -> None:
        self._preferences = preferences
        self._window_settings = window_settings(places.config)
        self._runs = RunStore(places.data)
        self._probes = ProbeStore(places.data)
        self._leaves_traces = True

    @property
    def preferences(self) -> Preferences:
        """The present preferences."""
        return self._preferences.value

    def leave_no_trace(self) -> None:
        """Keep nothing from now on."""
        self._leaves_traces = False

    def remember(self, **changes: Any) -> None:
        """Change preferences by name."""
        if self._leaves_traces:
            self._preferences.update(dataclasses.replace(self._preferences.value, **changes))

    def restore_place(self, window: QWidget) -> None:
        """Put the window where it was."""
        restore_window(window, self._window_settings)

    def load_run(self) -> tuple[SessionRecord, str] | None:
        """Give the run that a version before projects kept, and the key of its data set."""
        return self._runs.load()

    def load_probes(self) -> tuple[Probe, ...]:
        """Give the pictures that are pinned."""
        return self._probes.load()

    def keep_probes(self, probes: tuple[Probe, ...]) -> None:
        """Keep the pictures that are pinned now."""
        if self._leaves_traces:
            self._probes.save(probes)

    def keep(self, window: QWidget) -> None:
        """Write everything."""
        if self._leaves_traces:
            save_window(window, self._window_settings)
            self._preferences.flush()
