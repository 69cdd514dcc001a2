"""A view of slices: rows chosen as a whole, read out under the mouse, moved through by the arrows."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPalette
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from engine.inspect.words import number
from gui.pages.inside.fingerprint_delegate import BY_HAND_PX, ROW_PX, FingerprintDelegate, picture_box
from gui.pages.inside.fingerprint_model import HELP, TITLES, Column, FingerprintModel
from gui.theme import S1, S2, Theme, ThemeManager, caption_font

HEADER_PX = 24


class FingerprintView(QTableView):
    """Shows a `FingerprintModel`. GUI thread only.

    Parameters
    ----------
    themes
        Shared with the window.
    model
        The rows.
    by_hand
        Whether this is the one row of a hand-made filter, which stands under the titles of the columns.
    """

    hovered = Signal(str)
    slice_chosen = Signal(int)
    """The row that was clicked, or gone to by a key."""
    slice_activated = Signal(int)
    """The row that was double-clicked, or that Enter was pressed on."""
    menu_requested = Signal(object)

    def __init__(self, themes: ThemeManager, model: FingerprintModel, *, by_hand: bool) -> None:
        super().__init__()
        self._model = model
        self._moving = False
        self.painter_of_cells = FingerprintDelegate(themes, self)
        self.setModel(model)
        self.setItemDelegate(self.painter_of_cells)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(ROW_PX)
        self.verticalHeader().setDefaultSectionSize(BY_HAND_PX if by_hand else ROW_PX)
        header = self.horizontalHeader()
        header.setVisible(by_hand)
        header.setFixedHeight(HEADER_PX)
        header.setMinimumSectionSize(1)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setHighlightSections(False)
        header.setSectionsClickable(by_hand)
        header.viewport().setMouseTracking(True)
        header.viewport().installEventFilter(self)
        if by_hand:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.setFixedHeight(HEADER_PX + BY_HAND_PX)
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            return
        self.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.clicked.connect(lambda index: self.slice_chosen.emit(index.row()))
        self.doubleClicked.connect(lambda index: self.slice_activated.emit(index.row()))

    def dress(self, theme: Theme) -> None:
        """Take on the colours of a theme: the ground is what a weight of zero is painted in."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, theme.panel)
        self.setPalette(palette)
        # Once a style sheet has dressed it, the ground does not follow by itself.
        self.viewport().setPalette(palette)
        # Titles stand where the text of their column does; the style's own stand at its edge.
        self.horizontalHeader().setStyleSheet(
            f"QHeaderView {{ background: {theme.panel.name()}; }}"
            f"QHeaderView::section {{ background: {theme.panel.name()}; color: {theme.text_dim.name()};"
            f" border: none; border-bottom: 1px solid {theme.hairline.name()}; padding: 0 {S2}px 0 {S1}px;"
            f" font-size: {caption_font().pointSizeF():.2f}pt; }}"
            f"QHeaderView::section:hover {{ color: {theme.text.name()}; }}"
        )

    def go_to(self, row: int) -> None:
        """Make a row the current one and bring it to the top, without choosing it."""
        self._moving = True
        index = self._model.index(row, Column.SLICE)
        self.setCurrentIndex(index)
        # The view would not do it by itself between new rows and their layout.
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtTop)
        self._moving = False

    def words_at(self, index: QModelIndex, position: QPointF) -> str:
        """Say what is known of the slice under the mouse, or of one of its weights."""
        rows = self._model.rows
        if rows is None or not index.isValid():
            return ""
        row = self._model.slice_at(index.row())
        if index.column() == Column.SLICE:
            box, _ = picture_box(self.visualRect(index), rows.size, self.devicePixelRatioF())
            if box.contains(position):
                place = position - box.topLeft()
                y = int(place.y() / box.height() * rows.size[0])
                x = int(place.x() / box.width() * rows.size[1])
                y, x = min(y, rows.size[0] - 1), min(x, rows.size[1] - 1)
                return f"{rows.title(row)} · ({y}, {x}) = {number(float(rows.weight[row, y, x]), 3)}"
        return rows.words(row)

    def _on_current_changed(self, index: QModelIndex | QPersistentModelIndex) -> None:
        if index.isValid() and not self._moving:
            self.slice_chosen.emit(index.row())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out what is under the mouse."""
        super().mouseMoveEvent(event)
        self.hovered.emit(self.words_at(self.indexAt(event.position().toPoint()), event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Say nothing any more."""
        super().leaveEvent(event)
        self.hovered.emit("")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Choose the slice under the mouse and ask for its filter's menu."""
        index = self.indexAt(event.pos())
        if index.isValid():
            self.slice_chosen.emit(index.row())
            self.menu_requested.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down go from row to row, left and right show more columns; Enter goes deeper."""
        row, bar = self.currentIndex().row(), self.horizontalScrollBar()
        match event.key():
            case Qt.Key.Key_Left:
                bar.setValue(bar.value() - ROW_PX)
            case Qt.Key.Key_Right:
                bar.setValue(bar.value() + ROW_PX)
            case Qt.Key.Key_Home if self._model.rowCount():
                self.setCurrentIndex(self._model.index(0, Column.SLICE))
            case Qt.Key.Key_End if self._model.rowCount():
                self.setCurrentIndex(self._model.index(self._model.rowCount() - 1, Column.SLICE))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if row >= 0:
                self.slice_activated.emit(row)
            case Qt.Key.Key_Up | Qt.Key.Key_Down | Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                super().keyPressEvent(event)
            case _:
                # The view would take letters for a search; they are the window's shortcuts.
                event.ignore()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Read out what the title of a column means."""
        if watched is self.horizontalHeader().viewport():
            if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
                column = self.horizontalHeader().logicalIndexAt(event.position().toPoint())
                title = f"{TITLES[column]} · " if column >= 0 and TITLES[column] else ""
                self.hovered.emit(f"{title}{HELP[column]}" if column >= 0 else "")
            elif event.type() == QEvent.Type.Leave:
                self.hovered.emit("")
        return super().eventFilter(watched, event)
