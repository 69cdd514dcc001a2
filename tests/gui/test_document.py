"""The document: one drawing, swapped undoably."""

import numpy as np

from engine.drawing import Backdrop, Drawing, Stroke
from gui.document import Document

DOT = Stroke(((0.5, 0.5, 0.1),))
LINE = Stroke(((0.1, 0.1, 0.1), (0.9, 0.9, 0.1)))


def test_strokes_are_undone_and_redone_one_by_one(qtbot):
    document = Document()
    blank = document.drawing
    one, two = blank.with_stroke(DOT), blank.with_stroke(DOT).with_stroke(LINE)
    document.replace(one, "Draw stroke")
    document.replace(two, "Draw stroke")
    document.undo_stack.undo()
    assert document.drawing is one
    document.undo_stack.undo()
    assert document.drawing is blank
    document.undo_stack.redo()
    document.undo_stack.redo()
    assert document.drawing is two


def test_clearing_can_be_undone(qtbot):
    picture = Backdrop(np.full((28, 28), 255, np.uint8), exact=True)
    digit = Drawing(backdrop=picture, label=7, name="digit 4711")
    document = Document(digit)
    document.replace(Drawing(), "Clear")
    assert document.undo_stack.undoText() == "Clear"
    document.undo_stack.undo()
    assert document.drawing is digit


def test_a_preview_is_shown_but_not_kept(qtbot):
    document = Document()
    growing = Drawing(strokes=(DOT,))
    with qtbot.waitSignal(document.drawing_changed) as shown:
        document.preview(growing)
    assert shown.args == [growing]
    assert document.drawing is growing
    assert document.is_previewing
    assert not document.undo_stack.canUndo()


def test_undo_after_previews_goes_back_to_before_the_stroke(qtbot):
    document = Document()
    blank = document.drawing
    document.preview(Drawing(strokes=(DOT,)))
    document.preview(Drawing(strokes=(LINE,)))
    document.replace(Drawing(strokes=(LINE,)), "Draw stroke")
    assert document.undo_stack.count() == 1
    assert not document.is_previewing
    document.undo_stack.undo()
    assert document.drawing is blank


def test_every_change_is_told_once(qtbot):
    document = Document()
    told = []
    document.drawing_changed.connect(told.append)
    one = Drawing(strokes=(DOT,))
    document.preview(one)
    document.replace(one, "Draw stroke")
    document.undo_stack.undo()
    document.undo_stack.redo()
    assert [len(drawing.strokes) for drawing in told] == [1, 0, 1]


def test_replacing_a_drawing_by_itself_leaves_no_history(qtbot):
    document = Document()
    document.preview(Drawing(strokes=(DOT,)))
    document.replace(Document().drawing, "Clear")
    count = document.undo_stack.count()
    document.replace(document.drawing, "Clear")
    assert document.undo_stack.count() == count
