"""The theme: readable, even, honest in grey print, and switched at once."""

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QCheckBox, QPushButton
from pytestqt.qtbot import QtBot

from gui.palettes import FULL_INDEX, GAP_INDEX, ZERO_INDEX, oklab
from gui.theme import (
    DARK,
    LIGHT,
    Theme,
    ThemeManager,
    caption_font,
    contrast,
    palette_of,
    style_sheet_of,
    text_on,
)
from resources import resource_path

themes = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)

# Deuteranopia as a matrix over linear RGB: Machado, Oliveira and Fernandes (2009), severity 1.
_DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


@themes
def test_every_text_colour_reads_on_every_surface(theme: Theme) -> None:
    for text in (theme.text, theme.text_dim, theme.accent, theme.warning):
        for surface in (theme.window, theme.panel, theme.raised):
            assert contrast(text, surface) >= 4.5
    assert contrast(theme.accent_text, theme.accent) >= 4.5


@themes
def test_zero_is_the_colour_of_the_panel_in_every_map(theme: Theme) -> None:
    assert tuple(theme.weight_lut[ZERO_INDEX, :3]) == _rgb(theme.panel)
    assert tuple(theme.signed_activation_lut[ZERO_INDEX, :3]) == _rgb(theme.panel)
    assert tuple(theme.activation_lut[0, :3]) == _rgb(theme.panel)
    assert tuple(theme.picture_lut[0, :3]) == _rgb(theme.paper)
    assert tuple(theme.picture_lut[FULL_INDEX, :3]) == _rgb(theme.ink)


@themes
def test_the_gap_entry_alone_is_transparent(theme: Theme) -> None:
    for lut in (
        theme.weight_lut,
        theme.activation_lut,
        theme.signed_activation_lut,
        theme.picture_lut,
    ):
        assert lut.shape == (256, 4)
        assert lut[GAP_INDEX, 3] == 0
        assert (lut[:GAP_INDEX, 3] == 255).all()


@themes
def test_magnitude_reads_in_grey_print(theme: Theme) -> None:
    direction = 1 if theme.name == "dark" else -1
    for lut in (theme.weight_lut, theme.signed_activation_lut):
        lightness = oklab(lut[:GAP_INDEX, :3])[:, 0] * direction
        for arm in (lightness[ZERO_INDEX:], lightness[ZERO_INDEX::-1]):
            # Rounding to bytes may hold a step back by a hair; eight steps never.
            assert (arm[8:] > arm[:-8]).all()
    for lut in (theme.activation_lut, theme.picture_lut):
        lightness = oklab(lut[:GAP_INDEX, :3])[:, 0] * direction
        assert (lightness[8:] > lightness[:-8]).all()


@themes
def test_equal_weights_of_both_signs_are_equally_strong(theme: Theme) -> None:
    lightness = oklab(theme.weight_lut[:GAP_INDEX, :3])[:, 0]
    assert abs(lightness - lightness[::-1]).max() < 0.02


@themes
def test_the_signs_differ_for_people_who_do_not_see_green(theme: Theme) -> None:
    for lut in (theme.weight_lut, theme.signed_activation_lut):
        ends = lut[[40, 214], :3].astype(np.float64) / 255
        linear = np.where(ends <= 0.04045, ends / 12.92, ((ends + 0.055) / 1.055) ** 2.4)
        seen = (linear @ _DEUTERANOPIA.T).clip(0, 1)
        negative, positive = oklab(np.rint(seen ** (1 / 2.4) * 255).astype(np.uint8))
        assert np.hypot(*(negative - positive)[1:]) > 0.06


@themes
def test_text_on_a_cell_stands_out_at_every_strength(theme: Theme) -> None:
    for entry in theme.weight_lut[:GAP_INDEX, :3]:
        cell = (int(entry[0]), int(entry[1]), int(entry[2]))
        assert contrast(text_on(cell), QColor(*cell)) >= 4.5


def test_switching_announces_the_theme_once_and_at_once(qtbot: QtBot) -> None:
    manager = ThemeManager("light")
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    manager.apply(app)
    seen: list[Theme] = []
    manager.changed.connect(seen.append)
    manager.set_mode("dark")
    manager.set_mode("dark")
    assert seen == [DARK]
    assert manager.theme is DARK
    assert manager.mode == "dark"
    assert app.palette().window().color() == DARK.panel
    manager.set_mode("light")
    assert seen == [DARK, LIGHT]
    app.setStyleSheet("")


def test_keys_are_shown_in_every_menu_whatever_the_desktop_does(qtbot: QtBot) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    app.styleHints().setShowShortcutsInContextMenus(False)
    ThemeManager("light").apply(app)
    assert app.styleHints().showShortcutsInContextMenus()
    app.setStyleSheet("")


@themes
def test_the_palette_takes_the_selection_from_the_accent(theme: Theme) -> None:
    assert palette_of(theme).highlight().color() == theme.accent


def test_captions_are_smaller_than_text_and_have_tabular_figures(qtbot: QtBot) -> None:
    assert caption_font().pointSizeF() <= QApplication.font().pointSizeF()
    assert caption_font().pointSizeF() >= 8


@themes
def test_a_chosen_box_has_a_tick_in_the_theme_s_colour(qtbot: QtBot, theme: Theme) -> None:
    assert theme.accent_text.name() in resource_path("ticks", f"{theme.name}.svg").read_text()
    box = QCheckBox("a choice")
    qtbot.addWidget(box)
    box.setStyleSheet(style_sheet_of(theme))
    box.setChecked(True)
    image = box.grab().toImage()
    colours = [image.pixelColor(x, y) for x in range(16) for y in range(image.height())]
    assert sum(contrast(colour, theme.accent_text) < 1.2 for colour in colours) >= 4
    box.setChecked(False)
    empty = box.grab().toImage()
    assert not any(
        contrast(empty.pixelColor(x, y), theme.accent) < 1.2 for x in range(3, 11) for y in range(3, 11)
    )


@themes
def test_a_primary_button_that_is_not_available_looks_so(qtbot: QtBot, theme: Theme) -> None:
    button = QPushButton("Fork and train")
    qtbot.addWidget(button)
    button.setProperty("primary", True)
    button.setStyleSheet(style_sheet_of(theme))
    ground = button.grab().toImage().pixelColor(4, button.height() // 2)
    assert contrast(ground, theme.accent) < 1.1
    button.setEnabled(False)
    ground = button.grab().toImage().pixelColor(4, button.height() // 2)
    assert contrast(ground, theme.panel) < 1.1
