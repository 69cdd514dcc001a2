"""One number through the layers, as a tree: sums close on every level, and what is open stays open."""

import numpy as np
import pytest
from PySide6.QtWidgets import QTreeWidgetItem

from engine.drawing import Drawing, Stroke
from engine.inspect.ledgers import Place
from gui.pages.inside.ledger_tree import LedgerTree
from gui.pages.inside.page import InsidePage
from gui.selection import Selection
from gui.theme import ThemeManager
from tests.gui.frame_samples import frame_of, sets_of
from tests.gui.hosting import shown

OTHER = Drawing((Stroke(((0.2, 0.4, 0.1), (0.8, 0.6, 0.1))),), name="another")


@pytest.fixture
def ledger(qtbot):
    return shown(qtbot, LedgerTree(ThemeManager("dark")), 800, 500)


def exact(item: QTreeWidgetItem) -> float:
    return float(item.toolTip(3))


def children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [item.child(index) for index in range(item.childCount())]


def test_every_level_adds_up_down_to_the_ink(ledger):
    frame = frame_of()
    ledger.show_number(frame, Place("dense1", 3))
    root = ledger.tree.topLevelItem(0)
    assert root.text(0) == "dense1 · number 4"
    assert exact(root) == pytest.approx(float(frame.logits[3]), rel=1e-5)
    names, item = [], root
    for _ in range(30):
        item.setExpanded(True)
        below = children(item)
        if not below:
            break
        # A row is its product; what is below it adds up to its number.
        number = float(item.toolTip(2)) if item.toolTip(2) else exact(item)
        assert sum(exact(child) for child in below) == pytest.approx(number, rel=1e-6, abs=1e-7)
        item = max(below, key=lambda child: abs(exact(child)))
        names.append(item.text(0).split(" · ")[0])
    assert "input" in names
    assert {"flatten1", "pool2", "relu2", "conv2", "pool1", "relu1", "conv1"} <= set(names)


def test_the_fields_of_the_way_are_nested_on_the_ink(ledger):
    ledger.show_number(frame_of(), Place("conv2", 1, (4, 5)))
    root = ledger.tree.topLevelItem(0)
    item = root.child(0)
    item.setExpanded(True)
    term = item.child(4)
    ledger.tree.setCurrentItem(term)
    outer, inner = ledger.fields.boxes
    # Two 3 × 3 filters with a pool between see 8 × 8 pixels, a pooled pixel 4 × 4.
    assert (outer[1] - outer[0], outer[3] - outer[2]) == (8, 8)
    assert (inner[1] - inner[0], inner[3] - inner[2]) == (4, 4)
    assert outer[0] <= inner[0] <= inner[1] <= outer[1]
    assert not ledger.grab().isNull()


def test_what_is_open_stays_open_when_the_drawing_changes(ledger):
    place = Place("conv2", 1, (4, 5))
    ledger.show_number(frame_of(), place)
    ledger.tree.topLevelItem(0).child(2).setExpanded(True)
    before = exact(ledger.tree.topLevelItem(0))
    ledger.show_number(frame_of(drawing=OTHER), place)
    ledger._writing.call_now()
    root = ledger.tree.topLevelItem(0)
    assert exact(root) != before
    assert root.child(2).isExpanded()
    assert not root.child(0).isExpanded()
    ledger.show_number(frame_of(), Place("conv1", 0, (0, 0)))
    assert ledger.tree.topLevelItem(0).text(0) == "conv1 · channel 1 · (0, 0)"


def test_its_numbers_are_copied_with_all_their_figures(ledger):
    ledger.show_number(frame_of(), Place("relu1", 0, (14, 14)))
    lines = ledger._numbers().splitlines()
    assert lines[0].split("\t") == ["what is added up", "weight", "number", "product"]
    assert lines[1].startswith("relu1 · channel 1 · (14, 14)\t")
    assert any(line.split("\t")[0].strip() == "ReLU" for line in lines)


def test_without_a_number_or_ink_it_says_what_to_do(ledger):
    ledger.show_number(frame_of(), None)
    assert ledger._pages.currentIndex() == 0
    ledger.show_number(frame_of(drawing=Drawing(())), Place("dense1", 3))
    assert ledger._pages.currentIndex() == 0
    ledger.show_number(frame_of(), Place("dense1", 3))
    assert ledger._pages.currentIndex() == 1


def test_the_page_writes_down_the_selected_pixel(qtbot):
    page = InsidePage(ThemeManager("dark"), sets_of(np.zeros((2, 28, 28), np.uint8)))
    shown(qtbot, page, 1000, 760)
    page.show_frame(frame_of())
    page.enter(True)
    page.show_part("ledger")
    page.show_selection(Selection("Run 1", 7, "my drawing", "pool1", "channel", 2, (3, 4)))
    tree = page.findChild(LedgerTree).tree
    assert tree.topLevelItem(0).text(0) == "pool1 · channel 3 · (3, 4)"
    page.show_selection(Selection("Run 1", 7, "my drawing", "conv1", "filter", 2, (1, 1)))
    assert page.findChild(LedgerTree)._pages.currentIndex() == 0
    page.close_workers()
