"""The Inspector: what is selected, its numbers, and what they mean in one sentence."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.inspect.layer_facts import LayerFacts
from engine.inspect.tiles import Role, TileSet, channel_tiles, filter_tiles
from gui import inspector_words as words_of
from gui.inspector_card import CardView
from gui.inspector_layers import LayerTable
from gui.inspector_words import Words
from gui.theme import S1, S2, S3, S4, ThemeManager, answer_font, caption_font, heading_font, tabular
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.fact_list import FactList
from gui.widgets.histogram import Histogram
from gui.widgets.number_grid import NumberGrid
from gui.widgets.paced import Paced
from gui.widgets.thin_scroll import BAR_WIDTH, column_of
from gui.widgets.tool_button import ToolButton

# The narrowest at which a 3 × 3 filter shows its numbers, and its two buttons their words.
LEAST_WIDTH = 256
NOTHING = Words("Nothing selected", "", "", "Click a filter, a channel or a layer to look into it.")


class Inspector(QWidget):
    """Shows one thing at a time, told by its ``show_`` methods. GUI thread only.

    The picture follows every call; words, facts and histogram follow at a pace that can be read.
    """

    layer_chosen = Signal(str)
    """A layer was clicked in the table of layers."""
    pixel_chosen = Signal(object)
    """(row, column) of a cell that was clicked in the picture."""
    hovered = Signal(str)
    """The readout under the pointer, "" when it leaves."""
    copied = Signal(str)
    """Words about what was put on the clipboard."""
    close_requested = Signal()
    convolve_requested = Signal()
    """What is selected should be shown on Convolve."""

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setMinimumWidth(LEAST_WIDTH)
        self._subject: tuple[object, ...] = ()
        self._network_card: Mapping[str, object] | None = None
        self._make_words: Callable[[], Words] = lambda: NOTHING
        self._values: NDArray[np.float32] | None = None
        self._signed = True
        self._make_text: Callable[[], str] = str
        self._paced = Paced(self._write_words, parent=self)

        self._source = ElidedLabel(theme, dim=True)
        self._source.setFont(tabular(caption_font()))
        self._source.setObjectName("inspector_source")
        self._heading = _label(answer_font())
        self._subtitle = _label(caption_font(), dim=True)
        self._grid = NumberGrid(theme)
        self._question = _label(heading_font())
        self._sentence = _label(self.font())
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._layers = LayerTable(theme)
        self._facts = FactList(theme)
        self._values_title = _label(heading_font())
        self._values_title.setText("Values")
        self._histogram = Histogram(theme)
        self._card = CardView(theme)
        self._deeper = QPushButton("Show on Convolve")
        self._deeper.setObjectName("inspector_convolve")
        self._deeper.setToolTip("See how it comes about, position by position (V)")
        self._copy_numbers = QPushButton("Copy numbers")
        self._copy_numbers.setObjectName("copy_numbers")
        self._copy_picture = QPushButton("Copy picture")
        self._copy_picture.setObjectName("copy_picture")

        self._grid.hovered.connect(self.hovered)
        self._grid.cell_clicked.connect(self.pixel_chosen)
        self._layers.layer_chosen.connect(self.layer_chosen)
        self._card.hovered.connect(self.hovered)
        self._histogram.hovered.connect(self.hovered)
        self._deeper.clicked.connect(self.convolve_requested)
        self._copy_numbers.clicked.connect(self.copy_numbers)
        self._copy_picture.clicked.connect(self.copy_picture)
        self._lay_out(theme)
        self.clear()

    def _lay_out(self, theme: ThemeManager) -> None:
        title = _label(heading_font())
        title.setText("Inspector")
        close = ToolButton(theme, "close", "Close the inspector", key="I", parent=self)
        close.setObjectName("inspector_close")
        close.clicked.connect(self.close_requested)
        head = QHBoxLayout()
        head.setContentsMargins(S4, S2, S2, 0)
        head.setSpacing(S2)
        head.addWidget(title)
        head.addWidget(self._source)
        head.addStretch(1)
        head.addWidget(close)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(S4, S1, S4 - BAR_WIDTH, S4)
        column.setSpacing(S2)
        for widget, space in (
            (self._heading, 0),
            (self._subtitle, 0),
            (self._grid, S1),
            (self._question, S1),
            (self._sentence, 0),
            (self._layers, S1),
            (self._facts, S1),
            (self._values_title, S2),
            (self._histogram, 0),
            (self._card, S2),
        ):
            if space:
                column.addSpacing(space)
            column.addWidget(widget)
        column.addStretch(1)
        actions = QHBoxLayout()
        actions.setContentsMargins(S4, S2, S4, S3)
        actions.setSpacing(S2)
        actions.addWidget(self._copy_numbers, 1)
        actions.addWidget(self._copy_picture, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(column_of(content, theme), 1)
        deeper = QHBoxLayout()
        deeper.setContentsMargins(S4, S2, S4, 0)
        deeper.addWidget(self._deeper)
        layout.addLayout(deeper)
        layout.addLayout(actions)

    @property
    def heading(self) -> str:
        """What is shown, "conv1 · filter 3"."""
        return self._heading.text()

    @property
    def sentence(self) -> str:
        """What it is, in one sentence."""
        return self._sentence.text()

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """Names and values as they can be read now."""
        return self._facts.rows

    def show_source(self, words: str) -> None:
        """Say of which network it is, and at which step."""
        self._source.set_text(words)

    def show_filter(
        self,
        name: str,
        index: int,
        weight: NDArray[np.float32],
        bias: float | None,
        start: NDArray[np.float32] | None = None,
        *,
        pixel: tuple[int, int] | None = None,
        scale: float | None = None,
    ) -> None:
        """Show a filter.

        Parameters
        ----------
        name : str
            Its layer, "conv1".
        index : int
            The filter, counted from 0.
        weight : NDArray[np.float32]
            (input channels, kh, kw).
        bias : float or None
            None when the layer has none.
        start : NDArray[np.float32] or None
            The same weights when the run began.
        pixel : tuple of int or None
            Row and column of the selected cell.
        scale : float or None
            The weight drawn at full strength, as on the wall; from these weights when None.
        """
        tiles = filter_tiles(name, weight[None], scale)
        self._grid.show_tiles(tiles, f"{name} · filter {index + 1}", pixel)
        self._show(
            ("filter", name, index, pixel),
            lambda: words_of.filter_words(name, index, weight, bias, start, pixel),
            values=weight,
            text=lambda: words_of.numbers_text(weight),
        )

    def show_channel(
        self,
        name: str,
        index: int,
        values: NDArray[np.float32],
        pixel: tuple[int, int] | None = None,
        *,
        scale: float | None = None,
    ) -> None:
        """Show an output channel.

        Parameters
        ----------
        name : str
            Its layer, "relu1", or "input".
        index : int
            The channel, counted from 0.
        values : NDArray[np.float32]
            (h, w); the single value of a dense layer's unit as (1, 1).
        pixel : tuple of int or None
            Row and column of the selected position.
        scale : float or None
            The value drawn at full strength, as on the wall; from these values when None.
        """
        role: Role = "picture" if name == "input" else "activation"
        signed = words_of.is_signed(name)
        tiles = channel_tiles(name, values[None], signed, scale, role=role)
        self._grid.show_tiles(tiles, f"{name} · channel {index + 1}", pixel)
        self._show(
            ("channel", name, index, pixel),
            lambda: words_of.channel_words(name, index, values, pixel),
            values=values,
            signed=signed,
            text=lambda: words_of.numbers_text(values[None]),
        )

    def show_layer(
        self,
        facts: LayerFacts,
        weight: NDArray[np.float32] | None = None,
        start: NDArray[np.float32] | None = None,
    ) -> None:
        """Show a layer: shapes, the size formula, and its weights of any shape if given."""

        def make() -> Words:
            return words_of.layer_words(facts, weight, start)

        self._show(
            ("layer", facts.name),
            make,
            values=weight,
            text=lambda: words_of.facts_text(make()),
            grid=False,
        )

    def show_picture(self, name: str, picture: NDArray[np.float32], answer: str = "") -> None:
        """Show an input picture.

        Parameters
        ----------
        name : str
            "my drawing" or "digit 4711".
        picture : NDArray[np.float32]
            (c, h, w), 0 to 1.
        answer : str
            What the network says about it, "7 · 99.9 %".
        """
        tiles = TileSet(name, picture[None], "picture", False, 1.0, ("",), name, "")
        self._grid.show_tiles(tiles, name)
        self._show(
            ("picture", name),
            lambda: words_of.picture_words(name, picture, answer),
            values=picture,
            signed=False,
            text=lambda: words_of.numbers_text(picture),
        )

    def show_network(
        self,
        rows: Sequence[LayerFacts],
        card: Mapping[str, object] | None = None,
        name: str = "Network",
    ) -> None:
        """Show the whole network: nothing in it is selected.

        Parameters
        ----------
        rows : Sequence[LayerFacts]
            From `engine.inspect.layer_facts.layer_facts`.
        card : Mapping[str, object] or None
            See `CardView.show_card`.
        name : str
            The network's name, where the card has none.
        """
        name = str(card["name"]) if card and "name" in card else name
        subject = ("network", name, card is not None, tuple(rows))
        if subject == self._subject and card is self._network_card:
            # It comes with every frame, and nothing of it changes while a network learns.
            return
        self._network_card = card
        self._layers.set_rows(rows)
        if card is not None:
            self._card.show_card(card)
        self._show(
            subject,
            lambda: words_of.network_words(name, rows),
            text=lambda: words_of.layers_text(rows),
            grid=False,
            layers=True,
            card=card is not None,
        )

    def offer_convolve(self, offered: bool) -> None:
        """Offer to show what is selected on Convolve, or take the offer back."""
        self._deeper.setVisible(offered)

    def clear(self) -> None:
        """Show that there is nothing to look into."""
        self._show((), lambda: NOTHING, grid=False)

    def copy_numbers(self) -> None:
        """Put the numbers on the clipboard as tab-separated text."""
        text = self._make_text()
        if text:
            QGuiApplication.clipboard().setText(text)
            self.copied.emit(f"Numbers of {self.heading} copied")

    def copy_picture(self) -> None:
        """Put the picture on the clipboard at twice its size."""
        QGuiApplication.clipboard().setPixmap(self.picture())
        self.copied.emit(f"Picture of {self.heading} copied")

    def picture(self) -> QPixmap:
        """Return what is shown as a picture: the grid, or the whole panel where there is none."""
        return self.grab() if self._grid.isHidden() else self._grid.picture()

    def _show(
        self,
        subject: tuple[object, ...],
        make_words: Callable[[], Words],
        *,
        values: NDArray[np.float32] | None = None,
        signed: bool = True,
        text: Callable[[], str] = str,
        grid: bool = True,
        layers: bool = False,
        card: bool = False,
    ) -> None:
        self._make_words = make_words
        self._values = values
        self._signed = signed
        self._make_text = text
        if subject == self._subject and subject:
            self._paced.request()
            return
        self._subject = subject
        self._histogram.clear()
        self._grid.setVisible(grid)
        self._layers.setVisible(layers)
        self._card.setVisible(card)
        self._histogram.setVisible(values is not None)
        self._values_title.setVisible(values is not None)
        self._copy_numbers.setVisible(bool(subject))
        self._copy_picture.setVisible(bool(subject))
        self._paced.call_now()

    def _write_words(self) -> None:
        words = self._make_words()
        for label, text in (
            (self._heading, words.heading),
            (self._subtitle, words.subtitle),
            (self._question, words.question),
            (self._sentence, words.sentence),
        ):
            if label.text() != text:
                label.setText(text)
                label.setVisible(bool(text))
        self._facts.set_rows(words.facts)
        self._facts.setVisible(bool(words.facts))
        if self._values is not None:
            self._histogram.show_values(self._values, signed=self._signed)


def _label(font: QFont, *, dim: bool = False) -> QLabel:
    label = QLabel()
    label.setFont(font)
    label.setWordWrap(True)
    if dim:
        label.setProperty("role", "dim")
    return label
