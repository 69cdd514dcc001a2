"""Deleted runs: brought back one after the other, as long as there is room for them."""

from tests.gui.test_runs_control import thread

__all__ = ["thread"]


def test_deleting_is_undone_and_the_open_run_stays(thread):
    thread.train(2)
    first = thread.bridge.present.key
    thread.restart()
    thread.train(1)
    thread.page.delete_requested.emit(first)
    assert thread.names() == ["Run 2"]
    assert thread.page.compared is None
    sentence, action, undo = thread.said[-1]
    assert (sentence, action) == ("Run 1 is deleted.", "Undo")
    undo()
    assert thread.names() == ["Run 1", "Run 2"]
    assert thread.page.compared == first
    thread.page.delete_requested.emit(thread.bridge.present.key)
    assert thread.names() == ["Run 1", "Run 2"]
    assert thread.said[-1][0] == "Run 2 is open: open another run before it is deleted."


def test_each_deletion_is_undone_for_itself_whatever_was_told_since(thread, monkeypatch):
    for _ in range(3):
        thread.train(2)
        thread.restart()
    keys = [row.key for row in thread.page.rows]
    for key in keys[:2]:
        thread.page.delete_requested.emit(key)
    stack, (_, _, undo_first) = thread.document.undo_stack, thread.said[-2]
    assert stack.undoText() == "Delete Run 2"
    undo_first()
    assert thread.said[-1][0] == "Something else was done since: Ctrl+Z undoes one step after the other."
    stack.undo()
    assert thread.names() == ["Run 2", "Run 3", "Run 4"]
    stack.undo()
    assert thread.names() == ["Run 1", "Run 2", "Run 3", "Run 4"]
    stack.redo()
    assert thread.names() == ["Run 2", "Run 3", "Run 4"]
    # Not more is kept of them than may be kept of those that are there.
    monkeypatch.setattr("gui.run_deletion.MOST_TAPE_BYTES", 1)
    thread.page.delete_requested.emit(keys[1])
    for _ in range(2):
        stack.undo()
        assert thread.said[-1][0].endswith("was deleted too long ago: it is not kept any more.")
    assert thread.names() == ["Run 3", "Run 4"]


def test_a_run_that_is_open_again_is_not_deleted_by_doing_it_again(thread):
    thread.train(2)
    first = thread.bridge.present.key
    thread.restart()
    thread.page.delete_requested.emit(first)
    thread.document.undo_stack.undo()
    thread.bridge.open_entry(first)
    thread.document.undo_stack.redo()
    assert thread.said[-1][0] == "Run 1 is open: open another run before it is deleted."
    assert "Run 1" in thread.names()
    thread.document.undo_stack.undo()
    assert thread.names().count("Run 1") == 1
