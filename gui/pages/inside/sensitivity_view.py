"""Where the answer is sensitive: five maps of the present drawing beside each other."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.inspect.words import number, percent
from gui.pages.inside.card_pictures import as_tiles, picture_entries, signed_entries, single_image
from gui.pages.inside.sensitivity import Sensitivity
from gui.palettes import Lut
from gui.theme import S2, S4, ThemeManager, caption_font, heading_font
from gui.widgets.copy_keys import CopyKeys, widget_picture

Array: TypeAlias = NDArray[Any]

_LINE_PX = 18
_EMPTY = "Draw a digit: where its answer is sensitive appears here"


@dataclass(frozen=True, slots=True, eq=False)
class _Map:
    """One of the pictures: its name, what it says in a line, its numbers, and how they are coloured."""

    title: str
    line: str
    values: Array
    signed: bool
    is_picture: bool = False


class SensitivityView(QWidget):
    """Paints the maps as large as there is room. GUI thread only."""

    hovered = Signal(str)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._shown: Sensitivity | None = None
        self._maps: list[_Map] = []
        self._square: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Where the answer is sensitive")
        CopyKeys(self, lambda: widget_picture(self), self._numbers)
        themes.changed.connect(self.update)

    @property
    def shown(self) -> Sensitivity | None:
        """What is shown."""
        return self._shown

    def show_maps(self, found: Sensitivity | None) -> None:
        """Show the maps of a picture; None for an empty one."""
        self._shown = found
        self._maps = [] if found is None else _maps_of(found)
        self.update()

    def _numbers(self) -> str:
        lines = []
        for each in self._maps:
            lines.append(each.title)
            lines += ["\t".join(f"{value:.6g}" for value in row) for row in each.values]
        return "\n".join(lines) + "\n" if lines else ""

    def _boxes(self) -> list[QRectF]:
        """Where the maps lie: in as many columns as make them largest, spread over the width."""
        count, best_side, columns = len(self._maps), 0, 1
        longest = max(self._maps[0].values.shape) if self._maps else 1
        for tried in range(1, count + 1):
            rows = -(-count // tried)
            room = min(
                (self.width() - (tried - 1) * S4) / tried,
                (self.height() - (rows - 1) * S4) / rows - 2 * _LINE_PX,
            )
            # Whole pixels of the picture.
            side = max(1, int(room // longest)) * longest
            if side > best_side:
                best_side, columns = side, tried
        across, down = (self.width() + S4) / columns, best_side + 2 * _LINE_PX + S4
        return [
            QRectF(
                round(place % columns * across), place // columns * down + 2 * _LINE_PX, best_side, best_side
            )
            for place in range(count)
        ]

    @property
    def _words_width(self) -> float:
        """Room for the words above a map."""
        boxes = self._boxes()
        lefts = sorted({box.left() for box in boxes})
        return (lefts[1] if len(lefts) > 1 else float(self.width())) - S2

    def sizeHint(self) -> QSize:
        """Want room for a row of maps."""
        return QSize(760, 220)

    def minimumSizeHint(self) -> QSize:
        """Shrink to small maps."""
        return QSize(360, 110)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the maps, their names, and the square that lies under the mouse."""
        painter, theme = QPainter(self), self._themes.theme
        if not self._maps:
            painter.setPen(theme.text_dim)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _EMPTY)
            return
        width = self._words_width
        for each, box in zip(self._maps, self._boxes(), strict=True):
            words = QRectF(box.left(), box.top() - 2 * _LINE_PX, width, _LINE_PX)
            for text, font, colour in (
                (each.title, heading_font(), theme.text),
                (each.line, caption_font(), theme.text_dim),
            ):
                painter.setFont(font)
                painter.setPen(colour)
                shown = painter.fontMetrics().elidedText(
                    text, Qt.TextElideMode.ElideRight, int(words.width())
                )
                painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
                words.translate(0, _LINE_PX)
            painter.drawImage(box, self._image(each))
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5))
            if self._square is not None and self._shown is not None:
                self._paint_square(painter, box)

    def _image(self, each: _Map) -> QImage:
        theme = self._themes.theme
        finite = np.nan_to_num(each.values, posinf=0.0, neginf=0.0)
        scale = float(np.abs(finite).max(initial=0.0))
        lut: Lut
        if each.is_picture and self._shown is not None and len(self._shown.asked.frame.picture) > 1:
            return single_image(as_tiles(self._shown.asked.frame.picture[None])[0], 1, theme.picture_lut)
        if each.is_picture:
            entries, lut = picture_entries(each.values), theme.picture_lut
        elif each.signed:
            entries, lut = signed_entries(each.values, scale), theme.weight_lut
        else:
            entries, lut = (
                picture_entries(finite / scale if scale > 0 else finite),
                theme.activation_lut,
            )
        return single_image(entries, 1, lut)

    def _paint_square(self, painter: QPainter, box: QRectF) -> None:
        assert self._shown is not None
        assert self._square is not None
        occlusion = self._shown.occlusion
        row, column = self._square
        pixel = box.width() / max(self._shown.picture.shape)
        square = QRectF(
            box.left() + occlusion.lefts[column] * pixel,
            box.top() + occlusion.tops[row] * pixel,
            occlusion.side * pixel,
            occlusion.side * pixel,
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._themes.theme.accent, 2))
        painter.drawRect(square.intersected(box))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Lay the square where the mouse is, and read out what becomes of the answer."""
        self._square = None
        words = ""
        for each, box in zip(self._maps, self._boxes(), strict=True):
            if box.contains(event.position()):
                words = self._words_at(each, box, event.position())
        self.hovered.emit(words)
        self.update()

    def _words_at(self, each: _Map, box: QRectF, position: QPointF) -> str:
        found = self._shown
        assert found is not None
        share = (position.y() - box.top()) / box.height(), (position.x() - box.left()) / box.width()
        place = tuple(min(int(s * size), size - 1) for s, size in zip(share, each.values.shape, strict=True))
        value = number(float(each.values[place]), 3)
        words = f"{each.title} · ({place[0]}, {place[1]}) = {value}"
        tops, lefts = found.occlusion.tops, found.occlusion.lefts
        middle = found.occlusion.side // 2
        pixel = tuple(int(s * size) for s, size in zip(share, found.picture.shape, strict=True))
        self._square = (
            int(np.abs(np.array(tops) + middle - pixel[0]).argmin()),
            int(np.abs(np.array(lefts) + middle - pixel[1]).argmin()),
        )
        classes, label = found.asked.frame.spec.classes, found.asked.label
        before = float(found.asked.frame.probabilities[label])
        covered = found.occlusion.probabilities[self._square]
        after = percent(float(covered[label]))
        words += f" · covered here: {classes[label]} goes from {percent(before)} to {after}"
        best = int(covered.argmax())
        return (
            words
            if best == label
            else f"{words}, and {classes[best]} is likelier: {percent(float(covered[best]))}"
        )

    def leaveEvent(self, event: QEvent) -> None:
        """Take the square away."""
        self._square = None
        self.hovered.emit("")
        self.update()


def _maps_of(found: Sensitivity) -> list[_Map]:
    maps = [
        _Map("Picture", "what the network receives", found.picture, False, is_picture=True),
        _Map("Gradient", "how the answer moves with each pixel", found.gradient, True),
        _Map("Guided backpropagation", "the same along what is positive", found.guided, True),
        _Map("Deconvnet", "through switches and filters turned round", found.deconvnet, True),
    ]
    if found.cam is not None:
        maps.append(_Map("Grad-CAM", f"where {found.cam_layer}'s channels speak for it", found.cam, False))
    side = found.occlusion.side
    maps.append(_Map("Occlusion", f"what is lost when {side} × {side} pixels are covered", found.drop, True))
    return maps
