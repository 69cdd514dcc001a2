"""The parts of the Convolve page and their places."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.pages.convolve.filter_cards import FilterCards
from gui.pages.convolve.flip_proof_view import FlipProofView
from gui.pages.convolve.geometry_panel import GeometryPanel
from gui.pages.convolve.kernel_panel import KernelPanel
from gui.pages.convolve.layer_chain import LayerChain
from gui.pages.convolve.ledger_view import LedgerView
from gui.pages.convolve.library_panel import LibraryPanel
from gui.pages.convolve.slide_scene import SlideScene
from gui.pages.convolve.slide_transport import SlideTransport
from gui.pages.convolve.source_bar import SourceBar
from gui.theme import S1, S2, S4, ThemeManager
from gui.widgets.thin_scroll import BAR_WIDTH, column_of

SIDE_WIDTH = 244
# The ledger and the cards get this share of the height, at least so many pixels.
FOOT_SHARE, LEAST_FOOT_PX, MOST_FOOT_PX = 0.31, 206, 300
PROOF_FOOT_PX = 228
LEAST_SCENE_PX = 112
LEDGER_WIDTH, LEAST_LEDGER_WIDTH = 344, 280
# From this height on the foot goes under the kernel's column, too, which then still shows everything.
TALL_STAGE_PX, WIDE_FOOT_PX = 640, 760


class LabParts(QWidget):
    """Makes every part of the page and lays them out; knows nothing of what they show. GUI thread only."""

    hovered = Signal(str)
    foot_chosen = Signal(str)
    """What is shown at the foot, beside the ledger: "cards", "library" or "proof"."""
    back_requested = Signal()

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sources = SourceBar(themes)
        self.chain = LayerChain(themes)
        self.scene = SlideScene(themes)
        self.transport = SlideTransport(themes)
        self.kernel = KernelPanel(themes)
        self.geometry_panel = GeometryPanel(themes)
        self.ledger = LedgerView(themes)
        self.cards = FilterCards(themes)
        self.library = LibraryPanel(themes)
        self.proof = FlipProofView(themes)
        for name, part in (
            ("convolve_sources", self.sources),
            ("convolve_chain", self.chain),
            ("convolve_scene", self.scene),
            ("convolve_transport", self.transport),
            ("convolve_kernel", self.kernel),
            ("convolve_geometry", self.geometry_panel),
            ("convolve_ledger", self.ledger),
            ("convolve_cards", self.cards),
            ("convolve_library", self.library),
            ("convolve_proof", self.proof),
        ):
            part.setObjectName(name)
            if not isinstance(part, SourceBar | GeometryPanel):
                part.hovered.connect(self.hovered)
        self._tall = False
        self._stage_height = 0
        self._foot = QStackedWidget()
        # The page in front decides what it needs, not the largest of them all.
        self._foot.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.scene.setMinimumHeight(LEAST_SCENE_PX)
        self._tabs = QButtonGroup(self)
        self._busy = QLabel()
        self._busy.setProperty("role", "dim")
        self._back = QPushButton()
        self._back.setObjectName("convolve_back")
        self._back.setProperty("flat", True)
        self._back.clicked.connect(self.back_requested)
        self._lay_out(themes)
        self.show_back("")
        self.show_foot("cards")

    @property
    def foot(self) -> str:
        """What is shown at the foot, beside the ledger."""
        return ("cards", "library", "proof")[self._foot.currentIndex()]

    def show_foot(self, name: str) -> None:
        """Show the filters, the Library or the flip proof at the foot."""
        index = ("cards", "library", "proof").index(name)
        self._foot.setCurrentIndex(index)
        # The flip proof has its switch above; while it is open neither tab is chosen.
        self._tabs.setExclusive(False)
        for tab in self._tabs.buttons():
            tab.setChecked(self._tabs.id(tab) == index)
        self._tabs.setExclusive(True)
        self.sources.show_flip_proof(name == "proof")
        # Ten logits and the kernels need the room of the ledger, which says nothing about them.
        self.ledger.setVisible(name != "proof")
        self._set_foot_height()

    def show_busy(self, busy: bool) -> None:
        """Say that what is shown is not yet what is set."""
        self._busy.setText("Computing…" if busy else "")

    def show_back(self, text: str) -> None:
        """Offer the way back to a network's page, "Back to Train"; "" takes the offer back."""
        self._back.setText(text)
        self._back.setVisible(bool(text))

    def fit(self, width: int, height: int) -> None:
        """Share a stage of this size between the slide, the kernel and the foot."""
        self._stage_height = height
        self._set_foot_height()
        tall = height >= TALL_STAGE_PX
        if tall != self._tall:
            self._tall = tall
            self._place_foot()
        self.chain.set_slim(not tall)
        self._slide_column.setSpacing(S2 if tall else S1)
        self._body.setVerticalSpacing(S2 if tall else S1)
        self.kernel.set_tall(tall)
        foot = width if tall else width - SIDE_WIDTH
        self.ledger.setFixedWidth(LEDGER_WIDTH if foot >= WIDE_FOOT_PX else LEAST_LEDGER_WIDTH)

    def _set_foot_height(self) -> None:
        least = PROOF_FOOT_PX if self.foot == "proof" else LEAST_FOOT_PX
        wanted = round(FOOT_SHARE * self._stage_height)
        self._foot_row.setFixedHeight(min(max(wanted, least), MOST_FOOT_PX))

    def _place_foot(self) -> None:
        for part in (self._slide, self._side, self._foot_row):
            self._body.removeWidget(part)
        self._body.addWidget(self._slide, 0, 0)
        self._body.addWidget(self._side, 0, 1, 1 if self._tall else 2, 1)
        self._body.addWidget(self._foot_row, 1, 0, 1, 2 if self._tall else 1)

    def _lay_out(self, themes: ThemeManager) -> None:
        side = QWidget()
        inner = QVBoxLayout(side)
        inner.setContentsMargins(0, 0, BAR_WIDTH, 0)
        inner.setSpacing(S2)
        inner.addWidget(self.kernel)
        inner.addWidget(self.geometry_panel)
        inner.addStretch(1)
        self._side = column_of(side, themes)
        self._side.setFixedWidth(SIDE_WIDTH + BAR_WIDTH)
        # The stage's own surface shows between its parts.
        self._side.viewport().setAutoFillBackground(False)
        side.setAutoFillBackground(False)

        self._slide = QWidget()
        self._slide_column = slide = QVBoxLayout(self._slide)
        slide.setContentsMargins(0, 0, 0, 0)
        slide.setSpacing(S2)
        slide.addWidget(self.chain)
        slide.addWidget(self.scene, 1)
        slide.addWidget(self.transport)
        self._foot_row = QWidget()
        foot = QHBoxLayout(self._foot_row)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(S4)
        self.ledger.setFixedWidth(LEDGER_WIDTH)
        foot.addWidget(self.ledger)
        foot.addLayout(self._make_foot(), 1)
        self._body = QGridLayout()
        self._body.setHorizontalSpacing(S4)
        self._body.setVerticalSpacing(S2)
        self._body.setRowStretch(0, 1)
        self._body.setColumnStretch(0, 1)
        self._place_foot()
        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S2, S4, S2)
        column.setSpacing(S2)
        column.addWidget(self.sources)
        column.addLayout(self._body, 1)

    def _make_foot(self) -> QVBoxLayout:
        tabs = QHBoxLayout()
        tabs.setSpacing(S1)
        for index, (words, tip, part) in enumerate(
            (
                ("Filters", "The filters of this layer, and their output channels", self.cards),
                ("Library", "Hand-made kernels, and your own", self.library),
            )
        ):
            tab = QPushButton(words)
            tab.setObjectName(f"convolve_tab_{words.split()[0].lower()}")
            tab.setCheckable(True)
            tab.setToolTip(tip)
            tab.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._tabs.addButton(tab, index)
            tabs.addWidget(tab)
            self._foot.addWidget(part)
        self._foot.addWidget(self.proof)
        tabs.addStretch(1)
        tabs.addWidget(self._busy)
        tabs.addWidget(self._back)
        self._tabs.idClicked.connect(self._on_tab)
        column = QVBoxLayout()
        column.setSpacing(S1)
        column.addLayout(tabs)
        column.addWidget(self._foot, 1)
        return column

    def _on_tab(self, index: int) -> None:
        name = ("cards", "library", "proof")[index]
        self.show_foot(name)
        self.foot_chosen.emit(name)
