"""Films of the real window: every frame is the panel at its step, and no half of a film is ever left."""

import errno
import os

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QImageReader

from engine.formats.part_file import PartFile
from engine.thinning import Strip
from gui.bridge import SessionState
from gui.dialogs.film_dialog import BUSY, NO_RUN, RESTS
from gui.panel_pictures import as_array
from tests.engine.film_readers import read_apng
from tests.gui.film_hands import FilmHands, hands_on_a_run

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "films"
    made.mkdir()
    return made


@pytest.fixture
def hands(driver, folder):
    return hands_on_a_run(driver, folder)


def test_every_frame_is_the_panel_at_its_step(hands):
    driver = hands.driver
    wall = driver.find("filters_view")
    hands.choose("filters_view", kind="apng", frames=3, width=wall.width() + 24, footer=False)
    frames, loops = read_apng(hands.make().read_bytes())
    assert loops
    plan = hands.dialog._plan(hands.folder / "film")
    assert len(frames) == len(plan.steps) == 3
    for frame, step in zip(frames, plan.steps, strict=True):
        driver.window.instrument.go_to(step)
        driver.wait(lambda step=step: driver.shown_step == step)
        driver.settle()
        wall._words.call_now()
        assert frame.pixels.shape == (wall.height() + 24, wall.width() + 24, 3)
        assert np.array_equal(frame.pixels[12:-12, 12:-12], as_array(wall.picture(1.0)))
    assert [frame.ms for frame in frames] == [100, 100, 1500]


def test_a_gif_is_read_by_qt(hands):
    hands.choose("filters_view", frames=4)
    path = hands.make("film.gif")
    reader = QImageReader(str(path))
    assert reader.imageCount() == 4
    assert reader.loopCount() == -1
    delays, pictures = [], []
    while not (picture := reader.read()).isNull():
        pictures.append(as_array(picture))
        delays.append(reader.nextImageDelay())
    assert delays == [100, 100, 100, 1500]
    assert all(p.shape == (hands.dialog._plan(path).sheet.height, 320, 3) for p in pictures)
    assert not np.array_equal(pictures[0], pictures[-1])
    assert "Saved as “film.gif”" in hands.dialog.message
    assert hands.left == ["film.gif"]


def test_an_animated_png_is_a_picture_for_qt_too(hands):
    hands.choose("filters_view", kind="apng", frames=2)
    path = hands.make("film.png")
    frames, _ = read_apng(path.read_bytes())
    assert np.array_equal(as_array(QImage(str(path))), frames[0].pixels)


def test_the_footer_says_the_step(hands):
    hands.choose("filters_view", kind="apng", frames=2)
    frames, _ = read_apng(hands.make().read_bytes())
    below = [frame.pixels[-27:] for frame in frames]
    assert not np.array_equal(below[0][:, :120], below[1][:, :120])
    assert np.array_equal(below[0][:, 160:], below[1][:, 160:])


@pytest.mark.parametrize("panel", ["channels_view", "loss_plot", "pad", "inside_flow", "page", "window"])
def test_every_panel_can_be_filmed(hands, panel):
    hands.choose(panel, kind="apng", frames=3, width=320, footer=False)
    frames, _ = read_apng(hands.make().read_bytes())
    assert len(frames) == 3
    assert hands.driver.window.instrument.playhead is None


def test_the_present_part_of_inside_can_be_filmed(hands):
    hands.driver.window.show_page("inside")
    hands.driver.find("inside_channels").click()
    hands.driver.settle()
    hands.dialog.refresh()
    hands.choose("inside_part", kind="apng", frames=2, footer=False)
    frames, _ = read_apng(hands.make().read_bytes())
    assert len(frames) == 2


def test_a_part_that_rests_while_a_run_trains_says_so(hands):
    driver = hands.driver
    driver.window.show_page("inside")
    driver.settle()
    hands.dialog.refresh()
    hands.wait_for_preview()
    driver.click("play_button")
    driver.wait(lambda: driver.state is SessionState.RUNNING)
    form = hands.dialog._form
    form._panel.setCurrentIndex(form._panel.findData("inside_part"))
    assert hands.dialog._make.toolTip() == RESTS
    assert not hands.dialog._make.isEnabled()
    hands.begin()
    assert not hands.film.is_active
    driver.click("play_button")
    driver.wait(hands.dialog._make.isEnabled)
    hands.wait_for_preview()


def test_the_pad_shows_the_run_in_the_film_and_what_it_showed_before_afterwards(hands):
    instrument = hands.driver.window.instrument
    instrument.set_answer_live(False)
    hands.driver.settle()
    hands.choose("pad", kind="apng", frames=2, footer=False)
    frames, _ = read_apng(hands.make().read_bytes())
    assert len(frames) == 2
    assert not instrument.run_answers


def test_the_playhead_goes_back_to_where_it_was(hands):
    instrument = hands.driver.window.instrument
    hands.choose("filters_view")
    instrument.go_to(5)
    hands.driver.settle()
    hands.make()
    assert instrument.playhead == 5
    assert hands.driver.shown_step == 5


def test_a_run_that_trains_on_underneath_is_filmed_as_it_was(hands):
    driver = hands.driver
    hands.choose("filters_view", kind="series", frames=5)
    driver.click("play_button")
    driver.wait(lambda: driver.state is SessionState.RUNNING)
    path = hands.make()
    assert driver.state is SessionState.RUNNING
    assert driver.window.instrument.playhead is None
    assert len(os.listdir(path)) == 5
    driver.stop()


def test_a_run_that_is_stopped_is_filmed_all_the_same(hands):
    driver = hands.driver
    hands.choose("filters_view", frames=8)
    hands.begin("film.gif")
    hands.until_frame(2)
    driver.click("stop_button")
    assert "Saved" in hands.ended()
    assert QImageReader(str(hands.folder / "film.gif")).imageCount() == 8


def test_a_run_in_a_process_of_its_own_is_filmed_while_it_trains_and_is_stopped(
    open_window, folder, monkeypatch
):
    monkeypatch.setenv("FILTERSCOPE_TRAINING", "process")
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    driver = open_window(page="train")
    driver.play_until(12)
    hands = FilmHands(driver, folder)
    hands.choose("filters_view", kind="series", frames=12)
    driver.click("play_button")
    driver.wait(lambda: driver.state is SessionState.RUNNING)
    hands.begin()
    hands.until_frame(3)
    driver.click("stop_button")
    assert "Saved as “film”" in hands.ended()
    assert len(os.listdir(folder / "film")) == 12
    assert driver.window.instrument.playhead is None


def test_steps_that_are_lost_meanwhile_are_left_out_and_that_is_said(hands):
    tape = hands.driver.window.session.tape
    hands.choose("filters_view", frames=12)
    steps = hands.dialog._plan(hands.folder).steps
    hands.begin("film.gif")
    hands.until_frame(4)
    reached = hands.driver.window.instrument.playhead
    kept = [step for step in tape.steps if step <= reached or step == steps[-1]]
    gaps = tape.strip().gaps
    tape.adopt(Strip(tuple(kept), tuple(tape.at(step).parameters.vector for step in kept), gaps))
    said = hands.ended()
    count = QImageReader(str(hands.folder / "film.gif")).imageCount()
    assert 4 <= count < 12
    assert f"{12 - count} steps had gone from the tape meanwhile." in said


def test_cancel_leaves_nothing_and_the_playhead_where_it_was(hands):
    hands.choose("filters_view", frames=12)
    hands.begin()
    hands.until_frame(3)
    hands.dialog._task._cancel.click()
    assert "Cancelled" in hands.ended()
    assert hands.left == []
    assert hands.driver.window.instrument.playhead is None


def test_a_playhead_that_is_moved_meanwhile_ends_it(hands):
    hands.choose("filters_view", frames=12)
    hands.begin()
    hands.until_frame(2)
    # Far ahead of the film, or it could just have come there.
    hands.driver.window.instrument.go_to(9)
    sentence = hands.ended()
    assert sentence.startswith("The film stopped at frame ")
    assert "the playhead was moved" in sentence
    assert hands.left == []
    assert hands.driver.window.instrument.playhead == 9


def test_a_run_that_is_replaced_meanwhile_ends_it(hands):
    hands.choose("filters_view", frames=12)
    hands.begin()
    hands.until_frame(2)
    hands.driver.click("restart_button")
    assert "another run has taken its place" in hands.ended()
    assert hands.left == []
    assert hands.driver.window.instrument.playhead is None


def test_a_page_that_is_left_meanwhile_ends_it(hands):
    hands.choose("filters_view", frames=12)
    hands.begin()
    hands.until_frame(2)
    hands.driver.window.show_page("draw")
    assert "the page was left" in hands.ended()
    assert hands.left == []


def test_a_disk_that_is_full_is_one_sentence(hands, monkeypatch):
    def full(self, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    hands.choose("filters_view", frames=6)
    monkeypatch.setattr(PartFile, "write", full)
    hands.begin("film.gif")
    assert hands.ended() == "“film.gif” cannot be written: no space left on device."
    assert hands.left == []
    assert hands.driver.window.instrument.playhead is None


def test_a_folder_that_is_not_there_is_one_sentence(hands):
    hands.choose("filters_view")
    hands.begin("missing/film.gif")
    assert hands.ended() == "“film.gif” cannot be written: no such file or directory."


def test_a_window_that_is_closed_meanwhile_leaves_nothing(hands):
    hands.choose("filters_view", frames=12)
    hands.begin()
    hands.until_frame(2)
    hands.driver.window.close()
    assert hands.left == []


def test_a_dialog_that_is_closed_meanwhile_gives_the_film_up(hands):
    hands.choose("filters_view", frames=12)
    hands.begin()
    hands.until_frame(2)
    hands.dialog.close()
    hands.driver.wait(lambda: not hands.film.is_active)
    assert hands.left == []
    hands.driver.settle()


def test_what_is_not_needed_says_why(driver, folder):
    hands = FilmHands(driver, folder)
    make = hands.dialog._make
    assert not make.isEnabled()
    assert make.toolTip() == NO_RUN
    assert hands.dialog._picture.text() == NO_RUN
    driver.window.show_page("train")
    driver.play_until(3)
    driver.wait(make.isEnabled)
    hands.wait_for_preview()
    assert not hands.dialog._picture.pixmap().isNull()


def test_a_run_that_has_not_begun_is_not_filmed_and_does_not_answer(driver, folder):
    driver.window.show_page("train")
    driver.wait(lambda: driver.window.session is not None)
    driver.window.show_page("draw")
    driver.settle()
    hands = FilmHands(driver, folder)
    assert hands.dialog._make.toolTip() == NO_RUN
    assert not driver.window.instrument.run_answers


def test_the_preview_is_the_first_frame_and_leaves_the_playhead_alone(hands):
    assert hands.dialog._caption.text() == "First frame: step 0"
    assert hands.driver.window.instrument.playhead is None
    picture = hands.dialog._picture
    assert picture.size().width() >= picture.pixmap().width() > 0


def test_the_dialog_says_how_long_and_how_large(hands):
    hands.choose("filters_view", frames=4, width=640)
    plan = hands.dialog._plan(hands.folder)
    facts = hands.dialog._facts.text()
    assert "4 frames of" in facts
    assert f"1.8 s · 640 × {plan.sheet.height} pixels" in facts


def test_while_a_film_is_made_nothing_can_be_chosen(hands):
    hands.choose("filters_view", frames=12)
    hands.begin()
    hands.until_frame(2)
    assert hands.dialog.message.startswith("Frame ")
    assert not hands.dialog._make.isEnabled()
    assert hands.dialog._form._rate.toolTip() == BUSY
    hands.ended()
    assert hands.dialog._make.isEnabled()


def test_the_dialog_fits_a_small_screen(hands):
    assert QRect(0, 0, 1280, 680).contains(QRect(0, 0, *hands.dialog.sizeHint().toTuple()))


def test_closing_leads_back_to_the_page_that_was_in_front(hands):
    window = hands.driver.window
    hands.choose("inside_flow")
    assert window._skeleton.page == "inside"
    hands.dialog.close()
    hands.driver.settle()
    assert window._skeleton.page == "train"


def test_who_has_gone_elsewhere_meanwhile_stays_there(hands):
    window = hands.driver.window
    hands.choose("inside_flow")
    window.show_page("draw")
    hands.dialog.close()
    hands.driver.settle()
    assert window._skeleton.page == "draw"


def test_a_film_of_the_window_does_not_show_what_was_said_before(hands):
    hands.driver.window.say("This was said before.", warning=True)
    hands.choose("filters_view")
    assert hands.driver.message
    hands.choose("window")
    assert not hands.driver.message
