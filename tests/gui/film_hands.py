"""The hands on the dialog of films."""

import os

from tests.driving import SEVEN


class FilmHands:
    """Chooses what is filmed, makes films into a folder, and tells what came of it."""

    def __init__(self, driver, folder):
        self.driver, self.folder = driver, folder
        self.exporting = driver.window._runs.exporting
        driver.trigger("film")
        self.dialog = self.exporting._film_dialog
        self.film = self.exporting._film
        self.wait_for_preview()

    def wait_for_preview(self):
        self.driver.wait(lambda: not self.dialog._delay.isActive() and not self.exporting._preview.is_active)
        self.driver.settle()

    def choose(self, panel, *, frames=4, kind="gif", width=320, footer=True):
        form = self.dialog._form
        form._panel.setCurrentIndex(form._panel.findData(panel))
        self.wait_for_preview()
        form._kind.setCurrentIndex(form._kind.findData(kind))
        form._frames.setValue(frames)
        form._width.setValue(width)
        form._footer.setChecked(footer)

    def begin(self, name="film"):
        self.dialog.make(self.folder / name)

    def make(self, name="film"):
        self.begin(name)
        self.driver.wait(lambda: not self.film.is_active)
        self.driver.settle()
        return self.folder / name

    def until_frame(self, number):
        self.driver.wait(lambda: self.film._done >= number)

    def ended(self):
        self.driver.wait(lambda: not self.film.is_active)
        self.driver.settle()
        return self.dialog.message

    @property
    def left(self):
        return os.listdir(self.folder)


def hands_on_a_run(driver, folder):
    """Train a few steps, and open the dialog on the Train page."""
    driver.draw(*SEVEN)
    driver.window.show_page("train")
    driver.play_until(12)
    return FilmHands(driver, folder)
