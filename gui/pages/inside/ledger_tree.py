"""One number through the layers: what was added up, each term open to what made it, down to the ink."""

from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStackedLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from engine.inspect.fields import Box, receptive_fields
from engine.inspect.ledgers import LayerLedger, Part, Place, Term, layer_ledger
from engine.inspect.words import number, short_number
from engine.layers import Flatten
from engine.spec import NetworkSpec
from gui.frames import Frame
from gui.pages.inside.field_view import FieldView
from gui.theme import S4, ThemeManager
from gui.widgets.copy_keys import CopyKeys, widget_picture
from gui.widgets.paced import Paced

_COLUMNS = ("what is added up", "weight", "number", "product")
NUMBER_PX = 104
_EMPTY = "Click a pixel of a channel above, or a logit: how it comes about is written here, down to the ink"
# Of what a row is about: its place in the network; and whether its own ledger is still to be written.
_PLACE, _UNWRITTEN = Qt.ItemDataRole.UserRole, int(Qt.ItemDataRole.UserRole) + 1

Path: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """The frame and the number that are written down."""

    frame: Frame
    place: Place


class LedgerTree(QWidget):
    """Writes the ledger of a number as a tree that opens term by term. GUI thread only.

    What is open stays open while the drawing changes or the network trains.
    """

    hovered = Signal(str)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: _Shown | None = None
        self._wanted: _Shown | None = None
        self._fields = FieldView(themes)
        self._tree = QTreeWidget()
        self._tree.setObjectName("ledger_tree")
        self._tree.setHeaderLabels(_COLUMNS)
        self._tree.setUniformRowHeights(True)
        self._tree.setAlternatingRowColors(False)
        self._tree.setFrameShape(QFrame.Shape.NoFrame)
        header = self._tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, len(_COLUMNS)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, NUMBER_PX)
            self._tree.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        self._tree.itemExpanded.connect(self._write_children)
        self._tree.currentItemChanged.connect(lambda item, _: self._show_fields(item))
        CopyKeys(self._tree, lambda: widget_picture(self), self._numbers)
        self._empty = QLabel(_EMPTY)
        self._empty.setProperty("role", "dim")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        full = QWidget()
        row = QHBoxLayout(full)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S4)
        row.addWidget(self._fields)
        row.addWidget(self._tree, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(full)
        self._writing = Paced(self._write, parent=self)

    @property
    def tree(self) -> QTreeWidget:
        """The tree itself."""
        return self._tree

    @property
    def fields(self) -> FieldView:
        """The picture with the receptive fields."""
        return self._fields

    def show_number(self, frame: Frame, place: Place | None) -> None:
        """Write down a number of a frame; None for none."""
        if place is None or frame.verdict.kind == "blank" or place.layer == "input":
            self._wanted = self._shown = None
            self._pages.setCurrentIndex(0)
            return
        new = _Shown(frame, place)
        same = self._wanted is not None and self._wanted.place == place
        if same and self._wanted is not None and self._wanted.frame is frame:
            return
        self._wanted = new
        if same:
            self._writing.request()
        else:
            self._writing.call_now()

    def _write(self) -> None:
        """Write the tree anew, with what was open before open again where it is of the same number."""
        wanted = self._wanted
        if wanted is None:
            return
        same = self._shown is not None and self._shown.place == wanted.place
        opened = _opened(self._tree) if same else {(0,)}
        chosen = _path_of(self._tree.currentItem()) if same else (0,)
        self._shown = wanted
        self._pages.setCurrentIndex(1)
        self._fields.show_picture(wanted.frame.picture)
        self._tree.setUpdatesEnabled(False)
        self._tree.clear()
        root = _row(_name(wanted.place), "", "", self._ledger(wanted.place).total)
        root.setData(0, _PLACE, wanted.place)
        _close(root)
        self._tree.addTopLevelItem(root)
        for path in sorted(opened):
            item = _item_at(self._tree, path)
            if item is not None:
                item.setExpanded(True)
        self._tree.setCurrentItem(_item_at(self._tree, chosen) or root)
        self._tree.setUpdatesEnabled(True)

    def _ledger(self, place: Place) -> LayerLedger:
        assert self._shown is not None
        frame = self._shown.frame
        return layer_ledger(frame.spec, frame.parameters, frame.values, place)

    def _write_children(self, item: QTreeWidgetItem) -> None:
        """Write the ledger of a row's number below it, when it is opened for the first time."""
        if not item.data(0, _UNWRITTEN):
            return
        item.setData(0, _UNWRITTEN, False)
        place = item.data(0, _PLACE)
        if isinstance(place, Part):
            for term in place.terms:
                item.addChild(_term_row(term))
            return
        ledger = self._ledger(place)
        alone = len(ledger.parts) == 1 and len(ledger.parts[0].terms) == 1
        for part in ledger.parts:
            item.addChild(_term_row(part.terms[0]) if alone else _part_row(part))
        for name, value in ledger.extras:
            item.addChild(_row(name, "", "", value))

    def _show_fields(self, item: QTreeWidgetItem | None) -> None:
        """Draw what the rows from the root to this one see of the ink."""
        if self._shown is None:
            return
        spec, boxes = self._shown.frame.spec, []
        while item is not None:
            place = item.data(0, _PLACE)
            if isinstance(place, Place):
                boxes.append(_box_of(spec, place))
            item = item.parent()
        self._fields.show_boxes(tuple(reversed(boxes)))

    def _numbers(self) -> str:
        lines = ["\t".join(_COLUMNS)]

        def write(item: QTreeWidgetItem, depth: int) -> None:
            texts = [
                str(item.data(column, Qt.ItemDataRole.ToolTipRole) or item.text(column))
                for column in range(4)
            ]
            lines.append("\t".join(["  " * depth + texts[0], *texts[1:]]))
            if item.isExpanded():
                for index in range(item.childCount()):
                    write(item.child(index), depth + 1)

        root = self._tree.invisibleRootItem()
        for index in range(root.childCount()):
            write(root.child(index), 0)
        return "\n".join(lines) + "\n"


def _box_of(spec: NetworkSpec, place: Place) -> Box:
    """What a number sees of the ink."""
    if place.layer == "input":
        assert place.pixel is not None
        row, column = place.pixel
        return row, row + 1, column, column + 1
    pixel = place.pixel
    if pixel is None and isinstance(spec.layer(place.layer), Flatten):
        pixel = place.channel, 0
    return receptive_fields(spec, place.layer, pixel)[-1].inside.box


def _name(place: Place) -> str:
    unit = f"{place.layer} · {'number' if place.pixel is None else 'channel'} {place.channel + 1}"
    return unit if place.pixel is None else f"{unit} · ({place.pixel[0]}, {place.pixel[1]})"


def _row(name: str, weight: str, value: str, product: float) -> QTreeWidgetItem:
    item = QTreeWidgetItem([name, weight, value, _short(product)])
    for column in range(1, 4):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    item.setToolTip(3, f"{product:.9g}")
    return item


def _part_row(part: Part) -> QTreeWidgetItem:
    place = next((term.place for term in part.terms if term.place is not None), None)
    layer = place.layer if place is not None else "the border"
    item = _row(f"{layer} · channel {part.channel + 1}: {len(part.terms)} products", "", "", part.total)
    item.setData(0, _PLACE, part)
    _close(item)
    return item


def _term_row(term: Term) -> QTreeWidgetItem:
    name = "beyond the picture" if term.place is None else _name(term.place)
    item = _row(name, _short(term.weight), _short(term.number), term.product)
    item.setToolTip(1, f"{term.weight:.9g}")
    item.setToolTip(2, f"{term.number:.9g}")
    item.setData(0, _PLACE, term.place)
    if term.place is not None and term.place.layer != "input":
        _close(item)
    return item


def _close(item: QTreeWidgetItem) -> None:
    """Let a row be opened; what is below it is written then."""
    item.setData(0, _UNWRITTEN, True)
    item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)


def _short(value: float) -> str:
    return number(value, 4) if abs(value) < 1e4 else short_number(value)


def _opened(tree: QTreeWidget) -> set[Path]:
    """Where a tree is open."""
    found: set[Path] = set()

    def look(item: QTreeWidgetItem, path: Path) -> None:
        if item.isExpanded():
            found.add(path)
            for index in range(item.childCount()):
                look(item.child(index), (*path, index))

    root = tree.invisibleRootItem()
    for index in range(root.childCount()):
        look(root.child(index), (index,))
    return found


def _path_of(item: QTreeWidgetItem | None) -> Path:
    path: list[int] = []
    while item is not None:
        above = item.parent()
        path.append(0 if above is None else above.indexOfChild(item))
        item = above
    return tuple(reversed(path)) or (0,)


def _item_at(tree: QTreeWidget, path: Path) -> QTreeWidgetItem | None:
    item = tree.topLevelItem(path[0])
    for index in path[1:]:
        item = item.child(index) if item is not None else None
    return item
