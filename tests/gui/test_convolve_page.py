"""The Convolve page in the real window: what hands do there, and what the engine says to it."""

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QStyle, QStyleOptionSpinBox

from engine import functional
from engine.kernels import kernel
from engine.lab import Geometry
from engine.lab.examples import example_seven
from engine.lab.ledger import shown
from gui.address_bar import AddressBar
from gui.inspector import Inspector
from gui.pages.convolve.filter_cards import FilterCards
from gui.pages.convolve.kernel_editor import KernelEditor
from gui.pages.convolve.ledger_view import LedgerView
from gui.pages.convolve.library_panel import LibraryPanel
from gui.pages.convolve.slide_scene import SlideScene
from tests.driving import SEVEN
from tests.gui.convolve_hands import Convolve, undo

# The offscreen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def convolve(driver):
    return Convolve(driver)


def correlated(picture, name, **settings):
    weight = kernel(name).values[None, None]
    return functional.cross_correlate2d(np.asarray(picture, np.float64)[None], weight, **settings)[0, 0]


def test_it_opens_with_the_four_edges_at_the_brightest_place(convolve):
    expected = correlated(example_seven(), "top-edge")
    np.testing.assert_allclose(convolve.result.outputs[0], expected, atol=1e-12)
    assert convolve.place.pixel == divmod(int(expected.argmax()), 26)
    assert convolve.page._clock.filled == 26 * 26 - 1


def test_the_ledger_is_what_the_engine_computes_wherever_the_mouse_is(convolve, driver):
    scene, point = convolve.scene_point(5, 9)
    QTest.mouseMove(scene, point)
    assert convolve.place.pixel == (5, 9)
    ledger = convolve.page._display.ledger
    engine = correlated(example_seven(), "top-edge")[5, 9]
    assert shown(ledger.total, 6) == shown(engine, 6)
    assert driver.find("convolve_ledger", LedgerView)._ledger is ledger


def test_space_slides_and_the_point_and_the_comma_step(convolve, driver):
    convolve.press("Home")
    convolve.press(".")
    assert convolve.place.pixel == (0, 1)
    convolve.press(",")
    assert convolve.place.pixel == (0, 0)
    convolve.page._clock.set_speed(1000)
    convolve.press("Space")
    assert convolve.page._clock.playing
    assert driver.window.session is None
    driver.wait(lambda: not convolve.page._clock.playing)
    assert convolve.place.pixel == (25, 25)


def test_the_four_filters_look_at_my_drawing_while_i_draw(convolve, driver):
    driver.draw(*SEVEN)
    driver.settle()
    drawn = driver.window._answer.preparation.picture
    np.testing.assert_allclose(
        convolve.result.outputs[1], correlated(drawn.round(2)[None], "left-edge"), atol=1e-6
    )
    driver.click("undo_button")
    driver.settle()
    assert not convolve.result.input.any()


def test_a_typed_weight_changes_the_output_channel_and_undo_brings_it_back(convolve, driver):
    editor = driver.find("convolve_kernel").findChild(KernelEditor)
    before = convolve.result.outputs[0].copy()
    editor.setFocus()
    QTest.keyClicks(editor, "5")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    driver.settle()
    weight = kernel("top-edge").values.copy()
    weight[editor.current] = 5
    expected = functional.cross_correlate2d(example_seven()[None], weight[None, None])[0, 0]
    np.testing.assert_allclose(convolve.result.outputs[0], expected, atol=1e-12)
    undo(driver)
    np.testing.assert_array_equal(convolve.result.outputs[0], before)


def test_kernels_and_strokes_share_one_history(convolve, driver):
    driver.draw(*SEVEN)
    convolve.page._control.set_relu(True)
    undo(driver)
    assert not convolve.model.front.relu
    assert driver.window.document.drawing.strokes
    undo(driver)
    assert not driver.window.document.drawing.strokes


def test_the_address_says_where_the_filter_is(convolve, driver):
    driver.find("convolve_cards", FilterCards).filter_chosen.emit(2)
    path = driver.find("address_bar", AddressBar).path
    assert path.startswith("Convolve ▸ a seven ▸ layer 1 ▸ filter 3 ▸ (")
    driver.window.show_page("draw")
    assert "Convolve" not in driver.find("address_bar", AddressBar).path
    driver.window.show_page("convolve")
    assert driver.find("inspector", Inspector).heading == "layer 1 · filter 3"


def test_the_address_follows_while_the_filter_slides_and_when_the_picture_changes(convolve, driver):
    def shown():
        return driver.find("address_bar", AddressBar).path.rsplit("▸ ", 1)[1]

    convolve.page._clock.set_speed(240)
    convolve.press("Home")
    convolve.press("Space")
    driver.wait(lambda: shown() not in ("(0, 0)", "(25, 25)"))
    assert convolve.page._clock.playing
    convolve.press("Space")
    convolve.page._control.choose_source("digit")
    driver.settle()
    assert shown() == str(convolve.place.pixel)


def test_the_filter_stays_where_it_is_on_the_picture_when_the_output_changes_its_size(convolve, driver):
    convolve.page._clock.peek(8 * 26 + 12)
    for padding, stride, pixel in (("same", 1, (9, 13)), ("valid", 2, (4, 6)), ("valid", 1, (8, 12))):
        convolve.page._control.set_geometry(Geometry(padding=padding, stride=(stride, stride)))
        driver.settle()
        assert convolve.place.pixel == pixel
    convolve.page._control.resize(5, 5)
    driver.settle()
    assert convolve.place.pixel == (7, 11)


def test_a_filter_that_was_edited_says_so(convolve, driver):
    convolve.page._control.put_kernel("Sobel x", kernel("sobel-x").values[None])
    driver.click("kernel_rotate")
    driver.settle()
    assert convolve.model.selected.name == "Sobel y"
    editor = convolve.page.parts.kernel.editor
    editor.setFocus()
    QTest.keyClicks(editor, "+")
    driver.settle()
    assert convolve.model.selected.name == "Sobel y, edited"
    assert driver.find("filter_name").text() == "Sobel y, edited"
    undo(driver)
    assert convolve.model.selected.name == "Sobel y"


def test_in_a_convolution_the_inspector_tells_of_the_kernel_as_it_is_used(convolve, driver):
    convolve.page._on_operation_chosen("convolution")
    driver.settle()
    np.testing.assert_array_equal(convolve.place.weight[0], kernel("top-edge").values[::-1, ::-1])
    assert "lower edge" in driver.find("filter_sentence").accessibleName()


def test_the_slide_is_fitted_by_a_button_and_copied_by_a_menu(convolve, driver):
    scene = driver.find("convolve_scene", SlideScene)
    before = scene.slide_layout
    scene.zoom_by(3)
    assert scene.slide_layout != before
    driver.click("slide_fit")
    assert scene.slide_layout == before
    QGuiApplication.clipboard().clear()
    QTest.mouseClick(scene, Qt.MouseButton.RightButton, pos=QPoint(20, 20))
    (menu,) = scene.findChildren(QMenu)
    next(action for action in menu.actions() if action.text() == "Copy numbers").trigger()
    assert len(QGuiApplication.clipboard().text().splitlines()) == 26
    menu.close()


def test_dragging_the_slide_with_the_right_button_opens_no_menu(convolve, driver):
    scene = driver.find("convolve_scene", SlideScene)
    QTest.mousePress(scene, Qt.MouseButton.RightButton, pos=QPoint(20, 20))
    QTest.mouseMove(scene, QPoint(120, 60))
    QTest.mouseRelease(scene, Qt.MouseButton.RightButton, pos=QPoint(120, 60))
    assert not scene.findChildren(QMenu)


def test_the_next_stroke_after_the_example_puts_my_drawing_in_its_place(convolve, driver):
    driver.click("example")
    driver.settle()
    driver.draw(*SEVEN)
    driver.settle()
    assert convolve.model.lab.source.kind == "drawing"
    assert convolve.model.front.filters[0].name == "top edge"
    convolve.page._control.choose_source("seven")
    driver.draw(*SEVEN)
    driver.settle()
    assert convolve.model.lab.source.kind == "seven"


def test_undone_edits_leave_the_picture_as_it_was(convolve, driver):
    def look():
        return convolve.page._display._look(
            convolve.page._display.evaluation,
            convolve.result,
            convolve.page._display._scales.scales(convolve.page._display.evaluation, 0, classic=False),
        )

    convolve.model.look(classic=False)
    before = look().output_scale, look().weight_scale, convolve.page.parts.ledger.decimals
    editor = convolve.page.parts.kernel.editor
    editor.setFocus()
    QTest.keyClicks(editor, "9")
    QTest.keyClick(editor._typing._line, Qt.Key.Key_Return)
    driver.settle()
    assert look().weight_scale > before[1]
    undo(driver)
    assert (look().output_scale, look().weight_scale, convolve.page.parts.ledger.decimals) == before
    QTest.keySequence(driver.window, "Ctrl+Y")
    driver.settle()
    assert 9 in convolve.model.selected.weight


def test_what_was_typed_and_not_meant_yet_goes_with_what_it_was_for(convolve, driver):
    stride = convolve.page.parts.geometry_panel.stride.first
    stride.setFocus()
    stride.selectAll()
    QTest.keyClicks(stride, "3")
    driver.click("example")
    driver.settle()
    assert stride.text() == "1"
    assert convolve.model.front.geometry.stride == (1, 1)


def test_arrow_keys_step_a_field_after_its_button_was_pressed(convolve, driver, qtbot):
    field = convolve.page.parts.kernel.size_pair.first
    option = QStyleOptionSpinBox()
    field.initStyleOption(option)
    complex_, up = QStyle.ComplexControl.CC_SpinBox, QStyle.SubControl.SC_SpinBoxUp
    place = field.style().subControlRect(complex_, option, up, field).center()
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=place)
    driver.settle()
    # Beyond the time after which a pressed button steps by itself.
    threshold = field.style().styleHint(QStyle.StyleHint.SH_SpinBox_ClickAutoRepeatThreshold)
    qtbot.wait(threshold + 100)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.value() == 5


def test_feeding_forward_and_back_keeps_what_was_selected(convolve, driver):
    convolve.model.look(filter_index=2)
    convolve.page._control.feed_forward(None)
    assert (convolve.model.layer, convolve.model.filter) == (1, 0)
    undo(driver)
    assert (convolve.model.layer, convolve.model.filter) == (0, 2)


def test_a_kernel_that_was_only_enlarged_is_still_what_it_was(convolve, driver):
    for side in (4, 9, 11):
        convolve.page._control.resize(side, side)
        driver.settle()
        assert driver.find("filter_sentence").accessibleName() == kernel("top-edge").sentence


def test_copied_numbers_are_free_of_what_sums_leave(convolve, driver):
    convolve.page._control.put_kernel("box blur", kernel("box").values[None] * 3 - 1 / 3)
    driver.settle()
    convolve.press("Ctrl+Shift+C")
    assert "e-" not in QGuiApplication.clipboard().text()


def test_a_kernel_from_the_library_goes_into_the_selected_filter(convolve, driver):
    driver.click("convolve_tab_library")
    panel = driver.find("convolve_library", LibraryPanel)
    panel.kernel_chosen.emit("Laplacian", kernel("laplacian").values[None])
    driver.settle()
    np.testing.assert_allclose(
        convolve.result.outputs[0], correlated(example_seven(), "laplacian"), atol=1e-12
    )


def test_saved_kernels_are_there_at_the_next_start_and_removing_one_can_be_undone(
    convolve, driver, open_window
):
    convolve.page._on_save_requested()
    assert driver.message == "“top edge” is in the Library."
    driver.window.close()
    again = Convolve(open_window())
    store = again.page._library._store
    assert [one.name for one in store.kernels] == ["top edge"]
    again.driver.find("convolve_library", LibraryPanel).removed.emit("top edge", store.kernels[0].weight)
    assert store.kernels == ()
    again.driver.click("message_action")
    assert [one.name for one in store.kernels] == ["top edge"]


def test_a_damaged_library_is_one_sentence_and_is_kept_aside(open_window, places):
    places.data.mkdir(parents=True)
    (places.data / "kernels.json").write_text("{broken")
    convolve = Convolve(open_window())
    assert "Library" in convolve.driver.message
    assert (places.data / "kernels-damaged-1.json").read_text() == "{broken"


def test_pasting_a_kernel_fills_the_selected_filter_and_not_the_pad(convolve, driver):
    QGuiApplication.clipboard().setText("1\t2\n3\t4")
    convolve.press("Ctrl+V")
    driver.settle()
    np.testing.assert_array_equal(convolve.model.selected.weight, [[[0, 0, 0], [0, 1, 2], [0, 3, 4]]])
    assert driver.window.document.drawing.backdrop is None


def test_a_picture_that_is_dropped_becomes_the_input(convolve, driver, tmp_path):
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    path = tmp_path / "red.png"
    image.save(str(path))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    convolve.drop(data)
    assert convolve.result.input.shape == (3, 30, 40)
    np.testing.assert_array_equal(convolve.result.input.max(axis=(1, 2)), [1, 0, 0])


def test_a_damaged_picture_is_one_sentence_and_changes_nothing(convolve, driver, tmp_path):
    path = tmp_path / "broken.png"
    path.write_bytes(b"no picture")
    before = convolve.model.lab
    convolve.page._control.open_picture(path)
    assert "broken.png" in driver.message
    assert convolve.model.lab is before


def test_a_filter_that_does_not_fit_any_more_is_told_in_place(convolve, driver):
    for _ in range(2):
        convolve.page._control.feed_forward(None)
    convolve.page._control.resize(11, 11)
    driver.settle()
    assert convolve.result is None
    assert convolve.place.pixel is None
    undo(driver)
    assert convolve.result is not None


def test_what_is_too_small_is_not_fed_forward(convolve, driver):
    for _ in range(3):
        convolve.page._control.feed_forward(None)
    assert len(convolve.model.lab.setup.layers) == 3
    assert driver.message.startswith("There is nothing left to slide over")


def test_a_picture_with_other_channels_is_never_painted_with_the_old_colours(convolve, driver):
    convolve.model.look(classic=False)
    convolve.page._control.choose_source("temple")
    driver.settle()
    old = convolve.page._display.evaluation
    convolve.page._control.choose_source("seven")
    convolve.page._display.show_evaluation(old)
    convolve.page.grab()
    driver.settle()
    assert convolve.result.input.shape == (1, 28, 28)


def test_the_formula_of_a_later_layer_has_its_own_numbers(convolve, driver):
    convolve.page._control.feed_forward(None)
    driver.settle()
    texts = [label.text() for label in driver.find("convolve_geometry").findChildren(QLabel)]
    assert any("13 − 3" in text and "11" in text for text in texts)


def test_what_was_whole_stays_whole_when_its_size_changes(convolve, driver):
    for act in (
        lambda: convolve.page._control.set_geometry(Geometry(padding="same")),
        lambda: convolve.page._control.resize(11, 11),
        lambda: convolve.page._control.resize(3, 3),
    ):
        act()
        driver.settle()
        rows, columns = convolve.result.positions
        assert convolve.page._clock.filled == rows * columns - 1


def test_a_slide_that_nobody_sees_stands_still(convolve, driver):
    convolve.page.toggle()
    assert convolve.page._clock.playing
    driver.window.show_page("draw")
    assert not convolve.page._clock.playing


def test_a_network_file_that_is_dropped_is_left_to_the_window(convolve, tmp_path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.safetensors"))])
    assert not convolve.page.reception.can_take(data)
