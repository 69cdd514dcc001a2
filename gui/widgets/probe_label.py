"""The true class of a probe: a word that opens the menu in which it is chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QFontMetricsF
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from engine.probes import Probe
from gui.theme import S1, caption_font

ASK = "class?"


class ProbeLabel(QToolButton):
    """Shows "is 7" and lets another class be chosen. GUI thread only."""

    label_chosen = Signal(object)
    """Index among the classes that were shown, or None for no class."""
    remove_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("probe_class")
        self._classes: tuple[str, ...] = ()
        self.truth = ""
        """Name of the true class; empty where nobody said."""
        self.setFont(caption_font())
        self.setProperty("flat", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setStyleSheet("QToolButton { padding: 0 2px; } QToolButton::menu-indicator { image: none; }")
        self.clicked.connect(lambda: self.open_menu(self.mapToGlobal(QPoint(0, self.height()))))

    def show_label(self, probe: Probe, classes: Sequence[str]) -> None:
        """Show the true class of a probe; the menu offers the classes given."""
        self._classes = tuple(classes)
        self.truth = "" if probe.label is None else probe.classes[probe.label]
        words = f"is {self.truth}" if self.truth else ASK
        room = self.maximumWidth()
        self.setText(f"{QFontMetricsF(self.font()).elidedText(words, Qt.TextElideMode.ElideRight, room)} ▾")
        told = f"True class of {probe.name}: {self.truth or 'not chosen'}"
        self.setAccessibleName(told)
        self.setToolTip(f"{told}. Choose another, or remove the probe")

    def open_menu(self, place: QPoint) -> None:
        """Offer the classes at a place on the screen."""
        menu = self.make_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def make_menu(self) -> QMenu:
        """Make the menu: one entry for each class, none, and removing."""
        menu = QMenu(self)
        menu.setObjectName("probe_menu")
        menu.addAction("What is it?").setEnabled(False)
        group = QActionGroup(menu)
        for index, name in enumerate(self._classes):
            self._add(menu, group, f"&{name}", index, name == self.truth)
        self._add(menu, group, "No class", None, not self.truth)
        menu.addSeparator()
        remove = menu.addAction("Remove this probe")
        remove.setObjectName("remove_probe")
        remove.triggered.connect(self.remove_wanted)
        return menu

    def _add(self, menu: QMenu, group: QActionGroup, text: str, index: int | None, checked: bool) -> None:
        action = QAction(text, menu)
        action.setCheckable(True)
        action.setChecked(checked)
        action.triggered.connect(lambda: self.label_chosen.emit(index))
        group.addAction(action)
        menu.addAction(action)

    def sizeHint(self) -> QSize:
        """Return room for the word."""
        metrics = QFontMetricsF(self.font())
        return QSize(int(metrics.horizontalAdvance(self.text())) + 2 * S1 + 2, int(metrics.height()))
