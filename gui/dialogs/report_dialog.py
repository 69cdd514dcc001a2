"""The dialog that writes the report of a run."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.jobs import JobProgress
from gui.report import ReportChoice, RunReport
from gui.run_notes import RunNotes
from gui.show_folder import open_file, show_in_folder, size_words
from gui.theme import S2, S3, S4
from gui.widgets.task_row import TaskRow, offer_button

NO_RUN = "Nothing has been recorded yet: train a network first."
BUSY = "A report is being written."
WHAT = (
    "One HTML file that opens in any browser, with no network: settings, network, curves, filters, "
    "accuracies and the confusion matrix on the test pictures."
)
_WIDTH, _NOTES_PX = 520, 120
_FEWEST_STEPS, _MOST_STEPS = 2, 12


class ReportDialog(QDialog):
    """Asks for notes and how curves are drawn, and says how far the report is. Not modal.

    Parameters
    ----------
    report
        The writer of reports.
    run
        Gives the run's name, and whether anything of it is recorded.
    notes
        Where the person's words about each run are kept.
    log_loss
        Whether the Train page draws the loss on a logarithmic scale, as the report will at first.
    """

    closed = Signal()

    def __init__(
        self,
        report: RunReport,
        run: Callable[[], tuple[str, bool]],
        notes: RunNotes,
        *,
        log_loss: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("report_dialog")
        self.setWindowTitle("Report of the run")
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._report, self._run, self._kept = report, run, notes
        self._made: Path | None = None
        self._name = QLabel()
        self._notes = QPlainTextEdit()
        self._steps = QSpinBox()
        self._log_loss, self._log_steps = QCheckBox("Loss"), QCheckBox("Steps")
        self._task = TaskRow(can_open=True, parent=self)
        self._write, self._close = QPushButton("Write report…"), QPushButton("Close")
        self._log_loss.setChecked(log_loss)
        self._lay_out()
        self._connect()
        self.show_run()

    @property
    def message(self) -> str:
        """What it says of the report."""
        return self._task.text

    @property
    def choice(self) -> ReportChoice:
        """What is chosen now."""
        return ReportChoice(
            self._notes.toPlainText(),
            self._steps.value(),
            self._log_loss.isChecked(),
            self._log_steps.isChecked(),
        )

    def show_run(self) -> None:
        """Take the present run, with what was written about it before."""
        if self._notes.toPlainText() != self._kept.of_run:
            self._notes.setPlainText(self._kept.of_run)
        self.refresh()

    def refresh(self) -> None:
        """Offer what is of use for the present run, and say why the rest is not."""
        name, recorded = self._run()
        reason = BUSY if self._report.is_active else "" if recorded else NO_RUN
        self._name.setText(name or "No run")
        for field, tip in self._tips.items():
            field.setEnabled(not reason)
            field.setToolTip(reason or tip)
        offer_button(self._write, reason, "Choose where the report will be, then write it")

    def write(self, path: Path) -> None:
        """Write the report that is chosen."""
        if self._report.is_active:
            return
        self._made = None
        self._report.start(self.choice, path)
        self.refresh()

    def _lay_out(self) -> None:
        self._notes.setFixedHeight(_NOTES_PX)
        self._notes.setTabChangesFocus(True)
        self._notes.setPlaceholderText("What was tried, and what came of it")
        self._steps.setRange(_FEWEST_STEPS, _MOST_STEPS)
        self._steps.setValue(ReportChoice().steps)
        self._steps.setSuffix(" steps of the run")
        named = (
            (self._notes, "report_notes", "Notes", "Your own words, which stand first in the report"),
            (self._steps, "report_steps", "Filters at", "The first, the last, and some between them"),
            (self._log_loss, "report_log_loss", "Loss", "Draw the loss on a logarithmic scale"),
            (self._log_steps, "report_log_steps", "Steps", "Draw the steps on a logarithmic scale"),
        )
        self._tips: dict[QWidget, str] = {}
        for field, name, words, tip in named:
            field.setObjectName(name)
            field.setAccessibleName(words)
            self._tips[field] = tip
        what = QLabel(WHAT)
        what.setWordWrap(True)
        what.setProperty("role", "dim")
        logs = QHBoxLayout()
        logs.setSpacing(S4)
        logs.addWidget(self._log_loss)
        logs.addWidget(self._log_steps)
        logs.addStretch(1)
        form = QFormLayout()
        form.setHorizontalSpacing(S4)
        form.setVerticalSpacing(S2)
        form.addRow("Run", self._name)
        form.addRow("Notes", self._notes)
        form.addRow("Filters at", self._steps)
        form.addRow("Logarithmic", logs)
        self._write.setObjectName("report_write")
        self._write.setDefault(True)
        self._close.setObjectName("report_close")
        self._close.setToolTip("Close this dialog; a report that is being written is given up")
        self._close.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(S2)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._write)
        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S4, S4, S4)
        column.setSpacing(S3)
        column.addWidget(what)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(self._task)
        column.addLayout(buttons)
        self.resize(_WIDTH, self.sizeHint().height())

    def _connect(self) -> None:
        self._notes.textChanged.connect(lambda: self._kept.write(self._notes.toPlainText()))
        self._write.clicked.connect(self._ask_where)
        self._close.clicked.connect(self.close)
        self._task.cancel_requested.connect(self._report.cancel)
        self._task.open_requested.connect(lambda: self._go(open_file))
        self._task.folder_requested.connect(lambda: self._go(show_in_folder))
        self._report.progressed.connect(self._on_progress)
        self._report.succeeded.connect(self._on_succeeded)
        self._report.failed.connect(self._on_failed)
        self._report.cancelled.connect(self._on_cancelled)

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, "Write report")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(".html")
        dialog.setNameFilters(["HTML (*.html)", "All files (*)"])
        words = "".join(c if c.isalnum() else " " for c in self._run()[0].lower()).split()
        dialog.selectFile(f"{'-'.join([*words, 'report'])}.html")
        dialog.fileSelected.connect(lambda chosen: self.write(Path(chosen)))
        dialog.open()

    def _on_progress(self, progress: JobProgress) -> None:
        self._task.show_progress(progress.text, progress.share)

    def _on_succeeded(self, path: Path) -> None:
        self._made = path
        self._task.show_done(f"Saved as “{path.name}”, {size_words(path)}.")
        self.refresh()

    def _on_failed(self, sentence: str) -> None:
        self._task.show_note(sentence, warning=True)
        self.refresh()

    def _on_cancelled(self) -> None:
        self._task.show_note("Cancelled: no report was written.")
        self.refresh()

    def _go(self, go: Callable[[Path], str]) -> None:
        sentence = go(self._made) if self._made is not None else ""
        if sentence:
            self._task.show_note(sentence, warning=True)

    def done(self, result: int) -> None:
        """Give up what is under way, and close."""
        self._report.cancel()
        self.closed.emit()
        super().done(result)
