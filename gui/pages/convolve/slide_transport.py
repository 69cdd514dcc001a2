"""The controls of the slide: play, step, scrub, speed, and where the filter is."""

import math

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QSlider, QWidget

from engine.inspect.words import grouped
from gui.pages.convolve.slide_clock import FIRST_SPEED, SPEEDS
from gui.theme import S1, S2, ThemeManager, mixed, tabular
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.tool_button import ToolButton

BAR_HEIGHT = 32
NOTHING_TO_PLAY = "There is no position yet."
_TRACK, _HANDLE = 4, 14
_LEAST_SLIDER = 72
# Steps of the slider's page keys: a tenth of all positions.
_PAGES = 10


class SlideTransport(QWidget):
    """Buttons, a slider and figures for a `SlideClock`. It keeps no clock: it is told. GUI thread only."""

    play_toggled = Signal()
    stepped = Signal(int)
    """By how many positions: −1 or 1."""
    sought = Signal(int)
    """To which position: by the slider, or by the buttons for the first and the last."""
    speed_chosen = Signal(int)
    """Positions per second."""
    fit_requested = Signal()
    """Show all pictures of the slide as large as there is room for."""
    hovered = Signal(str)
    """The readout under the mouse, "" when it leaves."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("slide_transport")
        self.setFixedHeight(BAR_HEIGHT)
        self._count, self._columns = 0, 1
        self._buttons: dict[str, ToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S1)
        for name, icon_name, tip, key in (
            ("slide_first", "to-start", "Go to the first position", "Home"),
            ("slide_back", "step-back", "Step back by one position", ","),
            ("slide_play", "play", "Let the filter slide", "Space"),
            ("slide_step", "step", "Step forward by one position", "."),
            ("slide_last", "to-end", "Go to the last position", "End"),
        ):
            button = ToolButton(themes, icon_name, tip, key=key, flat=name != "slide_play", parent=self)
            button.setObjectName(name)
            self._buttons[name] = button
            row.addWidget(button)
        self._buttons["slide_first"].clicked.connect(lambda: self.sought.emit(0))
        self._buttons["slide_back"].clicked.connect(lambda: self.stepped.emit(-1))
        self._buttons["slide_play"].clicked.connect(self.play_toggled)
        self._buttons["slide_step"].clicked.connect(lambda: self.stepped.emit(1))
        self._buttons["slide_last"].clicked.connect(lambda: self.sought.emit(max(self._count - 1, 0)))
        self._slider = ScrubSlider(themes, self)
        self._slider.valueChanged.connect(self.sought)
        self._slider.pointed.connect(self._on_pointed)
        row.addSpacing(S2)
        row.addWidget(self._slider, 1)
        row.addSpacing(S2)
        self._speed = QComboBox(self)
        self._speed.setObjectName("speed")
        for speed in SPEEDS:
            self._speed.addItem(f"{grouped(speed)} / s", speed)
        self._speed.setCurrentIndex(SPEEDS.index(FIRST_SPEED))
        self._speed.setToolTip("Positions per second while the filter slides")
        self._speed.setAccessibleName("Positions per second")
        self._speed.activated.connect(lambda index: self.speed_chosen.emit(self._speed.itemData(index)))
        row.addWidget(self._speed)
        row.addSpacing(S2)
        self._figures = _Figures(themes, parent=self)
        self._figures.setFont(tabular(self.font()))
        row.addWidget(self._figures)
        fit = ToolButton(themes, "fit", "Fit the pictures into the window", key="F", parent=self)
        fit.setObjectName("slide_fit")
        fit.clicked.connect(self.fit_requested)
        row.addWidget(fit)
        self.show_state(0.0, 0, 1, playing=False, speed=FIRST_SPEED)

    @property
    def figures(self) -> str:
        """Where the filter is, in words."""
        return self._figures.text

    def show_state(self, place: float, count: int, columns: int, playing: bool, speed: float) -> None:
        """Show what a clock tells; cheap enough for every frame.

        Parameters
        ----------
        place
            Where the filter is, counted row by row; a fraction is dropped.
        count, columns
            How many positions there are, and how many in a row.
        playing, speed
            Whether the filter slides by itself, and by how many positions per second.
        """
        index = math.floor(place)
        if (count, columns) != (self._count, self._columns):
            self._count, self._columns = count, columns
            self._figures.reserve(_figures_text(count - 1, count, columns))
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, max(count - 1, 0))
            self._slider.setPageStep(max(count // _PAGES, 1))
            self._slider.setValue(index)
        self._figures.set_text(_figures_text(index, count, columns))
        play = self._buttons["slide_play"]
        wanted = ("pause", "Pause the filter") if playing else ("play", "Let the filter slide")
        if play.accessibleName() != wanted[1]:
            play.set_action(*wanted)
        for name, useless in (
            ("slide_first", "This is the first position." if index == 0 else ""),
            ("slide_back", "This is the first position." if index == 0 else ""),
            ("slide_step", "This is the last position." if index >= count - 1 else ""),
            ("slide_last", "This is the last position." if index >= count - 1 else ""),
            ("slide_play", ""),
        ):
            reason = useless if count else NOTHING_TO_PLAY
            if self._buttons[name].isEnabled() is bool(reason):
                self._buttons[name].set_available(not reason, reason)
        self._slider.setEnabled(count > 1)
        found = self._speed.findData(round(speed))
        if found != self._speed.currentIndex():
            self._speed.setCurrentIndex(found)

    def _on_pointed(self, index: int) -> None:
        self.hovered.emit("" if index < 0 else _figures_text(index, self._count, self._columns))


class ScrubSlider(QSlider):
    """A thin slider that goes where it is pressed. GUI thread only."""

    pointed = Signal(int)
    """The value under the mouse; −1 when it leaves."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._themes = themes
        self.setObjectName("scrub")
        self.setAccessibleName("Position of the filter")
        self.setToolTip("Drag to any position (arrow keys, Page Up, Page Down)")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.update)

    def place_of(self, value: int) -> float:
        """Tell where a value lies, in logical pixels from the left."""
        share = value / self.maximum() if self.maximum() else 0.0
        return _HANDLE / 2 + share * (self.width() - _HANDLE)

    def _value_at(self, x: float) -> int:
        share = (x - _HANDLE / 2) / max(self.width() - _HANDLE, 1)
        return round(min(max(share, 0.0), 1.0) * self.maximum())

    def sizeHint(self) -> QSize:
        return QSize(200, BAR_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_SLIDER, BAR_HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        value = self._value_at(event.position().x())
        if self.isSliderDown():
            self.setValue(value)
        self.pointed.emit(value)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.pointed.emit(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Right is forward in reading order, up is back: as the filter goes.
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps:
            self.setValue(self.value() + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        # With "with": a painter that an error leaves open ends the process.
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        theme = self._themes.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, here = self.height() / 2, self.place_of(self.value())
        track = QRectF(_HANDLE / 2, middle - _TRACK / 2, self.width() - _HANDLE, _TRACK)
        painter.setBrush(mixed(theme.hairline, theme.text, 0.08))
        painter.drawRoundedRect(track, _TRACK / 2, _TRACK / 2)
        if self.isEnabled():
            painter.setBrush(theme.accent)
            done = QRectF(track.left(), track.top(), here - track.left(), _TRACK)
            painter.drawRoundedRect(done, _TRACK / 2, _TRACK / 2)
            painter.setBrush(theme.text)
            painter.setPen(QPen(theme.panel, 2))
            side = _HANDLE if self.hasFocus() or self.isSliderDown() or self.underMouse() else _HANDLE - 2
            painter.drawEllipse(QRectF(here - side / 2, middle - side / 2, side, side))
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme.text_dim, 1))
                painter.drawEllipse(QRectF(here - 8, middle - 8, 16, 16))


class _Figures(ElidedLabel):
    """Keeps room for the longest text of the present count of positions."""

    def reserve(self, text: str) -> None:
        self._reserve = text
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def _figures_text(index: int, count: int, columns: int) -> str:
    if count <= 0:
        return ""
    row, column = divmod(index, columns)
    return f"{grouped(index + 1)} of {grouped(count)} · ({row}, {column})"
