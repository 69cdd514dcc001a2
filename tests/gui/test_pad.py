"""The Pad: from a stroke to the document, from a frame to the answer."""

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from engine import Dense, Flatten, Network, NetworkSpec
from engine.datasets import Dataset
from engine.drawing import Backdrop, Drawing, Stroke, prepare
from engine.errors import DataError
from gui.document import Document
from gui.frames import Frame, Subject, Verdict
from gui.pad.pad import COLUMN_PX, GROWN_PX, Pad
from gui.theme import ThemeManager

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SPEC = NetworkSpec(input_shape=(1, 28, 28), layers=(Flatten(), Dense(10)))
SEVEN = Drawing(
    (
        Stroke(((0.3, 0.3, 0.08), (0.7, 0.3, 0.08))),
        Stroke(((0.7, 0.3, 0.08), (0.45, 0.8, 0.08))),
    ),
    name="my drawing",
)


@pytest.fixture
def document(qapp):
    return Document()


@pytest.fixture
def pad(qtbot, document):
    widget = Pad(document, ThemeManager("dark"))
    qtbot.addWidget(widget)
    widget.resize(COLUMN_PX, 560)
    widget.show()
    return widget


def frame_of(drawing, kind="digit", source="Run 1", step=1240):
    preparation = prepare(drawing)
    probabilities = np.full(10, 0.001, np.float32)
    probabilities[7] = 0.991
    subject = Subject("key", source, step, SPEC, Network(SPEC, seed=0).parameters)
    verdict = Verdict("blank" if preparation.blank else kind, 7, 0.991, 11.23)
    picture = preparation.picture[None]
    return Frame(subject, drawing, preparation, picture, {}, np.log(probabilities), probabilities, verdict)


def draw(pad, *points):
    side = pad.canvas.width()
    places = [QPoint(round(x * side), round(y * side)) for x, y in points]
    QTest.mousePress(pad.canvas, Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(pad.canvas, place)
    QTest.mouseRelease(pad.canvas, Qt.MouseButton.LeftButton, pos=places[-1])


def click(pad, name):
    button = pad.findChild(QAbstractButton, name)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center())


def test_a_stroke_reaches_the_document_while_it_grows_and_when_it_ends(pad, document):
    seen = []
    document.drawing_changed.connect(seen.append)
    draw(pad, (0.2, 0.5), (0.5, 0.5), (0.8, 0.5))
    assert [len(drawing.strokes) for drawing in seen] == [1, 1, 1, 1]
    assert document.undo_stack.count() == 1
    assert document.drawing.name == "my drawing"


def test_undo_redo_and_clear_buttons_work_stroke_by_stroke(pad, document):
    draw(pad, (0.2, 0.5), (0.8, 0.5))
    draw(pad, (0.5, 0.2), (0.5, 0.8))
    click(pad, "undo_button")
    assert len(document.drawing.strokes) == len(pad.canvas.drawing.strokes) == 1
    click(pad, "redo_button")
    assert len(pad.canvas.drawing.strokes) == 2
    click(pad, "clear_button")
    assert pad.canvas.drawing.strokes == ()
    click(pad, "undo_button")
    assert len(pad.canvas.drawing.strokes) == 2


def test_clearing_a_blank_canvas_leaves_no_history(pad, document):
    pad.clear()
    assert document.undo_stack.count() == 0


def test_keys_undo_and_change_the_brush(pad, document, qtbot):
    draw(pad, (0.2, 0.5), (0.8, 0.5))
    brush = pad.canvas.brush
    qtbot.keyClick(pad.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(pad.canvas, Qt.Key.Key_BracketRight)
    assert document.drawing.strokes == ()
    assert pad.canvas.brush > brush


def test_the_eraser_button_makes_strokes_that_erase(pad, document):
    click(pad, "eraser_button")
    draw(pad, (0.5, 0.5))
    click(pad, "pen_button")
    draw(pad, (0.5, 0.5))
    assert [stroke.erases for stroke in document.drawing.strokes] == [True, False]


def test_the_slider_and_the_canvas_agree_on_the_brush(pad):
    pad.tools.brush.setValue(100)
    assert pad.canvas.brush == pytest.approx(0.24)
    pad.canvas.set_brush(0.02)
    assert pad.tools.brush.value() == 0


def test_a_frame_is_shown_as_answer_bars_and_source(pad):
    pad.show_frame(frame_of(SEVEN))
    assert pad.answer.lines == ("7", "99.1 %", "margin 11.2")
    assert pad.bars.readout(7) == "7: 99.1 %"
    assert pad.source.words.endswith("Run 1 · step 1\u202f240")


def test_a_blank_canvas_is_silence(pad):
    pad.show_frame(frame_of(SEVEN))
    pad.show_frame(frame_of(Drawing()))
    assert pad.answer.lines == ("–", "Draw a digit", "")
    assert pad.bars.probabilities is None
    assert pad.receives.explanation == "nothing drawn yet"


def test_ink_that_resembles_no_digit_says_so(pad):
    pad.show_frame(frame_of(SEVEN, kind="unlike"))
    assert pad.answer.lines == ("–", "No digit", "nearest: 7")
    assert pad.answer.accessibleName() == "No digit, nearest: 7"


def test_every_step_of_the_preparation_is_explained_with_its_numbers(pad):
    pad.show_frame(frame_of(SEVEN))
    words = []
    for step in range(5):
        pad.receives.chooser.choose(step)
        words.append(pad.receives.explanation)
    assert words[0] == "canvas of 140 × 140"
    assert words[1].endswith("of 140 × 140")
    assert words[2].endswith("× 20")
    assert words[3].startswith("mass centred")
    assert words[4] == "28 × 28 values, 0 to 1"


def test_hovering_the_network_s_picture_reads_out_a_value(pad):
    frame = frame_of(SEVEN)
    pad.show_frame(frame)
    row, column = np.unravel_index(frame.preparation.picture.argmax(), (28, 28))
    place = QPointF((column + 0.5) * 3, (row + 0.5) * 3)
    value = frame.preparation.picture.max()
    expected = f"28 × 28, row {row}, column {column}: {value:.2f}"
    assert pad.receives.picture.readout(place) == expected


def test_the_switch_is_offered_only_while_there_is_a_run(pad, qtbot):
    switch = pad.findChild(QAbstractButton, "answer_switch")
    assert not switch.isEnabled()
    pad.set_run("Run 1")
    with qtbot.waitSignal(pad.answer_source_chosen) as chosen:
        switch.click()
    assert chosen.args == [True]
    with qtbot.assertNotEmitted(pad.answer_source_chosen):
        pad.set_run(None)
    assert not switch.isChecked()


@pytest.mark.parametrize("size", [(COLUMN_PX, 560), (COLUMN_PX, 900), (300, 700)])
def test_everything_fits_into_the_column_and_the_canvas_is_square(pad, qtbot, size):
    pad.resize(*size)
    qtbot.waitUntil(lambda: pad.canvas.width() == pad.canvas.height())
    assert (pad.width(), pad.height()) == size
    for child in (pad.canvas, pad.tools, pad.receives, pad.source, pad.bars):
        corner = child.mapTo(pad, child.rect().bottomRight())
        assert corner.x() < pad.width()
        assert corner.y() < pad.height()
    assert pad.canvas.width() >= 140


def test_growing_gives_the_canvas_the_room_and_going_back_restores_it(pad):
    before = pad.canvas.width()
    pad.set_grown(True)
    pad.resize(GROWN_PX + 200, 700)
    assert pad.canvas.width() == pad.canvas.height() > 400
    pad.set_grown(False)
    pad.resize(COLUMN_PX, 560)
    assert pad.canvas.width() == before


@pytest.mark.parametrize("grown", [False, True])
def test_nothing_moves_when_the_answer_changes(pad, grown):
    pad.set_grown(grown)
    pad.set_run("Run 1")
    pad.resize(GROWN_PX if grown else COLUMN_PX, 600)
    children = (pad.canvas, pad.tools, pad.receives, pad.answer, pad.source, pad.bars)
    before = [child.geometry() for child in children]
    for frame in (
        frame_of(SEVEN), frame_of(SEVEN, "unlike", "Reader", None), frame_of(Drawing())
    ):  # fmt: skip
        pad.show_frame(frame)
        QGuiApplication.processEvents()
        assert [child.geometry() for child in children] == before


def test_digits_are_loaded_when_the_picker_is_opened(pad, document):
    pictures = np.zeros((20, 1, 28, 28), np.uint8)
    pictures[:, :, 5:20, 14] = 255
    dataset = Dataset("Test digits", pictures, np.arange(20) % 10)
    pad.set_digits(lambda: dataset)
    pad.pick_digit()
    pad._picker.take_next()
    pad._picker.close()
    assert document.drawing.name == "digit 1"
    assert document.drawing.label == 1
    assert document.drawing.backdrop.exact
    document.undo_stack.undo()
    assert document.drawing.backdrop is None


def test_digits_that_cannot_be_loaded_say_so_in_one_sentence(pad, qtbot):
    def fail():
        raise DataError("The program's digits cannot be read.")

    pad.set_digits(fail)
    with qtbot.waitSignal(pad.message) as said:
        pad.pick_digit()
    assert said.args == ["The program's digits cannot be read."]


def test_copying_gives_the_picture_at_twice_its_size_and_the_network_s_numbers(pad, document):
    document.replace(SEVEN, "Draw stroke")
    pad.pad_actions.copy.trigger()
    assert QGuiApplication.clipboard().image().width() == 2 * pad.canvas.width()
    pad.pad_actions.copy_numbers.trigger()
    lines = QGuiApplication.clipboard().text().splitlines()
    numbers = np.array([[float(value) for value in line.split("\t")] for line in lines])
    np.testing.assert_allclose(numbers, prepare(SEVEN).picture, atol=5e-4)


def test_pasting_says_so_where_nothing_was_ever_copied(pad, qtbot, monkeypatch):
    monkeypatch.setattr(
        "gui.pad.transfer.QGuiApplication.clipboard", lambda: SimpleNamespace(mimeData=lambda: None)
    )
    with qtbot.waitSignal(pad.message) as said:
        pad.pad_actions.paste.trigger()
    assert said.args[0].endswith(".")


def dragged(pad, data):
    event = QDragEnterEvent(
        QPoint(50, 50),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    pad.dragEnterEvent(event)
    return event.isAccepted()


def test_pictures_may_be_dropped_and_other_things_are_left_to_the_window(pad):
    picture, text, network = QMimeData(), QMimeData(), QMimeData()
    picture.setImageData(QImage(8, 8, QImage.Format.Format_RGB32))
    text.setText("seven")
    network.setData("text/uri-list", b"file:///somewhere/net.safetensors")
    assert [dragged(pad, data) for data in (picture, text, network)] == [True, False, False]


def test_what_is_on_the_canvas_is_named(pad, document):
    document.replace(Drawing(backdrop=Backdrop(np.ones((9, 9), np.uint8)), name="photo"), "Open")
    assert pad._count.text == "photo"
    document.replace(document.drawing.with_stroke(SEVEN.strokes[0]), "Draw stroke")
    assert pad._count.text == "photo · 1 stroke"


def test_what_is_drawn_is_pinned_and_paper_cannot_be(pad, document, qtbot):
    pin = pad.pad_actions.pin
    assert not pin.isEnabled()
    assert "Draw something first" in pin.toolTip()
    document.replace(SEVEN, "Draw")
    assert pin.toolTip() == "Pin this drawing as a probe (Shift+P)"
    with qtbot.waitSignal(pad.pin_wanted) as signal:
        click(pad, "pin_button")
    assert signal.args == [SEVEN]
