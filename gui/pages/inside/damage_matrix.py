"""Digit × filter: by how much each class's accuracy falls when a filter is switched off."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.inspect.damage import Damage
from engine.inspect.words import percent
from gui.pages.inside.card_pictures import signed_entries, single_image
from gui.theme import S1, S2, ThemeManager, caption_font
from gui.widgets.copy_keys import CopyKeys, widget_picture

_LARGEST_CELL_PX, _SMALLEST_CELL_PX, _LEAST_ROW_PX = 26, 3, 12
_EMPTY = "Which digits need which filters: each filter is switched off in turn"


class DamageMatrix(QWidget):
    """Paints a row for each class and a column for each filter. GUI thread only.

    What is lost is of the colour of positive weights, what is gained of that of negative ones.
    """

    filter_clicked = Signal(int)
    hovered = Signal(str)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._damage: Damage | None = None
        self._classes: tuple[str, ...] = ()
        self._selected: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("What each class loses without each filter")
        CopyKeys(self, lambda: widget_picture(self), self._numbers)
        themes.changed.connect(self.update)

    @property
    def damage(self) -> Damage | None:
        """What is shown."""
        return self._damage

    @property
    def scale(self) -> float:
        """The loss at full strength, as a share of the class's pictures."""
        lost = np.zeros(1) if self._damage is None else np.nan_to_num(self._damage.lost)
        return float(np.abs(lost).max(initial=0.0)) or 1.0

    def show_damage(self, damage: Damage | None, classes: tuple[str, ...]) -> None:
        """Show what is lost; None while it is not known."""
        self._damage, self._classes = damage, classes
        self.setMinimumSize(self.minimumSizeHint())
        self.update()

    def set_selected(self, filter_index: int | None) -> None:
        """Outline a filter's column."""
        if filter_index != self._selected:
            self._selected = filter_index
            self.update()

    def readout(self, row: int, column: int) -> str:
        """Tell one cell in words."""
        assert self._damage is not None
        before, after = (float(each[row]) for each in (self._damage.before, self._damage.after[column]))
        words = f"{self._damage.layer} without filter {column + 1} · {self._classes[row]}"
        if np.isnan(before):
            return f"{words}: no test pictures of it"
        return f"{words}: {percent(after, 1)} right, before {percent(before, 1)}"

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Return where a cell is painted."""
        left, top, width, height = self._places()
        return QRectF(left + column * width, top + row * height, width, height)

    def _places(self) -> tuple[float, float, int, int]:
        """The corner of the cells, and width and height of each; whole pixels."""
        metrics = QFontMetricsF(caption_font())
        left = max((metrics.horizontalAdvance(name) for name in self._classes), default=0.0) + S2
        top = metrics.height() + S1
        filters = 1 if self._damage is None else len(self._damage.after)
        width = int(min(_LARGEST_CELL_PX, max(_SMALLEST_CELL_PX, (self.width() - left) // filters)))
        rows = max(1, len(self._classes))
        height = int(min(_LARGEST_CELL_PX, max(_SMALLEST_CELL_PX, (self.height() - top) // rows)))
        return round(left), round(top), width, height

    def _hit(self, position: QPointF) -> tuple[int, int] | None:
        if self._damage is None:
            return None
        left, top, width, height = self._places()
        row, column = int((position.y() - top) // height), int((position.x() - left) // width)
        inside = 0 <= row < len(self._classes) and 0 <= column < len(self._damage.after)
        return (row, column) if inside else None

    def _numbers(self) -> str:
        if self._damage is None:
            return ""
        lines = ["\t".join(["lost without filter", *self._classes])]
        lines += [
            "\t".join([str(index + 1), *(f"{value:.6g}" for value in row)])
            for index, row in enumerate(self._damage.lost)
        ]
        return "\n".join(lines) + "\n"

    def sizeHint(self) -> QSize:
        """Want room for the cells of a small layer."""
        return QSize(260, 240)

    def minimumSizeHint(self) -> QSize:
        """Shrink to small cells, one for each filter and class."""
        metrics = QFontMetricsF(caption_font())
        left = max((metrics.horizontalAdvance(name) for name in self._classes), default=0.0) + S2
        filters = 0 if self._damage is None else len(self._damage.after)
        needed = QSize(
            round(left) + filters * _SMALLEST_CELL_PX + 1,
            round(metrics.height()) + S1 + len(self._classes) * _LEAST_ROW_PX,
        )
        return needed.expandedTo(QSize(120, 100))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the names, the cells and the outline of the selected filter."""
        painter, theme = QPainter(self), self._themes.theme
        painter.setFont(caption_font())
        painter.setPen(theme.text_dim)
        if self._damage is None:
            words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(S2, S2, -S2, -S2), words, _EMPTY)
            return
        left, top, width, height = self._places()
        lost = self._damage.lost.T
        room = QRectF(left, top, width * lost.shape[1], height * lost.shape[0])
        image = single_image(signed_entries(np.nan_to_num(lost), self.scale), 1, theme.weight_lut)
        painter.drawImage(room, image)
        for row, name in enumerate(self._classes):
            box = QRectF(0, top + row * height, left - S1, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
        # Numbers where they have room: every one, or every second, and so on.
        widest = painter.fontMetrics().horizontalAdvance(str(lost.shape[1])) + S1
        every = max(1, -(-widest // width))
        for column in range(0, lost.shape[1], every):
            box = QRectF(left + column * width, 0, every * width, top - S1)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, str(column + 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawRect(room.adjusted(-0.5, -0.5, 0.5, 0.5))
        if self._selected is not None and self._selected < lost.shape[1]:
            painter.setPen(QPen(theme.accent, 2))
            painter.drawRect(QRectF(left + self._selected * width, top, width, room.height()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the cell under the mouse."""
        hit = self._hit(event.position())
        self.hovered.emit("" if hit is None else self.readout(*hit))

    def leaveEvent(self, event: QEvent) -> None:
        """Read out nothing."""
        self.hovered.emit("")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a filter."""
        hit = self._hit(event.position())
        if hit is not None and event.button() == Qt.MouseButton.LeftButton:
            self.filter_clicked.emit(hit[1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move from filter to filter with the arrows."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or self._damage is None:
            super().keyPressEvent(event)
            return
        wanted = 0 if self._selected is None else self._selected + step
        if 0 <= wanted < len(self._damage.after):
            self.filter_clicked.emit(wanted)
