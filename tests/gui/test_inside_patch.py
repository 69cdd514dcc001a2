"""What shows a patch: the picture, the bars, the curves with their strokes, and where they lie."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.inspect.occlusion import Patch
from gui.pages.inside.class_strokes import class_colour, class_pen
from gui.pages.inside.occlusion import finest_step
from gui.pages.inside.occlusion_board import OcclusionBoard
from gui.pages.inside.occlusion_curves import ClassCurves
from gui.pages.inside.occlusion_picture import PatchPicture
from gui.pages.inside.paired_bars import PairedBars
from gui.palettes import oklab
from gui.theme import DARK, LIGHT, ThemeManager, contrast
from tests.gui.frame_samples import frame_of
from tests.gui.hosting import shown
from tests.gui.pointing import drag


def test_only_classes_that_matter_have_a_curve_and_all_names_have_their_own_place(qtbot):
    curves = shown(qtbot, ClassCurves(ThemeManager("dark"), "column"), 260, 150)
    values = np.full((28, 10), 0.01)
    values[5, 3], values[:, 8], values[9, 1] = 0.06, 0.04, 0.05
    curves.show_curves(values, [str(label) for label in range(10)], 8)
    assert curves.drawn == (3, 8)
    values[:] = 0.1
    curves.show_curves(values, [str(label) for label in range(10)], 8)
    boxes = curves.name_boxes()
    assert 8 in boxes
    assert len(boxes) > 5
    ordered = sorted(boxes.values(), key=lambda box: box.top())
    assert all(above.bottom() <= below.top() + 1e-6 for above, below in pairwise(ordered))
    assert ordered[0].top() >= 0
    assert ordered[-1].bottom() <= curves.height()
    dashed = curves.grab().toImage()
    curves.show_curves(None, [str(label) for label in range(10)])
    assert curves.drawn == ()
    assert curves.grab().toImage() != dashed


def test_bars_are_read_out_and_walked_with_the_keys(qtbot):
    bars = shown(qtbot, PairedBars(ThemeManager("light")), 240, 260)
    bars.set_classes([str(label) for label in range(10)])
    assert bars.readout(3) == "3: no answer yet"
    before, after = np.eye(10)[7], np.full(10, 0.1)
    bars.show_pair(before, after, 7)
    told, clicked = [], []
    bars.hovered.connect(told.append)
    bars.class_clicked.connect(clicked.append)
    QTest.mouseMove(bars, bars.row_rect(7).center().toPoint())
    assert told[-1] == "7: 100.0 % before, 10.0 % covered"
    QTest.keyClick(bars, Qt.Key.Key_Down)
    QTest.keyClick(bars, Qt.Key.Key_Return)
    assert clicked == [8]


@pytest.mark.parametrize("size", [(660, 330), (700, 760), (1100, 500)])
def test_nothing_is_cut_off_or_overlaps(qtbot, size):
    board = shown(qtbot, OcclusionBoard(ThemeManager("dark")), *size)
    board.set_tall(size[1] > size[0])
    board.clear([str(label) for label in range(10)])
    board.show_picture(frame_of().picture, Patch(14, 14))
    qtbot.wait(1)
    parts = (board.picture, board.bars, board.along_row, board.along_column)
    boxes = [each.rect().translated(each.mapTo(board, QPoint())) for each in parts]
    assert all(board.rect().contains(box) for box in boxes)
    assert not any(one.intersects(other) for one, other in combinations(boxes, 2))
    # Seven points for a pixel at least, and the picture within its widget.
    assert board.picture.box().width() >= 7 * 28
    assert board.picture.rect().contains(board.picture.box().toRect())
    assert board.bars.row_rect(9).bottom() <= board.bars.height()


def test_a_picture_of_many_pixels_has_a_coarser_map():
    assert finest_step(28, 28) == 1
    assert finest_step(32, 32) == 1
    assert finest_step(64, 64) == 2
    assert finest_step(20, 200) == 2


# Machado, Oliveira and Fernandes (2009), severity 1, on linear light.
LACKING = {
    "red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "none": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
}


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("lacking", list(LACKING))
def test_curves_of_classes_are_told_apart_without_a_kind_of_cones(theme, lacking):
    colours = [class_colour(theme, label) for label in range(5)]
    assert all(contrast(colour, theme.panel) >= 4.5 for colour in colours)
    share = np.array([colour.getRgb()[:3] for colour in colours]) / 255
    light = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    seen = np.clip(light @ np.array(LACKING[lacking]).T, 0, 1)
    seen = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    lab = oklab(np.rint(255 * seen).astype(np.uint8))
    assert min(np.linalg.norm(one - other) for one, other in combinations(lab, 2)) > 0.12
    strokes = {(class_pen(theme, k).color().name(), class_pen(theme, k).style()) for k in range(10)}
    assert len(strokes) == 10
    # Digits that are often taken for each other.
    for one, other in ((4, 9), (3, 8), (2, 7), (1, 7), (5, 6), (3, 5), (5, 8), (7, 9)):
        assert class_colour(theme, one) != class_colour(theme, other)


def test_the_picture_without_one_takes_no_drag(qtbot):
    picture = shown(qtbot, PatchPicture(ThemeManager("dark")), 200, 200)
    told = []
    picture.placed.connect(lambda row, column: told.append((row, column)))
    drag(picture, QPoint(20, 20), QPoint(120, 90))
    QTest.keyClick(picture, Qt.Key.Key_Left)
    assert told == []
    assert not picture.grab().isNull()
