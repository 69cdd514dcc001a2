"""The Tape bar: its buttons, its ribbon and its figures, told by hand."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from gui.tape_bar import INVITATION, STATES, TapeBar
from gui.theme import ThemeManager
from gui.widgets.loss_buckets import LossBuckets
from gui.widgets.loss_ribbon import LossRibbon
from tests.gui.hosting import shown

BUTTONS = (
    "play_button",
    "step_button",
    "epoch_button",
    "stop_button",
    "restart_button",
    "new_seed_button",
)


@pytest.fixture
def tape(qtbot: QtBot) -> TapeBar:
    """Make a Tape bar on screen."""
    return shown(qtbot, TapeBar(ThemeManager("dark")), 1000, 60)


def button(bar: TapeBar, name: str) -> QAbstractButton:
    found = bar.findChild(QAbstractButton, name)
    assert found is not None
    return found


def ribbon(bar: TapeBar) -> LossRibbon:
    found = bar.findChild(LossRibbon)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("play_button", "play_toggled"),
        ("step_button", "step_requested"),
        ("epoch_button", "epoch_requested"),
        ("stop_button", "stop_requested"),
        ("restart_button", "restart_requested"),
        ("new_seed_button", "new_seed_requested"),
    ],
)
def test_each_button_asks_for_its_thing(qtbot: QtBot, tape: TapeBar, name: str, signal: str) -> None:
    tape.show_state("paused", can_run=True)
    with qtbot.waitSignal(getattr(tape, signal)):
        qtbot.mouseClick(button(tape, name), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("can_run", [True, False])
def test_a_disabled_button_says_why(tape: TapeBar, state: str, can_run: bool) -> None:
    tape.show_state(state, can_run=can_run)
    for name in BUTTONS:
        found = button(tape, name)
        tip = found.toolTip()
        assert tip.startswith(found.accessibleName())
        assert tip.endswith(".") is not found.isEnabled()


def test_the_play_button_turns_into_pause(tape: TapeBar) -> None:
    tape.show_state("ready", can_run=True)
    assert button(tape, "play_button").accessibleName() == "Train this network"
    tape.show_state("running", can_run=True)
    assert button(tape, "play_button").accessibleName() == "Pause training"


def test_an_empty_tape_says_the_one_thing_to_do(tape: TapeBar) -> None:
    tape.show_state("ready", can_run=True)
    assert ribbon(tape).empty_text == INVITATION
    tape.show_state("none", can_run=False, reason="Choose a data set first.")
    assert ribbon(tape).empty_text == "Choose a data set first."
    tape.grab()


def test_progress_is_written_in_two_lines(tape: TapeBar) -> None:
    tape.show_state("running", can_run=True)
    tape.show_progress(1240, 1.5, 31_240, 0.973, 3.4, 0.5)
    assert tape.figures == (
        "step 1\u202f240 · epoch 1.5",
        "31.2k images/s · 97.3\u202f% · 0:04 left",
    )
    tape.show_state("finished", can_run=True)
    tape.show_progress(2480, 3.0, 0.0, 0.981, 0.0, 1.0)
    assert tape.figures[1] == "finished · 98.1\u202f%"


def test_nothing_moves_while_the_figures_change(tape: TapeBar) -> None:
    tape.show_state("running", can_run=True)
    places = []
    for step in (1, 12, 1234, 99_999):
        tape.show_progress(step, step / 100, step * 3.0, 0.5, 60.0, None)
        QTest.qWait(0)
        places.append(ribbon(tape).geometry())
    assert len({(p.x(), p.width()) for p in places}) == 1


def test_reset_forgets_the_run(tape: TapeBar) -> None:
    tape.append_loss([0, 1], [2.3, 2.2])
    tape.add_event(1, "lr 0.002 → 0.001")
    tape.reset()
    assert ribbon(tape).events == ()
    assert tape.figures == ("", "")


def test_the_ribbon_reads_out_the_loss_under_the_pointer(qtbot: QtBot, tape: TapeBar) -> None:
    tape.append_loss(np.arange(100), np.full(100, 0.25))
    tape.add_event(50, "lr 0.002 → 0.001")
    tape.show_progress(100, 1.0, 1.0, None, None, 1.0)
    strip = ribbon(tape)
    with qtbot.waitSignal(tape.hovered) as heard:
        qtbot.mouseMove(strip, QPoint(strip.width() // 2, 10))
    assert "loss 0.25" in str(heard.args)
    assert "lr 0.002 → 0.001" in str(heard.args)


def test_the_ribbon_paints_at_any_width_and_with_any_loss(tape: TapeBar) -> None:
    strip = ribbon(tape)
    for width, losses in ((1, [1.0]), (300, [0.0, 0.0]), (5, [1e30, 1e-30, float("nan")])):
        strip.clear()
        strip.append(np.arange(len(losses)), losses)
        strip.add_event(0, "start")
        strip.resize(width, 40)
        strip.grab()


def test_buckets_hold_a_long_run_in_the_same_memory() -> None:
    buckets = LossBuckets(capacity=64)
    losses = np.linspace(2.0, 0.1, 100_000)
    for start in range(0, 100_000, 10_000):
        buckets.append(np.arange(start, start + 10_000), losses[start : start + 10_000])
    curve = buckets.curve(1000)
    assert 32 <= curve.step.size <= 64
    assert buckets.last_step == 99_999
    assert curve.high[0] == pytest.approx(np.log10(2.0), abs=1e-3)
    assert curve.low[-1] == pytest.approx(-1.0, abs=1e-3)
    assert np.all(np.diff(curve.step) > 0)


def test_one_append_equals_many() -> None:
    rng = np.random.default_rng(0)
    losses = rng.uniform(0.1, 2.0, 1000)
    together, apart = LossBuckets(64), LossBuckets(64)
    together.append(np.arange(1000), losses)
    for step in range(1000):
        apart.append([step], [losses[step]])
    for one, other in zip(
        (together.curve(50).mean, together.curve(50).low),
        (apart.curve(50).mean, apart.curve(50).low),
        strict=True,
    ):
        np.testing.assert_allclose(one, other)


def test_a_spike_survives_every_merge() -> None:
    buckets = LossBuckets(16)
    losses = np.ones(10_000)
    losses[4321] = 100.0
    buckets.append(np.arange(10_000), losses)
    assert buckets.curve(4).high.max() == pytest.approx(2.0)


def test_losses_that_are_not_numbers_are_left_out() -> None:
    buckets = LossBuckets()
    buckets.append([0, 1, 2], [1.0, float("nan"), float("inf")])
    assert buckets.curve(100).step.size == 1
    assert buckets.loss_near(2) == pytest.approx(1.0)
    assert LossBuckets().loss_near(3) is None
