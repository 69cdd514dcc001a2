"""The list of what the program is made of: a part at the left, its licence's words at the right."""

import platform

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QPlainTextEdit, QVBoxLayout, QWidget

from gui.licences import Part, licence_text, read_register
from gui.theme import S1, S2, S3, ThemeManager, caption_font, heading_font
from gui.widgets.thin_scroll import make_thin

_LIST_WIDTH = 192


class PartsList(QWidget):
    """Lists the parts and shows the licence of the chosen one; arrows move. GUI thread only.

    The register is read when it is first seen, and a licence when it is chosen.
    """

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Part, ...] = ()
        self._list = QListWidget()
        self._list.setObjectName("parts")
        self._list.setAccessibleName("What the program is made of")
        self._list.setFixedWidth(_LIST_WIDTH)
        self._list.setStyleSheet(f"QListWidget::item {{ padding: {S1}px; }}")
        make_thin(self._list, theme)
        self._title = QLabel()
        self._title.setFont(heading_font())
        self._facts = QLabel()
        self._facts.setObjectName("part_facts")
        self._facts.setProperty("role", "dim")
        self._facts.setFont(caption_font())
        links = (
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self._facts.setTextInteractionFlags(links | Qt.TextInteractionFlag.TextSelectableByMouse)
        self._facts.setOpenExternalLinks(True)
        self._text = QPlainTextEdit()
        self._text.setObjectName("licence_text")
        self._text.setAccessibleName("Licence")
        self._text.setReadOnly(True)
        self._text.setFont(caption_font())
        make_thin(self._text, theme)
        self._list.currentRowChanged.connect(self._on_row_changed)
        right = QVBoxLayout()
        right.setSpacing(S2)
        for widget in (self._title, self._facts):
            right.addWidget(widget)
        right.addWidget(self._text, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S3)
        layout.addWidget(self._list)
        layout.addLayout(right, 1)

    def showEvent(self, event: QShowEvent) -> None:
        """Read the register when it is first seen."""
        super().showEvent(event)
        if not self._parts:
            self._parts = read_register()
            self._list.addItems([f"{part.name} {version_of(part)}".rstrip() for part in self._parts])
            self._list.setCurrentRow(0)

    def _on_row_changed(self, row: int) -> None:
        part = self._parts[row]
        self._title.setText(f"{part.name} {version_of(part)}".rstrip())
        link = f' · <a href="{part.home}">{part.home.partition("://")[2]}</a>' if part.home else ""
        self._facts.setText(f"{part.licence}{link}")
        self._text.setPlainText(licence_text(part))


def version_of(part: Part) -> str:
    """Return the version to show: the pinned one, or what runs."""
    return platform.python_version() if part.name == "Python" else part.version
