"""Which picture is convolved, which of its channels count, and in which colours all is shown."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from gui.icons import icon
from gui.pages.convolve.source_choice import SourceChoice
from gui.pages.convolve.source_parts import HEIGHT, ChannelToggle, PaletteChooser
from gui.theme import S1, S2, S3, ThemeManager, caption_font

BAR_HEIGHT = 32
LEAST_WIDTH = 640
MOST_TOGGLES = 8
"""Further channels are in a menu."""

_ICON_PX = 20
_EXAMPLE, _PROOF = "Four edge filters on a seven", "Flip proof"
# The words of the two buttons, and whether the palettes have words, from the widest to the narrowest.
_WORDINGS = (
    (_EXAMPLE, _PROOF, True),
    ("Four edges on a seven", _PROOF, True),
    ("Four edges", _PROOF, True),
    ("Four edges", _PROOF, False),
    ("", _PROOF, False),
    ("", "", False),
)


class SourceBar(QWidget):
    """Shows what it is told and tells what is chosen; keeps no picture. GUI thread only."""

    source_chosen = Signal(str)
    """The key of a picture: one of `source_choice.SOURCES`, or "file" or "network" where they are listed."""
    stepped = Signal(int)
    """1 for the next digit or shape, −1 for the previous one."""
    channel_toggled = Signal(int, bool)
    """An input channel, and whether it counts from now on."""
    classic_chosen = Signal(bool)
    """True for −1 black, 0 grey, 1 white; False for signed colours."""
    example_requested = Signal()
    """The four edge filters on a seven are wanted."""
    flip_proof_requested = Signal(bool)
    """The flip proof is to be shown, or put away."""
    file_chosen = Signal(str)
    """The path of a picture to open."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("source_bar")
        self._themes = themes
        self._names: tuple[str, ...] = ()
        self._toggles: list[ChannelToggle] = []
        self._actions: list[QAction] = []
        self.setFixedHeight(BAR_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S1)

        self._choice = SourceChoice(themes)
        self._choice.source_chosen.connect(self.source_chosen)
        self._choice.stepped.connect(self.stepped)
        self._choice.file_chosen.connect(self.file_chosen)
        row.addWidget(self._choice)
        row.addSpacing(S1)
        self._channels = QHBoxLayout()
        self._channels.setSpacing(S1)
        row.addLayout(self._channels)
        self._rest = self._flat_button("channels_rest", self._on_rest_clicked)
        self._rest.setAccessibleName("Further input channels")
        self._menu = QMenu(self)
        row.addWidget(self._rest)
        row.addStretch(1)
        self._example = self._flat_button("example", self.example_requested)
        self._example.setAccessibleName(_EXAMPLE)
        self._example.setToolTip(
            "Show four filters that detect top, left, bottom and right edges, on a handwritten seven"
        )
        row.addWidget(self._example)
        row.addSpacing(S1)
        self._palette = PaletteChooser(themes)
        self._palette.classic_chosen.connect(self.classic_chosen)
        row.addWidget(self._palette)
        row.addSpacing(S1)
        self._proof = self._flat_button("flip_proof", None)
        self._proof.setCheckable(True)
        self._proof.setAccessibleName(_PROOF)
        self._proof.setToolTip(
            "Turn every kernel of the trained network and convolve instead of correlating: the logits stay"
        )
        self._proof.clicked.connect(self.flip_proof_requested)
        self._proof.toggled.connect(self._tint)
        row.addWidget(self._proof)
        themes.changed.connect(self._tint)
        self._tint()

    def show_state(
        self,
        source_key: str,
        source_name: str,
        channel_names: Sequence[str],
        channels_on: Sequence[bool],
        classic: bool,
        network_name: str | None,
    ) -> None:
        """Show what is chosen; tells nothing.

        Parameters
        ----------
        source_key, source_name
            The picture, and what it is called: "digit" and "Test digit 4711".
        channel_names, channels_on
            One per input channel.
        classic
            Which palette is chosen.
        network_name
            What "From the network" brings, "conv1 · Run 3"; None where there is nothing to bring.
        """
        self._choice.show_source(source_key, source_name, network_name)
        if tuple(channel_names) != self._names:
            self._make_toggles(tuple(channel_names))
        # Only clicks are told, so what is set here is not.
        for action, on in zip(self._actions, channels_on, strict=True):
            action.setChecked(on)
        for toggle, on in zip(self._toggles, channels_on, strict=False):
            toggle.setChecked(on)
        self._palette.set_classic(classic)
        self._fit(self.width())

    def ask_for_file(self) -> None:
        """Let the person choose a picture; `file_chosen` follows. Does not block."""
        self._choice.ask_for_file()

    def show_flip_proof(self, shown: bool) -> None:
        """Show whether the flip proof is open; tells nothing."""
        self._proof.setChecked(shown)

    def _make_toggles(self, names: tuple[str, ...]) -> None:
        for old in self._toggles:
            self._channels.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._menu.clear()
        self._names = names
        self._toggles = [ChannelToggle(self._themes, name) for name in names[:MOST_TOGGLES]]
        for index, toggle in enumerate(self._toggles):
            toggle.clicked.connect(self._told(index))
            self._channels.addWidget(toggle)
            # At once, and not with the next event: the bar is laid out with them.
            toggle.show()
        # The menu has them all, and shows those that have no room.
        self._actions = [self._menu.addAction(f"Input channel {name}") for name in names]
        for index, action in enumerate(self._actions):
            action.setCheckable(True)
            action.triggered.connect(self._told(index))

    def _show_toggles(self, count: int) -> None:
        """Show the first toggles, and the other channels in the menu."""
        for index, toggle in enumerate(self._toggles):
            toggle.setVisible(index < count)
        for index, action in enumerate(self._actions):
            action.setVisible(index >= count)
        rest = len(self._actions) - count
        self._rest.setVisible(rest > 0)
        self._rest.setText(f"+{rest}")
        self._rest.setToolTip(f"{rest} further input channels")

    def _told(self, index: int) -> Callable[[bool], None]:
        return lambda on: self.channel_toggled.emit(index, on)

    def _flat_button(self, name: str, slot: object) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setFixedHeight(HEIGHT)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setIconSize(QSize(_ICON_PX, _ICON_PX))
        button.setFont(caption_font())
        if slot is not None:
            button.clicked.connect(slot)
        return button

    def _fit(self, width: int) -> None:
        """Write as many words on the buttons as have room."""
        fixed = self._choice.sizeHint().width() + 8 * S1
        metrics = self._example.fontMetrics()
        choices = [(words, len(self._toggles)) for words in _WORDINGS]
        choices += [(_WORDINGS[-1], fewer) for fewer in range(len(self._toggles) - 1, 0, -1)]
        for (example, proof, roomy), count in choices:
            buttons = sum(
                metrics.horizontalAdvance(text) + _ICON_PX + (S3 if text else 0) + 2 * S1 + 2
                for text in (example, proof)
            )
            palette = self._palette.width_for(roomy=roomy)
            if fixed + self._toggles_width(count) + buttons + palette <= width:
                break
        else:
            (example, proof, roomy), count = choices[-1]
        self._show_toggles(count)
        self._palette.set_roomy(roomy)
        for button, text in ((self._example, example), (self._proof, proof)):
            style = Qt.ToolButtonStyle
            button.setToolButtonStyle(style.ToolButtonTextBesideIcon if text else style.ToolButtonIconOnly)
            button.setText(text)

    def _toggles_width(self, count: int) -> int:
        """Tell how wide so many toggles are, with the button for the others."""
        width = sum(toggle.sizeHint().width() + S1 for toggle in self._toggles[:count])
        if count < len(self._actions):
            width += self._rest.fontMetrics().horizontalAdvance("+88") + 2 * S2
        return width

    def _tint(self) -> None:
        theme = self._themes.theme
        self._example.setIcon(icon("four-edges", theme.text, _ICON_PX))
        colour = theme.accent if self._proof.isChecked() else theme.text
        self._proof.setIcon(icon("flip", colour, _ICON_PX))

    def _on_rest_clicked(self) -> None:
        self._menu.popup(self._rest.mapToGlobal(QPoint(0, self._rest.height())))

    def minimumSizeHint(self) -> QSize:
        """Shrink until the buttons are icons."""
        return QSize(min(super().minimumSizeHint().width(), LEAST_WIDTH), BAR_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write as many words as have room."""
        super().resizeEvent(event)
        self._fit(event.size().width())
