"""Paints cards of filters: name, kernel and output channel, from pictures that are made once per result."""

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QFontInfo, QFontMetricsF, QImage, QPainter, QPen

from engine.inspect.words import shape_text
from engine.lab.values import Filter, LayerResult
from gui.numbers import local_number
from gui.pages.convolve.card_layout import MOST_SLICES, CardLayout
from gui.pages.convolve.map_image import entry_images, map_entries
from gui.palettes import GAP_INDEX, Lut
from gui.theme import RADIUS, S1, Theme, caption_font, mixed

SEPARATOR = " · "
_SMALLEST_TEXT_PX = 11
_SELECTED_PX, _HOVER_PX = 2.0, 1.0


class CardPictures:
    """The pictures of one result, one pixel per number. GUI thread only.

    Parameters
    ----------
    result : LayerResult
        What to show.
    weight_lut, output_lut : Lut
        Signed colour tables.
    weight_scale, output_scale : float
        The numbers at full strength.
    show_relu : bool
        Whether output channels are shown after the ReLU.
    filled : int or None
        How many positions, row by row, are computed; the others are left transparent. None: all.
    """

    def __init__(
        self,
        result: LayerResult,
        weight_lut: Lut,
        output_lut: Lut,
        weight_scale: float,
        output_scale: float,
        *,
        show_relu: bool,
        filled: int | None,
    ) -> None:
        self.result = result
        self.maps = result.activated if show_relu else result.outputs
        self.filled = filled
        self._luts = (weight_lut, output_lut)
        self._scales = (weight_scale, output_scale)
        self._kernels: dict[int, list[QImage]] = {}
        self._outputs: dict[int, QImage] = {}

    def take_over(self, old: "CardPictures") -> None:
        """Take over the pictures from before of what has not changed."""
        before, now = old.result.layer.filters, self.result.layer.filters
        if (old._luts[0] is self._luts[0]) and old._scales[0] == self._scales[0]:
            for index, images in old._kernels.items():
                if index < len(now) and before[index].weight is now[index].weight:
                    self._kernels[index] = images
        same_look = old._luts[1] is self._luts[1] and old._scales[1] == self._scales[1]
        if same_look and old.maps is self.maps and old.filled == self.filled:
            self._outputs = old._outputs

    def prepare(self, cards: range) -> None:
        """Make what is missing of a range of cards, all output channels in one go."""
        missing = [index for index in cards if index not in self._outputs]
        if missing:
            first, last = missing[0], missing[-1] + 1
            entries = map_entries(self.maps[first:last], self._scales[1], signed=True)
            if self.filled is not None:
                entries.reshape(last - first, -1)[:, max(0, self.filled) :] = GAP_INDEX
            for place, image in enumerate(entry_images(entries, self._luts[1])):
                self._outputs[first + place] = image
        bare = [index for index in cards if index not in self._kernels]
        if bare:
            filters = self.result.layer.filters
            weights = np.concatenate([filters[index].weight[:MOST_SLICES] for index in bare])
            images = entry_images(map_entries(weights, self._scales[0], signed=True), self._luts[0])
            slices = len(images) // len(bare)
            for place, index in enumerate(bare):
                self._kernels[index] = images[place * slices : (place + 1) * slices]

    def kernels(self, index: int) -> list[QImage]:
        """The slices of a card that was prepared."""
        return self._kernels[index]

    def output(self, index: int) -> QImage:
        """The output channel of a card that was prepared."""
        return self._outputs[index]


class CardPainter:
    """Paints the cards of one layout with a painter that counts device pixels. GUI thread only."""

    def __init__(self, painter: QPainter, layout: CardLayout, theme: Theme) -> None:
        self._painter = painter
        self._layout = layout
        self._theme = theme
        self._font = caption_font()
        size = max(_SMALLEST_TEXT_PX, QFontInfo(self._font).pixelSize())
        self._font.setPixelSize(round(size * layout.dpr))
        self._metrics = QFontMetricsF(self._font)
        self._frame_colour = mixed(theme.hairline, theme.text, 0.12)

    def card(
        self, index: int, pictures: CardPictures, *, selected: bool, pointed: bool, focused: bool = False
    ) -> None:
        """Paint a card at its place."""
        painter, layout = self._painter, self._layout
        rect = layout.card(index)
        self._ground(rect, selected=selected, pointed=pointed, focused=focused)
        painter.translate(rect.topLeft())
        one = pictures.result.layer.filters[index]
        self._caption(one)
        output = QRectF(*layout.output_rect)
        self._output(output, pictures.output(index), partly=pictures.filled is not None)
        for place, image in enumerate(pictures.kernels(index)):
            target = layout.kernel_rect(place)
            painter.drawImage(target, image)
            self._frame(target)
        self._note(one, has_bias=pictures.result.layer.has_bias)
        painter.translate(-rect.topLeft())

    def drop_mark(self, rect: QRectF) -> None:
        """Show that a kernel would be dropped here."""
        line = _SELECTED_PX * self._layout.dpr
        pen = QPen(self._theme.accent, line, Qt.PenStyle.DashLine)
        self._painter.setPen(pen)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = RADIUS * self._layout.dpr
        self._painter.drawRoundedRect(rect.adjusted(line, line, -line, -line), radius, radius)

    def cell_mark(self, index: int, row: int, column: int) -> None:
        """Outline one number of an output channel."""
        cell = self._layout.output_cell(row, column).translated(self._layout.card(index).topLeft())
        line = max(1.0, round(self._layout.dpr))
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._painter.setPen(QPen(self._theme.text, line, j=Qt.PenJoinStyle.MiterJoin))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRect(cell.adjusted(-line / 2, -line / 2, line / 2, line / 2))

    def _ground(self, rect: QRectF, *, selected: bool, pointed: bool, focused: bool) -> None:
        theme, painter, dpr = self._theme, self._painter, self._layout.dpr
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        line = (_SELECTED_PX if selected else _HOVER_PX) * dpr
        colour = theme.hairline
        if selected:
            colour = theme.accent
        elif pointed:
            colour = mixed(theme.hairline, theme.text, 0.5)
        painter.setPen(QPen(colour, line))
        painter.setBrush(theme.raised if pointed or selected else mixed(theme.panel, theme.raised, 0.5))
        # A thick line grows outwards: what is on the card stays where it is.
        out = line / 2 if selected else -line / 2
        painter.drawRoundedRect(rect.adjusted(-out, -out, out, out), RADIUS * dpr, RADIUS * dpr)
        if focused:
            # A second line within says that keys go here.
            inner = 1.5 * dpr
            painter.setPen(QPen(mixed(theme.accent, theme.raised, 0.35), dpr))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(inner, inner, -inner, -inner), 2 * dpr, 2 * dpr)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _caption(self, one: Filter) -> None:
        theme, painter, metrics = self._theme, self._painter, self._metrics
        room = self._layout.caption
        base = round(room.center().y() + metrics.capHeight() / 2)
        painter.setFont(self._font)
        shape = shape_text(one.weight.shape[1:])
        right = room.right() - metrics.horizontalAdvance(shape)
        width = room.width()
        if metrics.horizontalAdvance(one.name) + S1 * self._layout.dpr <= right - room.left():
            painter.setPen(theme.text_dim)
            painter.drawText(QPointF(right, base), shape)
        name = one.name
        if metrics.horizontalAdvance(name) > width and SEPARATOR in name:
            # Of "conv1 · 3" the number tells the cards apart.
            name = name.split(SEPARATOR, 1)[1]
        painter.setPen(theme.text)
        if metrics.horizontalAdvance(name) > width and room.height() >= 2 * metrics.ascent():
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            if metrics.boundingRect(room, int(left), name).height() <= room.height():
                painter.drawText(room, left, name)
                return
        name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QPointF(room.left(), base), name)

    def _output(self, rect: QRectF, image: QImage, *, partly: bool) -> None:
        painter, theme = self._painter, self._theme
        if partly:
            # What is not computed yet is hatched: no number looks like that.
            painter.fillRect(rect, theme.window)
            hatch = QBrush(mixed(theme.window, theme.text, 0.14), Qt.BrushStyle.BDiagPattern)
            painter.fillRect(rect, hatch)
        smaller = rect.width() < image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smaller)
        painter.drawImage(rect, image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        self._frame(rect)

    def _frame(self, rect: QRectF) -> None:
        """Paint a hairline round a map: zero may be the colour of the card."""
        line = max(1, round(self._layout.dpr))
        colour = self._frame_colour
        left, top = round(rect.left()), round(rect.top())
        width, height = round(rect.width()), round(rect.height())
        if line == 1:
            self._painter.setPen(colour)
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.drawRect(left - 1, top - 1, width + 1, height + 1)
            return
        for edge in (
            QRect(left - line, top - line, width + 2 * line, line),
            QRect(left - line, top + height, width + 2 * line, line),
            QRect(left - line, top, line, height),
            QRect(left + width, top, line, height),
        ):
            self._painter.fillRect(edge, colour)

    def _note(self, one: Filter, *, has_bias: bool) -> None:
        """Say how many slices are not drawn, or else the bias, where there is room."""
        room, metrics = self._layout.note, self._metrics
        hidden = self._layout.slices - len(self._layout.kernel_corners)
        if hidden <= 0 and not has_bias:
            return
        under = room.left() == self._layout.caption.left()
        lines = [f"+{hidden}"] if hidden > 0 else [f"bias {local_number(one.bias)}"]
        if under and hidden <= 0:
            lines = lines[0].split(" ")
        width = max(metrics.horizontalAdvance(line) for line in lines)
        if width > room.width() or metrics.capHeight() + metrics.height() * (len(lines) - 1) > room.height():
            return
        where = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        if under:
            where = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        elif hidden > 0:
            where = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        self._painter.setFont(self._font)
        self._painter.setPen(self._theme.text_dim)
        self._painter.drawText(room, where, "\n".join(lines))
