"""The Tape bar: its buttons, its ribbon and its figures, told by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from gui.tape_bar import INVITATION, STATES, TapeBar
from gui.theme import ThemeManager
from gui.widgets.loss_ribbon import LossRibbon
from gui.widgets.ribbon_marks import RibbonEvent, one_a_step
from gui.widgets.tape_stops import TapeStops
from tests.gui.hosting import shown

BUTTONS = (
    "play_button",
    "step_button",
    "epoch_button",
    "stop_button",
    "restart_button",
    "new_seed_button",
)
TURNED = RibbonEvent(50, "lr 0.002 → 0.001", "learning rate 0.002 → 0.001")


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
    tape.show_events([TURNED])
    tape.reset()
    assert ribbon(tape).events == ()
    tape.show_events([TURNED, RibbonEvent(60, "", "trains")])
    assert ribbon(tape).events == ((50, "lr 0.002 → 0.001"),)
    assert tape.figures == ("", "")


def test_the_ribbon_reads_out_the_loss_under_the_pointer(qtbot: QtBot, tape: TapeBar) -> None:
    tape.append_loss(np.arange(100), np.full(100, 0.25))
    tape.show_events([TURNED])
    tape.show_progress(100, 1.0, 1.0, None, None, 1.0)
    strip = ribbon(tape)
    with qtbot.waitSignal(tape.hovered) as heard:
        qtbot.mouseMove(strip, QPoint(strip.width() // 2, 10))
    assert "batch loss 0.25" in str(heard.args)
    assert "learning rate 0.002 → 0.001" in str(heard.args)


@pytest.fixture
def recorded(tape: TapeBar) -> TapeBar:
    """Make a bar whose run is at step 100 of 100 and was recorded at every tenth."""
    tape.append_loss(np.arange(1, 101), np.linspace(2.0, 0.2, 100))
    tape.show_progress(100, 1.0, 1.0, None, None, 1.0)
    tape.show_recorded(tuple(range(0, 101, 10)))
    tape.show_state("paused", can_run=True)
    return tape


def wishes_of(tape: TapeBar) -> list[int | None]:
    """Note what is wished for, and show it as the instrument would."""
    heard: list[int | None] = []
    tape.playhead_wanted.connect(heard.append)
    tape.playhead_wanted.connect(tape.show_playhead)
    return heard


def place_of(strip: LossRibbon, step: float) -> QPoint:
    return QPoint(round(strip.width() * step / strip.extent), 10)


def test_press_and_drag_go_to_the_nearest_recorded_steps_and_to_the_live_end(
    qtbot: QtBot, recorded: TapeBar
) -> None:
    strip, heard = ribbon(recorded), wishes_of(recorded)
    qtbot.mousePress(strip, Qt.MouseButton.LeftButton, pos=place_of(strip, 31))
    for step in (32, 33, 44, 47, 52, 99):
        QTest.mouseMove(strip, place_of(strip, step))
    qtbot.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=place_of(strip, 99))
    assert heard == [30, 40, 50, None]
    QTest.mouseMove(strip, place_of(strip, 20))
    assert heard == [30, 40, 50, None]


def test_keys_go_through_the_recorded_steps_and_to_both_ends(qtbot: QtBot, recorded: TapeBar) -> None:
    strip, heard = ribbon(recorded), wishes_of(recorded)
    keys = (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Right)
    for key in (*keys, Qt.Key.Key_Home, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_End):
        qtbot.keyClick(strip, key)
    assert heard == [90, 80, 90, None, 0, 10, None]


def test_a_key_reads_the_step_out(qtbot: QtBot, recorded: TapeBar) -> None:
    with qtbot.waitSignal(recorded.hovered) as heard:
        qtbot.keyClick(ribbon(recorded), Qt.Key.Key_Home)
    assert str(heard.args[0]).startswith("step 0 · batch loss 2")


def test_what_a_key_reads_out_follows_the_playhead_and_goes_with_the_focus(recorded: TapeBar) -> None:
    strip, said = ribbon(recorded), list[str]()
    recorded.hovered.connect(said.append)
    recorded.show_playhead(20)
    assert said == []
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Home)
    # As a step button or the menu does.
    recorded.show_playhead(70)
    assert said[-1].startswith("step 70 ·")
    recorded.show_playhead(None)
    assert said[-1].startswith("step 100 ·")
    recorded.show_progress(101, 1.0, 1.0, None, None, 1.0)
    assert said[-1].startswith("step 101 ·")
    strip.clearFocus()
    assert said[-1] == ""
    count = len(said)
    recorded.show_playhead(30)
    assert len(said) == count
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Home)
    recorded.reset()
    assert said[-1] == ""


def test_the_pointers_readout_stays_while_the_playhead_moves(recorded: TapeBar) -> None:
    strip, said = ribbon(recorded), list[str]()
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Home)
    QTest.mouseMove(strip, place_of(strip, 50))
    recorded.hovered.connect(said.append)
    recorded.show_playhead(70)
    strip.clearFocus()
    assert said == []


def test_the_buttons_go_step_by_step_and_say_why_they_cannot(qtbot: QtBot, recorded: TapeBar) -> None:
    heard = wishes_of(recorded)
    back, forward, live = (
        button(recorded, name) for name in ("tape_back_button", "tape_forward_button", "live_button")
    )
    assert forward.toolTip().endswith("The newest step is shown.")
    assert not live.isEnabled()
    for each in (back, back, forward, live):
        qtbot.mouseClick(each, Qt.MouseButton.LeftButton)
    assert heard == [90, 80, 90, None]
    recorded.show_playhead(0)
    assert not back.isEnabled()
    assert back.toolTip().endswith("This is the first recorded step.")


def test_play_says_that_it_returns_to_live(recorded: TapeBar) -> None:
    recorded.show_playhead(30)
    assert (
        button(recorded, "play_button")
        .toolTip()
        .startswith("Return to live and go on training from the newest step")
    )
    recorded.show_playhead(None)
    assert button(recorded, "play_button").toolTip().startswith("Go on training")


def test_the_hand_says_where_there_is_something_to_drag(recorded: TapeBar) -> None:
    assert ribbon(recorded).cursor().shape() is Qt.CursorShape.PointingHandCursor
    recorded.reset()
    assert ribbon(recorded).cursor().shape() is Qt.CursorShape.ArrowCursor
    assert not button(recorded, "tape_back_button").isEnabled()


def test_the_playhead_is_painted_at_its_step_and_the_live_end_gets_quiet(recorded: TapeBar) -> None:
    strip, accent = ribbon(recorded), ThemeManager("dark").theme.accent.name()

    def accented(step: float) -> bool:
        place = place_of(strip, step)
        image = strip.grab().toImage()
        xs = range(place.x() - 1, min(place.x() + 2, image.width()))
        return any(image.pixelColor(x, 1).name() == accent for x in xs)

    assert accented(100)
    recorded.show_playhead(30)
    assert (accented(30), accented(100)) == (True, False)


def test_a_playhead_that_moves_does_not_paint_the_curve_again(
    recorded: TapeBar, monkeypatch: pytest.MonkeyPatch
) -> None:
    strip, painted = ribbon(recorded), []
    strip.grab()
    monkeypatch.setattr(strip, "_paint_curve", lambda *args: painted.append(args))
    for step in range(0, 100, 10):
        recorded.show_playhead(step)
        strip.grab()
    assert not painted
    strip.append([101], [0.1])
    strip._repaint.call_now()
    strip.grab()
    assert painted


def test_where_a_paused_run_was_forked_the_fork_is_told() -> None:
    events = ((154, "paused"), (154, "forked from Run 1"), (302, "paused"))
    assert one_a_step(events) == ((154, "forked from Run 1"), (302, "paused"))


def test_the_numbers_of_the_ribbon_can_be_copied(qtbot: QtBot, recorded: TapeBar) -> None:
    strip = ribbon(recorded)
    strip.setFocus()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(strip, Qt.Key.Key_C, both)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "step\tloss"
    assert lines[1] == "1\t2"
    assert len(lines) == 101


@given(
    st.lists(st.integers(0, 10_000), unique=True, max_size=40), st.integers(0, 10_000), st.integers(0, 10_000)
)
def test_stops_lead_forward_and_back_and_never_beyond(steps: list[int], live: int, at: int) -> None:
    stops = TapeStops(tuple(sorted(steps)), live)
    nearest = stops.nearest(at)
    reachable = [step for step in stops.recorded if step < live]
    if not stops.any:
        assert nearest is stops.first is stops.before(None) is stops.after(None) is None
        return
    least = min(abs(step - at) for step in (*reachable, live))
    assert abs((live if nearest is None else nearest) - at) == least
    found, seen = stops.first, []
    while found is not None:
        seen.append(found)
        found = stops.after(found)
    assert seen == reachable
    backwards = [stops.before(None)]
    while backwards[-1] != stops.first:
        backwards.append(stops.before(backwards[-1]))
    assert backwards == seen[::-1]
    assert stops.before(stops.first) == stops.first


def test_the_ribbon_paints_at_any_width_and_with_any_loss(tape: TapeBar) -> None:
    strip = ribbon(tape)
    for width, losses in ((1, [1.0]), (300, [0.0, 0.0]), (5, [1e30, 1e-30, float("nan")])):
        strip.clear()
        strip.append(np.arange(len(losses)), losses)
        strip.set_events([RibbonEvent(0, "start", "start")])
        strip.resize(width, 40)
        strip.grab()


def test_marks_are_peaks_at_the_foot_with_words_under_the_pointer(recorded: TapeBar) -> None:
    strip = ribbon(recorded)
    before = strip.grab().toImage()
    recorded.show_marks(((40, "my 7 first right"),))
    after = strip.grab().toImage()
    place = place_of(strip, 40)
    foot = after.height() - 1
    changed = [x for x in range(after.width()) if after.pixelColor(x, foot) != before.pixelColor(x, foot)]
    assert changed
    assert all(abs(x - place.x()) <= 6 for x in changed)
    heard: list[str] = []
    recorded.hovered.connect(heard.append)
    QTest.mouseMove(strip, QPoint(place.x(), 10))
    assert heard[-1].endswith("my 7 first right")
    recorded.reset()
    recorded.show_marks(())
    assert strip.grab().toImage() != after
