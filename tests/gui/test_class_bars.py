"""The ten bars: what they show, say and send."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from engine.errors import ShapeError
from gui.theme import DARK, ThemeManager
from gui.widgets.class_bars import ClassBars, percent

SURE_OF_SEVEN = np.array([0.0, 0.001, 0, 0, 0, 0, 0, 0.999, 0, 0], np.float32)


@pytest.fixture
def bars(qtbot):
    widget = ClassBars(ThemeManager("dark"))
    qtbot.addWidget(widget)
    widget.resize(192, 150)
    widget.show()
    return widget


def colour_in_row(bars, row, share):
    """Return the colour of a bar at a share of its length."""
    image = bars.grab().toImage()
    rect = bars.row_rect(row)
    track = [
        x
        for x in range(image.width())
        if image.pixelColor(x, int(rect.center().y())) != image.pixelColor(0, image.height() - 1)
    ]
    left, right = track[0] + 16, int(rect.right()) - 64
    return image.pixelColor(int(left + share * (right - left)), int(rect.center().y())).name()


def test_the_winner_is_in_the_accent_and_the_others_are_not(bars):
    bars.show_probabilities(SURE_OF_SEVEN)
    assert colour_in_row(bars, 7, 0.5) == DARK.accent.name()
    assert colour_in_row(bars, 3, 0.5) != DARK.accent.name()


def test_nothing_wins_when_the_picture_resembles_no_class(bars):
    bars.show_probabilities(SURE_OF_SEVEN, trusted=False)
    assert colour_in_row(bars, 7, 0.5) != DARK.accent.name()


def test_silence_is_shown_without_bars(bars):
    bars.show_probabilities(SURE_OF_SEVEN)
    bars.show_probabilities(None)
    assert bars.probabilities is None
    assert colour_in_row(bars, 7, 0.5) != DARK.accent.name()
    assert bars.readout(7) == "7: no answer yet"


def test_no_row_moves_when_the_numbers_change(bars):
    before = [bars.row_rect(row) for row in range(10)]
    hint = bars.sizeHint()
    bars.show_probabilities(SURE_OF_SEVEN)
    assert [bars.row_rect(row) for row in range(10)] == before
    assert bars.sizeHint() == hint


def test_hovering_reads_out_the_row_and_leaving_ends_it(bars, qtbot):
    bars.show_probabilities(SURE_OF_SEVEN)
    heard = []
    bars.hovered.connect(heard.append)
    qtbot.mouseMove(bars, bars.row_rect(7).center().toPoint())
    qtbot.waitUntil(lambda: bool(heard))
    assert heard[-1] == "7: 99.9 %"
    bars.show_probabilities(None)
    assert heard[-1] == "7: no answer yet"


def test_a_click_chooses_the_class(bars, qtbot):
    with qtbot.waitSignal(bars.class_clicked) as clicked:
        qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=bars.row_rect(3).center().toPoint())
    assert clicked.args == [3]


def test_the_keyboard_reaches_every_class(bars, qtbot):
    chosen = []
    bars.class_clicked.connect(chosen.append)
    for key in (*[Qt.Key.Key_Up] * 11, Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(bars, key)
    assert chosen == [0, 1]


def test_a_click_below_the_last_row_chooses_nothing(bars, qtbot):
    bars.resize(192, 400)
    with qtbot.assertNotEmitted(bars.class_clicked):
        qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(50, 390))


def test_a_screen_reader_hears_the_best_three(bars):
    bars.show_probabilities(SURE_OF_SEVEN)
    assert bars.accessibleDescription() == "7: 99.9 %, 1: 0.1 %, 0: 0.0 %"


def test_other_classes_get_rows_of_their_own(bars):
    bars.set_classes(["circle", "square", "cross"])
    assert bars.probabilities is None
    bars.show_probabilities([0.2, 0.5, 0.3])
    assert bars.readout(1) == "square: 50.0 %"


def test_a_wrong_number_of_probabilities_is_refused(bars):
    with pytest.raises(ShapeError, match=r"10 classes need as many probabilities, got \(3,\)"):
        bars.show_probabilities([0.2, 0.5, 0.3])


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "0.0 %"), (0.12345, "12.3 %"), (0.9996, "99.9 %"), (1.0, "100.0 %")],
)
def test_only_certainty_is_a_hundred_percent(probability, text):
    assert percent(probability) == text


def test_many_classes_stand_in_columns_where_the_room_is_low(qtbot):
    bars = ClassBars(ThemeManager("dark"), [f"c{n}" for n in range(47)])
    qtbot.addWidget(bars)
    bars.resize(240, bars.minimumSizeHint().height())
    assert bars.height() < 300
    rects = [bars.row_rect(row) for row in range(47)]
    assert all(bars.rect().toRectF().contains(rect) for rect in rects)
    assert not any(a.intersects(b) for a in rects for b in rects if a is not b)
    assert bars._row_at(rects[40].center()) == 40
