"""A kernel that is carried: exactly to us, as numbers and a picture to others."""

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QGuiApplication, QImage

from gui.pages.convolve.kernel_cells import kernel_image
from gui.pages.convolve.kernel_mime import MIME_TYPE, clipboard_kernel, kernel_mime, kernel_of, numbers_text
from gui.theme import DARK

WEIGHT = np.random.default_rng(1).normal(0, 1, (3, 3, 5))


def text_mime(text):
    data = QMimeData()
    data.setText(text)
    return data


def test_a_kernel_comes_back_exactly_and_with_its_name(qapp):
    name, weight = kernel_of(kernel_mime("my corner", WEIGHT, kernel_image(WEIGHT[0], DARK, False)))
    assert name == "my corner"
    np.testing.assert_array_equal(weight, WEIGHT)


def test_others_get_its_numbers_and_a_picture_of_square_cells(qapp):
    data = kernel_mime("my corner", WEIGHT, kernel_image(WEIGHT[0], DARK, False))
    assert data.text() == numbers_text(WEIGHT)
    image = data.imageData()
    assert isinstance(image, QImage)
    assert image.width() * 3 == image.height() * 5


def test_numbers_of_a_table_are_a_kernel_of_one_slice():
    name, weight = kernel_of(text_mime("1\t-0,5\r\n−2\t0.25\r\n"))
    assert name == "pasted"
    np.testing.assert_array_equal(weight, [[[1, -0.5], [-2, 0.25]]])


@pytest.mark.parametrize(
    "text",
    [
        "1 -0,5 2\n-2 0,25 3",
        "1 -0.5 2\n-2 0.25 3\n",
        "1, -0.5, 2\r\n-2, 0.25, 3",
        "1,0; -0,5; 2,0\n\u22122,0;0,25;3,0",
        "  1   -0,5   2\n -2\u00a00,25\u00a03",
        "1\t -0,5\t2 \n-2 \t0,25\t3",
    ],
    ids=["blanks", "points", "commas and blanks", "semicolons", "aligned", "tabs with blanks"],
)
def test_numbers_may_stand_apart_in_any_usual_way(text):
    _, weight = kernel_of(text_mime(text))
    np.testing.assert_array_equal(weight, [[[1, -0.5, 2], [-2, 0.25, 3]]])


def test_an_empty_line_of_any_system_ends_a_slice():
    _, weight = kernel_of(text_mime("1 2\r\n3 4\r\n\r\n5 6\r\n7 8\r\n"))
    assert weight.shape == (2, 2, 2)


def test_nothing_was_ever_copied(qapp, monkeypatch):
    monkeypatch.setattr(QGuiApplication.clipboard(), "mimeData", lambda: None, raising=False)
    assert kernel_of(None) is None
    assert clipboard_kernel() is None


def test_the_kernel_on_the_clipboard_is_found(qapp):
    QGuiApplication.clipboard().setText("1 2 3\n4 5 6\n7 8 9")
    found = clipboard_kernel()
    assert found is not None
    np.testing.assert_array_equal(found[1], [[[1, 2, 3], [4, 5, 6], [7, 8, 9]]])


def test_the_numbers_that_we_write_are_read_with_all_slices():
    _, weight = kernel_of(text_mime(numbers_text(WEIGHT)))
    np.testing.assert_allclose(weight, WEIGHT, rtol=1e-5)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "1\t2\n3", "\t".join("1" * 12), "1\n" * 12, "nan\t1", "1\t\t2", "0,5", " \n\t\n"],
    ids=[
        "nothing",
        "words",
        "ragged",
        "too wide",
        "too high",
        "not finite",
        "a gap",
        "a lone number",
        "blanks",
    ],
)
def test_what_is_no_kernel_is_none(text):
    assert kernel_of(text_mime(text)) is None


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"name": "x", "values": [[[1e999]]]}', b'{"name": "x", "values": [[]]}']
)
def test_a_damaged_message_is_none(content):
    data = QMimeData()
    data.setData(MIME_TYPE, QByteArray(content))
    assert kernel_of(data) is None
