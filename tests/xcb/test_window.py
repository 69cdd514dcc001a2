"""The real window on the xcb platform: it opens, takes real mouse events, and closes."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.xcb.screen import Program, Screen, wait_for

CLOSING_S = 20


def test_the_window_opens_and_closes_without_a_word(screen: Screen, program: Program) -> None:
    with program.running() as process:
        screen.ask_to_close(screen.window_of(process))
        _, errors = process.communicate(timeout=CLOSING_S)
    assert errors == ""
    assert process.returncode == 0


def test_a_digit_drawn_with_the_mouse_is_inked_and_read(
    screen: Screen, program: Program, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    starter = Path(__file__).with_name("reporting_main.py")

    def state() -> dict[str, Any]:
        return json.loads(report.read_text()) if report.exists() else {}

    with program.running(starter, report) as process:
        window = screen.window_of(process)
        left, top, width, height = wait_for(lambda: state().get("canvas"), "canvas")
        area = slice(top, top + height), slice(left, left + width)
        before = screen.pixels()[area]

        column = left + width // 2
        screen.stroke([(column, top + height * step // 40) for step in range(8, 33)])

        wait_for(lambda: np.argmax(state()["probabilities"]) == 1, "one in the answer")
        changed = np.any(screen.pixels()[area] != before, axis=-1)
        # Ink where the stroke went, in the middle of the canvas.
        assert changed[height // 2 - 5 : height // 2 + 5, width // 2 - 1 : width // 2 + 1].all()
        assert abs(sum(state()["probabilities"]) - 1) < 1e-3

        screen.ask_to_close(window)
        _, errors = process.communicate(timeout=CLOSING_S)
    assert errors == ""
    assert process.returncode == 0
