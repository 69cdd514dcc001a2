"""ONNX files that we write: valid, with the engine's names, and with the same logits elsewhere."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from engine import Network
from engine.cli import main
from engine.datasets import embedded_digits
from engine.errors import FormatError
from engine.formats.onnx_export import CARD_KEY, CLASSES_KEY, onnx_bytes, save_onnx
from engine.parameters import Parameters
from engine.spec import NetworkSpec
from tests.engine.network_samples import EVERYTHING, SMALL, values_for
from tests.engine.onnx_samples import GREY, TEN, onnx_runtime

PICTURES = 1000


def lively(spec: NetworkSpec) -> Network:
    """Give a network with no zero biases and no plain statistics, which would hide mistakes."""
    vector = values_for(spec, np.random.default_rng(4)).vector.astype(np.float32)
    return Network.from_parameters(spec, Parameters(spec.layout, vector))


def pictures(spec: NetworkSpec) -> np.ndarray:
    if spec.input_shape == GREY:
        return embedded_digits().test.pictures[:PICTURES].astype(np.float32) / 255
    return np.random.default_rng(5).random((PICTURES, *spec.input_shape), np.float32)


@pytest.mark.parametrize("name", TEN)
def test_onnx_runtime_gives_the_same_logits(name: str) -> None:
    network = lively(TEN[name])
    content = onnx_bytes(network.spec, network.parameters)
    onnx.checker.check_model(content, full_check=True)
    x = pictures(network.spec)
    np.testing.assert_allclose(onnx_runtime(content, x), network.forward(x), rtol=0, atol=1e-5)


def test_every_layer_is_exported() -> None:
    network = lively(EVERYTHING)
    content = onnx_bytes(network.spec, network.parameters)
    onnx.checker.check_model(content, full_check=True)
    x = np.random.default_rng(6).random((5, *EVERYTHING.input_shape), np.float32)
    np.testing.assert_allclose(onnx_runtime(content, x), network.forward(x), rtol=0, atol=1e-5)


def test_nodes_and_weights_have_the_engines_names() -> None:
    network = Network(SMALL, 1)
    graph = onnx.load_model_from_string(onnx_bytes(SMALL, network.parameters)).graph
    assert [node.name for node in graph.node] == list(SMALL.layer_names)
    weights = {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer}
    assert list(weights) == list(network.parameters)
    np.testing.assert_array_equal(weights["conv2.weight"], network.parameters["conv2.weight"])
    assert [value.name for value in (*graph.input, *graph.output)] == ["input", "logits"]


def test_classes_and_card_are_kept_in_the_file() -> None:
    network = Network(EVERYTHING, 1)
    content = onnx_bytes(EVERYTHING, network.parameters, card={"name": "Größe"})
    kept = {p.key: p.value for p in onnx.load_model_from_string(content).metadata_props}
    assert json.loads(kept[CLASSES_KEY]) == ["circle", "square", "cross"]
    assert json.loads(kept[CARD_KEY]) == {"name": "Größe"}


def test_the_same_network_gives_the_same_bytes() -> None:
    network = Network(EVERYTHING, 1)
    assert onnx_bytes(EVERYTHING, network.parameters) == onnx_bytes(EVERYTHING, network.parameters)


def test_the_command_line_writes_onnx(tmp_path: Path) -> None:
    network = Network(SMALL, 3)
    network.save(tmp_path / "net.safetensors", card={"name": "mine"})
    out = tmp_path / "net.onnx"
    assert main(["export", str(tmp_path / "net.safetensors"), "--to", "onnx", "--out", str(out)]) == 0
    assert out.read_bytes() == onnx_bytes(SMALL, network.parameters, card={"name": "mine"})


def test_without_the_package_one_sentence_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(FormatError, match="pip install onnx"):
        save_onnx(tmp_path / "net.onnx", SMALL, Network(SMALL, 3).parameters)
    assert list(tmp_path.iterdir()) == []


def test_the_package_is_imported_only_when_it_is_needed() -> None:
    code = "import sys, engine.cli, engine.formats.onnx_export; sys.exit('onnx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
