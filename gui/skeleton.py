"""The fixed skeleton of the window: bars, rail, Pad, Stage, Inspector and Tape, on shared edges."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QObject,
    QPoint,
    QPropertyAnimation,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from gui.theme import ThemeManager
from gui.widgets.message_strip import MessageStrip

# Below this width Pad, Stage and Inspector do not all have room; see design.md, section 2.
COMPACT_BELOW = 1360
PAD_WIDTH = 240
COMPACT_PAD_WIDTH = 220
PAD_LEAST, PAD_MOST = 216, 420
INSPECTOR_WIDTH = 264
INSPECTOR_LEAST, INSPECTOR_MOST = 256, 480
STAGE_LEAST = 360
SLIDE_MS = 120
# What messages leave free at the right end of the address bar: its buttons.
_BAR_BUTTONS_PX = 232


class Hairline(QWidget):
    """A line of one pixel between panels."""

    def __init__(
        self, theme: ThemeManager, orientation: Qt.Orientation, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        if orientation == Qt.Orientation.Horizontal:
            self.setFixedHeight(1)
        else:
            self.setFixedWidth(1)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is shown."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.theme.hairline)
        painter.end()


class Surface(QWidget):
    """A holder in one of the theme's greys, "window" or "panel"."""

    def __init__(self, theme: ThemeManager, surface: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._surface = surface
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        theme.changed.connect(self.update)

    def hold(self, widget: QWidget) -> None:
        """Take in a widget that fills this one."""
        layout = self.layout()
        if layout is not None:
            layout.addWidget(widget)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is shown."""
        theme = self._theme.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.window if self._surface == "window" else theme.panel)
        painter.end()


class Skeleton(QWidget):
    """Puts the parts of the window in their places. GUI thread only.

    Narrower than `COMPACT_BELOW` the Pad becomes a strip and the Inspector an overlay that slides
    over the right of the Stage without moving it. The Tape bar stays at any size.

    Parameters
    ----------
    theme : ThemeManager
        Where the colours come from.
    address_bar, rail, pad, inspector, tape_bar, status_line : QWidget
        The parts; the skeleton calls nothing on them.
    """

    compact_changed = Signal(bool)
    """The window became narrow (True) or wide (False)."""
    inspector_toggled = Signal(bool)
    """The Inspector was opened (True) or closed (False); not sent when the layout changes."""
    path_covered = Signal(object)
    """From which place of the address bar on a message lies over it, or None: nowhere."""

    def __init__(
        self,
        theme: ThemeManager,
        *,
        address_bar: QWidget,
        rail: QWidget,
        pad: QWidget,
        inspector: QWidget,
        tape_bar: QWidget,
        status_line: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("skeleton")
        self._compact = False
        self._inspector_wanted = True
        self._overlay_wanted = False
        self._pages: dict[str, QWidget] = {}
        self._promised: dict[str, Callable[[], object]] = {}
        self._wide_sizes: tuple[int, ...] = ()
        self._inspector = inspector
        self._address_bar = address_bar

        self._stage = QStackedWidget()
        stage_holder = Surface(theme, "window")
        stage_holder.hold(self._stage)
        stage_holder.setMinimumWidth(STAGE_LEAST)
        pad_holder = Surface(theme, "panel")
        pad_holder.hold(pad)
        self._pad_holder = pad_holder
        self._inspector_holder = Surface(theme, "panel")
        self._inspector_holder.hold(inspector)
        self._overlay = Surface(theme, "panel", self)
        self._overlay.setObjectName("inspector_overlay")
        self._overlay.hold(Hairline(theme, Qt.Orientation.Vertical))
        self._overlay.hide()
        self._slide = QPropertyAnimation(self._overlay, b"geometry", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.finished.connect(self._on_slide_finished)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        for part in (pad_holder, stage_holder, self._inspector_holder):
            self._splitter.addWidget(part)
        self._splitter.setStretchFactor(1, 1)
        self._stage_holder = stage_holder
        stage_holder.installEventFilter(self)
        # Over the path rather than between it and the Stage: nothing moves because something is said, and
        # nothing that the person works with is covered.
        self.messages = MessageStrip(theme, self)
        self.messages.installEventFilter(self)

        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(rail)
        middle.addWidget(Hairline(theme, Qt.Orientation.Vertical))
        middle.addWidget(self._splitter, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(address_bar)
        column.addWidget(Hairline(theme, Qt.Orientation.Horizontal))
        column.addLayout(middle, 1)
        column.addWidget(Hairline(theme, Qt.Orientation.Horizontal))
        column.addWidget(tape_bar)
        column.addWidget(Hairline(theme, Qt.Orientation.Horizontal))
        column.addWidget(status_line)
        self._splitter.setSizes([PAD_WIDTH, 10_000, INSPECTOR_WIDTH])
        self._bound_widths()

    @property
    def compact(self) -> bool:
        """Whether the window is narrow now."""
        return self._compact

    @property
    def page(self) -> str:
        """The name of the page in front, "" before the first."""
        shown = self._stage.currentWidget()
        return next((name for name, page in self._pages.items() if page is shown), "")

    @property
    def inspector_wanted(self) -> bool:
        """Whether the person wants the Inspector beside the Stage, to be remembered."""
        return self._inspector_wanted

    @property
    def inspector_open(self) -> bool:
        """Whether the Inspector can be seen, beside the Stage or over it."""
        return self._overlay_wanted if self._compact else self._inspector_wanted

    def add_page(self, name: str, widget: QWidget) -> None:
        """Add a page to the Stage; the first one is in front."""
        self._pages[name] = widget
        self._stage.addWidget(widget)

    def promise_page(self, name: str, make: Callable[[], object]) -> None:
        """Have a page made, and added, when it is to be shown."""
        self._promised[name] = make

    def show_page(self, name: str) -> None:
        """Bring a page to the front.

        Raises
        ------
        KeyError
            There is no page of that name.
        """
        if name in self._promised:
            self._promised.pop(name)()
        self._stage.setCurrentWidget(self._pages[name])

    def set_inspector_open(self, opened: bool) -> None:
        """Open or close the Inspector, as a panel or as an overlay."""
        if opened == self.inspector_open:
            return
        if self._compact:
            self._overlay_wanted = opened
            self._slide_overlay(opened)
        else:
            self._inspector_wanted = opened
            self._inspector_holder.setVisible(opened)
        self.inspector_toggled.emit(opened)

    def toggle_inspector(self) -> None:
        """Open the Inspector if it is closed, close it if it is open."""
        self.set_inspector_open(not self.inspector_open)

    def sizes(self) -> tuple[int, ...]:
        """Return the widths of Pad, Stage and Inspector in the wide layout, to be remembered."""
        if not self._compact and self._inspector_wanted:
            return tuple(self._splitter.sizes())
        return self._wide_sizes

    def restore_sizes(self, sizes: Sequence[int]) -> None:
        """Use widths from `sizes` again; anything that is not three widths is ignored."""
        if len(sizes) == 3 and all(size >= 0 for size in sizes):
            self._wide_sizes = tuple(sizes)
            if not self._compact:
                self._splitter.setSizes(list(sizes))

    def _bound_widths(self) -> None:
        """Set the limits of the Pad and the Inspector for the present layout."""
        self._pad_holder.setMinimumWidth(PAD_LEAST)
        self._pad_holder.setMaximumWidth(COMPACT_PAD_WIDTH if self._compact else PAD_MOST)
        self._inspector_holder.setMinimumWidth(INSPECTOR_LEAST)
        self._inspector_holder.setMaximumWidth(INSPECTOR_MOST)

    def _set_compact(self, compact: bool) -> None:
        if compact == self._compact:
            return
        if compact:
            self._wide_sizes = self.sizes()
        self._compact = compact
        self._slide.stop()
        self._bound_widths()
        if compact:
            self._inspector_holder.hide()
            self._overlay.hold(self._inspector)
            self._overlay.setVisible(self._overlay_wanted)
            self._splitter.setSizes([COMPACT_PAD_WIDTH, 10_000, 0])
            self._place_overlay()
        else:
            self._overlay.hide()
            self._inspector_holder.hold(self._inspector)
            self._inspector_holder.setVisible(self._inspector_wanted)
            self._splitter.setSizes(list(self._wide_sizes) or [PAD_WIDTH, 10_000, INSPECTOR_WIDTH])
        self._inspector.show()
        self.compact_changed.emit(compact)

    def _overlay_place(self, opened: bool) -> QRect:
        corner = self._stage_holder.mapTo(self, self._stage_holder.rect().topRight())
        left = corner.x() + 1 - (INSPECTOR_WIDTH if opened else 0)
        return QRect(left, corner.y(), INSPECTOR_WIDTH, self._stage_holder.height())

    def _place_messages(self) -> None:
        """Lay the message over the path above the Stage, as high as its words need."""
        left = self._stage_holder.mapTo(self, QPoint(0, 0)).x()
        bar = self._address_bar.geometry()
        width = min(self._stage_holder.width(), bar.right() + 1 - _BAR_BUTTONS_PX - left)
        self.messages.setGeometry(left, bar.top(), width, max(bar.height(), self.messages.height_for(width)))
        self.messages.raise_()
        self.path_covered.emit(None if self.messages.isHidden() else left)

    def _place_overlay(self) -> None:
        self._overlay.setGeometry(self._overlay_place(True))
        self._overlay.raise_()

    def _slide_overlay(self, opened: bool) -> None:
        self._slide.stop()
        # 0 where the desktop asks for no motion.
        wanted_ms = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration)
        start = self._overlay.geometry() if self._overlay.isVisible() else None
        self._overlay.raise_()
        self._overlay.show()
        if wanted_ms == 0 or not self.isVisible():
            self._place_overlay()
            self._overlay.setVisible(opened)
            return
        self._slide.setDuration(SLIDE_MS)
        self._slide.setStartValue(start or self._overlay_place(False))
        self._slide.setEndValue(self._overlay_place(opened))
        self._slide.start()

    def _on_slide_finished(self) -> None:
        self._overlay.setVisible(self._compact and self._overlay_wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Change the layout when the window becomes narrow or wide."""
        self._set_compact(event.size().width() < COMPACT_BELOW)
        super().resizeEvent(event)
        # The layout has placed the Tape only after this event.
        QTimer.singleShot(0, self, self._place_messages)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the overlay on the Stage when the Stage changes its size, and place a message that is said."""
        if watched is self.messages and event.type() in (QEvent.Type.Show, QEvent.Type.LayoutRequest):
            self._place_messages()
            return super().eventFilter(watched, event)
        if watched is self.messages and event.type() == QEvent.Type.Hide:
            self.path_covered.emit(None)
        if event.type() == QEvent.Type.Resize and self._compact:
            self._slide.stop()
            self._place_overlay()
            self._overlay.setVisible(self._overlay_wanted)
        return super().eventFilter(watched, event)
