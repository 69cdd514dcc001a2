"""How the filters slide, what follows them, and how large an output channel that makes."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolTip, QVBoxLayout, QWidget

from engine.geometry import pair, resolve_padding
from engine.lab.size_formula import SizeFormula, left_over_sentence, size_formulas
from engine.lab.values import Geometry, LabLayer
from gui.numbers import localised
from gui.pad.step_chooser import StepChooser
from gui.pages.convolve.formula_label import FormulaLabel
from gui.pages.convolve.number_spin import FIELD_HEIGHT_PX, LABEL_WIDTH_PX, QuietCombo, WholeSpin
from gui.pages.convolve.pair_spin import PairSpin
from gui.theme import S1, S2, ThemeManager, caption_font
from gui.widgets.switch import Switch

_OPERATIONS = ("correlation", "convolution")
_BORDERS = ("zero", "reflect", "replicate")
_PADDINGS = ("valid", "same", "pixels")
_POOLS: tuple[int, ...] = (1, 2, 3)
_SEGMENTS_PX = 22
# Room for a pair: "1 × 12 px".
_DILATION_PX, _PIXELS_PX = 72, 92
_VEIL = 0.6
_FIRM = "\u00a0"


class Choice(StepChooser):
    """A row of words of which one is chosen; disabled it is pale and says why. GUI thread only."""

    # Events arrive while the base class is being made.
    _reason = ""

    def __init__(
        self, themes: ThemeManager, name: str, names: tuple[str, ...], tips: tuple[str, ...]
    ) -> None:
        super().__init__(themes, names, tips)
        self.setAccessibleName(name)
        self.setFixedHeight(_SEGMENTS_PX)

    def show_choice(self, index: int) -> None:
        """Show what is chosen without telling it."""
        with QSignalBlocker(self):
            self.choose(index)

    def offer(self, names: tuple[str, ...], tips: tuple[str, ...]) -> None:
        """Offer other words; what is chosen is to be shown afterwards."""
        if names != self._names:
            self._names, self._tips = names, tips
            self._chosen = min(self._chosen, len(names) - 1)
            self.updateGeometry()
            self.update()

    def set_available(self, available: bool, reason: str = "") -> None:
        """Enable it, or disable it and say why."""
        self._reason = "" if available else reason
        self.setEnabled(available)

    def event(self, event: QEvent) -> bool:
        """Say why it is disabled."""
        if self._reason and event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._reason, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words, under a veil when they are disabled."""
        super().paintEvent(event)
        if not self.isEnabled():
            painter = QPainter(self)
            veil = QColor(self._themes.theme.panel)
            veil.setAlphaF(_VEIL)
            painter.fillRect(self.rect(), veil)
            painter.end()


class GeometryPanel(QWidget):
    """Shows one layer's settings and tells every change. GUI thread only. Keeps only what it shows."""

    geometry_chosen = Signal(object)
    """The new `Geometry`."""
    operation_chosen = Signal(str)
    """"correlation" or "convolution"."""
    relu_chosen = Signal(bool)
    pool_chosen = Signal(int)
    """Side of the max pooling; 1 for none."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("geometry_panel")
        self._geometry = Geometry()
        self._pools = _POOLS
        self._make_fields(themes)
        self._lay_out()
        self._connect()
        themes.changed.connect(self._dress)

    def show_layer(self, layer: LabLayer, input_size: tuple[int, int]) -> None:
        """Show a layer's settings, and the size formula for an input of ``(rows, columns)``."""
        geometry = self._geometry = layer.geometry
        kernel: tuple[int, int] = layer.filters[0].weight.shape[1:]
        self.operation.show_choice(_OPERATIONS.index(layer.operation))
        self.stride.show_pair(*geometry.stride)
        padding = geometry.padding
        named = isinstance(padding, str)
        with QSignalBlocker(self.padding):
            self.padding.setCurrentIndex(_PADDINGS.index(str(padding)) if named else 2)
        if not isinstance(padding, str):
            self.pixels.show_pair(*pair(padding, "padding", 0))
        self.pixels.setEnabled(not named)
        self.dilation.show_pair(*geometry.dilation)
        self.border.show_choice(_BORDERS.index(geometry.border))
        self._offer_borders(geometry, input_size, kernel)
        with QSignalBlocker(self.relu):
            self.relu.setChecked(layer.relu)
        self._show_pool(layer.pool)
        rows, columns = size_formulas(input_size, kernel, geometry)
        # What is the same down and across is written once.
        both = rows.text == columns.text
        self._rows_label.setText("size" if both else "rows")
        self._rows.set_words(_rich(rows))
        self._columns.set_words(_rich(columns))
        self._columns.setVisible(not both)
        self._columns_label.setVisible(not both)
        rest = left_over_sentence(rows, columns)
        self._rest.set_words(rest)
        self._rest.setVisible(bool(rest))

    def give_up_typing(self) -> None:
        """Let what is shown next replace what was typed and not meant yet."""
        for field in (self.stride, self.dilation, self.pixels):
            field.give_up_typing()

    def _offer_borders(self, geometry: Geometry, size: tuple[int, int], kernel: tuple[int, int]) -> None:
        sides = resolve_padding(geometry.padding, size, kernel, geometry.stride, geometry.dilation)
        bordered = any(sum(side) for side in sides)
        self.border.set_available(bordered, "There is no border: the padding is 0 pixels.")

    def _show_pool(self, side: int) -> None:
        """Show the pooling; one that cannot be chosen here is offered for as long as it is there."""
        self._pools = _POOLS if side in _POOLS else (*_POOLS, side)
        self.pool.offer(*_pool_words(self._pools))
        self.pool.show_choice(self._pools.index(side))

    def _make_fields(self, themes: ThemeManager) -> None:
        self.operation = Choice(
            themes,
            "Operation",
            ("Correlation", "Convolution"),
            (
                "Cross-correlation: the kernel as it is drawn. Deep learning calls this convolution.",
                "Convolution as mathematics means it: the kernel is turned by 180° first.",
            ),
        )
        self.stride = PairSpin(themes, 1, 8, what="Stride", first="vertical", second="horizontal")
        self.dilation = WholeSpin(
            1, 4, "Dilation", "Dilation: distance of the pixels that a filter looks at."
        )
        self.padding = QuietCombo("Padding", "Padding: how far the picture is continued on each side.")
        tips = (
            "No padding: only where the whole filter lies on the picture.",
            "As much as makes the output as large as the input, divided by the stride.",
            "As many pixels on each side as you choose.",
        )
        for i, (name, tip) in enumerate(zip(_PADDINGS, tips, strict=True)):
            self.padding.addItem(name)
            self.padding.setItemData(i, tip, Qt.ItemDataRole.ToolTipRole)
        self.pixels = WholeSpin(0, 10, "Pixels of padding", "Pixels of padding on each side, 0 to 10.")
        self.pixels.setSuffix(" px")
        self.border = Choice(
            themes,
            "Border",
            _BORDERS,
            (
                "Beyond the picture everything is 0.",
                "Beyond the picture it is mirrored in its outermost pixels.",
                "Beyond the picture its outermost pixels go on.",
            ),
        )
        self.relu = Switch(themes)
        self.relu.setAccessibleName("ReLU")
        self.relu.setToolTip("ReLU: what is negative becomes 0.")
        self.pool = Choice(themes, "Max pooling", *_pool_words(_POOLS))
        for name in ("operation", "stride", "dilation", "padding", "pixels", "border", "relu", "pool"):
            getattr(self, name).setObjectName(f"geometry_{name}")
        self._rows, self._columns, self._rest = FormulaLabel(), FormulaLabel(), FormulaLabel()
        self._labels: list[QLabel] = []

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(S2)
        grid.setVerticalSpacing(S1)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH_PX)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.operation, 0, 0, 1, 2)
        self.dilation.setFixedWidth(_DILATION_PX)
        self.pixels.setFixedWidth(_PIXELS_PX)
        padding = _side_by_side(self.padding, self.pixels)
        pooled = _side_by_side(self.relu, self._label("max pool", self.pool), self.pool)
        fields = (
            ("stride", self.stride, self.stride.first),
            ("dilation", self.dilation, self.dilation),
            ("padding", padding, self.padding),
            ("border", self.border, self.border),
            ("ReLU", pooled, self.relu),
        )
        for row, (label, widget, buddy) in enumerate(fields, 1):
            grid.addWidget(self._label(label, buddy), row, 0)
            left = Qt.AlignmentFlag.AlignLeft
            alone = widget in (self.stride, self.dilation)
            grid.addWidget(widget, row, 1, left) if alone else grid.addWidget(widget, row, 1)
            grid.setRowMinimumHeight(row, FIELD_HEIGHT_PX)
        top = Qt.AlignmentFlag.AlignTop
        self._rows_label, self._columns_label = self._label("rows"), self._label("columns")
        pairs = ((self._rows_label, self._rows), (self._columns_label, self._columns))
        for row, (name, formula) in enumerate(pairs, 6):
            grid.addWidget(name, row, 0, top)
            grid.addWidget(formula, row, 1, top)
            formula.setAccessibleName(f"Size of an output channel, {name.text()}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addLayout(grid)
        column.addWidget(self._rest)
        self._rest.setProperty("role", "dim")
        self._rest.hide()
        self._dress()

    def _label(self, text: str, buddy: QWidget | None = None) -> QLabel:
        label = QLabel(text)
        label.setProperty("role", "dim")
        if buddy is not None:
            label.setBuddy(buddy)
        self._labels.append(label)
        return label

    def _dress(self) -> None:
        for label in (*self._labels, self._rows, self._columns, self._rest):
            label.setFont(caption_font())

    def _connect(self) -> None:
        self.operation.step_chosen.connect(lambda index: self.operation_chosen.emit(_OPERATIONS[index]))
        self.stride.chosen.connect(lambda *both: self._tell(stride=both))
        self.dilation.valueChanged.connect(lambda value: self._tell(dilation=(value, value)))
        self.padding.currentIndexChanged.connect(self._on_padding)
        self.pixels.valueChanged.connect(lambda value: self._tell(padding=value))
        self.border.step_chosen.connect(lambda index: self._tell(border=_BORDERS[index]))
        self.relu.toggled.connect(self.relu_chosen)
        self.pool.step_chosen.connect(lambda index: self.pool_chosen.emit(self._pools[index]))

    def _tell(self, **changes: Any) -> None:
        self._geometry = replace(self._geometry, **changes)
        self.geometry_chosen.emit(self._geometry)

    def _on_padding(self, index: int) -> None:
        self.pixels.setEnabled(index == 2)
        self._tell(padding=self.pixels.shown if index == 2 else _PADDINGS[index])


def _pool_words(sides: tuple[int, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name poolings by their sides, and say what each does."""
    names = tuple("none" if side == 1 else str(side) for side in sides)
    tips = tuple(
        "No pooling: every pixel goes on." if side == 1 else f"Of {side} × {side} pixels the largest goes on."
        for side in sides
    )
    return names, tips


def _rich(formula: SizeFormula) -> str:
    """Write a formula with its result in bold, lines broken only between its parts."""
    text = localised(formula.text)
    if not formula.size:
        return text
    head, _, result = text.rpartition(" = ")
    # The end stays together: a line does not begin with the result alone.
    head = f"{head.removesuffix(' + 1')} +{_FIRM}1"
    return f"{head}{_FIRM}={_FIRM}<b>{result}</b>"


def _side_by_side(*widgets: QWidget) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(S2)
    for widget in widgets:
        row.addWidget(widget)
    return box
