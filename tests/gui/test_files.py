"""Which file goes where, and what is asked of the person."""

import sys
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QMimeData, QObject, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.formats.model import Model, load_model
from gui.files import Files
from gui.shipped import ShippedNetwork
from tests.engine.onnx_samples import graph
from tests.gui.frame_samples import SMALL, parameters_of
from tests.gui.hosting import shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class StandInTransfer:
    """Notes what it is given."""

    def __init__(self):
        self.opened, self.taken = [], []

    def open_file(self, path):
        self.opened.append(path)
        return True

    def can_take(self, data):
        return data.hasImage()

    def take(self, data):
        self.taken.append(data)


class StandInInstrument(QObject):
    """Answers with one network."""

    def __init__(self):
        super().__init__()
        self.answering = SimpleNamespace(
            source="Reader", step=None, spec=SMALL, parameters=parameters_of(SMALL)
        )
        self.trained = self.answering
        self.opened = []

    def open_model(self, model, name):
        self.opened.append((model, name))


class Bench:
    def __init__(self, qtbot):
        self.window = shown(qtbot, QWidget(), 400, 300)
        self.transfer, self.instrument, self.said = StandInTransfer(), StandInInstrument(), []
        self.files = Files(
            self.window,
            self.instrument,
            self.transfer,
            lambda sentence, **more: self.said.append(sentence),
            [
                ShippedNetwork(name, "", Model(SMALL, parameters_of(SMALL), {"name": card}))
                for name, card in (("Reader", "Default"), ("Classic", "Second"))
            ],
        )


@pytest.fixture
def bench(qtbot):
    return Bench(qtbot)


def data_of(*paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def test_a_saved_network_can_be_opened_with_its_card(bench, tmp_path):
    path = tmp_path / "mine.safetensors"
    bench.files.save(path)
    assert load_model(path).card == {"name": "Default"}
    bench.files.open(path)
    ((model, name),) = bench.instrument.opened
    assert (model.spec, name) == (SMALL, "mine")
    assert bench.files.card == {"name": "Default"}
    assert bench.said == ["Reader saved as “mine.safetensors”.", "“mine” answers now."]


@pytest.mark.parametrize(("index", "shipped", "card"), [(0, "Reader", "Default"), (1, "Classic", "Second")])
def test_the_shipped_networks_can_be_had_back_with_their_cards(bench, tmp_path, index, shipped, card):
    path = tmp_path / "mine.safetensors"
    bench.files.card = {"name": "Mine"}
    bench.files.save(path)
    assert bench.files.open(path)
    bench.files.open_shipped(index)
    model, name = bench.instrument.opened[-1]
    assert (model.card, name) == ({"name": card}, shipped)
    assert bench.files.card == {"name": card}


@pytest.mark.parametrize(("library", "word"), [("PyTorch", "nn.Conv2d("), ("Keras", "layers.Conv2D(")])
def test_a_network_is_copied_as_a_script_that_reads_the_file_to_be_saved(bench, library, word):
    bench.files.copy_script(library)
    text = QGuiApplication.clipboard().text()
    compile(text, "script", "exec")
    assert word in text
    assert "'reader.safetensors'" in text
    assert bench.said == [
        f"A {library} script is copied; it reads “reader.safetensors” beside it: save the network as that."
    ]


def test_a_network_can_be_saved_and_opened_as_onnx(bench, tmp_path):
    path = tmp_path / "mine.onnx"
    bench.files.save(path)
    assert bench.files.open(path)
    ((model, name),) = bench.instrument.opened
    assert (model.spec.shapes, name) == (SMALL.shapes, "mine")
    assert bench.files.card == {"name": "Default"}
    assert (model.parameters.vector == parameters_of(SMALL).vector).all()


def test_an_onnx_file_with_other_operators_is_one_sentence(bench, tmp_path):
    path = tmp_path / "odd.onnx"
    path.write_bytes(graph([("Elu", ("x",), {})]))
    assert not bench.files.open(path)
    (sentence,) = bench.said
    assert sentence.startswith("“odd.onnx” cannot be read: it has the operator Elu")
    assert bench.instrument.opened == []


def test_without_the_package_onnx_one_sentence_says_how_to_get_it(bench, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    bench.files.save(tmp_path / "mine.onnx")
    (tmp_path / "odd.onnx").write_bytes(b"")
    assert not bench.files.open(tmp_path / "odd.onnx")
    assert len(bench.said) == 2
    assert all("pip install onnx" in sentence for sentence in bench.said)


def test_upper_case_endings_are_networks_too(bench, tmp_path):
    path = tmp_path / "MINE.SAFETENSORS"
    bench.files.save(path)
    bench.files.open(path)
    assert len(bench.instrument.opened) == 1


@pytest.mark.parametrize("name", ["seven.png", "photo.jpg", "drawing.json", "noending"])
def test_anything_else_is_for_the_canvas(bench, tmp_path, name):
    bench.files.open(tmp_path / name)
    assert bench.transfer.opened == [tmp_path / name]
    assert bench.instrument.opened == []


def test_a_folder_named_like_a_network_is_one_sentence(bench, tmp_path):
    folder = tmp_path / "odd.safetensors"
    folder.mkdir()
    assert not bench.files.open(folder)
    bench.files.save(folder)
    assert len(bench.said) == 2
    assert all("odd.safetensors" in sentence for sentence in bench.said)
    assert bench.instrument.opened == []


def test_drops_that_are_of_use_are_networks_and_what_the_canvas_takes(bench, tmp_path):
    picture = QMimeData()
    picture.setImageData(QImage(4, 4, QImage.Format.Format_Grayscale8))
    assert bench.files.can_take(data_of(tmp_path / "a.safetensors"))
    assert bench.files.can_take(data_of(tmp_path / "a.ONNX"))
    assert bench.files.can_take(picture)
    assert not bench.files.can_take(data_of(tmp_path / "a.txt"))
    assert not bench.files.can_take(QMimeData())
    bench.files.take(picture)
    assert bench.transfer.taken == [picture]


def test_the_dialogs_do_not_block_and_lead_to_the_file(bench, tmp_path):
    path = tmp_path / "chosen.safetensors"
    for ask, count in ((bench.files.ask_where_to_save, 1), (bench.files.ask_for_file, 2)):
        ask()
        dialog = next(d for d in bench.window.findChildren(QFileDialog) if d.isVisible())
        dialog.fileSelected.emit(str(path))
        dialog.reject()
        assert len(bench.said) == count
    assert bench.instrument.opened[0][1] == "chosen"
