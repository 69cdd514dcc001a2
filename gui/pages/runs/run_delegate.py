"""The strokes of a row in the list of runs, and the line in which it gets another name."""

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.pages.runs.rows import MOST_DEPTH, RunRow
from gui.pages.runs.run_model import RunModel
from gui.run_colours import run_look
from gui.theme import S1, S2, S3, Theme, ThemeManager, caption_font, mixed

TICK_PX, SWATCH_PX, INDENT_PX, BAR_PX = 14, 20, 12, 3
MOST_NAME = 80
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
Index = QModelIndex | QPersistentModelIndex


class RunDelegate(QStyledItemDelegate):
    """Paints rows of a `RunModel`: tick, line of the curve, name, settings and figures. GUI thread only."""

    def __init__(self, themes: ThemeManager, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._themes = themes

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return room for a name and two lines below it."""
        name, caption = QFontMetrics(option.font), QFontMetrics(caption_font())
        return QSize(200, name.height() + 2 * caption.height() + S3)

    def tick_rect(self, rect: QRect) -> QRect:
        """Return where the tick of a row is."""
        return QRect(rect.left() + S2, rect.top() + S1 + 2, TICK_PX, TICK_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        model = index.model()
        row = model.row_at(index) if isinstance(model, RunModel) else None
        if not isinstance(model, RunModel) or row is None:
            return
        theme, rect = self._themes.theme, option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(rect, mixed(theme.panel, theme.accent, 0.16))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, mixed(theme.panel, theme.text, 0.05))
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.text_dim)
            painter.drawRect(rect.adjusted(0, 0, -1, -2))
        if row.key == model.shown_key:
            painter.fillRect(QRect(rect.left(), rect.top(), BAR_PX, rect.height() - 1), theme.accent)
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.hairline)
        visible = row.key not in model.hidden
        self._paint_tick(painter, self.tick_rect(rect), visible, theme)
        self._paint_line(painter, row, rect, visible, theme)
        self._paint_words(painter, row, option, _letter(model, row.key), theme)

    def editorEvent(  # type: ignore[override]
        self, event: QEvent, model: RunModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Take a click on the tick, and on nothing else."""
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            room = self.tick_rect(option.rect).adjusted(-S1, -S1, S1, S1)
            if room.contains(event.position().toPoint()):
                row = model.row_at(index)
                if event.type() == QEvent.Type.MouseButtonRelease and row is not None:
                    model.tick(row.key, row.key in model.hidden)
                return True
        return False

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Make the line for another name."""
        line = QLineEdit(parent)
        line.setObjectName("run_name")
        line.setAccessibleName("New name of the run")
        line.setMaxLength(MOST_NAME)
        # As high as the name alone: the lines below it stay in sight.
        line.setFrame(False)
        return line

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Lay the line over the name."""
        model = index.model()
        row = model.row_at(index) if isinstance(model, RunModel) else None
        left = _text_left(option.rect, 0 if row is None else row.depth)
        rect: QRect = option.rect
        height = QFontMetrics(option.font).height() + S1
        editor.setGeometry(left - S1, rect.top() + 2, rect.right() - left, height)

    def setModelData(self, editor: QWidget, model: object, index: Index) -> None:
        """Hand on the name that was typed."""
        if isinstance(editor, QLineEdit) and isinstance(model, RunModel):
            model.setData(index, editor.text())

    def _paint_tick(self, painter: QPainter, rect: QRect, ticked: bool, theme: Theme) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(mixed(theme.hairline, theme.text, 0.4), 1))
        painter.setBrush(theme.raised)
        box = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, 2, 2)
        if ticked:
            painter.setPen(QPen(theme.text, 1.5))
            corner = box.topLeft()
            painter.drawPolyline([corner + QPointF(*at) for at in ((3, 6.5), (5.5, 9.5), (10, 3.5))])
        painter.restore()

    def _paint_line(self, painter: QPainter, row: RunRow, rect: QRect, visible: bool, theme: Theme) -> None:
        """Paint a piece of the run's curve, and where it branched off."""
        look, left = run_look(row.hue, theme), _line_left(rect, row.depth)
        middle = self.tick_rect(rect).center().y() + 0.5
        painter.save()
        if row.depth:
            painter.setPen(QPen(theme.text_dim, 1))
            corner = QPointF(left - S2 + 0.5, middle)
            painter.drawPolyline([QPointF(corner.x(), rect.top()), corner, QPointF(left - 2, middle)])
        pen = QPen(look.colour if visible else theme.hairline, 3, look.style)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(left, middle), QPointF(left + SWATCH_PX, middle))
        painter.restore()

    def _paint_words(
        self, painter: QPainter, row: RunRow, option: QStyleOptionViewItem, letter: str, theme: Theme
    ) -> None:
        rect, left = option.rect, _text_left(option.rect, row.depth)
        font = QFont(option.font)
        font.setBold(letter == "A")
        top, line = rect.top() + S1, QFontMetrics(font).height()
        room = QRect(left, top, rect.right() - S2 - left, line)
        painter.setFont(caption_font())
        painter.setPen(theme.text_dim)
        metrics = QFontMetrics(caption_font())
        mark = " · ".join(part for part in ("trains" if row.trains else "", letter) if part)
        painter.drawText(room, _RIGHT, mark)
        if mark:
            room.setRight(room.right() - metrics.horizontalAdvance(mark) - S2)
        painter.setFont(font)
        painter.setPen(theme.text)
        elide = Qt.TextElideMode.ElideRight
        painter.drawText(room, _LEFT, QFontMetrics(font).elidedText(row.name, elide, room.width()))
        painter.setFont(caption_font())
        painter.setPen(theme.text_dim)
        below = QRect(left, top + line, rect.right() - S2 - left, metrics.height())
        # A fork has the network and the data of the run that it came from.
        for text in (row.figures, row.came):
            painter.drawText(below, _LEFT, metrics.elidedText(text, elide, below.width()))
            below.translate(0, metrics.height())


def _letter(model: RunModel, key: str) -> str:
    return "A" if key == model.shown_key else "B" if key == model.compared_key else ""


def _line_left(rect: QRect, depth: int) -> int:
    return rect.left() + S2 + TICK_PX + S2 + INDENT_PX * min(depth, MOST_DEPTH)


def _text_left(rect: QRect, depth: int) -> int:
    return _line_left(rect, depth) + SWATCH_PX + S2
