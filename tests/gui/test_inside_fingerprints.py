"""What filters are made of: the table of a layer's slices beside a hand-made filter."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPushButton

from engine import Conv2D, Dense, Flatten, Network, NetworkSpec, ReLU
from engine.inspect.fingerprint import fingerprint, nearest_slice
from engine.kernels import kernel
from gui.frames import compute_frame
from gui.pages.inside import fingerprints_part
from gui.pages.inside.fingerprint_delegate import share_colours
from gui.pages.inside.fingerprint_model import Column
from gui.pages.inside.fingerprint_rows import Measurer, Question
from gui.pages.inside.page import InsidePage
from gui.pages.inside.part import View
from gui.selection import Selection
from gui.theme import DARK, LIGHT, ThemeManager, contrast
from gui.widgets.caption_line import CaptionLine
from tests.gui.frame_samples import INK, SMALL, SPEC, frame_of, sets_of
from tests.gui.hosting import double_click, shown
from tests.gui.pointing import move

SOBEL = kernel("sobel-x")


@pytest.fixture
def page(qtbot):
    made = InsidePage(ThemeManager("dark"), sets_of(np.zeros((2, 28, 28), np.uint8)))
    shown(qtbot, made, 1100, 860)
    made.enter(True)
    made.show_part("fingerprints")
    yield made
    made.close_workers()


def show(qtbot, page, frame, layer="conv1", channel=None):
    page.show_frame(frame)
    page.show_selection(
        Selection("Run 1", 7, "my drawing", layer, None if channel is None else "channel", channel)
    )
    settle(qtbot, page)
    return page.parts.fingerprints.table


def settle(qtbot, page):
    qtbot.waitUntil(lambda: page.parts.fingerprints.is_settled, timeout=10_000)


def frame_with(change, *, spec=SPEC, step=7, reference=None):
    network = Network(spec, 1)
    change(network.parameters)
    subject = replace(
        frame_of(spec=spec).subject, step=step, parameters=network.parameters.frozen(), reference=reference
    )
    return compute_frame(subject, INK, Network(spec), None)


def column(table, which):
    model = table.model
    return [model.data(model.index(row, which)) for row in range(model.rowCount())]


def click_title(table, which):
    header = table.by_hand.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(which) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)


def click_row(table, row, which=Column.NAME):
    box = table.body.visualRect(table.model.index(row, which))
    QTest.mouseClick(table.body.viewport(), Qt.MouseButton.LeftButton, pos=box.center())


def test_every_slice_has_a_row_with_its_own_measure(qtbot, page):
    frame = frame_of()
    table = show(qtbot, page, frame, "conv2")
    weight = frame.parameters["conv2.weight"]
    assert table.model.rowCount() == 6 * 4
    assert column(table, Column.FILTER)[:5] == ["1", "1", "1", "1", "2"]
    assert column(table, Column.INPUT)[:5] == ["1", "2", "3", "4", "1"]
    assert column(table, Column.NAME) == [fingerprint(each).name for each in weight.reshape(-1, 3, 3)]
    caption = page.findChild(CaptionLine, "wall_caption")
    assert (caption.title, caption.detail) == (
        "conv2 · 24 slices",
        "every slice along the Frei–Chen patterns · step 7",
    )
    assert not page.grab().isNull()


def test_the_hand_made_filter_is_measured_like_the_learned_ones(qtbot, page):
    table = show(qtbot, page, frame_of())
    by_hand = table.by_hand.model()
    texts = [by_hand.data(by_hand.index(0, each)) for each in Column]
    assert texts[Column.NAME] == "left edge, 0°"
    assert texts[Column.LIKENESS] == "1.00"
    assert texts[Column.EDGE].startswith("100")
    assert table.by_hand_rows.name == "Sobel x"
    for each in Column:
        assert table.by_hand.columnWidth(each) == table.body.columnWidth(each)
        assert table.by_hand.columnViewportPosition(each) == table.body.columnViewportPosition(each)


def test_another_hand_made_filter_is_compared_with(qtbot, page):
    table = show(qtbot, page, frame_of())
    before = column(table, Column.LIKENESS)
    choice = page.findChild(QComboBox, "fingerprint_kernel")
    assert choice.currentText() == "Sobel x"
    place = choice.findText("Laplacian")
    choice.setCurrentIndex(place)
    choice.activated.emit(place)
    settle(qtbot, page)
    assert table.by_hand_rows.name == "Laplacian"
    assert column(table, Column.LIKENESS) != before
    # It stays chosen while a layer of another size is looked at.
    show(qtbot, page, frame_of(spec=SMALL, key="small"))
    assert choice.currentText() == "Gaussian blur"
    show(qtbot, page, frame_of())
    assert choice.currentText() == "Laplacian"


@pytest.mark.parametrize("sign", [1, -1])
def test_the_learned_slice_nearest_to_sobel_is_found_in_either_sign(qtbot, page, sign):
    def change(parameters):
        parameters["conv2.weight"][4, 2] = sign * 0.3 * SOBEL.values

    frame = frame_with(change)
    table = show(qtbot, page, frame, "conv2")
    told = []
    page.hovered.connect(told.append)
    with qtbot.waitSignal(page.tile_chosen) as chosen:
        QTest.mouseClick(page.findChild(QPushButton, "fingerprint_find"), Qt.MouseButton.LeftButton)
    assert chosen.args == ["conv2", "filter", 4, None]
    assert nearest_slice(frame.parameters["conv2.weight"], SOBEL.values).filter == 4
    assert column(table, Column.LIKENESS)[0] == ("1.00" if sign > 0 else "−1.00")
    likeness = [abs(float(text.replace("−", "-"))) for text in column(table, Column.LIKENESS)]
    assert likeness == sorted(likeness, reverse=True)
    assert table.body.currentIndex().row() == 0
    assert "filter 5, input channel 3" in told[-1]


def test_titles_sort_and_sort_back(qtbot, page):
    table = show(qtbot, page, frame_of(), "conv2")
    shares = page.parts.fingerprints.table.rows.made.shares
    click_title(table, Column.EDGE)
    np.testing.assert_array_equal(table.model.order, np.argsort(-shares[:, 0], kind="stable"))
    click_title(table, Column.EDGE)
    np.testing.assert_array_equal(table.model.order, np.argsort(shares[:, 0], kind="stable"))
    click_title(table, Column.NAME)
    names = column(table, Column.NAME)
    assert names == sorted(names)
    click_title(table, Column.ANGLE)
    angles = column(table, Column.ANGLE)
    first_without = angles.index("—") if "—" in angles else len(angles)
    assert set(angles[first_without:]) <= {"—"}
    click_title(table, Column.SLICE)
    np.testing.assert_array_equal(table.model.order, np.arange(24))


def test_a_click_and_the_arrows_choose_the_filter(qtbot, page):
    table = show(qtbot, page, frame_of(), "conv2")
    with qtbot.waitSignal(page.tile_chosen) as chosen:
        click_row(table, 3)
    assert chosen.args == ["conv2", "filter", 0, None]
    with qtbot.waitSignal(page.tile_chosen) as chosen:
        QTest.keyClick(table.body, Qt.Key.Key_Down)
    assert chosen.args == ["conv2", "filter", 1, None]
    with qtbot.waitSignal(page.tile_activated):
        QTest.keyClick(table.body, Qt.Key.Key_Return)
    click_row(table, 1)
    with qtbot.waitSignal(page.tile_activated):
        box = table.body.visualRect(table.model.index(1, Column.NAME))
        double_click(table.body.viewport(), box.center())
    with qtbot.waitSignal(page.tile_chosen) as chosen:
        QTest.keyClick(table.body, Qt.Key.Key_End)
    assert chosen.args == ["conv2", "filter", 5, None]


def test_a_channel_selected_elsewhere_is_marked_and_brought_into_sight(qtbot, page):
    spec = NetworkSpec((1, 28, 28), (Conv2D(4, 3), ReLU(), Conv2D(40, 3), ReLU(), Flatten(), Dense(10)))
    chosen = []
    page.tile_chosen.connect(lambda *args: chosen.append(args))
    table = show(qtbot, page, frame_of(spec=spec), "relu2", 37)
    row = table.body.currentIndex().row()
    assert row == 4 * 37
    assert table.body.viewport().rect().intersects(table.body.visualRect(table.model.index(row, 0)))
    marked = table.body.grab().toImage()
    page.show_selection(Selection("Run 1", 7, "my drawing", "conv2"))
    assert table.body.grab().toImage() != marked
    # Showing is not choosing.
    assert chosen == []


def test_values_change_where_they_stand_while_a_network_trains(qtbot, page, monkeypatch):
    start = Network(SPEC, 1).parameters.frozen()
    table = show(qtbot, page, frame_with(lambda _: None, step=0, reference=start), "conv2", 3)
    click_title(table, Column.LIKENESS)
    order, current = table.model.order.copy(), table.body.currentIndex().row()
    scroll = table.body.verticalScrollBar()
    scroll.setValue(60)
    slice_number = int(order[2])
    filter_of, input_of = divmod(slice_number, 4)
    page.set_training(True)

    def change(parameters):
        parameters["conv2.weight"][filter_of, input_of] = -2 * kernel("laplacian").values

    page.show_frame(frame_with(change, step=90, reference=start))
    settle(qtbot, page)
    assert column(table, Column.NAME)[2] == "spot"
    before = fingerprint(start["conv2.weight"][filter_of, input_of]).name
    assert column(table, Column.START)[2] == before != "spot"
    assert set(column(table, Column.START)) == {before, "the same"}
    np.testing.assert_array_equal(table.model.order, order)
    assert (table.body.currentIndex().row(), scroll.value()) == (current, 60)
    assert "step 90" in page.findChild(CaptionLine, "wall_caption").detail


def test_a_training_is_followed_at_a_pace(qtbot, page, monkeypatch):
    show(qtbot, page, frame_of())
    page.set_training(True)
    asked = []
    monkeypatch.setattr(page.parts.fingerprints._worker, "request", asked.append)
    frames = [frame_with(lambda _: None, step=step) for step in range(12)]
    for frame in frames:
        page.show_frame(frame)
    assert len(asked) <= 1
    qtbot.waitUntil(
        lambda: bool(asked) and asked[-1].subject.step == 11, timeout=4 * fingerprints_part.SELDOM_MS
    )
    assert len(asked) <= 2


def test_a_part_that_rests_asks_for_nothing(qtbot, page, monkeypatch):
    show(qtbot, page, frame_of())
    page.show_part("ledger")
    asked = []
    monkeypatch.setattr(page.parts.fingerprints._worker, "request", asked.append)
    page.show_frame(frame_of(seed=2))
    assert asked == []
    assert page.parts.fingerprints.is_settled


@pytest.mark.parametrize(("size", "words"), [(5, "names and likeness"), (7, "names here")])
def test_slices_of_other_sizes_say_why_they_have_no_shares(qtbot, page, size, words):
    spec = NetworkSpec((1, 28, 28), (Conv2D(3, size), ReLU(), Flatten(), Dense(10)))

    def change(parameters):
        parameters["conv1.weight"][1, 0] = np.linspace(-1, 1, size)

    table = show(qtbot, page, frame_with(change, spec=spec))
    assert table.shares.sentence.startswith(f"These filters are {size} × {size};")
    assert words in table.shares.sentence
    assert column(table, Column.NAME)[1] == "left edge, 0°"
    assert table.body.isColumnHidden(Column.MADE_OF)
    assert table.body.isColumnHidden(Column.LIKENESS) == (size == 7)
    assert page.findChild(QPushButton, "fingerprint_find").isEnabled() == (size == 5)
    assert (table.by_hand_rows is None) == (size == 7)
    assert not page.grab().isNull()


def test_a_network_without_convolution_says_so(qtbot, page):
    flat = NetworkSpec((1, 28, 28), (Flatten(), Dense(10)))
    table = show(qtbot, page, frame_of(spec=flat, key="flat"), None)
    assert table.rows is None
    assert page.findChild(CaptionLine, "wall_caption").title == "No convolution"
    assert not page.grab().isNull()


def test_broken_weights_have_a_row_too(qtbot, page):
    def change(parameters):
        parameters["conv1.weight"][0] = np.nan
        parameters["conv1.weight"][1] = 0

    part = page.parts.fingerprints
    part.show_view(View(frame_with(change), Selection(), "conv1", False))
    settle(qtbot, page)
    table = part.table
    assert column(table, Column.NAME)[:2] == ["broken", "zero"]
    assert column(table, Column.NEAREST)[:2] == ["—", "—"]
    for which in (Column.ANGLE, Column.LENGTH, Column.NEAREST, Column.LIKENESS):
        click_title(table, which)
    assert not page.grab().isNull()


def test_rows_and_weights_are_read_out_under_the_mouse(qtbot, page):
    frame = frame_of()
    table = show(qtbot, page, frame, "conv2")
    told = []
    page.hovered.connect(told.append)
    index = table.model.index(1, Column.NAME)
    move(table.body.viewport(), table.body.visualRect(index).center())
    assert told[-1].startswith("conv2 · filter 1, input channel 2 · ")
    assert "average" in told[-1]
    assert "like Sobel x" in told[-1]
    box = table.body.visualRect(table.model.index(1, Column.SLICE))
    move(table.body.viewport(), QPointF(box.center()))
    value = frame.parameters["conv2.weight"][0, 1, 1, 1]
    assert told[-1] == f"conv2 · filter 1, input channel 2 · (1, 1) = {value:.3f}".replace("-", "−")
    header = table.by_hand.horizontalHeader()
    move(header.viewport(), QPoint(header.sectionViewportPosition(Column.SPOT) + 10, 10))
    assert told[-1].startswith("spot · Share of the two spot patterns")


def test_picture_and_numbers_are_copied(qtbot, page):
    table = show(qtbot, page, frame_of(), "conv2")
    click_title(table, Column.EDGE)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(table.body, Qt.Key.Key_C, both)
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert len(lines) == 1 + 1 + 24
    assert len({len(line) for line in lines}) == 1
    assert lines[1][0] == "Sobel x"
    edge = lines[0].index("edge")
    shares = [float(line[edge]) for line in lines[2:]]
    assert shares == sorted(shares, reverse=True)
    np.testing.assert_allclose(
        np.sum([[float(x) for x in line[edge : edge + 4]] for line in lines[1:]], 1), 1, 1e-4
    )
    QTest.keyClick(table.body, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().image().width() == 2 * table.width()


def test_a_layer_is_chosen(qtbot, page):
    show(qtbot, page, frame_of())
    layers = page.findChild(QComboBox, "fingerprint_layer")
    assert [layers.itemText(index) for index in range(layers.count())] == ["conv1", "conv2"]
    with qtbot.waitSignal(page.layer_chosen) as chosen:
        layers.activated.emit(1)
    assert chosen.args == ["conv2"]


def test_filters_of_a_group_have_the_numbers_of_the_channels_that_they_see():
    spec = NetworkSpec((1, 12, 12), (Conv2D(4, 3), ReLU(), Conv2D(4, 3, groups=2), Flatten(), Dense(10)))
    subject = replace(frame_of().subject, spec=spec, parameters=Network(spec, 1).parameters.frozen())
    rows = Measurer().measure(Question(subject, "conv2", SOBEL))
    assert rows.inputs.tolist() == [0, 1, 0, 1, 2, 3, 2, 3]


def test_the_scale_of_the_pictures_only_grows():
    measurer, subject = Measurer(), frame_of().subject
    network = Network(SPEC, 1)
    scales = []
    for factor in (1.0, 0.1, 30.0):
        network.parameters.vector[:] = subject.parameters.vector * factor
        question = Question(replace(subject, parameters=network.parameters.frozen()), "conv1", SOBEL)
        scales.append(measurer.measure(question).scale)
    assert scales[0] == scales[1] < scales[2]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_the_shares_differ_in_lightness_and_have_no_hue(theme):
    colours = share_colours(theme)
    for one, other in pairwise(colours):
        assert contrast(one, other) > 1.25
    assert all(colour.hslSaturation() < 60 for colour in colours)


def test_the_caption_has_the_room_that_the_tools_in_front_leave(qtbot, page):
    show(qtbot, page, frame_of())
    caption = page.findChild(CaptionLine, "wall_caption")
    wanted = page.parts.fingerprints.tools.sizeHint().width()
    assert wanted <= 420
    assert caption.width() >= page.width() - wanted - 60


def test_columns_stay_above_each_other_when_they_are_scrolled(qtbot, page):
    page.resize(760, 860)
    table = show(qtbot, page, frame_of(), "conv2")
    bar = table.body.horizontalScrollBar()
    assert bar.maximum() > 0
    table.body.setFocus()
    QTest.keyClick(table.body, Qt.Key.Key_Right)
    assert bar.value() > 0
    assert table.by_hand.columnViewportPosition(5) == table.body.columnViewportPosition(5)
