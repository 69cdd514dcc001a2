"""A picture of the real window, written to a file."""

import logging

import pytest
from PySide6.QtGui import QImage

from gui.screenshot import Screenshot
from tests.driving import SEVEN

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("gui.screenshot.SETTLE_MS", 20)


def take(driver, path, seconds=0.0):
    codes = []
    Screenshot(driver.window, path, seconds, codes.append)
    driver.wait(lambda: codes)
    return codes


def test_the_window_is_written_as_it_is(driver, tmp_path):
    driver.draw(*SEVEN)
    assert take(driver, tmp_path / "out.png") == [0]
    image = QImage(str(tmp_path / "out.png"))
    assert image.size() == driver.window.size() * driver.window.devicePixelRatio()


def test_it_trains_first_when_asked(driver, tmp_path):
    driver.window.show_page("train")
    assert take(driver, tmp_path / "out.png", 0.2) == [0]
    assert driver.window.session.step_count > 0


def test_a_place_that_cannot_be_written_is_told_by_the_code(driver, tmp_path, caplog):
    with caplog.at_level(logging.ERROR, "gui.screenshot"):
        assert take(driver, tmp_path / "nowhere" / "out.png") == [1]
    assert "could not be written" in caplog.text
