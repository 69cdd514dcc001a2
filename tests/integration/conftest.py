"""What every test that joins window and engine gets: a check that nothing outlives it."""

import pytest

from tests.leaks import nothing_left, qt_origins, thread_origins

__all__ = ["nothing_left", "qt_origins", "thread_origins"]


@pytest.fixture(autouse=True)
def _clean_program(nothing_left: None) -> None:
    """Fail a test that leaves a window, a running timer or a thread behind."""
