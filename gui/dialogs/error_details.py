"""The dialog about an error that nobody expected: what happened, to be copied or saved."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.formats.files import write_atomically
from gui.errors import ErrorReport
from gui.theme import S2, S3, S4, answer_font

FILE_NAME = "filterscope-error.txt"
GOES_ON = "The program goes on."
CANNOT_OPEN = "The program cannot open its window."
PRIVACY = "Nothing is sent anywhere. These details help to mend it; they hold no drawing and no data."


class ErrorDialog(QDialog):
    """Shows an `ErrorReport`, to be copied or saved; it sends nothing. GUI thread only.

    Parameters
    ----------
    report : ErrorReport
        What is shown.
    goes_on : bool
        Whether the program goes on behind it, or has no window to show.
    """

    def __init__(self, report: ErrorReport, parent: QWidget | None = None, *, goes_on: bool = True) -> None:
        super().__init__(parent)
        self.setObjectName("error_dialog")
        self.setWindowTitle("Unexpected error")
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._report = report
        heading = QLabel("Something went wrong that should not")
        heading.setFont(answer_font())
        sentence = QLabel(f"{GOES_ON if goes_on else CANNOT_OPEN} {PRIVACY}")
        sentence.setWordWrap(True)
        title = QLabel(report.title)
        title.setWordWrap(True)
        title.setProperty("role", "warning")
        title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        details = QPlainTextEdit(report.details)
        details.setObjectName("error_details")
        details.setReadOnly(True)
        details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._note = QLabel()
        self._note.setProperty("role", "dim")
        copy = QPushButton("Copy details")
        copy.setObjectName("copy_details")
        copy.clicked.connect(self._on_copy_clicked)
        save = QPushButton("Save details…")
        save.setObjectName("save_details")
        save.clicked.connect(self._on_save_clicked)
        close = QPushButton("Close")
        close.setProperty("primary", True)
        close.setDefault(True)
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.setSpacing(S2)
        buttons.addWidget(self._note, 1)
        for button in (copy, save, close):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(S4, S4, S4, S4)
        layout.setSpacing(S3)
        for widget in (heading, sentence, title):
            layout.addWidget(widget)
        layout.addWidget(details, 1)
        layout.addLayout(buttons)
        self.resize(640, 420)

    def save_to(self, path: Path) -> None:
        """Write the details to a file and say so in the dialog."""
        try:
            write_atomically(path, self._report.details.encode())
        except OSError as error:
            self._note.setText(f"Not saved: {error.strerror or error}")
        else:
            self._note.setText(f"Saved as {path.name}")

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._report.details)
        self._note.setText("Copied")

    def _on_save_clicked(self) -> None:
        dialog = QFileDialog(self, "Save details", "", "Text (*.txt)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.selectFile(FILE_NAME)
        dialog.fileSelected.connect(lambda name: self.save_to(Path(name)))
        dialog.open()
