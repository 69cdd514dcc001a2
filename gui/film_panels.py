"""Which parts of the window can be filmed, and where they are."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from PySide6.QtWidgets import QWidget

from engine.spec import NetworkSpec
from gui.pages.inside.parts import PARTS
from gui.pages.train.walls import convolutions
from gui.panels import Panels
from gui.theme import S3

WINDOW = "window"

Surface = Literal["window", "panel"]


@dataclass(frozen=True, slots=True)
class FilmPanel:
    """Something that can be filmed.

    Parameters
    ----------
    key, name
        What the program and what the person calls it.
    page
        The page that must be in front, "" where any will do.
    surface
        Which of the theme's greys it lies on.
    answers
        Whether it shows the network that answers the Pad, which then has to be the run.
    find
        Gives the widget as long as there is one.
    slow
        Whether parts of it come on threads of their own, later than the step's frame.
    rests
        Whether it computes nothing while a run trains, and would show what is long past.
    margin
        Pixels to be left free around it: its words begin at its very edge.
    """

    key: str
    name: str
    page: str
    surface: Surface
    answers: bool
    find: Callable[[], QWidget | None]
    slow: bool = False
    rests: bool = False
    margin: int = S3


class FilmPanels:
    """Lists what can be filmed of a run, and brings it to the front. GUI thread only.

    Parameters
    ----------
    panels
        Those of the window.
    show_page
        Brings a page to the front.
    """

    def __init__(self, panels: Panels, show_page: Callable[[str], None]) -> None:
        self._panels, self._show_page = panels, show_page
        # The page that was in front before, and the one that took its place.
        self._before = self._brought = ""

    def of(self, spec: NetworkSpec) -> tuple[FilmPanel, ...]:
        """Everything that can be filmed of a run of this network."""
        panels, found = self._panels, []
        for index, place in enumerate(convolutions(spec)):
            suffix = f"_{place.layer}" if index else ""
            for view, words in (
                ("filters_view", f"Filters of {place.layer}"),
                ("channels_view", f"Output channels of {place.output}"),
            ):
                name = view + suffix
                find = partial(self._on_page, panels.train, name)
                found.append(FilmPanel(name, words, "train", "window", False, find))
        plot = partial(self._on_page, panels.train, "loss_plot")
        found.append(FilmPanel("loss_plot", "Loss and accuracy", "train", "window", False, plot))
        found.append(
            FilmPanel("pad", "Pad: drawing and answer", "", "panel", True, lambda: panels.pad, margin=0)
        )
        flow = partial(self._on_page, panels.inside, "inside_flow")
        found.append(FilmPanel("inside_flow", "Inside: the network", "inside", "window", True, flow))
        part = panels.inside.part
        if part:
            name = f"Inside: {PARTS[part][0].lower()}"
            found.append(
                FilmPanel(
                    "inside_part", name, "inside", "window", True, self._inside_part, slow=True, rests=True
                )
            )
        # A race has steps of its own, and does not follow the playhead.
        if getattr(self._page(), "part", "") != "race":
            found.append(
                FilmPanel("page", "The page in front", "", "window", True, self._page, slow=True, margin=0)
            )
        found.append(
            FilmPanel(WINDOW, "The whole window", "", "panel", True, self._window, slow=True, margin=0)
        )
        return tuple(found)

    def bring_to_front(self, panel: FilmPanel) -> None:
        """Show the page that a panel is on; of the whole window, take away what has been said."""
        skeleton = self._panels.skeleton
        if panel.page and panel.page != skeleton.page:
            if skeleton.page != self._brought:
                self._before = skeleton.page
            self._brought = panel.page
            self._show_page(panel.page)
        if panel.key == WINDOW:
            skeleton.messages.dismiss()

    def put_back(self) -> None:
        """Show the page again that was in front, unless the person has gone elsewhere."""
        if self._brought and self._panels.skeleton.page == self._brought:
            self._show_page(self._before)
        self._before = self._brought = ""

    def is_in_front(self, panel: FilmPanel) -> bool:
        """Whether a panel can be seen, and so is up to date."""
        widget = panel.find()
        in_front = panel.page in ("", self._panels.skeleton.page)
        return in_front and widget is not None and widget.isVisible()

    def _on_page(self, page: QWidget, name: str) -> QWidget | None:
        # Walls of a run that is gone keep their name until they are deleted.
        found = page.findChildren(QWidget, name)
        return next((widget for widget in found if widget.isVisibleTo(page)), None)

    def _inside_part(self) -> QWidget | None:
        inside = self._panels.inside
        return inside.parts.named(inside.part) if inside.part else None

    def _page(self) -> QWidget | None:
        skeleton = self._panels.skeleton
        return skeleton.findChild(QWidget, f"page_{skeleton.page}")

    def _window(self) -> QWidget | None:
        return self._panels.skeleton.window()
