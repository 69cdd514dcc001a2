"""The Draw page: every layer of the network that answers, from hand-made frames."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.drawing import Drawing, Stroke
from gui.pages.draw.page import DrawPage
from gui.selection import Selection
from gui.theme import ThemeManager
from gui.widgets.layer_flow import LayerFlow
from tests.gui.frame_samples import SMALL, frame_of
from tests.gui.hosting import shown


@pytest.fixture
def page(qtbot):
    return shown(qtbot, DrawPage(ThemeManager("dark")), 1000, 700)


def picture(page):
    return page.findChild(LayerFlow).grab().toImage()


def test_every_layer_is_on_the_page(page):
    page.show_frame(frame_of())
    names = [layer.name for layer in page.findChild(LayerFlow).layers]
    assert names[0] == "input"
    assert {"relu1", "relu2", "dense1"} <= set(names)


def test_another_drawing_looks_different(page):
    page.show_frame(frame_of())
    before = picture(page)
    page.show_frame(frame_of(drawing=Drawing((Stroke(((0.2, 0.5, 0.1), (0.8, 0.5, 0.1))),))))
    assert picture(page) != before


def test_scales_stay_while_the_same_network_is_looked_at(page):
    page.show_frame(frame_of(seed=1))
    scales = dict(page._flow._scales)
    page.show_frame(frame_of(seed=1))
    assert page._flow._scales == scales
    page.show_frame(frame_of(seed=4, key="Run 2"))
    assert page._flow._scales != scales


def test_networks_of_other_layers_follow_each_other(page):
    for spec in (None, SMALL, None):
        page.show_frame(frame_of() if spec is None else frame_of(spec=spec, key="small"))
        assert not picture(page).isNull()


def test_a_selected_channel_is_outlined(page):
    page.show_frame(frame_of())
    before = picture(page)
    page.show_selection(Selection("Run 1", 7, "my drawing", "relu1", "channel", 1))
    assert picture(page) != before


def test_a_selection_of_a_layer_that_is_not_there_is_ignored(page):
    page.show_frame(frame_of(spec=SMALL))
    page.show_selection(Selection("Run 1", 7, "my drawing", "relu9", "channel", 1))
    assert not picture(page).isNull()


def test_a_clicked_channel_and_a_clicked_heading_say_what_was_hit(page):
    page.show_frame(frame_of())
    told = []
    page.tile_chosen.connect(lambda *what: told.append(what))
    page.layer_chosen.connect(told.append)
    flow = page.findChild(LayerFlow)
    index = next(i for i, layer in enumerate(flow.layers) if layer.name == "relu1")
    block = flow.canvas.flow_layout.blocks[index]
    for box in (block.cell_box(2, 3, 4), block.heading):
        # The canvas keeps two pixels free for outlines.
        place = QPoint(box.x + box.width // 2 + 2, box.y + box.height // 2 + 2)
        QTest.mouseClick(flow.canvas, Qt.MouseButton.LeftButton, pos=place)
    assert told == [("relu1", "channel", 2, (3, 4)), "relu1"]


def test_a_blank_canvas_leaves_the_page_to_its_invitation(page):
    page.show_frame(frame_of())
    page.show_frame(frame_of(drawing=Drawing()))
    assert page.findChild(LayerFlow).layers == ()
