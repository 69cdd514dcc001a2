"""Probes made of drawings and of a data set's pictures, and kept from one start to the next."""

import numpy as np
import pytest

from engine.datasets import Dataset
from engine.drawing import Drawing, Stroke, prepare
from gui.pad.digit_picker import dataset_drawing
from gui.probe_pinning import probe_of_digit, probe_of_drawing, same_picture, unique_name
from gui.probe_store import PROBES_FILE, ProbeStore
from tests.gui.probe_bench import DIGITS

INK = Drawing((Stroke(((0.5, 0.2, 0.08), (0.5, 0.8, 0.08))),), name="my drawing")
SHAPES = ("circle", "square")


def dataset_of(side=28, classes=DIGITS):
    pictures = np.random.default_rng(0).integers(0, 256, (3, 1, side, side), dtype=np.uint8)
    return Dataset("set", pictures, np.array([1, 0, 1]), classes)


def test_a_drawing_is_pinned_as_the_network_reads_it_and_without_a_class():
    probe = probe_of_drawing(INK, 1, DIGITS, ())
    assert (probe.label, probe.name, probe.drawing) == (None, "my drawing", INK)
    np.testing.assert_array_equal(probe.picture[0], prepare(INK).picture)
    assert probe_of_drawing(INK, 3, DIGITS, ()).picture.shape == (3, 28, 28)


def test_paper_is_not_pinned():
    assert probe_of_drawing(Drawing(), 1, DIGITS, ()) is None


def test_the_class_of_a_digit_on_the_canvas_is_known_until_it_is_drawn_over():
    digit = dataset_drawing(dataset_of(), 2)
    assert probe_of_drawing(digit, 1, DIGITS, ()).label == 1
    assert probe_of_drawing(digit.with_stroke(INK.strokes[0]), 1, DIGITS, ()).label is None
    # A digit's number is no number of a shape.
    assert probe_of_drawing(digit, 1, ("circle", "square"), ()).label is None


def test_a_picture_of_a_data_set_is_pinned_pixel_for_pixel():
    data = dataset_of()
    probe = probe_of_digit(data, 2, ())
    assert (probe.label, probe.name, probe.classes) == (1, "digit 2", DIGITS)
    np.testing.assert_array_equal(probe.picture, data.pictures[2])
    assert probe.received_by((3, 28, 28)) is not None


def test_a_picture_of_another_size_is_for_its_own_networks():
    probe = probe_of_digit(dataset_of(8), 0, ())
    assert probe.received_by((1, 8, 8)) is not None
    assert probe.received_by((1, 28, 28)) is None


def test_a_digit_and_the_same_digit_on_the_canvas_are_one_picture():
    data = dataset_of()
    on_canvas = probe_of_drawing(dataset_drawing(data, 1), 1, DIGITS, ())
    assert same_picture(probe_of_digit(data, 1, ()), on_canvas)
    assert not same_picture(probe_of_digit(data, 0, ()), on_canvas)
    assert not same_picture(probe_of_digit(dataset_of(8), 0, ()), on_canvas)


def test_no_two_probes_have_one_name():
    assert unique_name("my drawing", ()) == "my drawing"
    assert unique_name("my drawing", ("my drawing", "my drawing 2")) == "my drawing 3"
    assert probe_of_drawing(INK, 1, DIGITS, ["my drawing"]).name == "my drawing 2"


def test_probes_are_there_at_the_next_start(tmp_path):
    probes = (probe_of_drawing(INK, 1, DIGITS, ()), probe_of_digit(dataset_of(), 0, ()))
    ProbeStore(tmp_path / "data").save(probes)
    again = ProbeStore(tmp_path / "data").load()
    assert [probe.key for probe in again] == [probe.key for probe in probes]
    assert again[0].drawing.strokes == INK.strokes
    assert ProbeStore(tmp_path / "none").load() == ()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"[" * 1000])
def test_a_damaged_file_is_set_aside_whole(tmp_path, content, caplog):
    (tmp_path / PROBES_FILE).write_bytes(content)
    assert ProbeStore(tmp_path).load() == ()
    (aside,) = tmp_path.iterdir()
    assert aside.name != PROBES_FILE
    assert aside.read_bytes() == content
    assert "set aside" in caplog.text


def test_a_folder_that_cannot_be_written_is_a_line_in_the_log(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    ProbeStore(tmp_path / "file").save(())
    assert "could not be kept" in caplog.text
