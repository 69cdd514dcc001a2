"""Pictures of device pixels in a scene: every entry in the colour that its table says."""

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from gui.pixel_view import PixelView


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
    mosaic.set_pixels(np.array([[1, 2, 3], [3, 2, 1]], np.uint8))
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
