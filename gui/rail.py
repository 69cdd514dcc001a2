"""The rail of pages at the left edge, with the switch between light and dark at its foot."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QVBoxLayout, QWidget

from gui.icons import icon
from gui.theme import S1, S2, ThemeManager, caption_font
from gui.widgets.tool_button import ToolButton

RAIL_WIDTH = 64
BUTTON_HEIGHT = 56
ICON_SIDE = 20
BAR_WIDTH = 2


@dataclass(frozen=True, slots=True)
class PageRow:
    """One page of the program as the rail, the menu and the keys 1 to n know it."""

    name: str
    label: str
    icon: str
    tip: str


PAGES = (
    PageRow("draw", "Draw", "draw", "Draw a digit and see every layer answer"),
    PageRow("convolve", "Convolve", "convolve", "One convolution by hand, position by position"),
    PageRow("train", "Train", "train", "Train a network and watch its filters change"),
    PageRow("inside", "Inside", "inside", "See what every filter has learned to look for"),
    PageRow("runs", "Runs", "runs", "Compare the runs: curves, settings, filters and answers"),
)


class RailButton(QAbstractButton):
    """An icon above its label, with the accent's bar at the edge while its page is shown."""

    def __init__(self, theme: ThemeManager, row: PageRow, key: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row = row
        self.setObjectName(f"rail_{row.name}")
        self.setCheckable(True)
        self.setText(row.label)
        self.setAccessibleName(row.label)
        self.setToolTip(f"{row.tip} ({key})")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(RAIL_WIDTH, BUTTON_HEIGHT)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return the size that shows everything."""
        return QSize(RAIL_WIDTH, BUTTON_HEIGHT)

    def enterEvent(self, event: object) -> None:
        """Light up under the pointer."""
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Let go of what was under the pointer."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is shown."""
        theme = self._theme.theme
        colour = theme.text_dim
        if self.isChecked():
            colour = theme.accent
        elif self.underMouse() or self.hasFocus():
            colour = theme.text
        painter = QPainter(self)
        if self.isChecked():
            painter.fillRect(QRect(0, 0, BAR_WIDTH, self.height()), theme.accent)
        if self.hasFocus():
            painter.setPen(theme.hairline)
            painter.drawRect(self.rect().adjusted(BAR_WIDTH + 1, 1, -S1, -2))
        top = (self.height() - ICON_SIDE - S1 - self.fontMetrics().height()) // 2
        place = QRect((self.width() - ICON_SIDE) // 2, top, ICON_SIDE, ICON_SIDE)
        icon(self._row.icon, colour, ICON_SIDE).paint(painter, place)
        painter.setFont(caption_font())
        painter.setPen(colour)
        under = QRect(0, place.bottom() + S1, self.width(), self.height() - place.bottom() - S1)
        painter.drawText(under, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, self._row.label)
        painter.end()


class Rail(QWidget):
    """Shows the pages there are and which one is in front. GUI thread only.

    Parameters
    ----------
    theme : ThemeManager
        Where the colours come from.
    pages : tuple of PageRow
        One row a page; the keys 1 to n belong to `gui.actions`.
    """

    page_chosen = Signal(str)
    """The name of the page that the person clicked."""
    theme_chosen = Signal(str)
    """"light" or "dark": the scheme the person switched to."""

    def __init__(
        self,
        theme: ThemeManager,
        pages: tuple[PageRow, ...] = PAGES,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setFixedWidth(RAIL_WIDTH)
        self._theme = theme
        self._buttons: dict[str, RailButton] = {}
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, S1, 0, S2)
        layout.setSpacing(0)
        for index, row in enumerate(pages):
            button = RailButton(theme, row, str(index + 1), self)
            button.clicked.connect(lambda _=False, name=row.name: self.page_chosen.emit(name))
            self._group.addButton(button)
            self._buttons[row.name] = button
            layout.addWidget(button)
        layout.addStretch(1)
        self._switch = ToolButton(theme, "sun", "Switch to light", parent=self)
        self._switch.setObjectName("theme_button")
        self._switch.clicked.connect(self._on_switch_clicked)
        layout.addWidget(self._switch, alignment=Qt.AlignmentFlag.AlignHCenter)
        theme.changed.connect(self._write_switch)
        self._write_switch()

    def show_page(self, name: str) -> None:
        """Mark the page that is in front; an unknown name marks none.

        It tells nobody: the rail follows the program here.
        """
        self._group.setExclusive(False)
        for page, button in self._buttons.items():
            button.setChecked(page == name)
        self._group.setExclusive(True)

    def _write_switch(self) -> None:
        dark = self._theme.theme.name == "dark"
        self._switch.set_action("sun" if dark else "moon", "Switch to light" if dark else "Switch to dark")

    def _on_switch_clicked(self) -> None:
        self.theme_chosen.emit("light" if self._theme.theme.name == "dark" else "dark")
