"""One of the two runs that are compared: its name and answer, its filters and its output channels."""

from functools import partial

from PySide6.QtCore import QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from gui.pages.runs.rows import RunRow
from gui.pages.runs.sides import Side
from gui.run_colours import run_look
from gui.selection import Selection
from gui.theme import S2, ThemeManager, caption_font, heading_font, tabular
from gui.widgets.tile_wall import TileWall

HEADER_PX, SWATCH_PX, MARK_PX = 28, 20, 2
LEAST_FILTERS_PX, LEAST_CHANNELS_PX = 148, 164


class SideHeader(QWidget):
    """A line with the run's colour, letter and name, its step, and its answer at the right."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._letter, self._row, self._step, self._answer = "", RunRow("", " "), "", ""
        self._looked_into = ""
        self.setFixedHeight(HEADER_PX)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.update)

    @property
    def words(self) -> tuple[str, str, str, str]:
        """Letter, name, step and answer."""
        return self._letter, self._row.name, self._step, self._answer

    def show_words(self, letter: str, row: RunRow, step: str, answer: str) -> None:
        """Say whose weights are shown here, at which step, and what they answer."""
        shown = self._letter, self._row.key, self._row.name, self._row.hue, self._step, self._answer
        if (letter, row.key, row.name, row.hue, step, answer) != shown:
            self._letter, self._row, self._step, self._answer = letter, row, step, answer
            self.setAccessibleName(f"{letter}: {row.name}, {step}, answer {answer}")
            self.update()

    def show_looked_into(self, key: str) -> None:
        """Mark the line if the run of this key is its own."""
        if key != self._looked_into:
            self._looked_into = key
            self.update()

    @property
    def is_looked_into(self) -> bool:
        """Whether the line is marked."""
        return bool(self._row.key) and self._row.key == self._looked_into

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        painter, theme = QPainter(self), self._themes.theme
        look, middle = run_look(self._row.hue, theme), self.height() / 2
        pen = QPen(look.colour, 3, look.style)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QLineF(0, middle, SWATCH_PX, middle))
        bold, quiet = tabular(heading_font()), caption_font()
        room = QRectF(SWATCH_PX + S2, 0, self.width() - SWATCH_PX - S2, self.height())
        painter.setFont(bold)
        painter.setPen(theme.text)
        metrics = QFontMetricsF(bold)
        answer = metrics.elidedText(self._answer, Qt.TextElideMode.ElideRight, room.width() / 2)
        vertical = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | vertical, answer)
        room.setRight(room.right() - metrics.horizontalAdvance(answer) - S2)
        name = f"{self._letter} · {self._row.name}"
        # A long name gives way to the step, which tells two states of one run apart.
        steps = min(QFontMetricsF(quiet).horizontalAdvance(self._step) + S2, room.width() / 2)
        name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width() - steps)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | vertical, name)
        if self.is_looked_into:
            mark = QRectF(room.left(), self.height() - MARK_PX, metrics.horizontalAdvance(name), MARK_PX)
            painter.fillRect(mark, theme.accent)
        room.setLeft(room.left() + metrics.horizontalAdvance(name) + S2)
        painter.setFont(quiet)
        painter.setPen(theme.text_dim)
        step = QFontMetricsF(quiet).elidedText(
            self._step, Qt.TextElideMode.ElideRight, max(0.0, room.width())
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | vertical, step)
        painter.end()


class SideView(QWidget):
    """Shows one run; keeps nothing of it. GUI thread only.

    Parameters
    ----------
    themes
        Shared with the window.
    name
        "a" or "b": what the walls are called, for tests and screen readers.
    chooser
        What chooses the step, put below the header.
    """

    hovered = Signal(str)
    tile_chosen = Signal(str, str, int, object)
    """Layer, "filter" or "channel", its number from 0, and (row, column) or None."""
    tile_activated = Signal()
    menu_requested = Signal(object)

    def __init__(
        self, themes: ThemeManager, name: str, chooser: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.header = SideHeader(themes)
        self.header.setObjectName(f"compare_header_{name}")
        self.filters, self.channels = TileWall(themes), TileWall(themes)
        self.filters.setObjectName(f"compare_filters_{name}")
        self.channels.setObjectName(f"compare_channels_{name}")
        self.filters.setMinimumHeight(LEAST_FILTERS_PX)
        self.channels.setMinimumHeight(LEAST_CHANNELS_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S2)
        column.addWidget(self.header)
        column.addWidget(chooser)
        column.addWidget(self.filters, 5)
        column.addWidget(self.channels, 4)
        for wall in (self.filters, self.channels):
            wall.hovered.connect(self.hovered)
            wall.tile_clicked.connect(partial(self._on_tile_clicked, wall))
            wall.tile_activated.connect(lambda tile: self.tile_activated.emit())
            wall.menu_requested.connect(self.menu_requested)

    def show_side(self, letter: str, row: RunRow, side: Side, step: str, answer: str, empty: str) -> None:
        """Show a run.

        Parameters
        ----------
        letter, row
            "A" or "B", and the run.
        side
            Its tiles.
        step, answer
            In words.
        empty
            What is said where there are no tiles.
        """
        self.header.show_words(letter, row, step, answer)
        for wall, tiles in ((self.filters, side.filters), (self.channels, side.channels)):
            wall.set_empty_text(empty)
            if tiles is not None:
                wall.show_tiles(tiles)
            elif wall.tiles is not None:
                wall.clear()

    def show_selection(self, selection: Selection) -> None:
        """Outline what is selected, where it is of the convolution that is shown."""
        self.header.show_looked_into(selection.key)
        for wall, kind in ((self.filters, "filter"), (self.channels, "channel")):
            tiles = wall.tiles
            here = tiles is not None and selection.layer == tiles.name and selection.kind == kind
            tile = selection.channel if here else None
            there = tiles is not None and tile is not None and tile < len(tiles.maps)
            wall.set_selected(tile if there else None, selection.pixel if there else None)

    def _on_tile_clicked(self, wall: TileWall, tile: int, row: object, column: object) -> None:
        if wall.tiles is not None:
            kind = "filter" if wall is self.filters else "channel"
            self.tile_chosen.emit(wall.tiles.name, kind, tile, None if row is None else (row, column))

    def sizeHint(self) -> QSize:
        """Want room for two walls."""
        return QSize(400, 380)
