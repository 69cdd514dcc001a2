"""Hands on the Convolve page of a real window."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.pages.convolve.slide_scene import SlideScene


class Convolve:
    """The page under a driver's hands."""

    def __init__(self, driver):
        self.driver = driver
        driver.window.show_page("convolve")
        self.page = driver.find("page_convolve")
        self.model = self.page.model
        driver.settle()

    @property
    def result(self):
        return self.page._display.result

    @property
    def place(self):
        return self.page.describe()

    def scene_point(self, row, column):
        """Where an output pixel is on the slide."""
        scene = self.driver.find("convolve_scene", SlideScene)
        x, y, width, height = scene.slide_layout.output.span(row, column)
        offset, dpr = scene.scene_offset, scene.devicePixelRatioF()
        middle = QPointF(x + width / 2 + offset.x(), y + height / 2 + offset.y())
        return scene, (middle / dpr).toPoint()

    def press(self, key, name="convolve_scene"):
        self.driver.find(name).setFocus()
        QTest.keySequence(self.driver.find(name), key)

    def drop(self, data):
        copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(self.page.rect().center(), copy, data, left, none)
        QApplication.sendEvent(self.page, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(
            self.page, QDropEvent(QPointF(self.page.rect().center()), copy, data, left, none)
        )
        self.driver.settle()


def undo(driver):
    driver.window._actions["undo"].trigger()
    driver.settle()
