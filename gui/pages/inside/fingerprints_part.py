"""What filters are made of: the table of a layer's slices, measured on a thread of its own."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.inspect.words import grouped, plural
from gui.newest import NewestWorker
from gui.pages.inside.fingerprint_rows import Measurer, Question, Rows, kernel_rows
from gui.pages.inside.fingerprint_table import FingerprintTable
from gui.pages.inside.fingerprint_tools import FingerprintTools
from gui.pages.inside.part import Part, View
from gui.theme import ThemeManager
from gui.widgets.paced import Paced

# Names that change more often cannot be read.
SELDOM_MS = 500


class FingerprintsPart(Part):
    """The table, what it is compared with, and its worker. GUI thread only."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        self._choices = FingerprintTools()
        super().__init__(self._choices, parent)
        self._view: View | None = None
        self._offered: tuple[str, str] = ("", "")
        self._asked: Question | None = None
        self._wants_nearest = False
        self.table = FingerprintTable(themes)
        self._worker: NewestWorker[Question] = NewestWorker(Measurer().measure, "fingerprints", self)
        self._worker.made.connect(self._on_made)
        self._asking = Paced(self._ask, SELDOM_MS, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)
        self._choices.layer_chosen.connect(self.layer_chosen)
        self._choices.kernel_chosen.connect(self._on_kernel_chosen)
        self._choices.nearest_wanted.connect(self._on_nearest_wanted)
        self.table.hovered.connect(self.hovered)
        self.table.slice_chosen.connect(self._on_slice_chosen)
        self.table.slice_activated.connect(self._on_slice_activated)
        self.table.menu_requested.connect(self.menu_requested)

    @property
    def is_settled(self) -> bool:
        """Whether the table shows what was asked last."""
        return self._worker.is_idle and not self._is_behind()

    def show_view(self, view: View) -> None:
        """Show the slices of the layer that is looked at, and ask for what is not up to date."""
        self._view = view
        spec, layer = view.frame.spec, view.layer
        offered = view.frame.subject.key, layer
        if offered != self._offered:
            if offered[0] != self._offered[0]:
                self._choices.show_layers(spec.convolutions)
            self._offered = offered
        if not layer:
            self._asked = None
            self.captioned.emit("No convolution", "this network has no filters to take apart")
            self.table.show_rows(None)
            return
        weight = view.frame.parameters[f"{layer}.weight"]
        self._choices.show_layer(layer, (weight.shape[2], weight.shape[3]))
        self.table.set_filter(view.channel)
        if self._is_behind():
            # A step of a training can wait, what was chosen cannot.
            if view.training and self._asked is not None and self._asked.is_about(self._question(view)):
                self._asking.request()
            else:
                self._asking.call_now()

    def rest(self) -> None:
        """Ask for nothing more."""
        self._view = None

    def close_worker(self) -> None:
        """End the thread."""
        self._worker.close()

    def _question(self, view: View) -> Question:
        return Question(view.frame.subject, view.layer, self._choices.kernel)

    def _is_behind(self) -> bool:
        """Whether something else is looked at than what was asked for last."""
        view, asked = self._view, self._asked
        if view is None or not view.layer:
            return False
        return (
            asked is None
            or asked.layer != view.layer
            or asked.kernel is not self._choices.kernel
            or asked.subject.parameters is not view.frame.subject.parameters
        )

    def _ask(self) -> None:
        if self._view is None or not self._view.layer:
            return
        self._asked = self._question(self._view)
        self._worker.request(self._asked)

    def _on_made(self, rows: object) -> None:
        assert isinstance(rows, Rows)
        question, asked = rows.question, self._asked
        if question is None or asked is None or not question.is_about(asked):
            return
        by_hand = self.table.by_hand_rows
        if question.kernel is None:
            self.table.show_by_hand(None)
        elif by_hand is None or by_hand.name != question.kernel.name:
            self.table.show_by_hand(kernel_rows(question.kernel))
        self.table.show_rows(rows)
        self._write_caption(question, rows)
        if self._wants_nearest and question.kernel is self._choices.kernel:
            self._show_nearest()

    def _write_caption(self, question: Question, rows: Rows) -> None:
        count = len(rows.filters)
        words = (
            "every slice along the Frei–Chen patterns" if rows.made is not None else "every slice by its name"
        )
        step = question.subject.step
        self.captioned.emit(
            f"{question.layer} · {plural(count, 'slice')}",
            words if step is None else f"{words} · step {grouped(step)}",
        )

    def _on_kernel_chosen(self) -> None:
        if self._is_behind():
            self._asking.call_now()

    def _on_nearest_wanted(self) -> None:
        # Rows of what has just been chosen may still be on their way.
        shown = None if self.table.rows is None else self.table.rows.question
        ready = shown is not None and self._asked is not None and shown.is_about(self._asked)
        if ready and shown is not None and shown.kernel is self._choices.kernel:
            self._show_nearest()
        else:
            self._wants_nearest = True

    def _show_nearest(self) -> None:
        """Go to the slice that is most like the hand-made filter, choose its filter, and say how alike."""
        self._wants_nearest = False
        found = self.table.find_nearest()
        if found is not None and self.table.rows is not None:
            self._on_slice_chosen(found)
            self.hovered.emit(self.table.rows.words(found))

    def _on_slice_chosen(self, number: int) -> None:
        rows = self.table.rows
        if rows is not None:
            self.tile_chosen.emit(rows.name, "filter", int(rows.filters[number]), None)

    def _on_slice_activated(self, number: int) -> None:
        self._on_slice_chosen(number)
        self.tile_activated.emit()
