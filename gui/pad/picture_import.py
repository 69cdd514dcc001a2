"""The panel that turns a picture of a digit into a drawing."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from engine.drawing import PICTURE_SIDE, Backdrop, Drawing, prepare
from gui.pad.crop_view import CropView
from gui.pad.preparation_steps import PICTURE
from gui.pad.step_picture import StepPicture
from gui.pad.threshold import Separation, separate_ink, thickened
from gui.theme import S1, S2, S3, S4, ThemeManager, caption_font, tabular

_PREVIEW_PX = 5 * PICTURE_SIDE
_CONTROLS_PX = 200
# The digit's share of the canvas, so that it looks as if it had been drawn there.
_SHARE_OF_CANVAS = 0.72
_NO_INK = "No ink stands out of the paper. Try another crop or threshold."


def ink_drawing(ink: NDArray[np.uint8], name: str) -> Drawing:
    """Put ink in the middle of a square canvas, with air around it.

    Parameters
    ----------
    ink
        ``(h, w)`` uint8, 0 = paper, 255 = ink.
    name
        What the drawing is called.
    """
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if rows.size == 0:
        return Drawing(name=name)
    digit = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = digit.shape
    side = round(max(height, width) / _SHARE_OF_CANVAS)
    canvas = np.zeros((side, side), dtype=np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    canvas[top : top + height, left : left + width] = digit
    return Drawing(backdrop=Backdrop(canvas), name=name)


class PictureImport(QDialog):
    """Parts ink from paper in a picture, with a live preview. GUI thread only; does not block.

    Parameters
    ----------
    theme_manager
        Where the colours come from.
    """

    drawing_made = Signal(object)
    """The Drawing that the person accepted."""

    def __init__(self, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("picture_import")
        self.setWindowTitle("Picture of a digit")
        self._grey: NDArray[np.uint8] = np.full((1, 1), 255, np.uint8)
        self._name = ""
        self._drawing = Drawing()
        self._automatic = True
        self.crop_view = CropView(theme_manager)
        self.preview = StepPicture(theme_manager, _PREVIEW_PX)
        self.threshold = QSlider(Qt.Orientation.Horizontal)
        self.threshold.setObjectName("import_threshold")
        self.threshold.setRange(1, 99)
        self.threshold.setAccessibleName("Threshold")
        self.threshold.setToolTip("How dark ink is at least, next to the paper around it")
        self._threshold_words = QLabel()
        self._threshold_words.setFont(tabular(self.font()))
        self.automatic = QCheckBox("Automatic threshold")
        self.automatic.setToolTip("Otsu's method: the threshold that parts two groups best")
        self.invert = QCheckBox("Light ink on dark paper")
        self.thicken = QCheckBox("Widen thin lines")
        self.thicken.setChecked(True)
        self.thicken.setToolTip("A ballpoint's line, as wide as the strokes the network has learnt")
        self.message = QLabel()
        self.message.setProperty("role", "warning")
        self.message.setWordWrap(True)
        self.accept_button = QPushButton("Use picture")
        self.accept_button.setProperty("primary", True)
        self.accept_button.setDefault(True)
        self.cancel_button = QPushButton("Cancel")
        self._lay_out()
        # One computation for any number of mouse movements that are waiting.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._refresh)
        self.crop_view.crop_changed.connect(self._on_crop_changed)
        self.threshold.valueChanged.connect(self._on_threshold_moved)
        self.automatic.clicked.connect(self._on_automatic_clicked)
        self.invert.clicked.connect(self._refresh_soon)
        self.thicken.clicked.connect(self._refresh_soon)
        self.accept_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.reject)

    @property
    def drawing(self) -> Drawing:
        """The drawing as it would be accepted now."""
        return self._drawing

    def show_picture(self, grey: NDArray[np.uint8], name: str) -> None:
        """Begin with a picture, ``(h, w)`` uint8, 0 = black; open the panel."""
        self._grey, self._name = grey, name
        self._automatic = True
        self.crop_view.set_picture(grey)
        self.thicken.setChecked(True)
        self._refresh(find_inversion=True)
        self.show()
        self.activateWindow()

    def _lay_out(self) -> None:
        whole, result = QLabel("crop: drag on the picture"), QLabel("the network would receive")
        for caption in (whole, result, self.message):
            caption.setFont(caption_font())
        for caption in (whole, result):
            caption.setProperty("role", "dim")
        self.message.setMinimumHeight(3 * self.message.fontMetrics().height())
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        controls = QWidget()
        controls.setFixedWidth(_CONTROLS_PX)
        side = QVBoxLayout(controls)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(S2)
        side.addWidget(self.preview)
        side.addWidget(self._threshold_words)
        side.addWidget(self.threshold)
        side.addWidget(self.automatic)
        side.addWidget(self.invert)
        side.addWidget(self.thicken)
        side.addWidget(self.message)
        side.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(S2)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.accept_button)
        grid = QGridLayout(self)
        grid.setContentsMargins(S4, S4, S4, S4)
        grid.setHorizontalSpacing(S4)
        grid.setVerticalSpacing(S1)
        grid.addWidget(whole, 0, 0)
        grid.addWidget(result, 0, 1)
        grid.addWidget(self.crop_view, 1, 0)
        grid.addWidget(controls, 1, 1)
        grid.setRowMinimumHeight(2, S3)
        grid.addLayout(buttons, 3, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(1, 1)

    def _refresh_soon(self) -> None:
        self._soon.start(0)

    def _refresh(self, *, find_inversion: bool = False) -> None:
        top, left, bottom, right = self.crop_view.crop
        separation = separate_ink(
            self._grey[top:bottom, left:right],
            threshold=None if self._automatic else self.threshold.value() / 100,
            inverted=None if find_inversion else self.invert.isChecked(),
        )
        self._show_controls(separation)
        ink = thickened(separation.ink) if self.thicken.isChecked() else separation.ink
        self._drawing = ink_drawing(ink, self._name) if separation.found else Drawing()
        preparation = prepare(self._drawing)
        self.preview.show_step(preparation, PICTURE)
        self.accept_button.setEnabled(not preparation.blank)
        self.message.setText(_NO_INK if preparation.blank else "")

    def _show_controls(self, separation: Separation) -> None:
        self.invert.setChecked(separation.inverted)
        self.automatic.setChecked(self._automatic)
        percent = min(max(round(separation.threshold * 100), 1), 99)
        blocked = self.threshold.blockSignals(True)
        self.threshold.setValue(percent)
        self.threshold.blockSignals(blocked)
        self._threshold_words.setText(f"ink from {percent} % dark")

    def _on_crop_changed(self) -> None:
        self._refresh_soon()

    def _on_threshold_moved(self) -> None:
        self._automatic = False
        self._refresh_soon()

    def _on_automatic_clicked(self) -> None:
        self._automatic = self.automatic.isChecked()
        self._refresh_soon()

    def done(self, result: int) -> None:
        """Close; hand the drawing on if it was accepted."""
        if self._soon.isActive():
            self._soon.stop()
            self._refresh()
        super().done(result)
        if result == QDialog.DialogCode.Accepted and self._drawing.backdrop is not None:
            self.drawing_made.emit(self._drawing)
