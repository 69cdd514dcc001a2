"""The probe rack: pinned pictures under each other, each with its answer and its curve over the run."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.probe_history import ProbeTrack
from engine.probes import MOST_PROBES, Probe
from gui.theme import S1, S2, ThemeManager, caption_font, heading_font
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.probe_row import ProbeAnswer, ProbeRow
from gui.widgets.thin_scroll import column_of

INVITATION = "Pin a drawing or a digit: what each step of a run answers is shown here."


class ProbeRack(QWidget):
    """Shows up to twelve probes and says what the person asks for. GUI thread only.

    It keeps no run and computes nothing: it is told what to show.
    """

    step_wanted = Signal(int)
    """A step that was read is to be shown."""
    label_chosen = Signal(str, object)
    """Key of a probe, and the index of its true class among the classes shown, or None."""
    remove_wanted = Signal(str)
    """Key of a probe."""
    count_changed = Signal(int)
    """How many probes there are."""
    hovered = Signal(str)
    """What is under the pointer, for the status line; empty when it has left."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("probe_rack")
        self.setAccessibleName("Probes")
        self._themes = themes
        self._rows: dict[str, ProbeRow] = {}
        self._title = QLabel("Probes")
        self._title.setFont(heading_font())
        self._count = ElidedLabel(themes, dim=True)
        self._count.setFont(caption_font())
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(S2)
        head.addWidget(self._title)
        head.addWidget(self._count)
        head.addStretch(1)
        self._invitation = QLabel(INVITATION)
        self._invitation.setWordWrap(True)
        self._invitation.setFont(caption_font())
        self._invitation.setProperty("role", "dim")
        self._column = QWidget()
        self._lines = QVBoxLayout(self._column)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(S1)
        self._lines.addStretch(1)
        self._area = column_of(self._column, themes)
        self._area.viewport().setAutoFillBackground(False)
        self._column.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S1)
        layout.addWidget(self._head)
        layout.addWidget(self._invitation)
        layout.addWidget(self._area, 1)
        layout.addStretch(0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._show_count()

    @property
    def rows(self) -> tuple[ProbeRow, ...]:
        """The rows, top to bottom."""
        return tuple(self._rows.values())

    def row(self, key: str) -> ProbeRow:
        """Give the row of a probe; KeyError if there is none."""
        return self._rows[key]

    def set_headed(self, headed: bool) -> None:
        """Show the title, or leave it to what stands above the rack."""
        self._head.setVisible(headed)

    def least_height(self, rows: int) -> int:
        """Height with a title and so many rows, or the invitation where there is no probe."""
        head = self._head.sizeHint().height() + S1
        if not self._rows:
            return head + self._invitation.heightForWidth(max(1, self.width()))
        shown = min(rows, len(self._rows))
        return head + shown * (next(iter(self._rows.values())).sizeHint().height() + S1)

    def show_probes(self, probes: Sequence[Probe], classes: Sequence[str]) -> None:
        """Show these probes in this order; their menus offer these classes."""
        keys = [probe.key for probe in probes]
        for key in [key for key in self._rows if key not in keys]:
            row = self._rows.pop(key)
            self._lines.removeWidget(row)
            row.hide()
            row.deleteLater()
        before = len(self._rows)
        for probe in probes:
            if probe.key not in self._rows:
                self._rows[probe.key] = self._make_row(probe)
        self._rows = {key: self._rows[key] for key in keys}
        for index, row in enumerate(self._rows.values()):
            self._lines.insertWidget(index, row)
        for probe in probes:
            self._rows[probe.key].show_probe(probe, classes)
        if len(self._rows) > before:
            # The layout makes room for the new row first.
            self._column.adjustSize()
            self._area.ensureWidgetVisible(self._rows[keys[-1]])
        self._show_count()

    def show_tracks(
        self, tracks: Mapping[str, ProbeTrack], extent: int, problems: Mapping[str, str] | None = None
    ) -> None:
        """Show each probe's curve, up to step `extent`; or why it has none."""
        for key, row in self._rows.items():
            row.show_track(tracks.get(key), extent, (problems or {}).get(key, ""))

    def show_answers(self, answers: Mapping[str, ProbeAnswer]) -> None:
        """Show what the network answers now; of probes that are missing nothing is known."""
        for key, row in self._rows.items():
            row.show_answer(answers.get(key))

    def show_playhead(self, step: int | None) -> None:
        """Show which step of the run is shown; None without a run."""
        for row in self._rows.values():
            row.show_playhead(step)

    def ask_class(self, key: str) -> None:
        """Open the menu of a probe's class, so that one click chooses it."""
        # A new row gets its place only when the events that have led here are over.
        QTimer.singleShot(0, self._rows[key], self._rows[key].ask_class)

    def _make_row(self, probe: Probe) -> ProbeRow:
        row, key = ProbeRow(self._themes, probe), probe.key
        row.step_wanted.connect(self.step_wanted)
        row.hovered.connect(self.hovered)
        row.label_chosen.connect(lambda label: self.label_chosen.emit(key, label))
        row.remove_wanted.connect(lambda: self.remove_wanted.emit(key))
        row.moved.connect(lambda by: self._move_focus(key, by))
        return row

    def _move_focus(self, key: str, by: int) -> None:
        keys = list(self._rows)
        row = self._rows[keys[min(max(keys.index(key) + by, 0), len(keys) - 1)]]
        row.setFocus()
        self._area.ensureWidgetVisible(row)

    def _show_count(self) -> None:
        count = len(self._rows)
        self._count.set_text(f"{count} of {MOST_PROBES}" if count else "")
        self._invitation.setVisible(not count)
        self._area.setVisible(bool(count))
        self.count_changed.emit(count)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which a row cannot be used."""
        return QSize(140, 0)
