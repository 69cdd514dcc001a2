"""What every test of the window gets: a check that nothing outlives it."""

import gc
from collections.abc import Iterator

import pytest

from tests.driving import driver, open_window, places
from tests.leaks import nothing_left, qt_origins, thread_origins

__all__ = ["driver", "nothing_left", "open_window", "places", "qt_origins", "thread_origins"]


@pytest.fixture(autouse=True)
def _clean_window(nothing_left: None) -> None:
    """Fail a test that leaves a window, a running timer or a thread behind."""


@pytest.fixture(autouse=True)
def _no_collection_on_the_way() -> Iterator[None]:
    """Collect garbage between tests only, as the program does it at quiet moments only.

    A collection in the middle of adding a layout to another one makes PySide 6.10 destroy it twice.
    """
    gc.disable()
    yield
    gc.enable()
