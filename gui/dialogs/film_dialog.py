"""The dialog that makes films of a run."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.formats.film_files import film_kind
from engine.inspect.words import duration, grouped, number, plural
from gui.dialogs.film_form import FilmForm
from gui.film import Film, FilmProgress
from gui.film_panels import FilmPanel
from gui.film_plan import FilmPlan, chosen_steps, film_seconds, sheet_for
from gui.panel_pictures import PanelShot
from gui.panel_walk import PanelWalk
from gui.show_folder import show_in_folder, size_words
from gui.theme import S2, S3, S4, S6
from gui.widgets.task_row import TaskRow, offer_button

PREVIEW = QSize(400, 272)
NO_RUN = "Nothing has been recorded yet: train a network first."
BUSY = "A film is being made."
RESTS = "Pause the training first: this part of Inside rests while a run trains."
# Choices that follow each other quickly bring one preview.
_PREVIEW_DELAY_MS = 120
# Shape of a panel that is not there yet, and the widest film that is proposed.
_UNSEEN = (16, 9)
_WIDEST_PX = 1920


class FilmDialog(QDialog):
    """Chooses what is filmed and how, shows the first frame, and says how far the film is. Not modal.

    Parameters
    ----------
    film, preview
        The maker of films, and the walk that takes the first frame.
    panels
        Gives what can be filmed now.
    bring_to_front
        Shows the page of a panel.
    is_training
        Tells whether the run trains now.
    recorded
        Gives the run's name and its recorded steps, ascending; no steps where there is no run.
    wanted
        Key of the panel to begin with.
    """

    closed = Signal()

    def __init__(
        self,
        film: Film,
        preview: PanelWalk,
        panels: Callable[[], tuple[FilmPanel, ...]],
        bring_to_front: Callable[[FilmPanel], None],
        is_training: Callable[[], bool],
        recorded: Callable[[], tuple[str, tuple[int, ...]]],
        wanted: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("film_dialog")
        self.setWindowTitle("Film of the run")
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._film, self._preview = film, preview
        self._list_panels, self._recorded = panels, recorded
        self._bring_to_front, self._is_training = bring_to_front, is_training
        self._panels: dict[str, FilmPanel] = {}
        self._width_of = ""
        self._made: Path | None = None
        self._form = FilmForm(self)
        self._picture, self._caption, self._facts = QLabel(), QLabel(), QLabel()
        self._task = TaskRow(parent=self)
        self._make = QPushButton("Make film…")
        self._close = QPushButton("Close")
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(_PREVIEW_DELAY_MS)
        self._delay.timeout.connect(self._look)
        self._lay_out()
        self._connect()
        self.refresh(wanted)

    @property
    def message(self) -> str:
        """What it says of the film."""
        return self._task.text

    def refresh(self, wanted: str = "") -> None:
        """Offer what the present run has, and look at the first frame anew."""
        if self._film.is_active:
            return
        found = self._list_panels()
        self._panels = {panel.key: panel for panel in found}
        self._form.set_panels(found, wanted or self._form.choice.panel)
        self._offer()
        self._delay.start()

    def show_recorded(self, *, other_run: bool = False) -> None:
        """Take in what has been recorded meanwhile, or that there is another run."""
        if other_run or (self._picture.text() == NO_RUN and self._steps):
            self.refresh()
        elif not self._film.is_active:
            self._offer()

    def make(self, path: Path) -> None:
        """Make the film that is chosen."""
        panel, plan = self._panels.get(self._form.choice.panel), self._plan(path)
        if panel is None or plan is None or self._film.is_active or self._why_not():
            self._offer()
            return
        self._delay.stop()
        self._preview.stop()
        self._made = None
        self._task.show_progress("Going to the first step", None)
        self._film.start(plan, panel)
        self._offer()

    @property
    def _steps(self) -> tuple[int, ...]:
        """The recorded steps; none for a run that has not begun, which does not move."""
        steps = self._recorded()[1]
        return steps if len(steps) > 1 else ()

    def _plan(self, path: Path) -> FilmPlan | None:
        choice = self._form.choice
        steps = chosen_steps(self._steps, choice.frames, choice.spacing)
        panel = self._panels.get(choice.panel)
        widget = panel.find() if panel is not None else None
        if not steps or panel is None:
            return None
        shape = (widget.width(), widget.height()) if widget is not None else _UNSEEN
        sheet = sheet_for(choice.width, shape, panel.margin, footer=choice.footer)
        return FilmPlan(steps, sheet, choice.frames_per_second, choice.kind, choice.loop, path)

    def _lay_out(self) -> None:
        self._picture.setFixedSize(PREVIEW)
        self._picture.setObjectName("film_preview")
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setFrameShape(QLabel.Shape.StyledPanel)
        self._picture.setWordWrap(True)
        self._picture.setAccessibleName("First frame")
        for label, name in ((self._caption, "film_caption"), (self._facts, "film_facts")):
            label.setObjectName(name)
            label.setProperty("role", "dim")
        left = QVBoxLayout()
        left.setSpacing(S2)
        left.addWidget(self._picture)
        left.addWidget(self._caption)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(S3)
        right.addWidget(self._form)
        right.addWidget(self._facts)
        right.addStretch(1)
        sides = QHBoxLayout()
        sides.setSpacing(S6)
        sides.addLayout(left)
        sides.addLayout(right, 1)
        self._make.setObjectName("film_make")
        self._make.setDefault(True)
        self._close.setObjectName("film_close")
        self._close.setToolTip("Close this dialog; a film that is being made is given up")
        self._close.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(S2)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._make)
        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S4, S4, S4)
        column.setSpacing(S3)
        column.addLayout(sides, 1)
        column.addWidget(self._task)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self._form.panel_chosen.connect(self._on_panel_chosen)
        self._form.changed.connect(self._show_facts)
        self._make.clicked.connect(self._ask_where)
        self._close.clicked.connect(self.close)
        self._task.cancel_requested.connect(self._film.cancel)
        self._task.folder_requested.connect(self._on_folder)
        self._film.progressed.connect(self._on_progress)
        self._film.succeeded.connect(self._on_succeeded)
        self._film.failed.connect(self._on_failed)
        self._film.cancelled.connect(self._on_cancelled)
        self._preview.pictured.connect(self._on_first_frame)
        self._preview.broken_off.connect(self._on_no_preview)

    def _offer(self) -> None:
        """Enable what is of use, and say why the rest is not."""
        reason = "" if self._steps else NO_RUN
        busy = BUSY if self._film.is_active else ""
        self._form.offer(busy or reason)
        why = busy or reason or self._why_not()
        offer_button(self._make, why, "Choose where the film will be, then make it")
        if reason and not busy:
            self._picture.setText(NO_RUN)
            self._caption.clear()
        self._show_facts()

    def _why_not(self) -> str:
        """Say why the chosen panel cannot be filmed now; "" where it can."""
        panel = self._panels.get(self._form.choice.panel)
        return RESTS if panel is not None and panel.rests and self._is_training() else ""

    def _show_facts(self) -> None:
        plan = self._plan(Path())
        if plan is None:
            self._facts.setText("")
            return
        seconds = number(film_seconds(len(plan.steps), plan.frames_per_second), 1)
        lines = (
            f"{plural(len(plan.steps), 'frame')} of {plural(len(self._steps), 'recorded step')}",
            f"steps {grouped(plan.steps[0])} to {grouped(plan.steps[-1])}",
            f"{seconds} s · {plan.sheet.width} × {plan.sheet.height} pixels",
        )
        self._facts.setText("\n".join(lines))

    def _on_panel_chosen(self) -> None:
        self._offer()
        self._delay.start()

    def _look(self) -> None:
        """Take the first frame: the playhead goes to the first step and back."""
        plan, panel = self._plan(Path()), self._panels.get(self._form.choice.panel)
        if plan is None or panel is None or self._film.is_active:
            return
        self._preview.stop()
        if self._why_not():
            self._picture.setText(self._why_not())
            self._caption.clear()
            return
        self._picture.setText("…")
        self._caption.clear()
        self._bring_to_front(panel)
        self._propose_width(panel)
        plan = self._plan(Path()) or plan
        self._preview.start(panel, plan.steps[:1], plan.sheet)
        self._show_facts()

    def _propose_width(self, panel: FilmPanel) -> None:
        """Propose the width on the screen, pixel for pixel, of a panel that was just chosen."""
        widget = panel.find()
        if widget is not None and self._width_of != panel.key:
            self._width_of = panel.key
            on_screen = round(widget.width() * widget.devicePixelRatioF()) + 2 * panel.margin
            self._form.set_width(min(on_screen, _WIDEST_PX))

    def _on_first_frame(self, step: int, shot: PanelShot) -> None:
        ratio = self.devicePixelRatioF()
        room = (PREVIEW - QSize(2, 2)) * ratio
        ways = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        pixmap = QPixmap.fromImage(shot.image().scaled(room, *ways))
        pixmap.setDevicePixelRatio(ratio)
        self._picture.setPixmap(pixmap)
        self._caption.setText(f"First frame: step {grouped(step)}")
        self._preview.go_on()

    def _on_no_preview(self, why: str) -> None:
        self._picture.setText(f"The first frame cannot be shown, because {why}.")
        self._caption.clear()

    def _ask_where(self) -> None:
        choice = self._form.choice
        kind, panel = film_kind(choice.kind), self._panels[choice.panel]
        dialog = QFileDialog(self, "Make film")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        words = f"{self._recorded()[0]} {panel.name}".lower()
        name = "-".join("".join(c if c.isalnum() else " " for c in words).split())
        if kind.suffix:
            dialog.setDefaultSuffix(kind.suffix)
            dialog.setNameFilters([f"{kind.name} (*{kind.suffix})", "All files (*)"])
        dialog.selectFile(f"{name}{kind.suffix}")
        dialog.fileSelected.connect(lambda chosen: self.make(Path(chosen)))
        dialog.open()

    def _on_progress(self, progress: FilmProgress) -> None:
        left = f" · {duration(progress.seconds_left)} left" if progress.seconds_left is not None else ""
        text = f"Frame {progress.done} of {progress.total} · step {grouped(progress.step)}{left}"
        self._task.show_progress(text, progress.done / progress.total)

    def _on_succeeded(self, path: Path) -> None:
        self._made = path
        said = f"Saved as “{path.name}”, {size_words(path)}."
        if self._film.missing:
            said += f" {plural(self._film.missing, 'step')} had gone from the tape meanwhile."
        self._task.show_done(said)
        self._offer()

    def _on_failed(self, sentence: str) -> None:
        self._task.show_note(sentence, warning=True)
        self._offer()

    def _on_cancelled(self) -> None:
        self._task.show_note("Cancelled: nothing was kept of the film.")
        self._offer()

    def _on_folder(self) -> None:
        if self._made is not None:
            sentence = show_in_folder(self._made)
            if sentence:
                self._task.show_note(sentence, warning=True)

    def done(self, result: int) -> None:
        """Give up what is under way, and close."""
        self._delay.stop()
        self._preview.stop()
        self._film.cancel()
        self.closed.emit()
        super().done(result)
