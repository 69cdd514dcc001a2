"""Makes the window's projects of its parts."""

from functools import partial
from typing import TYPE_CHECKING

from engine.formats.probes_json import probes_from_json, probes_to_json
from engine.probes import Probe
from gui.bridge import Bridge
from gui.data_library import DataLibrary
from gui.files import Files
from gui.panels import Panels
from gui.project_parts import ProbeText, ProjectParts
from gui.projects import Projects
from gui.recent_projects import clock_words
from gui.run_desk import RunDesk
from gui.settings import Folders
from gui.training_control import TrainingControl

if TYPE_CHECKING:
    from gui.main_window import MainWindow


def make_projects(
    window: "MainWindow",
    panels: Panels,
    bridge: Bridge,
    training: TrainingControl,
    library: DataLibrary,
    runs: RunDesk,
    files: Files,
    places: Folders,
) -> Projects:
    """Join projects to the window: they begin with `start`, and end with `close`, after the bridge."""
    probing = runs.probing
    parts = ProjectParts(
        bridge, window.instrument, window.document, window.selection, panels.library, training.new_run
    )
    parts.probes = ProbeText(
        lambda: partial(_text_of, probing.probes),
        lambda text: probing.set_probes(probes_from_json(text) if text else ()),
        lambda: probing.probes,
    )
    projects = Projects(window, parts, library, places, window.say, panels.skeleton.messages)
    files.open_project = projects.open
    projects.notes.replaced.connect(runs.comparing.forget_race)
    projects.keeper.kept.connect(lambda at: panels.status.show_kept(clock_words(at)))
    return projects


def _text_of(probes: tuple[Probe, ...]) -> str:
    return probes_to_json(probes) if probes else ""
