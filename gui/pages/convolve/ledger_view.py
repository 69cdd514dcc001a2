"""The ledger of one output pixel: pixel × weight = product, the running sum, bias, result, ReLU."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLocale, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from engine.inspect.words import MINUS
from engine.lab.ledger import Ledger, ledger_text, shown
from gui.numbers import localised
from gui.pages.convolve.decimals_chooser import DecimalsChooser
from gui.pages.convolve.ledger_painting import (
    Columns,
    LedgerPainter,
    Lines,
    Reserve,
    figures_font,
    plan_columns,
    reserve_of,
)
from gui.theme import RADIUS, S1, S2, ThemeManager, heading_font, mixed, tabular
from gui.widgets.copy_keys import COPY_SCALE, CopyKeys
from gui.widgets.thin_scroll import make_thin
from gui.widgets.tool_button import ToolButton

_HEADER_PX = 24
_TOTAL_LINE_PX = 17
_COPY_ICON_PX = 16
_FOOTER_PX = 2 * _TOTAL_LINE_PX + S1 + 2
_EMPTY = "Here stands how one output pixel comes about. Step the filter, or point at an output pixel."


class LedgerView(QAbstractScrollArea):
    """Writes down one ledger; paints only the lines in view. GUI thread only.

    Columns keep their places while the filter slides: room is reserved for the largest numbers that the
    weights can make, and given back only for another filter.
    """

    row_hovered = Signal(object)
    """(input channel, place among the ledger's rows) of the product pointed at; None for none."""
    hovered = Signal(str)
    """The readout under the pointer, "" when it leaves."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._ledger: Ledger | None = None
        self._lines = Lines()
        self._names: tuple[str, ...] = ()
        self._reserve = Reserve()
        self._reserved_for: tuple[int, int, int, bool] | None = None
        self._columns: Columns | None = None
        self._chosen: int | None = None
        self._current: int | None = None
        self._pixel: tuple[int, int, int] | None = None
        self._marked: int | None = None
        make_thin(self, themes)
        self.setAccessibleName("Ledger")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self._chooser = DecimalsChooser(self)
        self._chooser.chosen.connect(self.set_decimals)
        self.verticalScrollBar().valueChanged.connect(lambda: self.viewport().update())
        copying = CopyKeys(self, self.picture, self._numbers)
        tip = "Copy the numbers for a spreadsheet"
        self._copy = ToolButton(themes, "copy", tip, key="Ctrl+Shift+C", parent=self)
        self._copy.setObjectName("copy_ledger")
        self._copy.setIconSize(QSize(_COPY_ICON_PX, _COPY_ICON_PX))
        self._copy.setFixedSize(_HEADER_PX - 2, _HEADER_PX - 2)
        self._copy.clicked.connect(copying.copy_numbers)
        themes.changed.connect(self._on_theme_changed)

    @property
    def decimals(self) -> int:
        """Decimals that are written now."""
        return self._plan().decimals

    def show_ledger(
        self, ledger: Ledger | None, channel_names: Sequence[str] = (), *, hundredths: bool = False
    ) -> None:
        """Show how a pixel comes about; cheap enough for every frame.

        Parameters
        ----------
        ledger
            None says what will be here.
        channel_names
            What the input channels are called.
        hundredths
            Whether all pixels of the input can be written with two decimals.
        """
        old, self._ledger, self._names = self._lines, ledger, tuple(channel_names)
        self._lines = Lines.of(ledger)
        if ledger is not None:
            self._make_room(ledger, hundredths)
        if old != self._lines:
            self._set_current(None)
        self._marked = self._place_of_pixel()
        self._scroll_range()
        self._describe()
        # Another product has come to lie where the pointer is.
        self._tell_current()
        self.viewport().update()

    def forget_room(self) -> None:
        """Reserve room anew with the next ledger: another kernel or picture has come."""
        self._reserved_for = None

    def mark_pixel(self, pixel: tuple[int, int, int] | None) -> None:
        """Mark the product of an input pixel (channel, row, column), and scroll to it; None for none."""
        self._pixel = pixel
        marked = self._place_of_pixel()
        if marked != self._marked:
            self._marked = marked
            if marked is not None:
                self._scroll_to(marked)
            self.viewport().update()

    def set_decimals(self, decimals: int | None) -> None:
        """Write so many decimals; None for as many as the weights ask for."""
        self._chosen = decimals
        self._columns = None
        self._chooser.show_decimals(self.decimals, self._chosen)
        self.viewport().update()

    def readout(self, place: int) -> str:
        """Say a product in words."""
        if self._ledger is None:
            return ""
        row = self._ledger.rows[place]
        decimals = max(3, self.decimals)
        where = f"{self._channel_name(row.channel)} ({row.row}, {row.column})".replace("-", MINUS)
        pixel, weight, product = (self._written(n, decimals) for n in (row.pixel, row.weight, row.product))
        return f"{where}{', in the border' if row.in_border else ''} · {pixel} × {weight} = {product}"

    def picture(self) -> QImage:
        """Draw what is in view at twice its size."""
        image = QImage(self.viewport().size() * COPY_SCALE, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(COPY_SCALE)
        image.fill(self._themes.theme.panel)
        with QPainter(image) as painter:
            self._paint(painter, plain=True)
        return image

    def row_rect(self, place: int) -> QRectF:
        """Tell where a product is painted in the viewport; it may lie out of view."""
        return self._line_rect(self._lines.line_of(place))

    def _numbers(self) -> str:
        """Write for a spreadsheet what is shown."""
        if self._ledger is None:
            return ""
        names = [self._channel_name(channel) for channel in range(len(self._ledger.channel_sums))]
        point = QLocale().decimalPoint()
        return ledger_text(self._ledger, self.decimals, decimal_sign=point, channel_names=names)

    def _written(self, value: float, decimals: int) -> str:
        magnitude = 0.0 if self._ledger is None else self._ledger.magnitude
        return localised(shown(value, decimals, magnitude))

    def _make_room(self, ledger: Ledger, hundredths: bool) -> None:
        """Reserve room for the numbers; less than before only for another filter."""
        key = (ledger.filter_index, len(ledger.rows), len(ledger.channel_sums), hundredths)
        reserve = reserve_of(ledger, hundredths=hundredths)
        if key == self._reserved_for:
            reserve = self._reserve.grown(reserve)
        self._reserved_for = key
        if reserve != self._reserve:
            self._reserve = reserve
            self._columns = None
            self._chooser.show_decimals(self.decimals, self._chosen)

    def _plan(self) -> Columns:
        if self._columns is None:
            metrics = QFontMetricsF(figures_font())
            right = self.viewport().width() - S1
            self._columns = plan_columns(self._reserve, self._chosen, metrics, 0.0, right)
        return self._columns

    def _channel_name(self, channel: int) -> str:
        if channel < len(self._names) and self._names[channel]:
            return self._names[channel]
        return f"input channel {channel + 1}"

    def _line_height(self) -> int:
        # As airy as nine products and, where there is room, the names of the columns allow.
        height = self.viewport().height()
        lines = 10 if self._has_names() else 9
        least = int(QFontMetricsF(figures_font()).height())
        return min(max((height - _HEADER_PX - _FOOTER_PX) // lines, least), least + 3)

    def _has_names(self) -> bool:
        """Whether there is room to say what the columns are without losing one of nine products."""
        least = int(QFontMetricsF(figures_font()).height())
        return self.viewport().height() >= _HEADER_PX + _FOOTER_PX + 10 * least

    def _body(self) -> QRectF:
        """The room for lines, between the header and the totals."""
        size = self.viewport().size()
        top = _HEADER_PX + (self._line_height() if self._has_names() else 0)
        room = max(0, size.height() - top - _FOOTER_PX)
        return QRectF(0, top, size.width(), room - room % self._line_height())

    def _line_rect(self, line: int) -> QRectF:
        body = self._body()
        height = self._line_height()
        top = body.top() + (line - self.verticalScrollBar().value()) * height
        return QRectF(0, top, body.width(), height)

    def _place_at(self, position: QPointF) -> int | None:
        body = self._body()
        if not body.contains(position):
            return None
        below = int((position.y() - body.top()) // self._line_height())
        return self._lines.product_of(below + self.verticalScrollBar().value())

    def _page(self) -> int:
        """How many lines are in view."""
        return int(self._body().height()) // self._line_height()

    def _scroll_range(self) -> None:
        # The bar counts lines: none is ever cut in two.
        bar = self.verticalScrollBar()
        bar.setPageStep(self._page())
        bar.setRange(0, max(0, self._lines.count - self._page()))

    def _scroll_to(self, place: int) -> None:
        bar, line = self.verticalScrollBar(), self._lines.line_of(place)
        # A channel's first product is seen with its heading.
        top = line - (1 if line and self._lines.product_of(line - 1) is None else 0)
        if top < bar.value():
            bar.setValue(top)
        elif line >= bar.value() + self._page():
            bar.setValue(line - self._page() + 1)

    def _set_current(self, place: int | None) -> None:
        if place == self._current:
            return
        self._current = place
        if place is None:
            self.row_hovered.emit(None)
            self.hovered.emit("")
        self._tell_current()
        self.viewport().update()

    def _tell_current(self) -> None:
        if self._current is not None and self._ledger is not None:
            self.row_hovered.emit((self._ledger.rows[self._current].channel, self._current))
            self.hovered.emit(self.readout(self._current))

    def _place_of_pixel(self) -> int | None:
        """Find the product of the pixel that is marked."""
        if self._pixel is None or self._ledger is None:
            return None
        places = ((row.channel, row.row, row.column) for row in self._ledger.rows)
        return next((place for place, where in enumerate(places) if where == self._pixel), None)

    def _describe(self) -> None:
        ledger = self._ledger
        if ledger is None:
            self.setAccessibleDescription(_EMPTY)
            return
        total = self._written(ledger.total, self.decimals)
        self.setAccessibleDescription(
            f"Output pixel ({ledger.row}, {ledger.column}) = {total}. Arrow keys go from product to product."
        )

    def _on_theme_changed(self) -> None:
        self.set_decimals(self._chosen)

    def _paint(self, painter: QPainter, *, plain: bool) -> None:
        theme = self._themes.theme
        size = self.viewport().size()
        ledger = self._ledger
        title = tabular(heading_font())
        baseline = round((_HEADER_PX + QFontMetricsF(title).capHeight()) / 2)
        painter.setFont(title)
        painter.setPen(theme.text)
        painter.drawText(QPointF(0, baseline), "Ledger")
        if ledger is None:
            painter.setFont(figures_font())
            painter.setPen(theme.text_dim)
            room = QRectF(0, _HEADER_PX + S1, size.width() - S2, size.height() - _HEADER_PX - S1)
            painter.drawText(room, Qt.TextFlag.TextWordWrap, _EMPTY)
            return
        left = QFontMetricsF(title).horizontalAdvance("Ledger") + S2
        painter.setFont(figures_font())
        painter.setPen(theme.text_dim)
        painter.drawText(QPointF(left, baseline), self._place_words(left))
        columns, body, height = self._plan(), self._body(), self._line_height()
        whole = self._reserve.exact is not None and self._reserve.exact <= columns.decimals
        brush = LedgerPainter(painter, theme, columns, ledger.magnitude, whole=whole)
        if body.top() > _HEADER_PX:
            brush.column_names(QRectF(0, _HEADER_PX - 1, size.width(), height))
        first = self.verticalScrollBar().value()
        for line in range(first, min(self._lines.count, first + self._page())):
            self._paint_line(brush, ledger, line, plain=plain)
        brush.totals(ledger, QRectF(0, size.height() - _FOOTER_PX, size.width(), _FOOTER_PX - 2))

    def _paint_line(self, brush: LedgerPainter, ledger: Ledger, line: int, *, plain: bool) -> None:
        rect = self._line_rect(line)
        place = self._lines.product_of(line)
        if place is None:
            channel = self._lines.channel_of(line)
            brush.heading(self._channel_name(channel), ledger.channel_sums[channel], rect)
            return
        if not plain:
            brush.ground(rect, current=place == self._current, marked=place == self._marked)
        brush.row(ledger.rows[place], rect)

    def _place_words(self, left: float) -> str:
        assert self._ledger is not None
        short = f"at ({self._ledger.row}, {self._ledger.column})"
        long = f"{short} · output channel {self._ledger.filter_index + 1}"
        fits = QFontMetricsF(figures_font()).horizontalAdvance(long) <= self._chooser.x() - S2 - left
        return long if fits else short

    def sizeHint(self) -> QSize:
        """Want room for the nine products of a 3 × 3 filter."""
        return QSize(320, 200)

    def minimumSizeHint(self) -> QSize:
        """Shrink to a few products; the totals are always seen."""
        return QSize(280, 140)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find room for the columns anew."""
        super().resizeEvent(event)
        self._columns = None
        self._chooser.show_decimals(self.decimals, self._chosen)
        width = self._chooser.sizeHint().width()
        left = self.viewport().width() - self._copy.width()
        self._copy.move(left, 1)
        self._chooser.setGeometry(left - width, 2, width, _HEADER_PX - 4)
        self._scroll_range()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the header, the lines in view and the totals."""
        # With "with": a painter that an error leaves open ends the process.
        with QPainter(self.viewport()) as painter:
            self._paint(painter, plain=False)
            if self.hasFocus():
                theme = self._themes.theme
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(mixed(theme.hairline, theme.text_dim, 0.4), 1))
                body = self._body().adjusted(0.5, 0.5, -0.5, -0.5)
                painter.drawRoundedRect(body, RADIUS, RADIUS)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the product under the pointer."""
        self._set_current(self._place_at(event.position()))

    def viewportEvent(self, event: QEvent) -> bool:
        """Point at nothing when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self._set_current(None)
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Point at nothing."""
        self._set_current(None)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from product to product with the arrows; Home and End, Page up and down."""
        count = 0 if self._ledger is None else len(self._ledger.rows)
        page = max(1, self._page() - 1)
        start = -1 if self._current is None else self._current
        places = {
            Qt.Key.Key_Down: start + 1,
            Qt.Key.Key_Up: max(start, 0) - 1,
            Qt.Key.Key_PageDown: start + page,
            Qt.Key.Key_PageUp: start - page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: count - 1,
        }
        place = places.get(Qt.Key(event.key()))
        if place is None or not count:
            super().keyPressEvent(event)
            return
        place = min(max(place, 0), count - 1)
        self._set_current(place)
        self._scroll_to(place)
