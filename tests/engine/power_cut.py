"""A process that is gone in the middle of writing: at one of its calls of the system."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import pytest


class PowerCut(BaseException):
    """The process is gone at this very moment."""


@contextlib.contextmanager
def power_cut(monkeypatch: pytest.MonkeyPatch, moment: int, *names: str) -> Iterator[None]:
    """Let the call after `moment` others of these functions of `os` be the last thing that happens."""
    calls = 0

    def counted(real: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal calls
            if calls == moment:
                raise PowerCut
            calls += 1
            return real(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        for name in names:
            patch.setattr(os, name, counted(getattr(os, name)))
        with contextlib.suppress(PowerCut):
            yield
