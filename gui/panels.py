"""Makes the panels of the window and gives them their places."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets import Dataset
from gui.address_bar import AddressBar
from gui.document import Document
from gui.inspector import Inspector
from gui.later import Later
from gui.pad.pad import Pad
from gui.pages.convolve.library_store import LibraryStore
from gui.pages.draw.page import DrawPage
from gui.pages.inside.page import InsidePage
from gui.pages.train.page import TrainPage
from gui.picture_sets import PictureSets
from gui.rail import Rail
from gui.settings import Preferences
from gui.skeleton import Skeleton
from gui.status_line import StatusLine
from gui.tape_bar import TapeBar
from gui.theme import ThemeManager
from gui.training_processes import training_workers

if TYPE_CHECKING:
    from gui.pages.convolve.page import ConvolvePage
    from gui.pages.runs.page import RunsPage


class Panels:
    """Every panel by name, in its place in the skeleton; joined to nothing yet. GUI thread only.

    The pages Convolve and Runs are made, and get their places, when they are first needed.

    Parameters
    ----------
    themes, document
        Shared with the window.
    preferences
        How the pen is to begin.
    pictures
        Knows which test pictures a network can look at.
    digits
        Gives the test digits, to look at on Convolve.
    data
        Folder of the person's own kernels.
    networks
        Name and tooltip of each shipped network.
    """

    def __init__(
        self,
        themes: ThemeManager,
        document: Document,
        preferences: Preferences,
        pictures: PictureSets,
        digits: Callable[[], Dataset],
        data: Path,
        networks: Sequence[tuple[str, str]],
    ) -> None:
        self.pad = Pad(document, themes, networks)
        self.pad.canvas.set_brush(preferences.brush)
        self.pad.pad_actions.pressure.setChecked(preferences.pressure)
        self.draw = DrawPage(themes)
        self.library = library = LibraryStore(data)

        def make_convolve() -> "ConvolvePage":
            from gui.pages.convolve.page import ConvolvePage

            page = ConvolvePage(themes, document.undo_stack, library, digits)
            self.skeleton.add_page("convolve", page)
            return page

        def make_runs() -> "RunsPage":
            from gui.pages.runs.page import RunsPage

            page = RunsPage(themes)
            self.skeleton.add_page("runs", page)
            return page

        self.convolve, self.runs = Later(make_convolve), Later(make_runs)
        self.train = TrainPage(themes)
        self.inside = InsidePage(themes, pictures, lambda: library.kernels)
        self.inspector = Inspector(themes)
        self.rail = Rail(themes)
        self.address = AddressBar(themes)
        self.tape = TapeBar(themes)
        self.status = StatusLine(themes)
        # The window's, and the training's where it has a process of its own.
        self.status.show_workers(training_workers())
        self.skeleton = Skeleton(
            themes,
            address_bar=self.address,
            rail=self.rail,
            pad=self.pad,
            inspector=self.inspector,
            tape_bar=self.tape,
            status_line=self.status,
        )
        self.skeleton.add_page("draw", self.draw)
        self.skeleton.add_page("train", self.train)
        self.skeleton.add_page("inside", self.inside)
        self.skeleton.promise_page("convolve", self.convolve.get)
        self.skeleton.promise_page("runs", self.runs.get)
