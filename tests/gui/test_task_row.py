"""The row that says how far long work is."""

from gui.widgets.task_row import TaskRow
from tests.gui.hosting import shown


def visible(row):
    return {name for name in ("cancel", "open", "folder", "bar") if getattr(row, f"_{name}").isVisible()}


def test_it_offers_what_can_be_done_and_keeps_its_height(qtbot):
    row = shown(qtbot, TaskRow(can_open=True), 600, 80)
    height = row.sizeHint().height()
    assert visible(row) == set()
    row.show_progress("Frame 3 of 9", 1 / 3)
    assert visible(row) == {"cancel", "bar"}
    assert row._bar.value() / row._bar.maximum() == 0.333
    row.show_progress("Writing", None)
    assert row._bar.maximum() == 0
    row.show_done("Saved.")
    assert visible(row) == {"open", "folder"}
    row.show_note("It did not work.", warning=True)
    assert visible(row) == set()
    assert row._words.property("role") == "warning"
    assert row.text == "It did not work."
    row.clear()
    assert row.text == ""
    assert row.sizeHint().height() == height


def test_its_buttons_ask(qtbot):
    row = shown(qtbot, TaskRow(can_open=True), 600, 80)
    for signal, button in (
        (row.cancel_requested, row._cancel),
        (row.open_requested, row._open),
        (row.folder_requested, row._folder),
    ):
        with qtbot.waitSignal(signal):
            button.click()


def test_without_anything_to_open_it_only_shows_the_folder(qtbot):
    row = shown(qtbot, TaskRow(), 600, 80)
    row.show_done("Saved.")
    assert visible(row) == {"folder"}
