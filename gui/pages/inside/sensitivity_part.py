"""Where the answer is sensitive: the maps of the present drawing, computed on a thread of their own."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.drawing import Drawing
from gui.newest import NewestWorker
from gui.pages.inside.part import Part, View
from gui.pages.inside.sensitivity import Asked, look
from gui.pages.inside.sensitivity_view import SensitivityView
from gui.pages.inside.tools import ClassTools
from gui.theme import ThemeManager
from gui.widgets.paced import Paced

# Steps of a training are looked at so often; what is drawn is answered at once.
SELDOM_MS = 500


class SensitivityPart(Part):
    """The maps, whose class they ask about, and their worker. GUI thread only."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        self._choices = ClassTools()
        super().__init__(self._choices, parent)
        self._view: View | None = None
        self._network = ""
        self._looked_at: Drawing | None = None
        self.maps = SensitivityView(themes)
        self.maps.setObjectName("sensitivity_view")
        self._looker: NewestWorker[Asked] = NewestWorker(look, "sensitivity", self)
        self._looker.made.connect(self._on_made)
        self._looks = Paced(self._look, SELDOM_MS, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.maps)
        self._choices.changed.connect(self._look)
        self.maps.hovered.connect(self.hovered)

    @property
    def is_settled(self) -> bool:
        """Whether the maps of what was asked last are there."""
        return self._looker.is_idle

    def show_view(self, view: View) -> None:
        """Ask where the present answer is sensitive."""
        self._view = view
        self.captioned.emit(
            "Sensitive here",
            "where the logit answers to a change of the picture · not why the network decides so",
        )
        frame = view.frame
        if frame.subject.key != self._network:
            self._network = frame.subject.key
            self._choices.show_classes(frame.spec.classes)
        if frame.verdict.kind == "blank":
            self.maps.show_maps(None)
        elif view.training and frame.drawing is self._looked_at:
            self._looks.request()
        else:
            self._look()

    def close_worker(self) -> None:
        """End the thread."""
        self._looker.close()

    def _look(self) -> None:
        frame = None if self._view is None else self._view.frame
        if frame is not None and frame.verdict.kind != "blank":
            self._looked_at = frame.drawing
            self._looker.request(Asked(frame, *self._choices.chosen(frame.verdict.label)))

    def _on_made(self, found: object) -> None:
        blank = self._view is not None and self._view.frame.verdict.kind == "blank"
        self.maps.show_maps(None if blank else found)  # type: ignore[arg-type]
