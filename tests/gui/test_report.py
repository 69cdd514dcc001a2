"""Reports of the real window's run."""

import errno
import os

import pytest

from gui import report
from gui.bridge import SessionState
from gui.dialogs.report_dialog import BUSY, NO_RUN
from tests.gui.test_report_page import Strict

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class ReportHands:
    """The hands on the dialog of reports."""

    def __init__(self, driver, folder):
        self.driver, self.folder = driver, folder
        driver.trigger("report")
        self.dialog = driver.window._runs.exporting._report_dialog
        self.report = driver.window._runs.exporting._report

    def begin(self, name="report.html"):
        self.dialog.write(self.folder / name)

    def ended(self):
        self.driver.wait(lambda: not self.report.is_active)
        self.driver.settle()
        return self.dialog.message

    def write(self):
        self.begin()
        assert "Saved as “report.html”" in self.ended()
        return (self.folder / "report.html").read_text(encoding="utf-8")

    @property
    def left(self):
        return os.listdir(self.folder)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "reports"
    made.mkdir()
    return made


@pytest.fixture
def hands(driver, folder):
    driver.window.show_page("train")
    driver.play_until(12)
    return ReportHands(driver, folder)


def test_a_report_tells_of_the_run_that_was_trained(hands):
    driver = hands.driver
    driver.find("learning_rate").setValue(0.0005)
    before = driver.window.session.step_count
    driver.click("step_button")
    driver.wait(lambda: driver.window.session.step_count == before + 1)
    driver.wait_for(SessionState.PAUSED)
    hands.dialog._notes.setPlainText("Ten <steps> & more")
    words = Strict(hands.write()).texts
    joined = "\n".join(words)
    assert "Run 1" in words
    assert "Ten <steps> & more" in words
    assert "learning rate 0.002 → 0.0005" in words
    assert any(text.startswith("conv2: 16 filters of 8×3×3") for text in words)
    assert "step 0 · test" in joined
    assert f"Confusion matrix at step {driver.window.session.step_count}" in words
    assert "2\u202f000 pictures" in joined
    assert driver.window.instrument.playhead is None
    assert hands.left == ["report.html"]


def test_a_report_tells_what_a_fork_changed(hands):
    window, driver = hands.driver.window, hands.driver
    first = window._bridge.present
    window._bridge.fork(first.key, 5, frozen=("conv1",), learning_rate=0.01)
    driver.wait(lambda: window._bridge.present is not first)
    driver.settle()
    window._bridge.book.rename(first, "Warm-up")
    words = Strict(hands.write()).texts
    assert "forked from Warm-up: learning rate 0.002 → 0.01, frozen conv1" in words


def test_the_curves_are_drawn_as_on_train_and_as_one_likes(hands):
    hands.dialog.close()
    hands.driver.settle()
    hands.driver.find("loss_log_scale").click()
    hands = ReportHands(hands.driver, hands.folder)
    page = hands.write()
    assert "loss, logarithmic" in page
    assert "step, logarithmic" not in page
    hands.dialog._log_loss.setChecked(False)
    hands.dialog._log_steps.setChecked(True)
    page = hands.write()
    assert "loss, logarithmic" not in page
    assert "step, logarithmic" in page


def test_as_many_steps_as_were_asked_for_are_shown(hands):
    hands.dialog._steps.setValue(3)
    words = [text for text in Strict(hands.write()).texts if text.startswith("step ") and "test" in text]
    assert len(words) == 3 * 2
    assert words[0].startswith("step 0 ·")


def test_a_run_that_trains_on_has_a_report(hands):
    driver = hands.driver
    driver.click("play_button")
    driver.wait(lambda: driver.state is SessionState.RUNNING)
    hands.write()
    assert driver.state is SessionState.RUNNING
    assert driver.window.instrument.playhead is None
    driver.stop()


def test_cancel_writes_nothing(hands, monkeypatch):
    monkeypatch.setattr(report, "measured", lambda facts, tell, cancel: cancel.wait() and None)
    hands.begin()
    hands.driver.wait(lambda: hands.report._job is not None)
    assert hands.dialog._write.toolTip() == BUSY
    hands.dialog._task._cancel.click()
    assert hands.ended() == "Cancelled: no report was written."
    assert hands.left == []
    assert hands.dialog._write.isEnabled()


def test_cancelled_while_the_steps_are_fetched_it_puts_the_playhead_back(hands):
    hands.begin()
    hands.dialog._task._cancel.click()
    assert hands.ended() == "Cancelled: no report was written."
    assert hands.driver.window.instrument.playhead is None
    assert hands.left == []


def test_a_run_that_is_replaced_meanwhile_ends_it(hands):
    hands.begin()
    hands.driver.click("restart_button")
    assert hands.ended() == "The report was given up, because another run has taken its place."
    assert hands.left == []


def test_a_disk_that_is_full_is_one_sentence(hands, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    hands.begin()
    assert hands.ended() == "“report.html” cannot be written: no space left on device."
    assert hands.left == []


def test_a_window_that_is_closed_meanwhile_writes_nothing(hands, monkeypatch):
    monkeypatch.setattr(report, "measured", lambda facts, tell, cancel: cancel.wait() and None)
    hands.begin()
    hands.driver.wait(lambda: hands.report._job is not None)
    hands.driver.window.close()
    assert hands.left == []


def test_without_a_run_it_says_why(driver, folder):
    hands = ReportHands(driver, folder)
    assert not hands.dialog._write.isEnabled()
    assert hands.dialog._write.toolTip() == NO_RUN
    driver.window.show_page("train")
    driver.play_until(2)
    driver.wait(hands.dialog._write.isEnabled)


def test_notes_stay_with_their_run(hands):
    driver = hands.driver
    hands.dialog._notes.setPlainText("of the first")
    driver.click("restart_button")
    assert hands.dialog._notes.toPlainText() == ""
    hands.dialog._notes.setPlainText("of the second")
    driver.window._bridge.go_back()
    assert hands.dialog._notes.toPlainText() == "of the first"
    hands.dialog.close()
    driver.settle()
    driver.trigger("report")
    assert driver.window._runs.exporting._report_dialog._notes.toPlainText() == "of the first"
