"""The filters of a layer side by side, each with its kernel and its output channel."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from engine.inspect.words import MINUS
from engine.lab.values import LayerResult
from gui.numbers import localised
from gui.pages.convolve.card_area import CardArea
from gui.pages.convolve.card_heading import HEADING_PX, CardHeading
from gui.pages.convolve.card_painting import CardPictures
from gui.pages.convolve.kernel_mime import clipboard_kernel, kernel_mime, numbers_text
from gui.palettes import Lut
from gui.theme import S1, S2, ThemeManager
from gui.widgets.caption_line import Legend
from gui.widgets.copy_keys import COPY_SCALE, CopyKeys
from gui.widgets.paced import Paced
from gui.widgets.tool_button import ToolButton

_LAST_ONE = "A layer keeps at least one filter."


class FilterCards(QWidget):
    """One card per filter of a layer. GUI thread only.

    Keeps no selection: it tells what was chosen and outlines what it is told.
    """

    filter_chosen = Signal(int)
    filter_activated = Signal(int)
    """A card was double-clicked, or Enter pressed on it."""
    pixel_chosen = Signal(int, int, int)
    """Filter, row and column of an output pixel."""
    kernel_dropped = Signal(int, str, object)
    """A kernel ``(slices, kh, kw)`` with its name is to take the place of a filter's."""
    kernel_added = Signal(str, object)
    """A kernel with its name is to become a further filter."""
    add_requested = Signal()
    duplicate_requested = Signal(int)
    remove_requested = Signal(int)
    hovered = Signal(str)
    """The readout under the pointer, "" when it leaves."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._shown: tuple[LayerResult, int, bool, float, float, bool, int | None] | None = None
        self._heading = CardHeading(themes)
        self._area = CardArea(themes)
        self._add = ToolButton(themes, "add", "Add a filter: one more output channel", key="+")
        self._duplicate = ToolButton(themes, "duplicate", "Duplicate the chosen filter", key="Ctrl+D")
        self._remove = ToolButton(themes, "clear", "Remove the chosen filter", key="Del")
        self._described = Paced(self._describe, parent=self)
        self._build()
        self._add.clicked.connect(self.add_requested)
        self._duplicate.clicked.connect(lambda: self.duplicate_requested.emit(self.selected))
        self._remove.clicked.connect(lambda: self.remove_requested.emit(self.selected))
        self._area.filter_chosen.connect(self.filter_chosen)
        self._area.filter_activated.connect(self.filter_activated)
        self._area.pixel_chosen.connect(self.pixel_chosen)
        self._area.kernel_dropped.connect(self.kernel_dropped)
        self._area.kernel_added.connect(self.kernel_added)
        self._area.hovered.connect(self.hovered)
        self._area.menu_wanted.connect(self._on_menu_wanted)
        self._area.installEventFilter(self)
        self._copy = CopyKeys(self._area, self.picture, self._numbers, menu="none")
        self.setFocusProxy(self._area)
        themes.changed.connect(self._on_theme_changed)
        self._refresh_buttons()

    @property
    def selected(self) -> int:
        """The card that is outlined."""
        return 0 if self._shown is None else self._shown[1]

    @property
    def area(self) -> CardArea:
        """The cards themselves."""
        return self._area

    @property
    def heading(self) -> CardHeading:
        """The lines over the cards."""
        return self._heading

    def show_cards(
        self,
        result: LayerResult,
        selected: int,
        *,
        classic: bool = False,
        weight_scale: float,
        output_scale: float,
        show_relu: bool = False,
        filled: int | None = None,
    ) -> None:
        """Show a layer's filters with their output channels; cheap enough for every frame.

        Parameters
        ----------
        result : LayerResult
        selected : int
            The filter that is outlined.
        classic : bool
            −1 black, 0 grey, 1 white, in place of the signed colours.
        weight_scale, output_scale : float
            The numbers at full strength, > 0.
        show_relu : bool
            Show output channels after the ReLU.
        filled : int or None
            How many positions, row by row, are computed; the others are hatched. None: all.
        """
        before = self._count(), self.selected
        self._shown = (result, selected, classic, weight_scale, output_scale, show_relu, filled)
        theme = self._themes.theme
        weights: Lut = theme.classic_lut if classic else theme.weight_lut
        outputs: Lut = theme.classic_lut if classic else theme.output_lut
        pictures = CardPictures(
            result, weights, outputs, weight_scale, output_scale, show_relu=show_relu, filled=filled
        )
        if self._area.pictures is not None:
            pictures.take_over(self._area.pictures)
        legends = (("weights", _legend(weights, weight_scale)), ("outputs", _legend(outputs, output_scale)))
        self._heading.show_layer(result.layer, legends)
        self._area.show_pictures(pictures, selected)
        if (self._count(), selected) == before:
            self._described.request()
        else:
            self._described.call_now()
            self._refresh_buttons()

    def clear(self) -> None:
        """Show no cards."""
        self._shown = None
        self._heading.show_layer(None)
        self._area.show_pictures(None, 0)
        self._refresh_buttons()

    def picture(self) -> QImage:
        """Draw the heading and the cards in view anew at twice the size."""
        image = QImage(self.size() * COPY_SCALE, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(self._themes.theme.panel)
        with QPainter(image) as painter:
            painter.scale(COPY_SCALE, COPY_SCALE)
            self._heading.paint(painter)
            painter.translate(self._area.pos())
            painter.scale(1 / COPY_SCALE, 1 / COPY_SCALE)
            self._area.paint_copy(painter, COPY_SCALE)
        return image

    def make_menu(self, card: int | None) -> QMenu:
        """Make the menu of a card, or of the room beside the cards.

        It stays open while results come: what it asks for a filter that has gone, it asks for nobody.
        """
        menu = QMenu(self)
        menu.addAction("Add filter", QKeySequence("+"), self.add_requested.emit)
        pasted = clipboard_kernel()
        if card is None:
            paste = menu.addAction("Paste kernel as a new filter")
            if pasted is not None:
                paste.triggered.connect(partial(self.kernel_added.emit, *pasted))
        else:
            place = card

            def ask(signal: Callable[..., None], *values: object) -> Callable[[], None]:
                return lambda: signal(place, *values) if place < self._count() else None

            menu.addAction("Duplicate", QKeySequence("Ctrl+D"), ask(self.duplicate_requested.emit))
            remove = menu.addAction("Remove", QKeySequence("Del"), ask(self.remove_requested.emit))
            remove.setEnabled(self._count() > 1)
            menu.addSeparator()
            menu.addAction("Open", QKeySequence("Enter"), ask(self.filter_activated.emit))
            menu.addAction("Copy kernel", ask(self.copy_kernel))
            paste = menu.addAction("Paste kernel", QKeySequence.StandardKey.Paste)
            if pasted is not None:
                paste.triggered.connect(ask(self.kernel_dropped.emit, *pasted))
        paste.setEnabled(pasted is not None)
        menu.addSeparator()
        self._copy.add_to(menu)
        return menu

    def copy_kernel(self, card: int) -> None:
        """Put a filter's kernel on the clipboard."""
        if self._shown is not None and self._area.pictures is not None:
            one = self._shown[0].layer.filters[card]
            self._area.pictures.prepare(range(card, card + 1))
            mime = kernel_mime(one.name, one.weight, self._area.pictures.kernels(card)[0])
            QGuiApplication.clipboard().setMimeData(mime)

    def _build(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(0)
        line.addWidget(self._heading, 1)
        line.addSpacing(S2)
        for button in (self._add, self._duplicate, self._remove):
            button.setFixedSize(HEADING_PX - S1, HEADING_PX - S1)
            line.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addLayout(line)
        column.addWidget(self._area, 1)

    def _count(self) -> int:
        return 0 if self._shown is None else len(self._shown[0].layer.filters)

    def _describe(self) -> None:
        self._area.setAccessibleName(self._heading.title)
        if self._shown is not None:
            name = self._shown[0].layer.filters[self.selected].name
            self._area.setAccessibleDescription(
                f"{name}, filter {self.selected + 1}. Arrow keys choose a filter, Enter opens it."
            )

    def _refresh_buttons(self) -> None:
        self._add.set_available(self._count() > 0)
        self._duplicate.set_available(self._count() > 0)
        self._remove.set_available(self._count() > 1, _LAST_ONE)

    def _numbers(self) -> str:
        """Write the chosen filter and its output channel, separated by empty lines."""
        if self._shown is None:
            return ""
        one = self._shown[0].layer.filters[self.selected]
        maps = self._shown[0].activated if self._shown[5] else self._shown[0].outputs
        return "\n\n".join(
            [
                f"{one.name}, {len(one.weight)} slices" if len(one.weight) > 1 else one.name,
                numbers_text(one.weight),
                *([f"bias\t{one.bias:.6g}"] if self._shown[0].layer.has_bias else []),
                f"output channel {self.selected + 1}",
                numbers_text(maps[self.selected][None]),
            ]
        )

    def _on_menu_wanted(self, card: int | None, place: QPoint) -> None:
        if card is not None and card != self.selected:
            self.filter_chosen.emit(card)
        menu = self.make_menu(card)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _on_theme_changed(self) -> None:
        if self._shown is not None:
            result, selected, classic, weight_scale, output_scale, show_relu, filled = self._shown
            self.show_cards(
                result,
                selected,
                classic=classic,
                weight_scale=weight_scale,
                output_scale=output_scale,
                show_relu=show_relu,
                filled=filled,
            )

    def _on_key(self, event: QKeyEvent, *, act: bool) -> bool:
        """Do what a key of ours stands for, or only tell whether it is one."""
        if self._shown is None:
            return False
        pasted = None
        if event.matches(QKeySequence.StandardKey.Paste):
            pasted = clipboard_kernel()
            if pasted is None:
                return False
        adds = event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Insert)
        duplicates = event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        removes = event.key() == Qt.Key.Key_Delete
        if not (pasted or adds or duplicates or removes):
            return False
        if act and pasted is not None:
            self.kernel_dropped.emit(self.selected, *pasted)
        elif act and adds:
            self.add_requested.emit()
        elif act and duplicates:
            self.duplicate_requested.emit(self.selected)
        elif act and self._count() > 1:
            self.remove_requested.emit(self.selected)
        return True

    def sizeHint(self) -> QSize:
        """Want room for the four edge filters."""
        return QSize(520, 200)

    def minimumSizeHint(self) -> QSize:
        """Shrink to a row of one small card."""
        return QSize(240, 140)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Keep our keys from the menu bar, and act on them."""
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.ShortcutOverride and self._on_key(event, act=False):
            event.accept()
            return True
        return event.type() == QEvent.Type.KeyPress and self._on_key(event, act=True)


def _legend(lut: Lut, scale: float) -> Legend:
    text = localised(f"{scale:.3g}")
    return Legend(lut, f"{MINUS}{text}", f"+{text}")
