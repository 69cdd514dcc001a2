"""The Runs page by itself, with three runs that nobody trained."""

import pytest

from gui.pages.runs.page import RunsPage
from gui.pages.runs.rows import RunRow
from gui.theme import ThemeManager
from tests.gui.hosting import shown

ROWS = (
    RunRow("1", "Run 1", 0, "", "8–16", "MNIST 8 000", 300, 0.95),
    RunRow("2", "Run 2", 1, "wider", "8–16", "MNIST 8 000", 200, None, "Run 1 · step 120", 1),
    RunRow("3", "Run 3", 2, "", "8–16", "MNIST 8 000", 100, 0.5, "", 0, True),
)


@pytest.fixture
def themes(qtbot):
    return ThemeManager("dark")


@pytest.fixture
def page(qtbot, themes):
    page = shown(qtbot, RunsPage(themes), 900, 640)
    page.show_runs(ROWS, "1")
    return page


def said(signal):
    heard = []
    signal.connect(lambda *values: heard.append(values[0] if len(values) == 1 else values))
    return heard


def choose(page, run):
    page.panel.list.choose(run)
