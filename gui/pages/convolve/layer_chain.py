"""The chain of layers with the button that feeds the last one's channels to another."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from engine.inspect.words import plural
from engine.lab import RunResult
from gui.icons import icon
from gui.pages.convolve.chain_layout import BAR_PX
from gui.pages.convolve.chain_painting import ChainLook
from gui.pages.convolve.chain_strip import HEIGHT, SLIM_HEIGHT, ChainStrip
from gui.theme import S2, ThemeManager, mixed

_ICON_PX = 20
_BUTTON_HEIGHT = 28
_BETWEEN = 2


class LayerChain(QWidget):
    """Shows picture, layers and what is between them, and asks for more layers. GUI thread only."""

    layer_chosen = Signal(int)
    """A layer, counted from 0, is to come to the front."""
    channel_chosen = Signal(int, int)
    """A layer, and one of its output channels."""
    layer_removed = Signal(int)
    """A layer after the first is to go."""
    feed_requested = Signal(object)
    """A layer is to follow the last one: it takes all its channels (None), or this channel alone."""
    hovered = Signal(str)
    """What lies under the mouse, in words; "" when it has left."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layer_chain")
        self._themes = themes
        self._strip = ChainStrip(themes)
        self._strip.setObjectName("chain_strip")
        self._feed = QToolButton()
        self._feed.setObjectName("feed_forward")
        self._feed.setText("Feed forward")
        self._feed.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._feed.setAccessibleName("Feed forward")
        self._feed.clicked.connect(self._on_feed_clicked)
        self._choose = QToolButton()
        self._choose.setObjectName("feed_choice")
        self._choose.setToolTip("Choose what to feed forward")
        self._choose.setAccessibleName("Choose what to feed forward")
        self._choose.clicked.connect(self._on_choose_clicked)
        self._menu = QMenu(self)
        self._all = self._menu.addAction("All output channels")
        self._one = self._menu.addAction("Only the selected channel")
        self._all.triggered.connect(self._on_feed_clicked)
        self._one.triggered.connect(self._on_one_triggered)
        self._filter = 0
        self._fitted_width = -1
        self._feed_words: tuple[object, ...] = ()
        for button in (self._feed, self._choose):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setFixedHeight(_BUTTON_HEIGHT)
            button.setIconSize(QSize(_ICON_PX, _ICON_PX))

        buttons = QHBoxLayout()
        buttons.setSpacing(_BETWEEN)
        buttons.addWidget(self._feed)
        buttons.addWidget(self._choose)
        # In the middle of the cards: the room of the scroll bar is below.
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, BAR_PX)
        middle.addStretch(1)
        middle.addLayout(buttons)
        middle.addStretch(1)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S2)
        row.addWidget(self._strip, 1)
        row.addLayout(middle)
        row.addStretch(0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

        self._strip.layer_chosen.connect(self.layer_chosen)
        self._strip.channel_chosen.connect(self.channel_chosen)
        self._strip.layer_removed.connect(self.layer_removed)
        self._strip.hovered.connect(self.hovered)
        self._feed.setEnabled(False)
        self._choose.setEnabled(False)
        themes.changed.connect(self._tint)
        self._tint()

    @property
    def strip(self) -> ChainStrip:
        """The part that shows the layers and takes the mouse and the arrow keys."""
        return self._strip

    def set_slim(self, slim: bool) -> None:
        """Take less height, for the sake of the slide below."""
        self.setFixedHeight(SLIM_HEIGHT if slim else HEIGHT)

    def show_run(
        self,
        run: RunResult,
        layer: int,
        filter: int,
        *,
        classic: bool,
        input_luts: Sequence[str],
        output_scales: Sequence[float],
        input_scale: float = 1.0,
    ) -> None:
        """Show what a setup makes of a picture; cheap enough for every stroke of the pen.

        Parameters
        ----------
        run
            The result; its problem is written where the next layer would be.
        layer, filter
            What is outlined: the layer in front, and its selected output channel.
        classic
            −1 black, 0 grey, 1 white in the place of the program's own colours.
        input_luts
            A colour table per channel of the picture: "input", "red", "green" or "blue".
        output_scales
            Per layer that was computed, the value drawn at full strength.
        input_scale
            The same for the picture.
        """
        self._filter = filter
        look = ChainLook(classic, tuple(input_luts), input_scale, tuple(output_scales))
        self._strip.show_run(run, layer, filter, look)
        self._describe_feed(run, layer)
        if self._strip.sizeHint().width() != self._fitted_width:
            self._fit(self.width())

    def picture(self) -> QImage:
        """Draw the whole chain at twice its size."""
        return self._strip.picture()

    def _describe_feed(self, run: RunResult, layer: int) -> None:
        possible = bool(run.layers) and not run.problem
        if possible != self._feed.isEnabled():
            self._feed.setEnabled(possible)
            self._choose.setEnabled(possible)
            self._tint()
        key = (possible, len(run.layers), layer, self._filter)
        names = tuple(one.name for one in run.layers[-1].layer.filters) if possible else ()
        if (*key, names) == self._feed_words:
            return
        self._feed_words = (*key, names)
        if not possible:
            reason = "Not before the layers there are can be computed."
            self._feed.setToolTip(f"Feed forward. {reason}")
            return
        last = run.layers[-1]
        count = len(last.outputs)
        every = f"all {count} output channels" if count > 1 else "the output channel"
        self._feed.setToolTip(f"Add a layer: {every} of layer {len(run.layers)} become its input channels")
        self._all.setText(f"All {plural(count, 'output channel')}" if count > 1 else "The output channel")
        in_front = layer == len(run.layers) - 1 and self._filter < count
        self._one.setEnabled(in_front)
        if in_front:
            name = last.layer.filters[self._filter].name
            self._one.setText(f"Only channel {self._filter + 1} · {name}")
        else:
            self._one.setText(f"Only one channel: choose it in layer {len(run.layers)} first")

    def _fit(self, width: int) -> None:
        """Give the strip the room beside the buttons; a long chain takes that of the word, too."""
        for style in (
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon,
            Qt.ToolButtonStyle.ToolButtonIconOnly,
        ):
            self._feed.setToolButtonStyle(style)
            taken = self._feed.sizeHint().width() + self._choose.sizeHint().width() + _BETWEEN + S2
            self._strip.set_room(width - taken)
            if self._strip.sizeHint().width() <= width - taken:
                break
        self._fitted_width = self._strip.sizeHint().width()

    def _tint(self) -> None:
        theme = self._themes.theme
        colour = theme.text if self._feed.isEnabled() else mixed(theme.text_dim, theme.panel, 0.4)
        self._feed.setIcon(icon("feed-forward", colour, _ICON_PX))
        self._choose.setIcon(icon("more", colour, _ICON_PX))

    def _on_feed_clicked(self) -> None:
        self.feed_requested.emit(None)

    def _on_one_triggered(self) -> None:
        self.feed_requested.emit(self._filter)

    def _on_choose_clicked(self) -> None:
        # Not exec: a menu must not stop the clock of the slide.
        self._menu.popup(self._choose.mapToGlobal(QPoint(0, self._choose.height())))

    def sizeHint(self) -> QSize:
        """Want one strip over the whole width."""
        return QSize(super().sizeHint().width(), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Shrink: the strip scrolls."""
        return QSize(super().minimumSizeHint().width(), SLIM_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the strip the room beside the buttons."""
        super().resizeEvent(event)
        self._fit(event.size().width())
