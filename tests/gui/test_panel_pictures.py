"""Pictures of panels: exact in size, margin and ground, whatever the panel's shape."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.inspect.tiles import filter_tiles
from gui import panel_pictures
from gui.film_plan import Sheet, sheet_for
from gui.panel_pictures import PanelPicture, as_array, flush_words, footer_image
from gui.theme import DARK, ThemeManager
from gui.widgets.paced import Paced
from gui.widgets.tile_wall import TileWall
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


def drawn(panel, sheet, footer=None):
    picture = PanelPicture(panel, sheet, GROUND)
    while not picture.is_whole:
        picture.draw_band()
    return picture.finish(footer)


@pytest.mark.parametrize("width", [80, 150, 224, 333, 500, 1000])
def test_a_panel_fills_its_sheet_within_the_margin(panel, width):
    sheet = sheet_for(width, (200, 100), 12, footer=False)
    pixels = drawn(panel, sheet).pixels()
    assert pixels.shape == (sheet.height, width, 3)
    assert (pixels[:12] == GROUND.getRgb()[:3]).all()
    assert (pixels[:, -12:] == GROUND.getRgb()[:3]).all()
    assert (pixels[13:-13, 13:-13] == GREEN).all()


def test_a_panel_of_another_shape_than_its_sheet_is_centred(panel):
    pixels = drawn(panel, Sheet(200, 200)).pixels()
    assert (pixels[:50] == GROUND.getRgb()[:3]).all()
    assert (pixels[50:150] == GREEN).all()
    assert (pixels[150:] == GROUND.getRgb()[:3]).all()


def test_odd_widths_have_no_bytes_between_rows(panel):
    shot = drawn(panel, Sheet(201, 99))
    assert np.array_equal(shot.pixels()[50, 100], GREEN)
    image = shot.image()
    assert np.array_equal(as_array(image), shot.pixels())
    assert as_array(image).flags.owndata


def test_the_footer_is_below_the_panel(panel):
    sheet = sheet_for(400, (200, 100), 0, footer=True)
    pixels = drawn(panel, sheet, footer_image(sheet, "step 7", "Run 1", DARK)).pixels()
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


class Rings(QWidget):
    def paintEvent(self, event):
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(200, 90, 10, 180), 1.3))
        for inset in range(0, 60, 5):
            painter.drawEllipse(QRectF(self.rect()).adjusted(inset, inset / 2, -inset, -inset / 2))
        painter.end()


def crowd(themes):
    """Give a panel of words, lines and buttons, which lie across the edges of bands."""
    panel = QWidget()
    grid = QGridLayout(panel)
    for row in range(5):
        grid.addWidget(QLabel(f"Row {row}: Ägypten, gf Q{'x' * row}"), row, 0)
        grid.addWidget(QPushButton(str(row)), row, 1)
        grid.addWidget(Rings(), row, 2)
    return panel


def wall(themes):
    """Give a wall of filters with numbers in their cells."""
    weight = np.random.default_rng(3).normal(0, 0.4, (8, 1, 3, 3)).astype(np.float32)
    made = TileWall(themes)
    made.show_tiles(filter_tiles("conv1", weight, 1.0))
    return made


@pytest.fixture
def themes(qapp):
    manager = ThemeManager("dark")
    yield manager
    manager.deleteLater()


@pytest.fixture
def thin_bands(monkeypatch):
    """Draw as few rows at once as is allowed."""
    monkeypatch.setattr(panel_pictures, "_FIRST_PIXELS", 1)
    monkeypatch.setattr(panel_pictures, "_BAND_SECONDS", 0.0)


@pytest.mark.parametrize("width", [211, 357, 500, 783, 1777])
@pytest.mark.parametrize("make", [crowd, wall])
def test_a_picture_of_many_bands_is_that_of_one(qtbot, monkeypatch, themes, make, width):
    panel = shown(qtbot, make(themes), 357, 233)
    sheet = sheet_for(width, (357, 233), 7, footer=False)
    with monkeypatch.context() as patch:
        patch.setattr(panel_pictures, "_FIRST_PIXELS", 1e9)
        whole = drawn(panel, sheet)
    assert len(whole.bands) == 1
    monkeypatch.setattr(panel_pictures, "_FIRST_PIXELS", 1)
    monkeypatch.setattr(panel_pictures, "_BAND_SECONDS", 0.0)
    cut = drawn(panel, sheet)
    assert len(cut.bands) > 20
    assert np.array_equal(cut.pixels(), whole.pixels())
    assert len(np.unique(whole.pixels().reshape(-1, 3), axis=0)) > 10


def test_a_panel_that_changes_while_it_is_drawn_tears_the_picture(qtbot, panel, thin_bands):
    picture = PanelPicture(panel, Sheet(400, 200), GROUND)
    # What comes before the first band is no matter, and drawing is no change itself.
    panel.repaint()
    picture.draw_band()
    picture.draw_band()
    assert not picture.is_whole
    assert not picture.is_torn
    panel.findChild(Green).repaint()
    assert picture.is_torn
    picture.close()


def test_a_panel_that_gets_another_size_tears_the_picture(panel, thin_bands):
    picture = PanelPicture(panel, Sheet(400, 200), GROUND)
    picture.draw_band()
    panel.resize(220, 100)
    assert picture.is_torn
    picture.close()


def test_a_dialog_of_the_panel_is_no_part_of_its_picture(qtbot, panel, thin_bands):
    dialog = QDialog(panel)
    dialog.show()
    qtbot.waitExposed(dialog)
    picture = PanelPicture(panel, Sheet(400, 200), GROUND)
    picture.draw_band()
    dialog.repaint()
    assert not picture.is_torn
    picture.close()


def test_what_was_drawn_is_put_together_on_another_thread(panel):
    shot, found = drawn(panel, Sheet(100, 50)), []
    thread = threading.Thread(target=lambda: found.append(shot.pixels()))
    thread.start()
    thread.join()
    assert (found[0] == GREEN).all()
