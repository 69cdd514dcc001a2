"""The flip proof: what it shows in each of the four cases, says and sends."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from engine.lab.examples import example_seven
from engine.lab.flip_proof import FlipProof, flip_proof
from engine.network import Network
from gui.pages.convolve.flip_proof_view import FlipProofView
from gui.pages.convolve.logit_table import LogitTable
from gui.theme import DARK, ThemeManager
from gui.widgets.switch import Switch
from resources import resource_path
from tests.gui.hosting import shown

CASES = [(False, False), (True, False), (False, True), (True, True)]


@pytest.fixture(scope="module")
def network():
    return Network.load(resource_path("networks", "classic.safetensors"))


@pytest.fixture
def view(qtbot, network):
    view = shown(qtbot, FlipProofView(ThemeManager("dark")), 420, 190)
    prove(view, network)
    return view


def prove(view, network):
    turn, convolve = view.switches
    proof = flip_proof(
        network.spec, network.parameters, example_seven(), turn_kernels=turn, convolve=convolve
    )
    kernel = network.parameters["conv1.weight"][0, 0]
    view.show_proof(proof, network.spec.classes, kernel, "shipped network · a seven")


def logits_of(network, turned=False):
    """The logits of the seven, as the network is or with each kernel turned by 180°."""
    other = Network.from_parameters(network.spec, network.parameters.copy())
    if turned:
        for name in ("conv1.weight", "conv2.weight"):
            other.parameters[name][...] = network.parameters[name][:, :, ::-1, ::-1]
    return other.forward(example_seven()[None])[0]


def switch(view, name):
    QTest.mouseClick(view.findChild(Switch, name), Qt.MouseButton.LeftButton)


def table(view):
    return view.findChild(LogitTable)


def test_the_switches_tell_both_states(view):
    told = []
    view.changed.connect(lambda turn, convolve: told.append((turn, convolve)))
    switch(view, "turn_kernels")
    QTest.keyClick(view.findChild(Switch, "convolve"), Qt.Key.Key_Space)
    switch(view, "turn_kernels")
    assert told == [(True, False), (True, True), (False, True)]


@pytest.mark.parametrize(("turn", "convolve"), CASES)
def test_each_case_says_what_one_sees(view, network, turn, convolve):
    for name, wanted in (("turn_kernels", turn), ("convolve", convolve)):
        if wanted:
            switch(view, name)
    prove(view, network)
    equal = [line.split("\t")[3] for line in table(view).table_text().splitlines()[1:]]
    if turn == convolve:
        assert equal == ["yes"] * 10
    else:
        assert equal == ["no"] * 10
        assert "All 10 logits change" in view.sentence
    beginnings = {
        (False, False): "As it is: what deep learning calls a convolution is this cross-correlation.",
        (True, False): "Kernels turned: each looks for its pattern upside down.",
        (False, True): "Operation changed: a convolution turns each kernel as it slides.",
        (True, True): "Both: every logit is equal to the last digit shown.",
    }
    assert view.sentence.startswith(beginnings[turn, convolve])
    assert view.accessibleDescription() == view.sentence


def test_kernels_that_look_the_same_turned_are_explained(view):
    switch(view, "turn_kernels")
    logits = np.array([1.0, 2.0])
    view.show_proof(FlipProof(logits, logits.copy()), ("a", "b"), np.ones((3, 3)), "x")
    assert view.sentence.endswith("No logit changes: the kernels look the same turned.")


def test_another_answer_is_said(view):
    switch(view, "convolve")
    proof = FlipProof(np.array([1.0, 2.0, 3.0]), np.array([4.0, 2.0, 3.0]))
    view.show_proof(proof, ("a", "b", "c"), np.ones((3, 3)), "x")
    assert view.sentence.endswith("1 of 3 logits changes; the answer goes from c to a.")


def test_nothing_moves_when_the_sentence_changes(view, network):
    before = view._kernel.geometry(), view._table.geometry(), view._table.line_rect(4)
    for name in ("turn_kernels", "convolve"):
        switch(view, name)
        prove(view, network)
        assert (view._kernel.geometry(), view._table.geometry(), view._table.line_rect(4)) == before


def test_at_its_least_size_every_class_is_seen_and_no_word_is_cut(view, qtbot):
    last = table(view).line_rect(9)
    assert last.bottom() <= table(view).viewport().height()
    label = view._sentence
    qtbot.waitUntil(lambda: label.heightForWidth(label.width()) <= label.height())
    assert all(kernel.height() >= 40 for kernel in view._kernel.kernels)


def angles(view):
    return [kernel.angle for kernel in view._kernel.kernels]


def test_the_kernel_turns_visibly_and_ends_where_it_belongs(view, qtbot):
    seen = []
    view._kernel.kernels[0]._motion.valueChanged.connect(seen.append)
    switch(view, "turn_kernels")
    assert angles(view) != [180, 180]
    qtbot.waitUntil(lambda: angles(view) == [180, 180])
    assert any(0 < angle < 180 for angle in seen)
    switch(view, "convolve")
    assert view._kernel.kernels[0].angle == 180
    qtbot.waitUntil(lambda: angles(view) == [180, 0])


def test_a_turn_that_is_taken_back_goes_on_from_where_it_is(view, qtbot):
    seen = []
    view._kernel.kernels[0]._motion.valueChanged.connect(seen.append)
    switch(view, "turn_kernels")
    qtbot.waitUntil(lambda: bool(seen) and 0 < seen[-1] < 180)
    furthest = seen[-1]
    switch(view, "turn_kernels")
    seen.clear()
    qtbot.waitUntil(lambda: angles(view) == [0, 0])
    assert max(seen) <= furthest


def test_with_reduced_motion_it_turns_at_once(view, monkeypatch):
    monkeypatch.setattr(type(view.style()), "styleHint", lambda *_: 0)
    switch(view, "turn_kernels")
    assert angles(view) == [180, 180]


def test_a_mark_tells_the_way_up(view, qtbot):
    def corner(right):
        image = view._kernel.grab().toImage()
        rect = view._kernel.kernel_rect(0).toRect()
        x, y = (rect.right() - 3, rect.bottom() + 1) if right else (rect.left() + 3, rect.top())
        return image.pixelColor(x, y)

    assert corner(right=False) == DARK.accent
    switch(view, "turn_kernels")
    qtbot.waitUntil(lambda: angles(view) == [180, 180])
    assert corner(right=True) == DARK.accent
    assert corner(right=False) != DARK.accent


def test_old_numbers_are_dim_until_the_new_ones_come(view, network):
    def is_bright():
        image = table(view).viewport().grab().toImage()
        rect = table(view).line_rect(7).toRect()
        return any(
            image.pixelColor(x, y) == DARK.text
            for x in range(rect.left(), rect.right())
            for y in range(rect.top(), rect.bottom())
        )

    assert is_bright()
    switch(view, "turn_kernels")
    assert not is_bright()
    prove(view, network)
    assert is_bright()


def test_hovering_reads_out_logits_and_weights(view, network, qtbot):
    heard = []
    view.hovered.connect(heard.append)
    switch(view, "turn_kernels")
    prove(view, network)
    viewport = table(view).viewport()
    QTest.mouseMove(viewport, table(view).line_rect(7).center().toPoint())
    qtbot.waitUntil(lambda: bool(heard))
    before, after = (logits_of(network, turned)[7] for turned in (False, True))
    wanted = f"7: {before:.4f} → {after:.4f}, differs by {after - before:.2g}".replace("-", "−")
    assert heard[-1].startswith(wanted[:-1])
    qtbot.waitUntil(lambda: angles(view) == [180, 180])
    kernel = view._kernel.kernels[0]
    QTest.mouseMove(kernel, (kernel.frame().topLeft() + QPointF(2, 2)).toPoint())
    weight = network.parameters["conv1.weight"][0, 0][2, 2]
    wanted = f"kernel · (0, 0) = {weight:.4f}, turned from (2, 2)".replace("-", "−")
    qtbot.waitUntil(lambda: heard[-1] == wanted)


def test_many_classes_scroll_under_the_heading(qtbot):
    view = shown(qtbot, FlipProofView(ThemeManager("light")), 420, 190)
    logits = np.arange(47.0)
    view.show_proof(FlipProof(logits, logits + 1), [f"c{n}" for n in range(47)], np.ones((5, 5)), "x")
    bar = table(view).verticalScrollBar()
    assert bar.maximum() > 0
    bar.setValue(bar.maximum())
    assert table(view).line_rect(46).bottom() <= table(view).viewport().height()
    assert table(view).line_rect(-1).top() == 0


def test_picture_and_numbers_are_copied(view, network):
    view.setFocus()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(view, Qt.Key.Key_C, both)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "class\tas it is\tchanged\tequal"
    seven = f"{logits_of(network)[7]:.4f}"
    assert lines[8] == f"7\t{seven}\t{seven}\tyes"
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().image().width() == 840


def test_a_network_without_convolutions_says_so_and_has_nothing_to_switch(view, network):
    said, full = [], table(view).grab().toImage()
    view.hovered.connect(said.append)
    place = table(view).line_rect(3).center().toPoint()
    QTest.mouseMove(table(view).viewport(), place)
    view.clear("This network has no convolution.")
    assert view.sentence == view.accessibleDescription() == "This network has no convolution."
    assert said[-1] == ""
    assert table(view).table_text() == table(view).accessibleDescription() == ""
    assert not any(switch.isEnabled() for switch in view.findChildren(Switch))
    assert table(view).grab().toImage() != full
    QTest.mouseMove(table(view).viewport(), place)
    prove(view, network)
    assert all(switch.isEnabled() for switch in view.findChildren(Switch))
    QTest.mouseMove(table(view).viewport(), QPoint(1, 1))
    assert table(view).grab().toImage() == full


def test_a_line_that_has_gone_is_not_read_out(view, network):
    said = []
    view.hovered.connect(said.append)
    QTest.mouseMove(table(view).viewport(), table(view).line_rect(4).center().toPoint())
    logits = np.arange(3.0)
    view.show_proof(FlipProof(logits, logits + 1), "abc", np.eye(3), "")
    assert said[-1] == ""
    view.grab()


def test_an_error_while_painting_leaves_no_painter_open(view, monkeypatch):
    monkeypatch.setattr(LogitTable, "_paint_heading", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        table(view).viewport().repaint()
    monkeypatch.undo()
    assert not view.grab().toImage().isNull()
