"""Whose answer it is: one of the shipped networks, or the run."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.pad.step_chooser import StepChooser
from gui.theme import S1, ThemeManager, caption_font
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.switch import Switch

_PREFIX = "answer of "
_LATEST_STEP = 888_888
# Between groups of three figures: a narrow space at which no line is broken.
_GROUP_SPACE = "\u202f"


def source_words(source: str, step: int | None) -> str:
    """Say which network it is: "Run 1 · step 1 240"."""
    if step is None:
        return source
    return f"{source} · step {step:,}".replace(",", _GROUP_SPACE)


class AnswerSource(QWidget):
    """A choice of shipped networks; the source of the answer, and a switch while there is a run.

    GUI thread only.

    Parameters
    ----------
    theme_manager
        Where the colours come from.
    networks
        Name and tooltip of each network to choose from; with none there is no choice.
    """

    answer_source_chosen = Signal(bool)
    """True: the network that is being trained; False: the one that is not of a run."""

    network_chosen = Signal(int)
    """Which of the networks is to answer."""

    def __init__(
        self,
        theme_manager: ThemeManager,
        networks: Sequence[tuple[str, str]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._names = tuple(name for name, _ in networks)
        self._source = self._names[0] if networks else ""
        self._step: int | None = None
        self._words = ElidedLabel(theme_manager, dim=True)
        self._words.setFont(caption_font())
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.switch = Switch(theme_manager)
        self.switch.setObjectName("answer_switch")
        self.switch.setAccessibleName("Answer of the network in training")
        line = QHBoxLayout()
        line.setSpacing(S1)
        line.addWidget(self._words, 1)
        line.addWidget(self.switch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S1)
        self.networks: StepChooser | None = None
        if networks:
            names, tips = zip(*networks, strict=True)
            self.networks = StepChooser(theme_manager, names, tips, subject="Network that answers")
            self.networks.step_chosen.connect(self.network_chosen)
            layout.addWidget(self.networks)
        layout.addLayout(line)
        self.switch.toggled.connect(self.answer_source_chosen)
        self.set_run(None)
        self._write()

    @property
    def words(self) -> str:
        """Whose answer it is, in words."""
        return self._words.text

    def show_source(self, source: str, step: int | None) -> None:
        """Show whose answer it is, and of which step."""
        self._source, self._step = source, step
        if self.networks is not None:
            chosen = self._names.index(source) if step is None and source in self._names else -1
            self.networks.show_chosen(chosen)
        self._write()

    def set_run(self, name: str | None) -> None:
        """Offer the answer of a run; None takes the offer back without telling anyone."""
        self.switch.setEnabled(name is not None)
        if name is None:
            self.set_answer_live(False)
            self.switch.setToolTip("While a network is trained, this switches to its answer")
        else:
            self.switch.setToolTip(f"On: the answer of {name}. Off: of the network that answered before")

    def set_answer_live(self, live: bool) -> None:
        """Set the switch without telling anyone."""
        blocked = self.switch.blockSignals(True)
        self.switch.setChecked(live)
        self.switch.blockSignals(blocked)
        self.switch.update()

    def _write(self) -> None:
        """Begin with "answer of" where there is room for it at any step of this run."""
        longest = source_words(self._source, None if self._step is None else _LATEST_STEP)
        room = QFontMetricsF(self._words.font()).horizontalAdvance(f"{_PREFIX}{longest}")
        prefix = _PREFIX if room <= self._words.width() else ""
        words = source_words(self._source, self._step)
        self._words.set_text(f"{prefix}{words}")
        self._words.setToolTip(f"{_PREFIX}{words}")
        self.setAccessibleName(f"{_PREFIX}{words}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See again what there is room for."""
        super().resizeEvent(event)
        self._write()
