"""What every test that joins window and engine gets: a check that nothing outlives it."""

import pytest

from tests.driving import driver, open_window, places
from tests.leaks import no_collection_on_the_way, nothing_left, qt_origins, thread_origins

__all__ = [
    "driver",
    "no_collection_on_the_way",
    "nothing_left",
    "open_window",
    "places",
    "qt_origins",
    "thread_origins",
]


@pytest.fixture(autouse=True)
def _clean_program(nothing_left: None) -> None:
    """Fail a test that leaves a window, a running timer or a thread behind."""
