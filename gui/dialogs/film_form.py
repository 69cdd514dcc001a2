"""The settings of a film: what of it, how large, how long, how fast, and as which kind of file."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QSpinBox, QWidget

from engine.formats.film_files import FILM_KINDS
from gui.film_panels import FilmPanel
from gui.film_plan import FASTEST, LEAST_WIDTH, MOST_FRAMES, MOST_WIDTH, SLOWEST, Spacing
from gui.theme import S2, S4

_SPACINGS: tuple[tuple[Spacing, str], ...] = (
    ("recorded", "As recorded: slow start, then faster"),
    ("even", "Evenly, from the first to the last"),
)
_FIELD_PX = 260


@dataclass(frozen=True, slots=True)
class FilmChoice:
    """What was chosen, as a value."""

    panel: str
    spacing: Spacing
    frames: int
    frames_per_second: int
    width: int
    kind: str
    loop: bool
    footer: bool


class FilmForm(QWidget):
    """One line for each setting. GUI thread only."""

    panel_chosen = Signal()
    changed = Signal()
    """Anything else was changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panel = self._choice("film_panel", "What is filmed; its page comes to the front")
        self._spacing = self._choice(
            "film_spacing",
            "Early in a run every step is recorded, later ever fewer: as recorded, the film shows the start "
            "in slow motion",
        )
        for spacing, words in _SPACINGS:
            self._spacing.addItem(words, spacing)
        self._frames = self._number("film_frames", 2, MOST_FRAMES, 60, "", "At most so many steps are shown")
        tip = "How fast the film plays"
        self._rate = self._number("film_rate", SLOWEST, FASTEST, 10, " frames per second", tip)
        tip = "Width of the film in pixels; its height follows from the panel's shape"
        self._width = self._number("film_width", LEAST_WIDTH, MOST_WIDTH, 960, " pixels", tip)
        self._width.setSingleStep(80)
        self._kind = self._choice("film_kind", "")
        for kind in FILM_KINDS:
            self._kind.addItem(kind.name, kind.key)
        tip = "The film plays over and over; the last frame is held for a moment"
        self._loop = self._switch("film_loop", "Begin again at the end", tip)
        tip = "A line below the panel says which step of which run it shows"
        self._footer = self._switch("film_footer", "Write the step below", tip)
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(S4)
        layout.setVerticalSpacing(S2)
        rows = (
            ("Film", self._panel),
            ("Steps", self._spacing),
            ("Frames", self._frames),
            ("Speed", self._rate),
            ("Width", self._width),
            ("File", self._kind),
            ("", self._footer),
            ("", self._loop),
        )
        self._tips: dict[QWidget, str] = {}
        for words, field in rows:
            if words:
                field.setAccessibleName(words)
            field.setFixedWidth(_FIELD_PX)
            layout.addRow(words, field)
        self._kind.currentIndexChanged.connect(self._on_kind)
        self._on_kind()
        for _, field in rows:
            self._tips[field] = field.toolTip()
        self._panel.currentIndexChanged.connect(self.panel_chosen)
        for box in (self._spacing, self._kind):
            box.currentIndexChanged.connect(self.changed)
        for number in (self._frames, self._rate, self._width):
            number.valueChanged.connect(self.changed)
        for switch in (self._loop, self._footer):
            switch.toggled.connect(self.changed)

    @property
    def choice(self) -> FilmChoice:
        """What is chosen now; its panel is "" where there is none."""
        return FilmChoice(
            self._panel.currentData() or "",
            self._spacing.currentData(),
            self._frames.value(),
            self._rate.value(),
            self._width.value(),
            self._kind.currentData(),
            self._loop.isChecked(),
            self._footer.isChecked(),
        )

    def set_panels(self, panels: Sequence[FilmPanel], wanted: str) -> None:
        """Offer these panels; the one called `wanted`, or else the first, is chosen. No signal follows."""
        blocked = self._panel.blockSignals(True)
        self._panel.clear()
        for panel in panels:
            self._panel.addItem(panel.name, panel.key)
        self._panel.setCurrentIndex(max(0, self._panel.findData(wanted)))
        self._panel.blockSignals(blocked)

    def set_width(self, width: int) -> None:
        """Propose a width; no signal follows."""
        blocked = self._width.blockSignals(True)
        self._width.setValue(width)
        self._width.blockSignals(blocked)

    def offer(self, reason: str) -> None:
        """Let everything be changed, or say in every tooltip why nothing can."""
        for field, tip in self._tips.items():
            field.setEnabled(not reason)
            field.setToolTip(reason or tip)
        self._on_kind()

    def _on_kind(self) -> None:
        kind = FILM_KINDS[max(0, self._kind.currentIndex())]
        self._tips[self._kind] = kind.sentence
        loops = bool(kind.suffix)
        if self._kind.isEnabled():
            self._kind.setToolTip(kind.sentence)
            self._loop.setEnabled(loops)
            tip = self._tips.get(self._loop, self._loop.toolTip())
            self._loop.setToolTip(tip if loops else "Pictures in a folder do not play by themselves")

    @staticmethod
    def _switch(name: str, words: str, tip: str) -> QCheckBox:
        box = QCheckBox(words)
        box.setObjectName(name)
        box.setChecked(True)
        box.setToolTip(tip)
        return box

    @staticmethod
    def _choice(name: str, tip: str) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setToolTip(tip)
        return box

    @staticmethod
    def _number(name: str, least: int, most: int, value: int, unit: str, tip: str) -> QSpinBox:
        box = QSpinBox()
        box.setObjectName(name)
        box.setRange(least, most)
        box.setValue(value)
        box.setSuffix(unit)
        box.setToolTip(tip)
        # Half a number that is being typed is no width.
        box.setKeyboardTracking(False)
        return box
