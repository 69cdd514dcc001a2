"""Channels of a layer: what any layer makes of the present drawing, large, in an order of choice."""

from dataclasses import replace

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QImage, QPainter, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from engine.inspect.channels import arranged, by_size, layer_signs, maps_of, silent_channels
from engine.inspect.tiles import Role, channel_tiles
from engine.inspect.words import plural, shape_text
from gui.newest import NewestWorker
from gui.pages.inside.channel_measures import Asked, Measured, measure
from gui.pages.inside.channel_scales import ChannelScales
from gui.pages.inside.channel_tools import ChannelTools, ScaleLine, Shown
from gui.pages.inside.channel_wall import ChannelWall
from gui.pages.inside.channel_words import activity_captions, channel_table, is_of_units, noun
from gui.pages.inside.part import Part, View
from gui.pages.inside.pins import PinBoard, pin_layer
from gui.theme import S1, ThemeManager
from gui.widgets.caption_line import CaptionLine
from gui.widgets.copy_keys import COPY_SCALE, CopyKeys
from gui.widgets.paced import Paced
from gui.widgets.thin_scroll import make_thin

# Importance goes back through the network, names read every filter: twice a second is enough for a training.
SELDOM_MS = 500
_EMPTY = "Draw a digit: what the layer makes of it appears here"


class ChannelsPart(Part):
    """The wall of a layer's channels, its tools and its worker. GUI thread only.

    Parameters
    ----------
    themes
        Shared with the window.
    pins
        Which channels stand first; shared with the pattern wall.
    """

    def __init__(self, themes: ThemeManager, pins: PinBoard, parent: QWidget | None = None) -> None:
        self._choices = ChannelTools()
        super().__init__(self._choices, parent)
        self._themes, self._pins = themes, pins
        self._view: View | None = None
        self._in_front = False
        self._network = ""
        self._signs: dict[str, bool] = {}
        self._layer = ""
        self._scales = ChannelScales()
        # The channels in the order as it was when it was chosen; None before there was something to go by.
        self._sorted: tuple[int, ...] | None = None
        self._hidden: frozenset[int] = frozenset()
        self._turn = 0
        self._waits = False
        self._asked: Asked | None = None
        self._measured: Measured | None = None
        self.wall = ChannelWall(themes)
        self.wall.setObjectName("channel_wall")
        self.scale = ScaleLine(themes)
        self._worker: NewestWorker[Asked] = NewestWorker(measure, "channels", self)
        self._worker.made.connect(self._on_measured)
        self._texts = Paced(self._write_texts, parent=self)
        self._asks = Paced(self._ask, SELDOM_MS, parent=self)
        self._area = _Area(self.wall, themes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addWidget(self._area, 1)
        column.addWidget(self.scale)
        CopyKeys(self.wall, self.picture, self._numbers, menu="none")
        self._choices.layer_chosen.connect(self.layer_chosen)
        self._choices.order_chosen.connect(self._put_in_order)
        self._choices.hiding_changed.connect(self._on_hiding_changed)
        self.scale.scope_chosen.connect(self._show_tiles)
        self.scale.fit_wanted.connect(self._fit_scale)
        self.scale.hovered.connect(self.hovered)
        pins.changed.connect(self._arrange)
        themes.changed.connect(lambda theme: self._show_tiles())
        self.wall.hovered.connect(self.hovered)
        self.wall.channel_clicked.connect(self._on_channel_clicked)
        self.wall.channel_activated.connect(lambda channel: self.tile_activated.emit())
        self.wall.menu_requested.connect(self.menu_requested)
        self.wall.pin_toggled.connect(self._on_pin_toggled)

    @property
    def is_settled(self) -> bool:
        """Whether the order that was asked for is there."""
        return self._worker.is_idle

    def show_view(self, view: View) -> None:
        """Show the channels of the selected layer."""
        self._view, self._in_front = view, True
        frame, key = view.frame, view.frame.subject.key
        if key != self._network:
            self._network, self._layer = key, ""
            self._signs = layer_signs(frame.spec, frame.activations)
            self._scales.forget()
            self._choices.show_layers(list(self._signs))
        layer = self._layer_of(view)
        if layer != self._layer:
            self._layer, self._sorted, self._measured = layer, None, None
            self._hidden, self._waits = frozenset(), False
            self._turn += 1
            self._choices.show_layer(layer)
            self.wall.show_captions(())
        if frame.verdict.kind == "blank":
            self.wall.show_nothing(_EMPTY)
            self.scale.show_nothing()
            self.captioned.emit(self._title, "nothing is drawn yet")
            return
        self._show_tiles()
        if self._sorted is None:
            self._put_in_order()
        self._select(view)
        self._texts.request()
        if self._choices.order in ("importance", "name"):
            self._asks.request()

    def rest(self) -> None:
        """Write nothing more: the line above is another part's."""
        self._in_front = False

    def close_worker(self) -> None:
        """End the thread."""
        self._worker.close()

    def picture(self) -> QImage:
        """Draw all that the wall shows, also what is scrolled away, with its title and legend, at 2×."""
        line = CaptionLine(self._themes, indent=S1)
        tiles = self.wall.tiles
        if tiles is not None:
            line.set_text(self._title, self.scale.words)
            line.set_legend(self.scale.legend)
        line.resize(self.wall.width(), line.height())
        image = QImage(
            (self.wall.size() + QSize(0, line.height())) * COPY_SCALE,
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        image.setDevicePixelRatio(COPY_SCALE)
        image.fill(self._themes.theme.window)
        painter = QPainter(image)
        line.paint(painter)
        self.wall.render(painter, QPoint(0, line.height()))
        painter.end()
        return image

    def _layer_of(self, view: View) -> str:
        """The layer that is selected, or its convolution where its own values are no picture."""
        for name in (view.selection.layer, view.layer):
            if name in self._signs:
                return name
        return next(iter(self._signs))

    @property
    def _title(self) -> str:
        """The layer, and how many of its channels are shown."""
        assert self._view is not None
        maps = maps_of(self._view.frame.activations[self._layer])
        count, shown = len(maps), len(self.wall.order)
        single = maps.shape[1:] == (1, 1)
        what = plural(count, "unit" if single else "channel")
        if self.wall.tiles is not None and shown < count:
            return f"{self._layer} · {shown} of {what}"
        return (
            f"{self._layer} · {what}" if single else f"{self._layer} · {what} of {shape_text(maps.shape[1:])}"
        )

    def _show_tiles(self) -> None:
        """Paint the channels of the present frame; cheap enough for every frame."""
        if self._view is None or self._view.frame.verdict.kind == "blank":
            return
        values, layer = self._view.frame.activations, self._layer
        maps, scope = maps_of(values[layer]), self._scope
        scale = 1.0
        if scope in ("layer", "network"):
            before_logits = self._view.frame.spec.layer_names[:-1]
            scale = self._scales.of_layers((layer,) if scope == "layer" else before_logits, values)
        role: Role = "picture" if scope == "paper" else "activation"
        tiles = channel_tiles(layer, maps, self._signs[layer], scale, ("",) * len(maps), role=role)
        if scope == "unit":
            tiles = replace(tiles, scales=self._scales.of_units(layer, values))
        self.wall.show_tiles(tiles)
        self.scale.show_scale(tiles, scope)

    @property
    def _scope(self) -> Shown:
        """What has one scale in common; a picture's is always 0 to 1, that of logits only their own."""
        assert self._view is not None
        if self._layer == "input":
            return "paper"
        scope, last = self.scale.scope, self._view.frame.spec.layer_names[-1]
        # Logits are many times as large as what comes before them, of which little could be seen then.
        return "layer" if scope == "network" and self._layer == last else scope

    def _fit_scale(self) -> None:
        self._scales.forget()
        self._show_tiles()

    def _select(self, view: View) -> None:
        """Outline what is selected, where it belongs to this layer, and bring it into sight."""
        selection, before = view.selection, self.wall.selected
        channel = selection.channel if selection.layer == self._layer else None
        # The cells of a filter are no pixels of its output.
        self.wall.set_selected(channel, None if selection.kind == "filter" else selection.pixel)
        if channel is not None and channel != before:
            box = self.wall.box_of(channel)
            if not box.isEmpty():
                self._area.ensureVisible(box.center().x(), box.center().y(), 0, box.height() // 2 + S1)

    def _write_texts(self) -> None:
        """Write what is slower than the pixels: what stands on the channels, and the line above."""
        view, tiles = self._view, self.wall.tiles
        if view is None or tiles is None or not self._in_front:
            return
        maps = tiles.maps[:, 0]
        activity = activity_captions(maps)
        measured = self._measured.captions if self._measured is not None else ()
        self.wall.show_captions(
            tuple(own or other for own, other in zip(measured, activity, strict=True))
            if measured
            else activity
        )
        self.wall.setAccessibleName(self._title)
        silent = len(silent_channels(maps))
        words = [f"P pins the selected {noun(tiles)}"]
        words += [f"{silent} silent here"] if silent and not is_of_units(tiles) else []
        self.captioned.emit(self._title, " · ".join([*words, f"{tiles.detail} here"]))

    def _put_in_order(self) -> None:
        """Put the channels in the chosen order, by what they are at this moment."""
        view = self._view
        if view is None or view.frame.verdict.kind == "blank":
            self._sorted = None
            return
        self._turn += 1
        maps = maps_of(view.frame.activations[self._layer])
        self._find_hidden()
        self._waits, self._measured = False, None
        self.wall.set_named(self._choices.order == "name")
        match self._choices.order:
            case "number":
                self._sorted = tuple(range(len(maps)))
            case "activity":
                self._sorted = tuple(by_size(maps.max(axis=(1, 2))))
            case _:
                # Until it is found out they stay as they are.
                self._sorted = self._sorted or tuple(range(len(maps)))
                self._waits = True
                self._asks.call_now()
        self._arrange()
        self._texts.call_now()

    def _find_hidden(self) -> None:
        assert self._view is not None
        silent = silent_channels(maps_of(self._view.frame.activations[self._layer]))
        self._hidden = silent if self._choices.hides_silent else frozenset()

    def _on_hiding_changed(self) -> None:
        if self._view is None or self._view.frame.verdict.kind == "blank":
            self._sorted = None
        else:
            self._find_hidden()
            self._arrange()
            self._texts.call_now()

    def _arrange(self) -> None:
        """Show the channels in their order, the pinned ones first."""
        if self._view is not None and self._sorted is not None:
            pinned = self._pins.of(pin_layer(self._view.frame.spec, self._layer))
            self.wall.show_order(arranged(self._sorted, pinned, self._hidden), pinned)

    def _ask(self) -> None:
        order, view = self._choices.order, self._view
        if view is None or view.frame.verdict.kind == "blank" or order not in ("importance", "name"):
            return
        old, asked = self._asked, Asked(view.frame, self._layer, order, self._turn)
        if old is None or old.frame is not asked.frame or old.turn != asked.turn:
            self._asked = asked
            self._worker.request(asked)

    def _on_measured(self, found: object) -> None:
        assert isinstance(found, Measured)
        if found.asked.turn != self._turn:
            # Of another layer, or of an order that is no longer wanted.
            return
        self._measured = found
        if self._waits:
            self._waits, self._sorted = False, found.order
            self._arrange()
        self._texts.request()

    def _numbers(self) -> str:
        tiles = self.wall.tiles
        return channel_table(tiles, self.wall.order) if tiles is not None else ""

    def _on_channel_clicked(self, channel: int, pixel: object) -> None:
        self.tile_chosen.emit(self._layer, "channel", channel, pixel)

    def _on_pin_toggled(self, channel: int) -> None:
        if self._view is not None:
            self._pins.toggle(pin_layer(self._view.frame.spec, self._layer), channel)


class _Area(QScrollArea):
    """Scrolls the wall, and tells it how much of it can be seen at once."""

    def __init__(self, wall: ChannelWall, themes: ThemeManager) -> None:
        super().__init__()
        self._wall = wall
        make_thin(self, themes)
        self.setWidget(wall)
        self.viewport().setAutoFillBackground(False)
        wall.setAutoFillBackground(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wall.set_room(self.viewport().size())
