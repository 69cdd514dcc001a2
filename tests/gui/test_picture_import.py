"""Pictures in and drawings out: light evened out, ink found, failures said, nothing lost."""

import struct
import zlib

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest

from engine.drawing import Drawing, Stroke, drawing_from_json, prepare, rasterize
from gui.document import Document
from gui.pad.picture_import import PictureImport, ink_drawing
from gui.pad.picture_reading import LONGEST_SIDE_PX, PictureError, grey_of, read_image, read_picture
from gui.pad.threshold import (
    flattened_darkness,
    line_width,
    otsu_threshold,
    separate_ink,
    thickened,
    without_dust,
)
from gui.pad.transfer import Transfer
from gui.theme import ThemeManager
from tests.gui.hosting import double_click

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SEVEN = Drawing(
    (
        Stroke(((0.35, 0.3, 0.03), (0.65, 0.3, 0.03))),
        Stroke(((0.65, 0.3, 0.03), (0.45, 0.7, 0.03))),
    )
)


def photo(side=300, *, dust=False):
    """Return a photo of a seven on paper, the light falling off to less than half."""
    rng = np.random.default_rng(0)
    ink = rasterize(SEVEN, side).copy()
    if dust:
        ink[20:22, 30:32] = 1
    across, down = np.meshgrid(np.arange(side) / side, np.arange(side) / side)
    light = 230 - 110 * across - 30 * down**2
    grey = light * (1 - 0.7 * ink) + rng.normal(0, 3, ink.shape)
    return grey.clip(0, 255).astype(np.uint8)


def save(path, grey, kind="PNG"):
    height, width = grey.shape
    image = QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8)
    assert image.save(str(path), kind)
    return path


@pytest.fixture
def document(qapp):
    return Document()


@pytest.fixture
def transfer(qtbot, document):
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    return Transfer(document, ThemeManager("light"), window)


@pytest.fixture
def said(transfer):
    sentences = []
    transfer.message.connect(sentences.append)
    return sentences


def test_ink_is_found_in_bright_and_dark_corners_alike():
    separation = separate_ink(photo())
    truth = rasterize(SEVEN, 300) > 0.5
    assert separation.found
    assert np.mean((separation.ink > 127) != truth) < 0.003


def test_uneven_light_is_flat_afterwards():
    darkness = flattened_darkness(photo())
    paper = rasterize(SEVEN, 300) == 0
    places = (slice(0, 60), slice(0, 60)), (slice(240, 300), slice(240, 300))
    corners = [darkness[place][paper[place]].mean() for place in places]
    assert max(corners) < 0.08


def test_light_ink_on_dark_paper_is_noticed():
    separation = separate_ink(255 - photo())
    assert separation.inverted
    assert np.mean((separation.ink > 127) != (rasterize(SEVEN, 300) > 0.5)) < 0.01
    assert not separate_ink(photo()).inverted


def test_bare_paper_holds_no_ink():
    noise = np.random.default_rng(0).normal(200, 4, (200, 200)).astype(np.uint8)
    assert not separate_ink(noise).found
    assert not separate_ink(np.full((40, 40), 255, np.uint8)).found


def test_otsu_finds_the_middle_between_two_even_groups():
    darkness = np.concatenate((np.full(900, 0.1), np.full(100, 0.8))).astype(np.float32)
    assert otsu_threshold(darkness[None]) == pytest.approx(0.45, abs=0.01)


def test_a_given_threshold_is_used():
    thin, thick = (separate_ink(photo(), threshold=t).ink for t in (0.65, 0.2))
    assert thick.sum() > thin.sum()


def test_dust_goes_and_a_separate_part_of_the_digit_stays():
    ink = np.zeros((100, 100), np.uint8)
    ink[20:80, 20:28] = 255
    ink[20:60, 60:66] = 255
    ink[5:7, 90:92] = 255
    cleaned = without_dust(ink)
    assert cleaned[5:7, 90:92].max() == 0
    ink[5:7, 90:92] = 0
    np.testing.assert_array_equal(cleaned, ink)


def test_pieces_that_meet_at_a_corner_are_one():
    ink = np.zeros((60, 60), np.uint8)
    for step in range(50):
        ink[5 + step, 5 + step] = 255
    np.testing.assert_array_equal(without_dust(ink), ink)


def test_thin_lines_become_as_wide_as_the_strokes_of_the_digits():
    thin = (rasterize(SEVEN, 400) * 255).astype(np.uint8)
    wide = thickened(thin)
    rows = np.flatnonzero((thin > 127).any(axis=1))
    longer = rows[-1] - rows[0]
    assert line_width(thin > 127) == pytest.approx(0.03 * 400, rel=0.25)
    assert line_width(wide > 127) == pytest.approx(0.12 * longer, rel=0.25)
    assert thickened(wide).shape[0] - wide.shape[0] <= 4


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP"])
def test_pictures_of_usual_kinds_are_read(tmp_path, qapp, kind):
    grey = read_picture(save(tmp_path / f"seven.{kind.lower()}", photo(200), kind))
    assert grey.shape == (200, 200)
    assert np.abs(grey.astype(int) - photo(200)).mean() < 3


def test_a_large_photo_is_read_at_a_bounded_size(tmp_path, qapp):
    large = np.full((1500, 3000), 200, np.uint8)
    grey = read_picture(save(tmp_path / "large.jpg", large, "JPEG"))
    assert grey.shape == (LONGEST_SIDE_PX // 2, LONGEST_SIDE_PX)


def test_an_image_is_decoded_no_larger_than_asked_and_keeps_what_is_transparent(tmp_path, qapp):
    image = QImage(300, 150, QImage.Format.Format_ARGB32)
    image.fill(QColor(255, 0, 0, 0))
    assert image.save(str(tmp_path / "clear.png"))
    for longest, width in ((100, 100), (300, 300), (600, 300)):
        read = read_image(tmp_path / "clear.png", longest)
        assert (read.width(), read.height()) == (width, width // 2)
        assert read.pixelColor(0, 0).alpha() == 0


def test_transparent_paper_is_white(qapp):
    image = QImage(10, 10, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    image.setPixelColor(3, 4, QColor(0, 0, 0, 255))
    grey = grey_of(image)
    assert grey[4, 3] == 0
    assert np.delete(grey.ravel(), 43).min() == 255


def bomb(path):
    """Write a PNG that says it has 60,000 × 60,000 pixels."""

    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000)))
    )
    return path


def broken(path):
    content = save(path, photo(200)).read_bytes()
    path.write_bytes(content[: len(content) // 3])
    return path


def words(path):
    path.write_text("this is no picture")
    return path


def sparse(path):
    """Write a file that takes no room on the disk, and says that it is of 201 MB."""
    with path.open("wb") as file:
        file.truncate(201_000_000)
    return path


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (words, "“seven.png” is not a picture that can be read, such as PNG or JPEG."),
        (broken, "“seven.png” is damaged: the picture in it cannot be read."),
        (bomb, "“seven.png” is too large: 60000 × 60000 pixels would need more than 256 MB."),
        (sparse, "“seven.png” is too large for a picture: 201 MB, at most 200 MB can be read."),
        (lambda path: path, "“seven.png” is not a file that can be opened."),
        (lambda path: (path.mkdir(), path)[1], "“seven.png” is not a file that can be opened."),
    ],
    ids=["words", "cut short", "bomb", "large file", "missing", "folder"],
)
def test_what_cannot_be_read_is_said_in_one_sentence_and_changes_nothing(
    tmp_path, transfer, document, said, make, sentence, qtlog
):
    before = document.drawing
    with qtlog.disabled():
        transfer.open_file(make(tmp_path / "seven.png"))
    assert said == [sentence]
    assert document.drawing is before
    assert transfer._importer is None


def test_a_file_that_is_no_picture_raises_the_sentence(tmp_path, qapp):
    with pytest.raises(PictureError, match="not a file"):
        read_picture(tmp_path / "nothing.png")


def test_accepting_puts_the_picture_onto_the_canvas_and_can_be_undone(tmp_path, transfer, document):
    transfer.open_file(save(tmp_path / "seven.png", photo()))
    panel = transfer.importer
    assert panel.isVisible()
    assert document.undo_stack.count() == 0
    panel.accept_button.click()
    assert not panel.isVisible()
    assert document.drawing.name == "seven"
    assert not prepare(document.drawing).blank
    document.undo_stack.undo()
    assert document.drawing.backdrop is None


def test_cancelling_changes_nothing(tmp_path, transfer, document):
    before = document.drawing
    transfer.open_file(save(tmp_path / "seven.png", photo()))
    transfer.importer.cancel_button.click()
    assert document.drawing is before
    assert document.undo_stack.count() == 0


def test_a_photo_of_thin_lines_becomes_what_a_drawn_digit_would_be(qtbot):
    panel = PictureImport(ThemeManager("light"))
    qtbot.addWidget(panel)
    panel.show_picture(photo(dust=True), "photo")
    pen = 0.05
    strokes = (tuple((x, y, pen) for x, y, _ in stroke.points) for stroke in SEVEN.strokes)
    drawn = prepare(Drawing(tuple(Stroke(points) for points in strokes))).scaled
    received = prepare(panel.drawing).scaled
    assert received.shape == drawn.shape
    assert np.corrcoef(received.ravel(), drawn.ravel())[0, 1] > 0.9


def test_moving_the_threshold_leaves_the_automatic_one(qtbot):
    panel = PictureImport(ThemeManager("light"))
    qtbot.addWidget(panel)
    panel.show_picture(photo(), "photo")
    found = panel.threshold.value()
    panel.threshold.setValue(90)
    qtbot.waitUntil(lambda: not panel.accept_button.isEnabled())
    assert not panel.automatic.isChecked()
    assert panel.message.text().startswith("No ink")
    panel.automatic.click()
    qtbot.waitUntil(lambda: panel.accept_button.isEnabled())
    assert panel.threshold.value() == found


def test_a_crop_dragged_with_the_mouse_decides_what_is_taken(qtbot):
    panel = PictureImport(ThemeManager("light"))
    qtbot.addWidget(panel)
    two = np.concatenate((photo(200), photo(200)), axis=1)
    panel.show_picture(two, "photo")
    qtbot.waitExposed(panel)
    whole = panel.crop_view.screen_rect()
    middle = QPoint(round(whole.center().x()), round(whole.center().y()))
    right = QPoint(round(whole.right()) - 2, middle.y())
    QTest.mousePress(panel.crop_view, Qt.MouseButton.LeftButton, pos=right)
    QTest.mouseMove(panel.crop_view, middle)
    QTest.mouseRelease(panel.crop_view, Qt.MouseButton.LeftButton, pos=middle)
    top, left, bottom, edge = panel.crop_view.crop
    assert (top, left, bottom) == (0, 0, 200)
    assert edge == pytest.approx(200, abs=6)
    qtbot.waitUntil(lambda: prepare(panel.drawing).scaled.shape[1] < 20)
    double_click(panel.crop_view, middle)
    assert panel.crop_view.crop == (0, 0, 200, 400)
    panel.reject()


def test_ink_is_put_in_the_middle_with_air_around_it():
    drawing = ink_drawing(np.full((72, 36), 255, np.uint8), "photo")
    pixels = drawing.backdrop.pixels
    assert pixels.shape == (100, 100)
    assert pixels[14:86, 32:68].min() == 255
    assert pixels.sum() == 72 * 36 * 255


def test_a_pasted_picture_opens_the_panel_and_text_says_there_is_none(transfer, said):
    grey = photo(100)
    data = QMimeData()
    data.setImageData(QImage(grey.data, 100, 100, 100, QImage.Format.Format_Grayscale8).copy())
    transfer.take(data)
    assert transfer.importer.isVisible()
    transfer.importer.reject()
    QGuiApplication.clipboard().setText("seven")
    transfer.paste()
    assert said[-1] == "The clipboard holds no picture."


def test_a_saved_drawing_can_be_opened_with_its_strokes(tmp_path, transfer, document, said):
    document.replace(SEVEN, "Draw stroke")
    noted = []
    transfer.noted.connect(noted.append)
    transfer.save_file(tmp_path / "seven.json")
    assert noted == ["Saved as “seven.json”."]
    assert drawing_from_json((tmp_path / "seven.json").read_text()).strokes == SEVEN.strokes
    document.replace(Drawing(), "Clear")
    transfer.open_file(tmp_path / "seven.json")
    assert document.drawing.strokes == SEVEN.strokes
    assert document.undo_stack.count() == 3
    assert said == [""]


def test_a_saved_picture_is_black_on_white(tmp_path, transfer, document):
    document.replace(SEVEN, "Draw stroke")
    transfer.save_file(tmp_path / "seven.png")
    grey = read_picture(tmp_path / "seven.png")
    assert grey[0, 0] == 255
    assert grey.min() < 40


def test_a_damaged_drawing_says_so_and_changes_nothing(tmp_path, transfer, document, said):
    (tmp_path / "seven.json").write_bytes(b'{"format": "filterscope-drawing", "ver')
    transfer.open_file(tmp_path / "seven.json")
    assert said == ["A drawing must be JSON text, got something else."]
    assert document.undo_stack.count() == 0


def test_saving_where_it_cannot_be_says_so_and_leaves_no_file(tmp_path, transfer, said):
    transfer.save_file(tmp_path / "no such folder" / "seven.png")
    assert said[0].startswith("“seven.png” could not be saved: ")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_from_the_command_line_is_on_the_canvas_at_once(tmp_path, transfer, document):
    path = tmp_path / "seven.png"
    picture = QImage(120, 160, QImage.Format.Format_Grayscale8)
    picture.fill(230)
    painter = QPainter(picture)
    painter.fillRect(50, 20, 14, 120, QColor(20, 20, 20))
    painter.end()
    assert picture.save(str(path))
    transfer.open_file(path, at_once=True)
    assert document.drawing.backdrop is not None
    assert not prepare(document.drawing).blank
