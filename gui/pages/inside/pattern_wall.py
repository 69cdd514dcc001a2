"""The pattern wall: for each channel of a layer what excites it, what in that does, what it would like."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from engine.inspect.words import number, short_number
from gui.pages.inside.card_geometry import HEADING_PX, CardGeometry, WallGeometry
from gui.pages.inside.card_pictures import as_signed_tiles, as_tiles, block_image, single_image
from gui.pages.inside.channel_grid import ChannelGrid
from gui.pages.inside.wall_worker import Dreams, Patterns
from gui.theme import RADIUS, S2, ThemeManager, caption_font, heading_font, tabular
from gui.widgets.copy_keys import CopyKeys, widget_picture

_EMPTY = "What excites each filter appears here"


class PatternWall(ChannelGrid):
    """Paints a card for each channel of one layer. GUI thread only; keeps pictures, no network."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._layer = ""
        self._geometry: WallGeometry | None = None
        self._patterns: dict[int, Patterns] = {}
        self._dreams: dict[int, tuple[Dreams, int]] = {}
        self._images: dict[tuple[str, int], QImage] = {}
        self._names: Mapping[int, str] = {}
        self._channels = 0
        self._ascent = -1
        self.setAccessibleName("Pattern wall")
        CopyKeys(self, lambda: widget_picture(self), self._numbers, menu="none")
        themes.changed.connect(self._on_theme_changed)

    def show_layer(self, layer: str, channels: int, patch: tuple[int, int], dream: tuple[int, int]) -> None:
        """Begin with empty cards for another layer.

        Parameters
        ----------
        layer, channels
            Its name, and how many channels it has.
        patch, dream
            Height and width in pixels of what a channel's pixel sees, and of the picture made for it.
        """
        self._layer, self._channels = layer, channels
        self._order = tuple(range(channels))
        self._geometry = WallGeometry(CardGeometry(patch, dream), channels, self.width())
        self.clear()
        self._selected = None
        self._fit()

    def show_order(self, order: Sequence[int]) -> None:
        """Show these channels only, in this order; it stays until it is told anew."""
        self._order = tuple(order)
        if self._geometry is not None:
            self._geometry = replace(self._geometry, count=len(self._order))
            self._fit()

    @property
    def dead(self) -> frozenset[int]:
        """Channels that no picture excites, as far as is known."""
        return frozenset(channel for channel, known in self._patterns.items() if known.found.is_dead)

    def strongest(self, channel: int) -> float:
        """What a channel makes of its strongest patch; minus infinity where that is not known yet."""
        known = self._patterns.get(channel)
        return float(known.found.values[0]) if known is not None and len(known.found.values) else -math.inf

    def clear(self) -> None:
        """Show empty cards again."""
        self._patterns.clear()
        self._dreams.clear()
        self._images.clear()
        self.update()

    def take_patterns(self, patterns: Patterns) -> None:
        """Show a channel's strongest patches."""
        channel = patterns.found.channel
        self._patterns[channel] = patterns
        for kind in ("patches", "carried"):
            self._images.pop((kind, channel), None)
        self._repaint(channel)

    def take_dreams(self, dreams: Dreams) -> None:
        """Show the pictures made for some channels."""
        for place, channel in enumerate(dreams.channels):
            self._dreams[channel] = dreams, place
            self._images.pop(("made", channel), None)
            self._repaint(channel)

    def show_ascent(self, step: int) -> None:
        """Show the made pictures as they were after so many steps; −1 for the last one."""
        if step != self._ascent:
            self._ascent = step
            for key in [key for key in self._images if key[0] == "made"]:
                del self._images[key]
            self.update()

    def show_names(self, names: Mapping[int, str]) -> None:
        """Write what each filter is called."""
        if names != self._names:
            self._names = names
            self.update()

    def set_selected(self, channel: int | None) -> None:
        """Outline a card."""
        if channel != self._selected:
            self._selected = channel
            self.update()

    def box_of(self, channel: int) -> QRect:
        """Where a channel's card is painted; nowhere where it is not shown."""
        assert self._geometry is not None
        if channel not in self._order:
            return QRect()
        left, top = self._geometry.corner(self._order.index(channel))
        height, width = self._geometry.card.size
        return QRect(left, top, width, height)

    def columns(self) -> int:
        """Count the cards in a row."""
        return 0 if self._geometry is None else self._geometry.columns

    def channel_at(self, position: QPointF) -> int | None:
        """Find the channel whose card is at a point of the widget."""
        geometry = self._geometry
        place = None if geometry is None else geometry.card_at(position.x(), position.y())
        return None if place is None else self._order[place]

    @property
    def filled(self) -> tuple[int, int]:
        """How many cards have patches, and how many a made picture."""
        return len(self._patterns), len(self._dreams)

    @property
    def is_filled(self) -> bool:
        """Whether each channel has its patches and its made picture."""
        return len(self._patterns) == len(self._dreams) == self._channels

    def _fit(self) -> None:
        if self._geometry is not None:
            old = self._geometry
            self._geometry = WallGeometry.fitted(old.card, old.count, self.width())
            if self._geometry.card != old.card:
                self._images.clear()
            self.setMinimumHeight(self._geometry.height)
            self.setMinimumWidth(CardGeometry(old.card.patch, old.card.dream).size[1])
            self.update()

    def _repaint(self, channel: int) -> None:
        self.update(self.box_of(channel))

    def _on_theme_changed(self) -> None:
        self._images.clear()
        self.update()

    def _image(self, kind: str, channel: int) -> QImage | None:
        """Give a picture of a card, painted when it is first asked for."""
        image = self._images.get((kind, channel))
        if image is None:
            image = self._painted(kind, channel)
            if image is not None:
                self._images[kind, channel] = image
        return image

    def _painted(self, kind: str, channel: int) -> QImage | None:
        assert self._geometry is not None
        card, theme = self._geometry.card, self._themes.theme
        if kind == "made":
            if channel not in self._dreams:
                return None
            dreams, place = self._dreams[channel]
            picture = dreams.pictures[self._ascent][place].astype(np.float32) / 255
            return single_image(as_tiles(picture[None])[0], card.dream_cell, theme.picture_lut)
        if channel not in self._patterns:
            return None
        found = self._patterns[channel].found
        if kind == "patches":
            return block_image(as_tiles(found.patches), card, theme.picture_lut)
        return block_image(as_signed_tiles(found.projections), card, theme.weight_lut)

    def _paint_card(self, painter: QPainter, channel: int) -> None:
        assert self._geometry is not None
        theme, card, box = self._themes.theme, self._geometry.card, self.box_of(channel)
        painter.setPen(QPen(theme.hairline, 1))
        painter.setBrush(theme.panel)
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        self._paint_heading(
            painter, channel, QRectF(box.left() + S2, box.top(), box.width() - 2 * S2, HEADING_PX)
        )
        top = box.top() + HEADING_PX
        rooms = (card.block, card.block, card.made)
        for kind, left, (height, width) in zip(
            ("patches", "carried", "made"), card.lefts, rooms, strict=True
        ):
            image = self._image(kind, channel)
            if image is None:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.raised)
                painter.drawRect(box.left() + left, top, width, height)
            else:
                painter.drawImage(QPointF(box.left() + left, top), image)
                self._paint_frames(painter, channel, kind, QPointF(box.left() + left, top))
        if channel == self._selected:
            painter.setPen(QPen(theme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), RADIUS, RADIUS)

    def _paint_frames(self, painter: QPainter, channel: int, kind: str, corner: QPointF) -> None:
        """Paint a line round each picture of ink: its paper may have the colour of the card."""
        assert self._geometry is not None
        card = self._geometry.card
        painter.setPen(QPen(self._themes.theme.hairline, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if kind == "made":
            boxes = [QRectF(corner, QSizeF(card.made[1], card.made[0]))]
        else:
            size = QSizeF(card.patch[1] * card.patch_cell, card.patch[0] * card.patch_cell)
            count = len(self._patterns[channel].found.pictures)
            boxes = [QRectF(corner + QPointF(*card.patch_corner(index)), size) for index in range(count)]
        for box in boxes:
            painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _paint_heading(self, painter: QPainter, channel: int, room: QRectF) -> None:
        theme = self._themes.theme
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(tabular(heading_font()))
        painter.setPen(theme.text)
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, str(channel + 1))
        painter.setFont(tabular(caption_font()))
        painter.setPen(theme.text_dim)
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, self.words_of(channel))

    def words_of(self, channel: int) -> str:
        """Say in a line what is known of a channel."""
        words = [self._names[channel]] if channel in self._names else []
        patterns = self._patterns.get(channel)
        if patterns is not None:
            words.append(
                "no picture excites it"
                if patterns.found.is_dead
                else f"max {_short(patterns.found.values[0])}"
            )
            if patterns.step is not None:
                words.append(f"step {patterns.step}")
        if channel in self._dreams and self._dreams[channel][0].stuck[self._dreams[channel][1]]:
            words.append("no way up: its gradient is zero")
        return " · ".join(words)

    def _words_at(self, position: QPointF) -> str:
        geometry = self._geometry
        place = geometry.card_at(position.x(), position.y()) if geometry is not None else None
        if geometry is None or place is None:
            return ""
        channel, corner, card = self._order[place], geometry.corner(place), geometry.card
        x, y = position.x() - corner[0], position.y() - corner[1] - HEADING_PX
        name = f"{self._layer} · channel {channel + 1}"
        patterns = self._patterns.get(channel)
        if channel in self._dreams and x >= card.lefts[2] and 0 <= y < card.made[0]:
            dreams, at = self._dreams[channel]
            value = _short(dreams.values[self._ascent][at])
            return f"{name} · a picture made for it, which it answers with {value}"
        for left, what in zip(card.lefts[:2], ("patch", "what in it excites the channel"), strict=False):
            for index in range(0 if patterns is None else len(patterns.found.pictures)):
                px, py = card.patch_corner(index)
                h, w = (side * card.patch_cell for side in card.patch)
                if patterns is not None and left + px <= x < left + px + w and py <= y < py + h:
                    row, column = patterns.found.pixels[index]
                    value = _short(patterns.found.values[index])
                    number_of = patterns.found.pictures[index]
                    return f"{name} · {what} of picture {number_of} at ({row}, {column}) = {value}"
        return f"{name} · {self.words_of(channel)}"

    def _numbers(self) -> str:
        lines = ["channel\trank\tpicture\trow\tcolumn\tvalue"]
        for channel in self._order:
            if channel not in self._patterns:
                continue
            found = self._patterns[channel].found
            for rank, (picture, (row, column)) in enumerate(zip(found.pictures, found.pixels, strict=True)):
                lines.append(
                    f"{channel + 1}\t{rank + 1}\t{picture}\t{row}\t{column}\t{found.values[rank]:.6g}"
                )
        return "\n".join(lines) + "\n"

    def sizeHint(self) -> QSize:
        """Want room for two cards beside each other."""
        return QSize(760, 400)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cards that can be seen."""
        painter = QPainter(self)
        if self._geometry is None or not self._geometry.count:
            painter.setPen(self._themes.theme.text_dim)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _EMPTY)
            return
        for channel in self._order:
            if event.rect().intersects(self.box_of(channel)):
                self._paint_card(painter, channel)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put as many cards in a row as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out what is under the mouse."""
        self.hovered.emit(self._words_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Say nothing any more."""
        self.hovered.emit("")


def _short(value: float) -> str:
    return number(float(value)) if abs(value) < 1000 else short_number(float(value))
