"""Pictures of device pixels over each other: every entry in the colour that its table says."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, QSizeF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget

from gui.pixel_view import PixelView
from gui.widgets.painted_layer import PaintedLayer


def test_a_mosaic_has_the_colours_of_its_table_over_its_background(qtbot) -> None:
    view = PixelView()
    qtbot.addWidget(view.widget)
    view.widget.resize(40, 30)
    view.set_background(QColor(200, 100, 0))
    mosaic = view.add_mosaic()
    lut = np.zeros((256, 4), np.uint8)
    lut[1:4] = (10, 20, 30, 255), (0, 0, 255, 128), (255, 255, 255, 0)
    mosaic.set_lut(lut)
    mosaic.set_place(QPointF(5, 7), 1.0)
    mosaic.set_rows(np.array([[1, 2, 3], [3, 2, 1]], np.uint8), np.arange(2))
    view.widget.show()
    image = view.widget.grab().toImage()
    background, half = (200, 100, 0), (100, 50, 128)
    for y, row in enumerate((((10, 20, 30), half, background), (background, half, (10, 20, 30)))):
        for x, expected in enumerate(row):
            shown = image.pixelColor(5 + x, 7 + y).getRgb()[:3]
            assert np.abs(np.subtract(shown, expected)).max() <= 1
    lut = lut.copy()
    lut[1] = 90, 80, 70, 255
    mosaic.set_lut(lut)
    assert view.widget.grab().toImage().pixelColor(5, 7).getRgb()[:3] == (90, 80, 70)


def test_what_is_new_in_several_views_is_painted_in_one_go(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(200, 60)
    views = [PixelView(window) for _ in range(4)]
    mosaics = [view.add_mosaic() for view in views]
    for place, view in enumerate(views):
        view.widget.setGeometry(50 * place, 0, 40, 40)
    window.show()
    qtbot.waitExposed(window)
    QApplication.processEvents()
    seen = Counted(window)
    for mosaic in mosaics:
        mosaic.set_rows(np.ones((2, 3), np.uint8), np.arange(2))
    QApplication.processEvents()
    assert seen.count == 1


def test_layers_lie_over_each_other_by_their_heights_and_hidden_ones_are_not_painted(qtbot):
    view = PixelView()
    qtbot.addWidget(view.widget)
    view.widget.resize(20, 20)
    over, under = PaintedLayer(), PaintedLayer()
    view.add_layer(over, 2)
    view.add_layer(under, 0)
    for layer, colour in ((over, QColor(255, 0, 0)), (under, QColor(0, 255, 0))):
        layer.repaint(
            QSizeF(20, 20), 1.0, lambda painter, colour=colour: painter.fillRect(0, 0, 9, 9, colour)
        )
    view.widget.show()
    assert view.widget.grab().toImage().pixelColor(4, 4).getRgb()[:3] == (255, 0, 0)
    over.set_visible(False)
    assert view.widget.grab().toImage().pixelColor(4, 4).getRgb()[:3] == (0, 255, 0)


@pytest.mark.parametrize("rows", [(0, 30), (7, 3), (29, 1), (0, 0)])
def test_a_layer_shows_what_was_painted_where_it_was_painted(qtbot, rows):
    view = PixelView()
    qtbot.addWidget(view.widget)
    view.widget.resize(40, 40)
    view.set_background(QColor(0, 0, 0))
    layer = PaintedLayer()
    layer.set_position(QPointF(2, 3))
    view.add_layer(layer, 0)
    top, height = rows
    layer.repaint(QSizeF(30, 30), 1.0, lambda painter: painter.fillRect(5, top, 4, height, QColor(9, 8, 7)))
    view.widget.show()
    image = view.widget.grab().toImage()
    painted = {(x, y) for x in range(40) for y in range(40) if image.pixelColor(x, y).red() == 9}
    assert painted == {(x, y) for x in range(7, 11) for y in range(3 + top, 3 + top + height)}
    assert layer.is_kept
    layer.forget()
    assert view.widget.grab().toImage().pixelColor(8, 3 + top).red() == 0


class Counted(QObject):
    """Counts how often a window is painted."""

    def __init__(self, window):
        super().__init__(window)
        self.count = 0
        window.installEventFilter(self)

    def eventFilter(self, watched, event):
        self.count += event.type() == QEvent.Type.UpdateRequest
        return False
