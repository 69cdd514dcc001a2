"""What every test of the engine gets: a check that no thread outlives it."""

import pytest

from tests.leaks import no_thread_left, thread_origins

__all__ = ["no_thread_left", "thread_origins"]


@pytest.fixture(autouse=True)
def _clean_engine(no_thread_left: None) -> None:
    """Fail a test that leaves a thread running."""
