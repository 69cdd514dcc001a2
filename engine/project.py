"""What a project is, apart from its runs: immutable values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.drawing import Drawing
from engine.errors import ConfigError
from engine.formats.text import brief

MOST_RUNS = 200
MOST_DRAWINGS = 1000
MOST_NOTES = 100_000
MOST_NAME = 1000
MOST_HUES = 100_000

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
# Names that Windows does not let a file or folder have.
_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")

SelectionValues = Mapping[str, int | str | tuple[int, int] | None]


def is_id(text: str) -> bool:
    """Tell whether a run or a drawing may be called so in a project: it is a name of a file everywhere."""
    return bool(_ID.fullmatch(text)) and not _DEVICES.fullmatch(text)


@dataclass(frozen=True, slots=True)
class ProjectRun:
    """What a project knows of a run beside the run itself.

    Parameters
    ----------
    id
        Name of its folder: small letters, digits and "-", 1 to 32 of them.
    name, note, hue
        What the person calls it, says of it, and the number of its colour.
    parent, parent_name, fork_step
        The run it was forked from, and where; "" and None of one that was not. That run may be gone.
    """

    id: str
    name: str
    note: str = ""
    hue: int = 0
    parent: str = ""
    parent_name: str = ""
    fork_step: int | None = None

    def __post_init__(self) -> None:
        if not is_id(self.id) or (self.parent and not is_id(self.parent)):
            raise ConfigError(f"a run's id must be small letters, digits and “-”, got {brief(self.id)!r}")
        if max(len(self.name), len(self.parent_name)) > MOST_NAME or len(self.note) > MOST_NOTES:
            raise ConfigError(f"a run's name must have at most {MOST_NAME} characters, its note {MOST_NOTES}")
        if not 0 <= self.hue <= MOST_HUES:
            raise ConfigError(f"a run's hue must be from 0 to {MOST_HUES}, got {self.hue}")


@dataclass(frozen=True, slots=True)
class Project:
    """A project without what is in its runs and drawings.

    Parameters
    ----------
    runs
        In the person's order.
    present, playhead
        Id of the run that is shown, "" for none, and the recorded step it is shown at, None for the newest.
    selection
        What the person looks at, by the names of its fields.
    notes
        Of the person's own.
    created, changed
        Seconds since 1970, UTC.
    """

    runs: tuple[ProjectRun, ...] = ()
    present: str = ""
    playhead: int | None = None
    selection: SelectionValues = field(default_factory=dict)
    notes: str = ""
    created: float = 0.0
    changed: float = 0.0

    def __post_init__(self) -> None:
        ids = [run.id for run in self.runs]
        if len(ids) > MOST_RUNS or len(set(ids)) < len(ids):
            raise ConfigError(f"a project must have at most {MOST_RUNS} runs, each of another id")
        if self.present and self.present not in ids:
            raise ConfigError(f"the present run must be one of the project, got {brief(self.present)!r}")
        if len(self.notes) > MOST_NOTES or len(self.selection) > 20:
            raise ConfigError(f"notes must have at most {MOST_NOTES} characters, a selection 20 fields")


@dataclass(frozen=True, slots=True)
class ProjectDrawing:
    """A drawing of a project; `preview` is a PNG of it for other programs, or nothing."""

    drawing: Drawing
    preview: bytes = b""


@dataclass(frozen=True, slots=True)
class ProjectContent:
    """A project apart from its runs, which are in folders of their own.

    Parameters
    ----------
    project
        What belongs to it.
    drawings
        By their ids, which are like a run's.
    probes, library
        JSON text, "" for none.
    """

    project: Project
    drawings: Mapping[str, ProjectDrawing] = field(default_factory=dict)
    probes: str = ""
    library: str = ""

    def __post_init__(self) -> None:
        if len(self.drawings) > MOST_DRAWINGS or not all(map(is_id, self.drawings)):
            raise ConfigError(f"a project must have at most {MOST_DRAWINGS} drawings, of proper ids")
