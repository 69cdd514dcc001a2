"""Room for the class bars and the probe rack: both, or one of them where the window is low."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from gui.pad.step_chooser import StepChooser
from gui.theme import S1, ThemeManager
from gui.widgets.class_bars import ClassBars
from gui.widgets.probe_rack import ProbeRack

# Fewer rows of probes than these under the bars are worse than all the room for one of the two.
LEAST_ROWS = 3
CLASSES, PROBES = 0, 1


class AnswerRoom(QWidget):
    """Shows bars and rack under each other where there is room, else the one that is chosen. GUI thread only.

    Where there is no room for both and no probe, the bars have all of it.
    """

    def __init__(
        self, themes: ThemeManager, bars: ClassBars, rack: ProbeRack, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.bars, self.rack = bars, rack
        self.chooser = StepChooser(
            themes,
            ("classes", "probes"),
            ("The probability of each class for what is drawn", "The pinned pictures and their curves"),
            CLASSES,
            "What is shown below",
        )
        self.chooser.setObjectName("answer_room_chooser")
        self.chooser.step_chosen.connect(self._arrange)
        self._lines = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S1)
        layout.addWidget(self.chooser)
        layout.addWidget(bars)
        layout.addWidget(rack, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        rack.count_changed.connect(self._on_count_changed)
        self._arrange()

    @property
    def is_folded(self) -> bool:
        """Whether there is no room for both."""
        return self.height() < self._bars_least() + S1 + self.rack.least_height(LEAST_ROWS)

    def show_probes(self) -> None:
        """Bring the rack into view."""
        self.chooser.choose(PROBES)

    def _on_count_changed(self, count: int) -> None:
        self.updateGeometry()
        self._arrange()

    def _arrange(self) -> None:
        folded, probes = self.is_folded, bool(self.rack.rows)
        shows_rack = not folded or (probes and self.chooser.chosen == PROBES)
        self.chooser.setVisible(folded and probes)
        self.rack.set_headed(not folded)
        self.rack.setVisible(shows_rack)
        self.bars.setVisible(not (folded and shows_rack))
        # Alone, the bars take what there is; above the rack, what they need.
        vertical = QSizePolicy.Policy.Preferred if folded else QSizePolicy.Policy.Maximum
        self.bars.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        # At once: what has come into view is never seen in its old place.
        self._lines.activate()

    def sizeHint(self) -> QSize:
        """Return room for the bars and, with probes, for the choice between the two."""
        return self._with_chooser(self.bars.sizeHint())

    def minimumSizeHint(self) -> QSize:
        """Return the least room for the bars and, with probes, for the choice."""
        return self._with_chooser(QSize(self.bars.minimumSizeHint().width(), self._bars_least()))

    def hasHeightForWidth(self) -> bool:
        """Tell no: the wrapped lines of the rack must not change what the room asks for."""
        return False

    def _bars_least(self) -> int:
        return max(self.bars.minimumSizeHint().height(), self.bars.minimumHeight())

    def _with_chooser(self, size: QSize) -> QSize:
        # Whether it is folded must not change what it asks for: the answer would change with the question.
        more = self.chooser.sizeHint().height() + S1 if self.rack.rows else 0
        return QSize(size.width(), size.height() + more)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See again what there is room for."""
        super().resizeEvent(event)
        self._arrange()
