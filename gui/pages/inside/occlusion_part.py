"""What if this is covered: a patch on the picture, dragged by hand, and what the network answers then."""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.drawing import Drawing
from engine.inspect.occlusion import Patch
from engine.inspect.words import MINUS, number
from gui.newest import NewestWorker
from gui.pages.inside.occlusion import Answer, Asker, Curves, Heat, Laid
from gui.pages.inside.occlusion_board import OcclusionBoard
from gui.pages.inside.occlusion_tools import OcclusionTools
from gui.pages.inside.part import Part, View
from gui.theme import ThemeManager
from gui.widgets.caption_line import Legend
from gui.widgets.class_bars import percent
from gui.widgets.paced import Paced

# Steps of a training are looked at so often; what is drawn or dragged is answered at once.
SELDOM_MS = 500
# A map of all places is made when the hand rests as long as this.
_REST_MS = 200


class OcclusionPart(Part):
    """The patch, its answers, and the threads that ask for them. GUI thread only.

    Of the three threads one asks for the bars alone, so that they never wait for the curves or the map.
    """

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        self._choices = OcclusionTools()
        super().__init__(self._choices, parent)
        self._themes = themes
        self._view: View | None = None
        self._network = ""
        self._looked_at: Drawing | None = None
        self._patch: Patch | None = None
        self._label: int | None = None
        self._heat: Heat | None = None
        self._mapped: tuple[object, ...] = ()
        self.board = OcclusionBoard(themes)
        self._here = self._worker(Asker().answer, "patch", self._on_answer)
        self._crossing = self._worker(Asker().curves, "patch curves", self._on_curves)
        self._mapping = self._worker(Asker().heat, "patch map", self._on_heat)
        self._looks = Paced(self._ask, SELDOM_MS, parent=self)
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(_REST_MS)
        self._resting.timeout.connect(self._ask_for_all_places)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.board)
        self._connect()

    @property
    def is_settled(self) -> bool:
        """Whether all that was asked for is there."""
        workers = (self._here, self._crossing, self._mapping)
        return all(worker.is_idle for worker in workers) and not self._resting.isActive()

    @property
    def patch(self) -> Patch | None:
        """The patch as it lies now; None before the first picture."""
        return self._patch

    def show_view(self, view: View) -> None:
        """Lay the patch over the present picture, and ask."""
        self._view = view
        self.captioned.emit(
            "Sensitive here",
            "what becomes of the answer where you drag the patch · not why the network decides so",
        )
        frame = view.frame
        if frame.subject.key != self._network:
            self._network, self._label = frame.subject.key, None
            self._forget()
        if frame.verdict.kind == "blank":
            self._forget()
            return
        _, height, width = frame.picture.shape
        self._choices.show_colour(len(frame.picture) == 3)
        patch = self._patch or self._choices.dressed(Patch(height // 2, width // 2))
        self._patch = patch.at(patch.row, patch.column, (height, width))
        self.board.show_picture(frame.picture, self._patch)
        if view.training and frame.drawing is self._looked_at:
            self._looks.request()
        else:
            self._ask()

    def rest(self) -> None:
        """Ask for nothing more, and show nothing that is still on its way."""
        self._resting.stop()
        self._view = None

    def close_worker(self) -> None:
        """End the threads."""
        self._resting.stop()
        for worker in (self._here, self._crossing, self._mapping):
            worker.close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the curves beside the bars, or below them where there is room."""
        super().resizeEvent(event)
        self.board.set_tall(self.height() > 0.8 * self.width())

    def _worker(
        self, compute: Callable[[Laid], object], name: str, show: Callable[[object], None]
    ) -> NewestWorker[Laid]:
        worker: NewestWorker[Laid] = NewestWorker(compute, name, self)
        worker.made.connect(show)
        return worker

    def _connect(self) -> None:
        self._choices.changed.connect(self._on_chosen)
        self._choices.map_switched.connect(self._on_map_switched)
        self.board.placed.connect(self._on_placed)
        self.board.growth_wanted.connect(self._choices.grow)
        self.board.class_clicked.connect(self._on_class_clicked)
        self.board.hovered.connect(self.hovered)
        # The legend's colours are those of the theme.
        self._themes.changed.connect(self._show_heat)

    def _forget(self) -> None:
        """Show nothing of a picture, or of a network, that is no longer looked at."""
        self._resting.stop()
        self._heat, self._looked_at = None, None
        self.board.clear(() if self._view is None else self._view.frame.spec.classes)
        self._show_heat()

    def _laid(self, is_coarse: bool = False) -> Laid | None:
        if self._view is None or self._patch is None or self._view.frame.verdict.kind == "blank":
            return None
        return Laid(self._view.frame, self._patch, is_coarse)

    def _ask(self) -> None:
        """Ask for all that depends on the picture."""
        if self._view is not None:
            self._looked_at = self._view.frame.drawing
        self._ask_under_patch()
        self._ask_for_map()

    def _ask_under_patch(self) -> None:
        asked = self._laid()
        if asked is not None:
            self._here.request(asked)
            self._crossing.request(asked)

    def _ask_for_map(self) -> None:
        asked = self._laid(is_coarse=True)
        self._resting.stop()
        if asked is not None and self._choices.shows_map:
            self._mapping.request(asked)

    def _ask_for_all_places(self) -> None:
        asked = self._laid()
        if asked is not None and self._choices.shows_map:
            self._mapping.request(asked)

    def _on_placed(self, row: int, column: int) -> None:
        if self._patch is not None and self._view is not None:
            height, width = self._view.frame.picture.shape[1:]
            self._patch = self._patch.at(row, column, (height, width))
            self.board.show_patch(self._patch)
            self._ask_under_patch()

    def _on_chosen(self) -> None:
        if self._patch is not None:
            self._patch = self._choices.dressed(self._patch)
            self.board.show_patch(self._patch)
            self._ask()

    def _on_map_switched(self) -> None:
        self._ask_for_map()
        self._show_heat()

    def _on_class_clicked(self, label: int) -> None:
        """Ask about another class; a click on it again asks about the answer."""
        self._label = None if label == self._label else label
        self._ask_under_patch()
        self._show_heat()

    def _is_wanted(self, asked: Laid) -> bool:
        now = self._laid()
        return now is not None and asked.frame.subject.key == now.frame.subject.key

    def _on_answer(self, found: object) -> None:
        assert isinstance(found, Answer)
        if self._is_wanted(found.asked):
            label = found.label if self._label is None else self._label
            self.board.show_answer(*_in_words(found, label), found.before, found.after, label)

    def _on_curves(self, found: object) -> None:
        assert isinstance(found, Curves)
        if self._is_wanted(found.asked):
            frame = found.asked.frame
            label = int(frame.logits.argmax()) if self._label is None else self._label
            self.board.show_curves(found.along_row, found.along_column, frame.spec.classes, label)

    def _on_heat(self, found: object) -> None:
        assert isinstance(found, Heat)
        if not self._is_wanted(found.asked):
            return
        self._heat = found
        self._show_heat()
        if found.asked.is_coarse and self._view is not None and not self._view.training:
            self._resting.start()

    def _show_heat(self, _: object = None) -> None:
        heat = self._heat
        if heat is None or not self._choices.shows_map:
            self.board.show_map(None)
            self.board.caption_picture("What the network receives", None)
            return
        frame, patch = heat.asked.frame, heat.asked.patch
        label = int(frame.logits.argmax()) if self._label is None else self._label
        mapped = self._network, patch.side, patch.fill, label
        name = frame.spec.classes[label]
        self.board.show_map(heat.drop(label), heat.step, name, fresh=mapped != self._mapped)
        self._mapped = mapped
        scale = f"{self.board.picture.scale:.3g}"
        legend = Legend(self._themes.theme.weight_lut, f"{MINUS}{scale}", f"+{scale}")
        self.board.caption_picture(f"Fall of logit {name}", legend)


def _in_words(found: Answer, label: int) -> tuple[str, str]:
    """The answer before and under the patch, and what the logit that is asked about does."""
    classes = found.asked.frame.spec.classes
    told = [
        f"{classes[int(values.argmax())]}, {percent(float(values.max()))}"
        for values in (found.before, found.after)
    ]
    drop = found.drop(label)
    verb = "rises" if drop < 0 else "falls"
    return " → ".join(told), f"the logit of {classes[label]} {verb} by {number(abs(drop))}"
