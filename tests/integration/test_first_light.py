"""Draw a digit, watch a network learn it: on real digits, through the real window."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QImage

from engine import Network, Trainer
from engine.datasets import embedded_digits
from engine.drawing import prepare
from engine.metrics import evaluate
from gui.tape_bar import TapeBar
from tests.driving import SEVEN, Driver

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

STEPS = 300


@pytest.fixture(params=["process", "thread"])
def watched(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, open_window: Callable[..., Driver]
) -> Driver:
    """Open a window that trains in a process of its own, and one that trains on a thread."""
    monkeypatch.setenv("FILTERSCOPE_TRAINING", request.param)
    driver = open_window()
    driver.window.show_page("train")
    driver.settle()
    return driver


def seen(driver: Driver, name: str) -> QImage:
    return driver.find(name).grab().toImage()


def share_of_changed_pixels(one: QImage, other: QImage) -> float:
    places = list(itertools.product(range(0, one.width(), 3), range(0, one.height(), 3)))
    return float(np.mean([one.pixel(x, y) != other.pixel(x, y) for x, y in places]))


def test_a_network_learns_real_digits_before_ones_eyes(watched: Driver) -> None:
    watched.draw(*SEVEN)
    watched.settle()
    first_filters, first_channels = seen(watched, "filters_view"), seen(watched, "channels_view")
    shipped = watched.window.classify()

    watched.play_until(STEPS)

    session, split = watched.window.session, embedded_digits()
    shown = watched.window.instrument.run
    assert shown is not None
    trained = Network.from_parameters(session.spec, shown.parameters)
    assert evaluate(trained, split.test.pictures, split.test.labels).accuracy > 0.9
    # Text follows a moment later than pictures.
    watched.wait(lambda: f"step {session.step_count} " in watched.find("tape_bar", TapeBar).figures[0])

    assert share_of_changed_pixels(seen(watched, "filters_view"), first_filters) > 0.05
    assert share_of_changed_pixels(seen(watched, "channels_view"), first_channels) > 0.05

    picture = prepare(watched.window.document.drawing).picture
    answer = watched.window.classify()
    np.testing.assert_array_equal(answer, trained.probabilities(picture[None, None])[0])
    assert not np.array_equal(answer, shipped)


def test_watching_changes_nothing(watched: Driver) -> None:
    frames: list[object] = []
    watched.window.instrument.run_changed.connect(frames.append)
    watched.play_until(STEPS // 3)
    session, shown = watched.window.session, watched.window.instrument.run
    assert shown is not None
    assert frames

    unwatched = Network(session.spec, session.config.seed)
    steps = Trainer(unwatched, session.config).run(embedded_digits().train)
    reports = list(itertools.islice(steps, session.step_count))
    np.testing.assert_array_equal(shown.parameters.vector, unwatched.parameters.vector)
    np.testing.assert_array_equal(session.steps.since(0)["loss"], np.float32([r.loss for r in reports]))


def test_closing_in_the_middle_and_coming_back_is_as_if_one_had_stayed(
    watched: Driver, open_window: Callable[..., Driver]
) -> None:
    watched.click("play_button")
    watched.wait(lambda: watched.window.session.step_count > STEPS // 6)
    watched.window.close()
    kept = watched.window.session.steps.since(0)

    again = open_window(restored=True)
    session = again.window.session
    np.testing.assert_array_equal(session.steps.since(0), kept)
    again.play_until(len(kept) + STEPS // 6)
    unwatched = Network(session.spec, session.config.seed)
    steps = Trainer(unwatched, session.config).run(embedded_digits().train)
    assert len(list(itertools.islice(steps, session.step_count))) == session.step_count
    shown = again.window.instrument.run
    assert shown is not None
    np.testing.assert_array_equal(shown.parameters.vector, unwatched.parameters.vector)
