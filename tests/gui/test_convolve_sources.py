"""Pictures for Convolve, and the bar that chooses among them."""

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QToolButton, QToolTip

from gui.pad.picture_reading import PictureError
from gui.pages.convolve.picture_sources import (
    from_mime,
    photograph,
    picture_file,
    read_rgb,
    rgb_of,
    tinted,
)
from gui.pages.convolve.source_bar import SourceBar
from gui.pages.convolve.source_parts import ChannelToggle, PaletteChooser
from gui.theme import ThemeManager
from gui.widgets.tool_button import ToolButton
from tests.gui.hosting import shown

RGB = ("red", "green", "blue")


def image_of(picture):
    """Make a QImage of ``(3, h, w)`` uint8."""
    lines = np.ascontiguousarray(np.moveaxis(picture, 0, 2))
    height, width, _ = lines.shape
    return QImage(lines.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (3, height, width), np.uint8)


def test_a_small_picture_keeps_every_number(tmp_path, qapp):
    picture = noise(13, 21)
    assert image_of(picture).save(str(tmp_path / "small.png"))
    read = read_rgb(tmp_path / "small.png")
    assert read.dtype == np.float64
    np.testing.assert_array_equal(read, picture / 255)


@pytest.mark.parametrize("factor", [2, 6])
def test_a_large_picture_becomes_the_means_of_its_areas(tmp_path, qapp, factor):
    coarse = noise(20, 64, 1)
    large = coarse.repeat(factor, axis=1).repeat(factor, axis=2)
    assert image_of(large).save(str(tmp_path / "large.png"))
    read = read_rgb(tmp_path / "large.png", longest=64)
    assert read.shape == (3, 20, 64)
    # Files of more than four times the size are first decoded smaller, by Qt and to bytes.
    np.testing.assert_allclose(read, coarse / 255, atol=1e-6 if factor <= 4 else 0.12)
    halves = rgb_of(image_of(coarse), longest=32)
    expected = coarse.reshape(3, 10, 2, 32, 2).mean(axis=(2, 4)) / 255
    np.testing.assert_allclose(halves, expected, atol=1e-6)


def test_what_is_transparent_lies_on_white(qapp):
    image = QImage(2, 1, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    image.setPixelColor(1, 0, QColor(255, 0, 0))
    np.testing.assert_array_equal(rgb_of(image)[:, 0].T, [[1, 1, 1], [1, 0, 0]])


def test_a_photo_is_turned_upright(tmp_path, qapp):
    picture = np.zeros((3, 8, 24), np.uint8)
    picture[0, :, :12] = 255
    path = tmp_path / "turned.jpg"
    assert image_of(picture).save(str(path), "JPEG", 100)
    # An EXIF block whose only entry says: rotate by 90° clockwise to see it upright.
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    block = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    content = path.read_bytes()
    path.write_bytes(content[:2] + block + content[2:])
    read = read_rgb(path)
    assert read.shape == (3, 24, 8)
    assert read[0, :8].min() > 0.9
    assert read[0, 16:].max() < 0.1


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("gone.png", None, "“gone.png” is not a file that can be opened."),
        ("words.png", b"hello", "“words.png” is not a picture that can be read, such as PNG or JPEG."),
        ("cut.png", "half", "“cut.png” is damaged: the picture in it cannot be read."),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, qapp, name, content, sentence):
    path = tmp_path / name
    if content == "half":
        assert image_of(noise(40, 40)).save(str(path))
        path.write_bytes(path.read_bytes()[:60])
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(PictureError) as error:
        read_rgb(path)
    assert str(error.value) == sentence


def test_a_drop_is_read_from_its_file_and_a_paste_from_itself(tmp_path, qapp):
    picture = noise(5, 6, 2)
    path = tmp_path / "dropped.png"
    assert image_of(picture).save(str(path))
    dropped, pasted = QMimeData(), QMimeData()
    dropped.setUrls([QUrl("https://example.org/a.png"), QUrl.fromLocalFile(str(path))])
    pasted.setImageData(image_of(picture))
    assert picture_file(dropped) == path
    for data in (dropped, pasted):
        np.testing.assert_array_equal(from_mime(data), picture / 255)
    with pytest.raises(PictureError, match="Neither a picture nor a picture file"):
        from_mime(QMimeData())


@pytest.mark.parametrize("name", ["temple", "flower"])
def test_the_photographs_are_scikit_learns(qapp, name):
    import sklearn.datasets

    folder = Path(sklearn.datasets.__file__).parent / "images"
    whole = rgb_of(QImage(str(folder / {"temple": "china.jpg", "flower": "flower.jpg"}[name])), 640)
    picture = photograph(name)
    assert picture.shape == (3, 171, 256)
    assert not picture.flags.writeable
    assert whole.shape == (3, 427, 640)
    np.testing.assert_allclose(picture.mean(axis=(1, 2)), whole.mean(axis=(1, 2)), atol=1e-6)


def test_a_photograph_is_read_without_importing_scikit_learn():
    code = (
        "import sys; from gui.pages.convolve.picture_sources import photograph; photograph('flower');"
        "sys.exit('sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_tint_colours_the_ink_and_leaves_the_ground_black():
    picture = np.array([[[0.0, 0.5, 1.0]]])
    coloured = tinted(picture, (1.0, 0.5, 0.0))
    np.testing.assert_array_equal(coloured[:, 0], [[0, 0.5, 1], [0, 0.25, 0.5], [0, 0, 0]])


@pytest.fixture
def bar(qtbot):
    bar = shown(qtbot, SourceBar(ThemeManager("dark")), 860, 32)
    bar.show_state("seven", "A seven", ("grey",), (True,), True, None)
    return bar


@pytest.fixture
def told(bar):
    told = []
    for name in (
        "source_chosen",
        "stepped",
        "channel_toggled",
        "classic_chosen",
        "example_requested",
        "flip_proof_requested",
        "file_chosen",
    ):
        getattr(bar, name).connect(lambda *values, name=name: told.append((name, *values)))
    return told


def press(widget):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))


def entries(bar):
    box = bar.findChild(QComboBox, "source")
    return [box.itemData(index) for index in range(box.count())]


def choose(bar, key):
    box = bar.findChild(QComboBox, "source")
    box.setCurrentIndex(box.findData(key))
    box.activated.emit(box.currentIndex())


def test_showing_a_state_tells_nothing(bar, told):
    bar.show_state("temple", "Photograph: temple", RGB, (True, False, True), False, "conv1 · Run 3")
    bar.show_state("digit", "Test digit 7", ("grey",), (False,), True, None)
    bar.show_flip_proof(True)
    assert told == []
    assert bar.findChild(QComboBox, "source").currentText() == "Test digit 7"


def test_the_network_and_an_opened_picture_are_listed_only_where_there_are_any(bar):
    always = ["drawing", "tinted", "seven", "digit", "temple", "flower", "shapes"]
    assert entries(bar) == [*always, "open"]
    bar.show_state("file", "holiday.jpg", RGB, (True,) * 3, False, "conv1 · Run 3")
    assert entries(bar) == [*always, "file", "network", "open"]
    assert bar.findChild(QComboBox, "source").currentText() == "holiday.jpg"


def test_choosing_a_picture_tells_its_key(bar, told):
    choose(bar, "flower")
    choose(bar, "seven")
    assert told == [("source_chosen", "flower")]


def show_network(bar, step, key="network"):
    name = f"conv1 · Run 3, step {step}"
    bar.show_state(key, name, ("grey",), (True,), False, name)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_an_open_list_stays_as_it_is_but_for_names_while_a_network_is_followed(bar, told, qtbot):
    show_network(bar, 1)
    box = bar.findChild(QComboBox, "source")
    cleared = []
    box.model().modelReset.connect(lambda: cleared.append("reset"))
    box.model().rowsRemoved.connect(lambda: cleared.append("removed"))
    box.showPopup()
    view = box.view()
    view.setCurrentIndex(box.model().index(2, 0))
    for step in (2, 3):
        show_network(bar, step)
    assert box.view().isVisible()
    assert view.currentIndex().row() == 2
    assert box.currentText() == "conv1"
    assert box.toolTip().endswith("conv1 · Run 3, step 3")
    # Another set of entries waits.
    bar.show_state("seven", "A seven", ("grey",), (True,), True, None)
    assert cleared == []
    assert "network" in entries(bar)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: "network" not in entries(bar))
    assert box.currentData() == "seven"
    assert told == []


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_what_is_chosen_in_the_list_is_told_although_the_entries_changed_meanwhile(bar, told, qtbot):
    show_network(bar, 1)
    box = bar.findChild(QComboBox, "source")
    box.showPopup()
    bar.show_state("network", "conv1", ("grey",), (True,), True, None)
    bar.show_state("seven", "A seven", ("grey",), (True,), True, None)
    view = box.view()
    view.setCurrentIndex(box.model().index(4, 0))
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert told == [("source_chosen", "temple")]


def test_a_picture_that_was_refused_is_not_shown_as_chosen(bar, told):
    choose(bar, "flower")
    bar.show_state("seven", "A seven", ("grey",), (True,), True, None)
    assert bar.findChild(QComboBox, "source").currentData() == "seven"
    choose(bar, "flower")
    assert told == [("source_chosen", "flower")] * 2


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_opening_a_picture_tells_its_path_and_keeps_the_choice_until_then(bar, told):
    choose(bar, "open")
    assert bar.findChild(QComboBox, "source").currentData() == "seven"
    (dialog,) = bar.window().findChildren(QFileDialog)
    dialog.fileSelected.emit("/somewhere/mine.png")
    dialog.reject()
    assert told == [("file_chosen", "/somewhere/mine.png")]


def test_only_digits_and_shapes_have_a_next_one_and_nothing_moves(bar, told):
    forward = bar.findChild(ToolButton, "source_forward")
    toggle = bar.findChild(ChannelToggle)
    assert not forward.isVisible()
    before = toggle.x()
    bar.show_state("shapes", "RGB shape 3", ("grey",), (True,), True, None)
    assert forward.isVisible()
    assert toggle.x() == before
    press(forward)
    press(bar.findChild(ToolButton, "source_back"))
    assert told == [("stepped", 1), ("stepped", -1)]


def test_channels_are_switched_one_by_one_by_mouse_and_keyboard(bar, told):
    bar.show_state("temple", "Photograph: temple", RGB, (True, False, True), True, None)
    red, green, _ = (bar.findChild(ChannelToggle, f"channel_{name}") for name in RGB)
    assert (red.isChecked(), green.isChecked()) == (True, False)
    assert "counts as zeros" in green.toolTip()
    press(red)
    QTest.keyClick(green, Qt.Key.Key_Space)
    assert told == [("channel_toggled", 0, False), ("channel_toggled", 1, True)]


def test_more_than_eight_channels_go_on_in_a_menu(bar, told):
    names = [str(number) for number in range(1, 33)]
    bar.show_state("network", "conv2", names, [number != "20" for number in names], False, "conv2")
    assert len(bar._toggles) == 8
    assert bar.findChild(QToolButton, "channels_rest").text() == "+24"
    assert [action.isVisible() for action in bar._actions] == [False] * 8 + [True] * 24
    assert [action.isChecked() for action in bar._actions].index(False) == 19
    bar._actions[19].trigger()
    assert told == [("channel_toggled", 19, True)]


def test_the_palette_is_one_click_away(bar, told):
    palette = bar.findChild(PaletteChooser)
    assert palette.classic
    for classic in (False, True):
        spot = palette.segment(classic).center().toPoint()
        QTest.mouseClick(palette, Qt.MouseButton.LeftButton, pos=spot)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Space):
        QTest.keyClick(palette, key)
    assert told == [("classic_chosen", value) for value in (False, True, False, True)]


def test_the_example_and_the_flip_proof_are_one_click_away(bar, told):
    press(bar.findChild(QToolButton, "example"))
    press(bar.findChild(QToolButton, "flip_proof"))
    press(bar.findChild(QToolButton, "flip_proof"))
    assert told == [("example_requested",), ("flip_proof_requested", True), ("flip_proof_requested", False)]


@pytest.mark.parametrize("width", [680, 700, 860, 990])
@pytest.mark.parametrize("names", [("grey",), RGB, tuple("12345678") + ("9",) * 24], ids=len)
def test_everything_has_room_and_nothing_overlaps(bar, width, names):
    bar.show_state("digit", "Test digit 1711", names, (True,) * len(names), False, "conv1")
    bar.window().resize(width, 32)
    bar.resize(width, 32)
    parts = [
        bar._choice,
        *(toggle for toggle in bar._toggles if toggle.isVisible()),
        *([bar._rest] if bar._rest.isVisible() else []),
        bar._example,
        bar._palette,
        bar._proof,
    ]
    bar._row.activate()
    bar._channels.activate()
    for left, right in itertools.pairwise(parts):
        assert left.geometry().right() < right.x()
    for part in parts:
        assert part.width() >= part.sizeHint().width()
    assert parts[-1].geometry().right() < width


def test_every_control_has_a_name_and_a_tooltip(bar):
    choosers = bar.findChildren(QComboBox) + bar.findChildren(ToolButton)
    assert len(choosers) == 3
    for part in (*choosers, *bar._toggles, bar._example, bar._proof):
        assert part.accessibleName()
        assert part.toolTip()
    assert bar._palette.accessibleName()
    assert bar._palette.accessibleDescription()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_pointing_at_the_palette_says_what_it_is(bar, qtbot):
    spot = QPointF(bar._palette.segment(True).center()).toPoint()
    event = QHelpEvent(QEvent.Type.ToolTip, spot, bar._palette.mapToGlobal(spot))
    QApplication.sendEvent(bar._palette, event)
    assert QToolTip.text() == "Classic greys, as text books print them: −1 black, 0 grey, 1 white (←, →)"
    QToolTip.hideText()
