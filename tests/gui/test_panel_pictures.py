"""Pictures of panels: exact in size, margin and ground, whatever the panel's shape."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.film_plan import Sheet, sheet_for
from gui.panel_pictures import as_array, flush_words, panel_image, write_footer
from gui.theme import DARK
from gui.widgets.paced import Paced
from tests.gui.hosting import shown

GROUND, GREEN = QColor(10, 20, 30), (0, 200, 0)


class Green(QWidget):
    def paintEvent(self, event):
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(*GREEN))
        painter.end()


@pytest.fixture
def panel(qtbot):
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(Green())
    return shown(qtbot, holder, 200, 100)


@pytest.mark.parametrize("width", [80, 150, 224, 333, 500, 1000])
def test_a_panel_fills_its_sheet_within_the_margin(panel, width):
    sheet = sheet_for(width, (200, 100), 12, footer=False)
    pixels = as_array(panel_image(panel, sheet, GROUND))
    assert pixels.shape == (sheet.height, width, 3)
    assert (pixels[:12] == GROUND.getRgb()[:3]).all()
    assert (pixels[:, -12:] == GROUND.getRgb()[:3]).all()
    assert (pixels[13:-13, 13:-13] == GREEN).all()


def test_a_panel_of_another_shape_than_its_sheet_is_centred(panel):
    pixels = as_array(panel_image(panel, Sheet(200, 200), GROUND))
    assert (pixels[:50] == GROUND.getRgb()[:3]).all()
    assert (pixels[50:150] == GREEN).all()
    assert (pixels[150:] == GROUND.getRgb()[:3]).all()


def test_odd_widths_have_no_bytes_between_rows(panel):
    image = panel_image(panel, Sheet(201, 99), GROUND)
    assert np.array_equal(as_array(image)[50, 100], GREEN)
    assert as_array(image).flags.owndata


def test_the_footer_is_below_the_panel(panel):
    sheet = sheet_for(400, (200, 100), 0, footer=True)
    image = panel_image(panel, sheet, GROUND)
    write_footer(image, sheet, "step 7", "Run 1", DARK)
    pixels = as_array(image)
    assert (pixels[:200] == GREEN).all()
    assert (pixels[200] == DARK.hairline.getRgb()[:3]).all()
    words = (pixels[201:] != DARK.panel.getRgb()[:3]).any(axis=(0, 2))
    assert words[12:60].any()
    assert words[-60:-12].any()
    assert not words[100:300].any()


def test_words_that_wait_are_written_at_once(qtbot):
    calls = []
    label = shown(qtbot, QLabel(), 50, 50)
    paced = Paced(lambda: calls.append(1), 60_000, parent=label)
    paced.request()
    assert not flush_words(label)
    paced.request()
    assert paced.waits
    assert flush_words(label)
    assert len(calls) == 2
    assert not paced.waits
