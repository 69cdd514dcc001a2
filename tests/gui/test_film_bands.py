"""Wide frames of films of the real window: drawn a band per turn of the event loop, and none is torn."""

import numpy as np
import pytest

from gui import panel_pictures
from gui.theme import DARK
from tests.engine.film_readers import read_apng
from tests.gui.film_hands import hands_on_a_run

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def hands(driver, tmp_path):
    (tmp_path / "films").mkdir()
    return hands_on_a_run(driver, tmp_path / "films")


@pytest.fixture
def thin_bands(monkeypatch):
    """Draw each frame in as many turns as is allowed."""
    monkeypatch.setattr(panel_pictures, "_FIRST_PIXELS", 1)
    monkeypatch.setattr(panel_pictures, "_BAND_SECONDS", 0.0)


def test_a_wide_frame_is_drawn_a_band_per_turn_and_none_is_torn(hands, thin_bands, monkeypatch):
    driver, wall = hands.driver, hands.driver.find("filters_view")
    draw, turns = panel_pictures.PanelPicture.draw_band, []

    def draw_band(picture):
        draw(picture)
        turns.append(picture)
        if len(turns) == 5:
            # What the person does meanwhile: another tile is outlined.
            wall.set_selected(2)
            wall.repaint()

    monkeypatch.setattr(panel_pictures.PanelPicture, "draw_band", draw_band)
    hands.choose("filters_view", kind="apng", frames=3, width=2 * wall.width(), footer=False)
    turns.clear()
    frames, _ = read_apng(hands.make().read_bytes())
    plan = hands.dialog._plan(hands.folder / "film")
    assert len(frames) == len(plan.steps)
    # At least one frame was begun anew.
    assert len(set(map(id, turns))) > 3
    assert len(turns) > 3 * 20
    for frame, step in zip(frames, plan.steps, strict=True):
        driver.window.instrument.go_to(step)
        driver.wait(lambda step=step: driver.shown_step == step)
        driver.settle()
        panel_pictures.flush_words(wall)
        picture = panel_pictures.PanelPicture(wall, plan.sheet, DARK.window)
        while not picture.is_whole:
            picture.draw_band()
        assert np.array_equal(frame.pixels, picture.finish().pixels())


@pytest.mark.parametrize("left", [False, True])
def test_a_film_that_ends_in_the_middle_of_a_frame_leaves_nothing(hands, thin_bands, monkeypatch, left):
    hands.choose("filters_view", frames=3, width=1200)
    draw, turns = panel_pictures.PanelPicture.draw_band, []

    def draw_band(picture):
        draw(picture)
        turns.append(picture)
        if len(turns) == 5:
            if left:
                hands.driver.window.show_page("draw")
            else:
                hands.dialog._task._cancel.click()

    monkeypatch.setattr(panel_pictures.PanelPicture, "draw_band", draw_band)
    hands.begin()
    assert ("the page was left" if left else "Cancelled") in hands.ended()
    assert len(turns) == 5
    assert hands.left == []


def test_a_panel_that_never_rests_is_filmed_all_the_same(hands, thin_bands, monkeypatch):
    wall = hands.driver.find("filters_view")
    draw = panel_pictures.PanelPicture.draw_band

    def draw_band(picture):
        draw(picture)
        wall.repaint()

    monkeypatch.setattr(panel_pictures.PanelPicture, "draw_band", draw_band)
    hands.choose("filters_view", kind="apng", frames=2, width=1200)
    frames, _ = read_apng(hands.make().read_bytes())
    assert len(frames) == 2
