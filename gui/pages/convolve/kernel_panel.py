"""One filter as a thing to touch: its name, slices, weights, bias, size, tools and presets."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from engine.kernels import Kernel
from engine.lab.values import LARGEST_KERNEL, Filter
from gui.pages.convolve.kernel_cells import kernel_image
from gui.pages.convolve.kernel_editor import LARGEST_CELL_PX, KernelEditor
from gui.pages.convolve.kernel_grip import KernelGrip
from gui.pages.convolve.kernel_mime import kernel_mime, kernel_of
from gui.pages.convolve.kernel_notes import KernelNotes
from gui.pages.convolve.kernel_slices import KernelSlices
from gui.pages.convolve.kernel_tools import BUTTON_PX, KernelTools, drag_kernel
from gui.pages.convolve.number_spin import LABEL_WIDTH_PX, FieldRow, NumberSpin
from gui.pages.convolve.pair_spin import PairSpin
from gui.pages.convolve.preset_menu import PresetMenu
from gui.theme import RADIUS, S1, S2, ThemeManager, heading_font
from gui.widgets.tool_button import ToolButton

_SMALL_SIDE_PX = 132
# A kernel of more rows or columns takes the whole width, so that its numbers can be read.
_MOST_SMALL = 4
# In a low window a large kernel leaves room for the settings below.
_MOST_LOW_PX = 176
_NAME_TIP = "Name of the filter; Enter keeps another one, Esc the old one."
_LARGEST_BIAS = 1000.0
_BIAS_LABEL_PX, _BIAS_PX = 24, 76
_LONGEST_NAME = 40


class KernelPanel(QWidget):
    """Shows one filter and tells every change as a new `Filter`. GUI thread only.

    Cell edits act on the slice that is shown, tools, presets and drops on all slices.
    """

    filter_edited = Signal(object, str, bool)
    """The new `Filter` of the same shape, a text for undo, and whether the same gesture goes on."""
    kernel_dropped = Signal(str, object)
    """A kernel ``(slices, kh, kw)`` of any shape that is to be put into the filter, with its name."""
    size_chosen = Signal(int, int)
    """Rows and columns."""
    slice_chosen = Signal(int)
    """The slice to show."""
    save_requested = Signal()
    """The filter is to be kept in the Library."""
    hovered = Signal(str)
    """The readout under the pointer, "" when there is none."""

    def __init__(
        self,
        themes: ThemeManager,
        generator: np.random.Generator | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("kernel_panel")
        self._themes = themes
        self._filter = Filter("", np.zeros((1, 3, 3)))
        self._key: object = None
        self._slice, self._classic, self._turned = 0, False, False
        self._wide: bool | None = None
        self._tall = True
        self._frame = _Frame(themes, self)
        self.editor = KernelEditor(themes)
        self.slices = KernelSlices(themes)
        self.tools = KernelTools(themes, generator)
        self.presets = PresetMenu(themes, self)
        self.notes = KernelNotes(themes)
        self.turn = self.notes.turn
        self._make_fields(themes)
        self._lay_out()
        self._connect()
        self.setAcceptDrops(True)

    def show_filter(
        self,
        filter: Filter,
        slice_index: int,
        *,
        scale: float,
        classic: bool,
        turned: bool,
        sentence: str,
        slice_names: Sequence[str],
        key: object = None,
    ) -> None:
        """Show a filter.

        Parameters
        ----------
        filter
            The filter, as it is drawn: not turned.
        slice_index
            The slice whose weights can be edited.
        scale
            The magnitude at full strength.
        classic
            −1 black, 0 grey, 1 white in place of the colours of weights.
        turned
            Whether it is used turned by 180°: in a convolution.
        sentence
            What the filter detects, "" when nothing is known.
        slice_names
            The input channels.
        key
            Tells filters apart that have the same name: its layer and its place there.
        """
        another = key != self._key
        # What is being typed stays while it is still this filter's.
        if (
            another
            or filter.name != self._filter.name
            or not (self._name.hasFocus() and self._name.isModified())
        ):
            self._name.setText(filter.name)
            self._name.setCursorPosition(0)
        if another:
            self.bias.give_up_typing()
        if another or slice_index != self._slice:
            self.editor.end_gesture()
        self._key = key
        self._filter, self._slice, self._classic = filter, slice_index, classic
        weight = filter.weight[slice_index]
        several = len(filter.weight) > 1
        part = f" · {slice_names[slice_index]}" if several and slice_index < len(slice_names) else ""
        self.editor.show_slice(weight, scale, classic, f"{filter.name}{part}")
        self.slices.setVisible(several)
        self.slices.show_slices(filter.weight, slice_names, slice_index, scale, classic)
        self.bias.show_value(filter.bias)
        self.size_pair.show_pair(*weight.shape)
        self.presets.set_classic(classic)
        self.turn.show_kernel(weight, scale, classic)
        self.notes.set_sentence(sentence)
        self._name.setToolTip(f"{sentence}\n{_NAME_TIP}".strip())
        if turned != self._turned:
            self._turned = turned
            self.turn.put(turned)
            self.notes.set_turned(turned)
        self._place(max(weight.shape) > _MOST_SMALL)

    def give_up_typing(self) -> None:
        """Let what is shown next replace what was typed and not meant yet."""
        self.bias.give_up_typing()
        self.size_pair.give_up_typing()

    def set_tall(self, tall: bool) -> None:
        """Say whether the window has room for a large kernel with all its settings below."""
        if tall != self._tall:
            self._tall = tall
            self.notes.set_low(not tall)
            self._place(bool(self._wide))

    def animate_turn(self, to_turned: bool) -> None:
        """Let the kernel turn by 180° before the eyes, or back."""
        self._turned = to_turned
        self.notes.animate_turn(to_turned)

    def mark(self, row: int | None, column: int | None = None) -> None:
        """Outline the weight at a place of the kernel as it is drawn, or none."""
        self.editor.mark(row, column)
        self.turn.mark(None if row is None or column is None else (row, column))

    def _make_fields(self, themes: ThemeManager) -> None:
        self._grip = KernelGrip(themes)
        self._name = QLineEdit()
        self._name.setObjectName("filter_name")
        self._name.setFont(heading_font())
        self._name.setMaxLength(_LONGEST_NAME)
        self._name.setFixedHeight(BUTTON_PX)
        self._name.setAccessibleName("Name of the filter")
        self._name.installEventFilter(self)
        self._preset_button = ToolButton(
            themes, "kernel-presets", "Presets: put a named kernel into the filter", flat=False
        )
        self._preset_button.setObjectName("preset_button")
        self._save = ToolButton(themes, "library-add", "Save the filter to the Library", flat=False)
        self._save.setObjectName("save_to_library")
        for button in (self._preset_button, self._save):
            button.setIconSize(QSize(18, 18))
            button.setFixedSize(BUTTON_PX, BUTTON_PX)
        self.bias = NumberSpin(
            -_LARGEST_BIAS, _LARGEST_BIAS, "Bias", "Bias: added to the sum at each position."
        )
        self.bias.setObjectName("filter_bias")
        self.bias.setFixedWidth(_BIAS_PX)
        self.size_pair = PairSpin(themes, 1, LARGEST_KERNEL, what="Size", first="rows", second="columns")
        self.size_pair.setObjectName("filter_size")
        for line in (
            self._name,
            *(spin.lineEdit() for spin in (self.bias, self.size_pair.first, self.size_pair.second)),
        ):
            # A kernel that is dropped is for the panel, not text for a field.
            line.setAcceptDrops(False)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(S1)
        for widget in (self._grip, self._name, self._preset_button, self._save):
            top.addWidget(widget)
        self._bias_row = FieldRow("bias", self.bias)
        self._body = QGridLayout()
        self._body.setHorizontalSpacing(S2)
        self._body.setVerticalSpacing(S1)
        self._size_row = FieldRow("size", self.size_pair)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addLayout(top)
        column.addWidget(self.slices)
        # Over the kernel: its arrows stay under the pointer while the kernel grows.
        column.addWidget(self._size_row)
        column.addLayout(self._body)
        column.addStretch(1)
        self.slices.hide()
        self._place(False)

    def _connect(self) -> None:
        self.editor.edited.connect(self._on_edited)
        self.editor.pasted.connect(self.kernel_dropped)
        for source in (self.editor, self.slices, self.turn):
            source.hovered.connect(self.hovered)
        self.presets.hovered_sentence.connect(self.hovered)
        self.presets.preset_chosen.connect(self._on_preset)
        self.presets.random_chosen.connect(lambda: self.tools.press("random"))
        self.tools.listen_to(self.editor)
        self.tools.change_wanted.connect(self._on_change_wanted)
        self.slices.slice_chosen.connect(self.slice_chosen)
        self.size_pair.chosen.connect(self.size_chosen)
        self.bias.valueChanged.connect(self._on_bias)
        self._name.editingFinished.connect(self._on_named)
        self._preset_button.clicked.connect(self._open_presets)
        self._save.clicked.connect(self.save_requested)
        self._grip.dragged.connect(self._on_dragged)
        self._grip.clicked.connect(self._copy)

    def _place(self, wide: bool) -> None:
        """Put notes and bias beside a small kernel, under a large one."""
        if wide != self._wide:
            self._wide = wide
            body = self._body
            parts: tuple[QWidget, ...] = (self.editor, self.tools, self._bias_row, self.notes)
            for widget in parts:
                body.removeWidget(widget)
            if wide:
                for row, widget in enumerate(parts):
                    body.addWidget(widget, row, 0, 1, 2)
            else:
                body.addWidget(self.editor, 0, 0, 2, 1)
                body.addWidget(self.notes, 0, 1)
                body.addWidget(self._bias_row, 1, 1, Qt.AlignmentFlag.AlignBottom)
                body.addWidget(self.tools, 2, 0, 1, 2)
            self.notes.set_stacked(not wide)
            self._bias_row.set_label(*((LABEL_WIDTH_PX, S2) if wide else (_BIAS_LABEL_PX, S1)))
        rows, columns = self._filter.weight.shape[1:]
        if wide:
            room = min(self.width() / columns, (self.width() if self._tall else _MOST_LOW_PX) / rows)
            cell = max(1, min(LARGEST_CELL_PX, int(room)))
            self.editor.setMinimumWidth(1)
            self.editor.setMaximumWidth(self.maximumWidth())
            self.editor.setFixedHeight(rows * cell)
        else:
            self.editor.setFixedSize(_SMALL_SIDE_PX, _SMALL_SIDE_PX)

    def _tell(self, new: Filter, undo_text: str, continues: bool = False) -> None:
        if new.weight.shape == self._filter.weight.shape:
            self._filter = new
            self.filter_edited.emit(new, undo_text, continues)
        else:
            # All filters of a layer have one size: what that means for the others is not known here.
            self.kernel_dropped.emit(new.name, new.weight)

    def _image(self) -> Any:
        return kernel_image(self._filter.weight[0], self._themes.theme, self._classic)

    def _open_presets(self) -> None:
        self.presets.popup(self._preset_button.mapToGlobal(self._preset_button.rect().bottomLeft()))

    def _copy(self) -> None:
        mime = kernel_mime(self._filter.name, self._filter.weight, self._image())
        QGuiApplication.clipboard().setMimeData(mime)
        self.hovered.emit(f"“{self._filter.name}” is on the clipboard.")

    def _on_dragged(self) -> None:
        drag_kernel(self._grip, self._filter.name, self._filter.weight, self._image())

    def _on_edited(self, weight2d: NDArray[Any], text: str, continues: bool) -> None:
        weight = self._filter.weight.copy()
        weight[self._slice] = weight2d
        self._tell(Filter(self._filter.name, weight, self._filter.bias), text, continues)

    def _on_preset(self, preset: Kernel) -> None:
        weight = np.repeat(preset.values[None], len(self._filter.weight), axis=0)
        self._tell(Filter(preset.name, weight, self._filter.bias), f"Use {preset.name}")

    def _on_change_wanted(self, change: Callable[[NDArray[Any]], NDArray[Any]], text: str) -> None:
        self._tell(Filter(self._filter.name, change(self._filter.weight), self._filter.bias), text)

    def _on_bias(self, value: float) -> None:
        self.editor.end_gesture()
        self._tell(Filter(self._filter.name, self._filter.weight, value), "Change bias")

    def _on_named(self) -> None:
        name = self._name.text().strip()
        self._name.setModified(False)
        if name and name != self._filter.name:
            self._tell(Filter(name, self._filter.weight, self._filter.bias), "Rename filter")
        else:
            self._name.setText(self._filter.name)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Give the old name back on Esc."""
        if watched is self._name and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride and self._name.isModified():
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and self._name.isModified():
                self._name.setText(self._filter.name)
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from slice to slice with PgUp and PgDown."""
        steps = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or len(self._filter.weight) == 1:
            super().keyPressEvent(event)
        else:
            self.editor.finish_typing()
            self.slices.step(step)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take kernels, from here or as rows of numbers."""
        if kernel_of(event.mimeData()) is not None:
            event.acceptProposedAction()
            self._frame.setGeometry(self.rect())
            self._frame.raise_()
            self._frame.show()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Show that nothing will be dropped here."""
        self._frame.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Put the kernel into the filter."""
        self._frame.hide()
        found = kernel_of(event.mimeData())
        if found is not None:
            event.acceptProposedAction()
            self.kernel_dropped.emit(*found)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give a large kernel the new width."""
        super().resizeEvent(event)
        self._place(bool(self._wide))


class _Frame(QWidget):
    """An outline over its parent, through which the pointer goes."""

    def __init__(self, themes: ThemeManager, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the outline."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._themes.theme.accent, 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        painter.end()
