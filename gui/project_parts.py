"""A project's parts as the window has them: taken for saving, and put back on opening."""

import dataclasses
import logging
import secrets
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import Annotated, Any, Generic, TypeAlias, TypeVar

import msgspec

from engine.drawing import Drawing
from engine.errors import EngineError
from engine.formats.library_json import library_from_json, library_to_json
from engine.lab.values import Filter
from engine.project import Project, ProjectContent, ProjectDrawing, ProjectRun, SelectionValues
from gui.bridge import Bridge
from gui.document import Document
from gui.instrument import Instrument
from gui.pad.ink import drawing_image
from gui.pad.transfer import png_of
from gui.pages.convolve.library_store import LibraryStore, StoredKernel
from gui.project_notes import ProjectNotes
from gui.project_reading import ReadProject, ReadRun, Waiting
from gui.run_book import Parent, RunEntry
from gui.selection import Selection, SelectionModel
from gui.theme import LIGHT

logger = logging.getLogger(__name__)

Made = TypeVar("Made")

CANVAS = "canvas"
PREVIEW_PX = 280
# What the program is doing is not what the person looks at.
_LEFT_OUT = ("run", "step", "picture", "key")


@dataclasses.dataclass(slots=True)
class ProbeText:
    """Joins the probes to a project as JSON text, "" for none.

    Parameters
    ----------
    take
        Takes all probes as they are now; the function that it gives writes them, on any thread.
    read
        Takes what was written, in place of what is there; EngineError if it cannot be used.
    state
        Gives at once a value that changes when the probes do; false where there are none.
    """

    take: Callable[[], Callable[[], str]]
    read: Callable[[str], None]
    state: Callable[[], str | tuple[object, ...]]


class ProjectParts:
    """Takes the parts from the window and puts them back. GUI thread only.

    Parameters
    ----------
    bridge, instrument, document, selection, library
        Where the parts are.
    new_run
        Opens a fresh run, at once.
    """

    def __init__(
        self,
        bridge: Bridge,
        instrument: Instrument,
        document: Document,
        selection: SelectionModel,
        library: LibraryStore,
        new_run: Callable[[], None],
    ) -> None:
        self._bridge, self._instrument = bridge, instrument
        self._document, self._selection, self._library = document, selection, library
        self._new_run = new_run
        kept = ProbeKeeper()
        self.probes = ProbeText(lambda: partial(str, kept.text), kept.take, lambda: kept.text)
        self.notes = ProjectNotes(bridge)
        self.created = 0.0
        self._finished = document.drawing
        self._preview = _Newest[bytes]()
        self._probe_text, self._kernel_text = _Newest[str](), _Newest[str]()
        # Of each run that was read, its key in the book.
        self._keys: dict[str, str] = {}
        # Runs that cannot be shown now belong to the project all the same.
        self.waiting: tuple[Waiting, ...] = ()

    def runs(self) -> tuple[RunEntry, ...]:
        """Give the runs that there is something to keep of, in their order."""
        return tuple(entry for entry in self._bridge.book if entry.has_begun)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that anybody would miss."""
        drawing = self._drawing()
        blank = not drawing.strokes and drawing.backdrop is None
        return blank and not (self.runs() or self.waiting or self.notes.text or self.probes.state())

    def signature(self) -> Hashable:
        """Give a value that changes when the work does; where one looks is no part of it."""
        return (
            tuple((_work_of(entry), _run_values(entry)) for entry in self.runs()),
            tuple(waiting.known.id for waiting in self.waiting),
            self._drawing(),
            self._library.kernels,
            self.notes.text,
            self.probes.state(),
        )

    def view(self) -> Hashable:
        """Give a value that changes when the person looks elsewhere, or a run is paused or has ended."""
        present = self._bridge.present
        shown = present and present.key
        runs = tuple(map(run_signature, self.runs()))
        return shown, self._instrument.playhead, self._selection.value, runs

    def project(self, changed: float) -> Project:
        """Give what belongs to the project, as of now; `changed` is the time, in seconds since 1970."""
        entries = self.runs()
        present = self._bridge.present
        shown = present.key if present is not None and present in entries else ""
        self.created = self.created or changed
        return Project(
            (*map(_run_values, entries), *(waiting.known for waiting in self.waiting)),
            shown,
            self._instrument.playhead if shown else None,
            _selection_values(self._selection.value),
            self.notes.text,
            self.created,
            changed,
        )

    def take(self, project: Project) -> Callable[[], ProjectContent]:
        """Take drawing, probes and kernels as they are now.

        Returns
        -------
        Makes pictures and text of them, which takes as long as a frame or two; any thread, one at a time.
        """
        drawing, kernels = self._drawing(), self._library.kernels
        probes, write_probes = self.probes.state(), self.probes.take()

        def make() -> ProjectContent:
            preview = self._preview.of(drawing, lambda: png_of(drawing_image(drawing, PREVIEW_PX, LIGHT)))
            return ProjectContent(
                project,
                {CANVAS: ProjectDrawing(drawing, preview)},
                self._probe_text.of(probes, write_probes),
                self._kernel_text.of(kernels, lambda: _kernel_text(kernels)),
            )

        return make

    def put(self, read: ReadProject, *, instead: bool) -> None:
        """Bring a project into the window, `instead` of what is there or beside it.

        Beside it, what was done meanwhile stays in front: a run that has begun, and what was drawn.
        """
        content = read.content
        old = tuple(self._bridge.book)
        # A run whose first step is on its way has begun, too.
        begun = () if instead else tuple(each for each in old if each.has_begun or each.session.is_alive)
        if instead:
            self._bridge.book.count_anew()
        self.waiting = read.waiting
        self._keys = {}
        keys = {run.known.id: key for run in read.runs if (key := self._add(run))}
        self._join_parents()
        shown = keys.get(content.project.present) or (list(keys.values())[-1] if keys else "")
        if begun:
            self._rename_apart(begun)
        elif shown:
            self._bridge.open_entry(shown)
        elif instead:
            self._new_run()
        if instead:
            present = self._bridge.present
            self._let_go(entry for entry in old if entry is not present)
        self._put_rest(content)
        drawn = self._drawing()
        if instead or not (drawn.strokes or drawn.backdrop):
            self._put_drawing(content)
        if not begun:
            self._look_there(content.project, shown)
        if instead:
            self._document.undo_stack.clear()
        self._bridge.book.trim()

    def put_waiting(self, found: Sequence[ReadRun]) -> None:
        """Take runs among the others that had to wait."""
        ids = {run.known.id for run in found if self._add(run)}
        self._join_parents()
        self.waiting = tuple(waiting for waiting in self.waiting if waiting.known.id not in ids)

    def clear(self) -> None:
        """Begin a new project: a fresh run, a blank sheet."""
        old = tuple(self._bridge.book)
        self.waiting, self.created = (), 0.0
        self.notes.replace("")
        self._bridge.book.count_anew()
        self._new_run()
        self._let_go(old)
        self._document.replace(Drawing(), "New project")
        self._document.undo_stack.clear()
        self.probes.read("")

    def _drawing(self) -> Drawing:
        """Give the drawing without a stroke that still grows."""
        if not self._document.is_previewing:
            self._finished = self._document.drawing
        return self._finished

    def _add(self, run: ReadRun) -> str:
        """Take a run into the book; gives its key there, "" and a waiting run if it does not fit."""
        try:
            entry = self._bridge.keep_run(run.record, run.split, data_key=run.data_key)
        except EngineError as error:
            self.waiting = (*self.waiting, Waiting(run.known, f"{run.known.name} cannot be shown: {error}"))
            return ""
        known = run.known
        # A project that is opened twice has the same keys again.
        free = self._bridge.book.find(known.id) is None
        entry.key = known.id if free else secrets.token_hex(6)
        self._keys[known.id] = entry.key
        entry.hue = known.hue
        if known.fork_step is not None:
            entry.parent = Parent(known.parent, known.parent_name, known.fork_step)
        if known.name != entry.name:
            self._bridge.book.rename(entry, known.name)
        self._bridge.book.annotate(entry, known.note)
        return entry.key

    def _join_parents(self) -> None:
        """Have runs that were read know their parents by the keys that those have here."""
        for key in self._keys.values():
            entry = self._bridge.book.find(key)
            if entry is not None and entry.parent is not None and entry.parent.key in self._keys:
                entry.parent = dataclasses.replace(entry.parent, key=self._keys[entry.parent.key])

    def _rename_apart(self, begun: Iterable[RunEntry]) -> None:
        """Give runs of this start names that no run has that was brought back."""
        book = self._bridge.book
        taken = {entry.name for entry in book if entry not in begun}
        for entry in begun:
            if entry.name in taken:
                book.rename(entry, book.next_name())
        self._instrument.renew_name()

    def _let_go(self, entries: Iterable[RunEntry]) -> None:
        for entry in entries:
            self._bridge.delete_run(entry.key)

    def _put_rest(self, content: ProjectContent) -> None:
        self.created = content.project.created
        self.notes.replace(content.project.notes)
        try:
            self.probes.read(content.probes)
        except EngineError as error:
            logger.warning("the project's probes cannot be used: %s", error)
        self._put_kernels(content.library)

    def _put_drawing(self, content: ProjectContent) -> None:
        canvas = content.drawings.get(CANVAS)
        if canvas is not None:
            self._document.replace(canvas.drawing, "Open project")

    def _look_there(self, project: Project, shown: str) -> None:
        """Look at what was looked at when the project was kept."""
        if shown and project.playhead is not None:
            self._instrument.go_to(project.playhead)
        # What is looked at may not be there in this version: then one looks at the whole.
        try:
            values = msgspec.convert(dict(project.selection), type=_Looked)
        except msgspec.ValidationError:
            return
        self._selection.update(**{key: getattr(values, key) for key in _Looked.__struct_fields__})

    def _put_kernels(self, text: str) -> None:
        known = {(kernel.name, kernel.weight.tobytes()) for kernel in self._library.kernels}
        try:
            kernels = library_from_json(text) if text else ()
            for kernel in reversed(kernels):
                if (kernel.name, kernel.weight.tobytes()) not in known:
                    self._library.add(kernel.name, kernel.weight)
        except (EngineError, OSError) as error:
            logger.warning("the project's kernels are not all in the Library: %s", error)


class _Newest(Generic[Made]):
    """Keeps what was made of something last: while that is the same, it is not made anew."""

    def __init__(self) -> None:
        self._known: tuple[object, Made] | None = None

    def of(self, thing: object, make: Callable[[], Made]) -> Made:
        """Give what is made of a thing, which nobody changes."""
        if self._known is None or self._known[0] != thing:
            self._known = thing, make()
        return self._known[1]


class ProbeKeeper:
    """Keeps a project's probes as they came, where nobody shows them."""

    def __init__(self) -> None:
        self.text = ""

    def take(self, text: str) -> None:
        """Keep this text."""
        self.text = text


_Index: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=1 << 30)]


class _Looked(msgspec.Struct):
    layer: str | None = None
    kind: Any = None
    channel: _Index | None = None
    pixel: tuple[_Index, _Index] | None = None
    label: _Index | None = None


def run_signature(entry: RunEntry) -> Hashable:
    """Give a value that changes when there is more to write of a run."""
    session = entry.session
    # Of two turns of one knob at one step there is one event.
    events, tests = (len(session.events), session.recorded_config), len(session.tests)
    return (id(session), entry.name, session.step_count, session.state, events, tests)


def _work_of(entry: RunEntry) -> Hashable:
    """Give a value that changes when a run has learned more; to pause it or stop it is nothing new."""
    session = entry.session
    return session.step_count, len(session.tests), session.recorded_config


def _run_values(entry: RunEntry) -> ProjectRun:
    parent = entry.parent
    came = () if parent is None else (parent.key, parent.name, parent.step)
    return ProjectRun(entry.key, entry.name, entry.note, entry.hue, *came)


def _kernel_text(kernels: Sequence[StoredKernel]) -> str:
    return library_to_json([Filter(each.name, each.weight) for each in kernels]) if kernels else ""


def _selection_values(selection: Selection) -> SelectionValues:
    values = dataclasses.asdict(selection)
    return {key: value for key, value in values.items() if key not in _LEFT_OUT}
