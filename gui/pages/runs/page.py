"""The Runs page: the list of all runs, their curves over each other, and two of them side by side."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.pages.runs.compare_part import ComparePart
from gui.pages.runs.curves_part import CurvesPart
from gui.pages.runs.list_panel import ListPanel
from gui.pages.runs.rows import RunRow
from gui.selection import Selection
from gui.theme import S2, S3, S4, ThemeManager

LIST_PX = 280
EMPTY = "Every training run is kept here, to be compared with others. Press Play to begin the first one."


class RunsPage(QWidget):
    """A lens on the runs: it is told what there is, and says what the person wants. GUI thread only.

    A is the run that is open in the window, B the other one that was chosen last in the list.

    Parameters
    ----------
    themes
        Shared with the window.
    """

    open_requested = Signal(str)
    """Key of the run that is to be shown in the window."""
    renamed = Signal(str, str)
    """Key of a run, and the name that was typed."""
    annotated = Signal(str, str)
    """Key of a run, and its note."""
    delete_requested = Signal(str)
    twin_requested = Signal(str)
    """Key of a run of which a twin with another setting is wanted: a fork at step 0."""
    fork_requested = Signal(str, object)
    """Key of a run that is to be forked, and the step at which it is shown, None for its newest."""
    compared_changed = Signal()
    """Another run is B."""
    part_changed = Signal(str)
    """The name of the part in front: "curves", "compare", or one that was added."""
    seen_changed = Signal(bool)
    """Whether the page can be seen."""
    tile_chosen = Signal(str, str, int, object, str)
    """Layer, "filter" or "channel", its number from 0, (row, column) or None, and the key of the run."""
    tile_activated = Signal()
    """The chosen tile was double-clicked, or Enter pressed on it: go deeper."""
    menu_requested = Signal(object)
    """The menu of the chosen tile is wanted at a `QPoint` of the screen."""
    hovered = Signal(str)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_runs")
        self._rows: tuple[RunRow, ...] = ()
        self._shown, self._compared = "", ""
        self._playhead: int | None = None
        self.panel = ListPanel(themes)
        self.curves, self.compare = CurvesPart(themes), ComparePart(themes)
        self._buttons, self._stack, self._segments = QButtonGroup(self), QStackedWidget(), QHBoxLayout()
        self._parts: dict[str, QPushButton] = {}
        self._whole = QStackedWidget()
        self._left = QWidget()
        self._blink_key = QShortcut(QKeySequence("B"), self)
        self._blink_key.setContext(Qt.ShortcutContext.WindowShortcut)
        self._blink_key.setAutoRepeat(False)
        self._lay_out()
        self._connect()
        self.add_part("curves", "Curves", self.curves, "The loss or the test accuracy of all runs")
        self.add_part("compare", "Compare", self.compare, "Two runs side by side on the same picture")
        self.show_part("curves")

    @property
    def part(self) -> str:
        """The name of the part in front."""
        return list(self._parts)[self._stack.currentIndex()]

    @property
    def compared(self) -> str | None:
        """Key of B, None without one."""
        return self._compared or None

    @property
    def rows(self) -> tuple[RunRow, ...]:
        """The runs as they are listed."""
        return self._rows

    def add_part(self, key: str, title: str, widget: QWidget, tip: str = "") -> None:
        """Add a part at the right with a button of its own, after those there are."""
        button = QPushButton(title)
        button.setObjectName(f"runs_{key}")
        button.setToolTip(tip or title)
        button.setCheckable(True)
        button.clicked.connect(lambda _=False: self.show_part(key))
        self._buttons.addButton(button)
        self._segments.insertWidget(len(self._parts), button)
        self._parts[key] = button
        self._stack.addWidget(widget)

    def show_part(self, key: str) -> None:
        """Bring a part to the front; KeyError if there is none of that name."""
        self._parts[key].setChecked(True)
        self._stack.setCurrentIndex(list(self._parts).index(key))
        self._blink_key.setEnabled(key == "compare")
        # The race is about none of the runs that are listed, and needs the room.
        self._left.setVisible(key != "race")
        if key != "compare":
            self.compare.rest()
        self.part_changed.emit(key)

    def show_runs(self, rows: Sequence[RunRow], shown_key: str) -> None:
        """Show these runs, parents before their forks, and which of them is open."""
        self._rows, self._shown = tuple(rows), shown_key
        self._whole.setCurrentIndex(1 if rows else 0)
        self.panel.show_rows(self._rows, shown_key)
        self._choose_compared()
        self._show_runs()

    def show_playhead(self, step: int | None) -> None:
        """Tell at which recorded step the open run is shown; None: live."""
        self._playhead = step
        self.curves.show_playhead(step)

    def show_selection(self, selection: Selection) -> None:
        """Outline what is selected, and mark the run that it is selected in."""
        self.compare.show_selection(selection)

    def minimumSizeHint(self) -> QSize:
        """Shrink with the window; what has no room is reached by scrolling."""
        return QSize(360, 300)

    def _lay_out(self) -> None:
        self._segments.setSpacing(S2)
        self._segments.addStretch(1)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(S3, 0, 0, 0)
        column.setSpacing(S2)
        column.addLayout(self._segments)
        column.addWidget(self._stack, 1)
        inner = QVBoxLayout(self._left)
        inner.setContentsMargins(0, 0, S3, 0)
        inner.addWidget(self.panel)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._left)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([LIST_PX, 10_000])
        empty = QLabel(EMPTY)
        empty.setObjectName("runs_empty")
        empty.setProperty("role", "dim")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setWordWrap(True)
        self._whole.addWidget(empty)
        self._whole.addWidget(splitter)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(S4, S3, S4, S3)
        whole.addWidget(self._whole)

    def _connect(self) -> None:
        panel = self.panel
        panel.run_chosen.connect(self._on_chosen)
        panel.open_requested.connect(self.open_requested)
        panel.delete_requested.connect(self.delete_requested)
        panel.twin_requested.connect(self.twin_requested)
        panel.fork_requested.connect(self._on_fork)
        panel.list.rows.renamed.connect(self.renamed)
        panel.list.rows.ticked.connect(self._show_runs)
        panel.note.changed.connect(self.annotated)
        self.curves.run_clicked.connect(panel.list.choose)
        self.curves.hovered.connect(self.hovered)
        self.compare.hovered.connect(self.hovered)
        self.compare.tile_chosen.connect(self.tile_chosen)
        self.compare.tile_activated.connect(self.tile_activated)
        self.compare.menu_requested.connect(self.menu_requested)
        self._blink_key.activated.connect(self._on_blink_key)

    def _row(self, key: str) -> RunRow | None:
        return next((row for row in self._rows if row.key == key), None)

    def _choose_compared(self) -> None:
        """Keep B while it is there and not open; otherwise take the chosen row, or the nearest of kin."""
        before, others = self._compared, [row.key for row in self._rows if row.key != self._shown]
        if self._compared not in others:
            chosen = self.panel.list.chosen_key
            self._compared = chosen if chosen in others and chosen else others[-1] if others else ""
        if self._compared != before:
            self.compared_changed.emit()

    def _show_runs(self) -> None:
        self.panel.mark_compared(self.compared)
        hidden = self.panel.list.rows.hidden
        self.curves.show_runs(self._rows, self._shown, self.compared, hidden)
        a, b = self._row(self._shown), self._row(self._compared)
        self.compare.show_pair(a, b, only_one=len(self._rows) < 2)

    def _on_chosen(self, key: str) -> None:
        if key not in (self._shown, self._compared):
            self._compared = key
            self.compared_changed.emit()
            self._show_runs()

    def _on_fork(self, key: str) -> None:
        step = self._playhead if key == self._shown else self.compare.steps.step
        self.fork_requested.emit(key, step if key in (self._shown, self._compared) else None)

    def _on_blink_key(self) -> None:
        application = QApplication.instance()
        if application is not None and self.compared is not None:
            # Wherever the focus is, the key's release comes by here.
            application.installEventFilter(self)
            self.compare.blink.press()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that the key of blinking is let go."""
        if (
            event.type() == QEvent.Type.KeyRelease
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_B
            and not event.isAutoRepeat()
        ):
            self._let_go()
        return False

    def _let_go(self) -> None:
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self.compare.blink.release()

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that the page can be seen."""
        super().showEvent(event)
        self.seen_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that the page cannot be seen any more."""
        super().hideEvent(event)
        self._let_go()
        self.compare.rest()
        self.seen_changed.emit(False)
