"""ONNX files of other programs: the same answers, or one sentence that names what cannot be read."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from onnx import TensorProto

from engine import Network
from engine.cli import main
from engine.errors import FormatError
from engine.formats.onnx_export import onnx_bytes
from engine.formats.onnx_import import load_onnx, model_from_onnx
from engine.functional import softmax
from engine.layers import BatchNorm2D, Conv2D, Dense, Flatten, GlobalAvgPool2D, LeakyReLU, MaxPool2D, ReLU
from engine.spec import NetworkSpec
from tests.engine.network_samples import EVERYTHING, SMALL, Case, cases
from tests.engine.onnx_samples import CONV, FILTERS, FLAT, TEN, Nodes, graph, onnx_runtime, weights

SAMPLES = Path(__file__).parent / "samples"
GOLDEN = json.loads((SAMPLES / "golden.json").read_text(encoding="utf-8"))
RNG = np.random.default_rng(0)


def answers(content: bytes) -> tuple[NetworkSpec, float]:
    """Read a file and tell by how much the engine's logits differ from ONNX Runtime's."""
    model = model_from_onnx(content, "sample.onnx")
    x = RNG.random((3, *model.spec.input_shape), np.float32)
    graph = onnx.load_model_from_string(content).graph
    sizes = [dim.dim_value for dim in graph.input[0].type.tensor_type.shape.dim]
    last = len(sizes) == 4 and sizes[3] == model.spec.input_shape[0] and sizes[1] != model.spec.input_shape[0]
    given = np.moveaxis(x, 1, -1) if last else x.reshape(3, *sizes[1:])
    found = Network.from_parameters(model.spec, model.parameters).forward(x)
    return model.spec, float(np.abs(found - onnx_runtime(content, np.ascontiguousarray(given))).max())


@pytest.mark.parametrize("name", GOLDEN)
def test_a_file_of_pytorch_or_keras_gives_that_programs_answers(name: str) -> None:
    golden = GOLDEN[name]
    model = load_onnx(SAMPLES / name)
    assert list(model.spec.input_shape) == golden["shape"]
    x = np.random.default_rng(7).random((4, *golden["shape"]), np.float32)
    found = Network.from_parameters(model.spec, model.parameters).forward(x)
    wanted = np.array(golden["answer"])
    if golden["ends"] != "logits":
        found = softmax(found)
        wanted = np.exp(wanted) if golden["ends"] == "log probabilities" else wanted
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)


def test_samples_of_both_programs_are_there_in_grey_and_colour() -> None:
    kinds = {(name.split("-")[0], golden["shape"][0]) for name, golden in GOLDEN.items()}
    assert kinds == {("torch", 1), ("torch", 3), ("keras", 1), ("keras", 3)}


@pytest.mark.parametrize("spec", [*TEN.values(), EVERYTHING], ids=[*TEN, "everything"])
def test_what_we_export_comes_back(spec: NetworkSpec) -> None:
    network = Network(spec, 5)
    model = model_from_onnx(onnx_bytes(spec, network.parameters, card={"name": "Größe"}), "net.onnx")
    assert [type(layer) for layer in model.spec.layers] == [type(layer) for layer in spec.layers]
    assert model.spec.shapes == spec.shapes
    assert model.spec.classes == spec.classes
    assert model.card == {"name": "Größe"}
    np.testing.assert_array_equal(model.parameters.vector, network.parameters.vector)


@given(cases())
def test_any_network_comes_back_with_its_logits(case: Case) -> None:
    model = model_from_onnx(onnx_bytes(case.spec, case.parameters), "net.onnx")
    found = Network.from_parameters(model.spec, model.parameters).forward(case.x.astype(np.float32))
    wanted = Network(case.spec, initial_values=case.parameters).forward(case.x.astype(np.float32))
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("nodes", "constants", "shape", "layers"),
    [
        ([("Conv", ("x", "w"), {"auto_pad": "SAME_UPPER", "strides": [2, 2]}), FLAT], FILTERS, (0, 1, 6, 6),
         (Conv2D(2, 3, 2, "same", bias=False), Flatten())),
        ([("Conv", ("x", "w"), {"pads": [0, 0, 1, 1], "strides": [2, 2]}), FLAT], FILTERS, (0, 1, 6, 6),
         (Conv2D(2, 3, 2, "same", bias=False), Flatten())),
        ([("Conv", ("x", "w"), {"auto_pad": "SAME_LOWER"}), FLAT], FILTERS, (0, 1, 6, 6),
         (Conv2D(2, 3, 1, "same", bias=False), Flatten())),
        ([("Pad", ("x", "p"), {}), CONV, FLAT], FILTERS | {"p": np.array([0, 0, 2, 1, 0, 0, 2, 1])},
         (0, 1, 6, 6), (Conv2D(2, 3, 1, (2, 1), bias=False), Flatten())),
        ([CONV, ("Add", ("x", "b"), {}), ("Relu", ("x",), {}), FLAT],
         FILTERS | {"b": weights(2, 1, 1)}, (0, 1, 6, 6), (Conv2D(2, 3), ReLU(), Flatten())),
        ([CONV, ("Relu", ("x",), {}), ("Mul", ("s", "x"), {}), ("Sub", ("b", "x"), {}), FLAT],
         FILTERS | {"b": weights(2, 1, 1), "s": weights(1, 2, 1, 1)}, (0, 1, 6, 6),
         (Conv2D(2, 3, bias=False), ReLU(), BatchNorm2D(), Flatten())),
        ([("Sub", ("x", "m"), {}), ("Div", ("x", "s"), {}), CONV, FLAT],
         {"m": np.float32(0.13), "s": np.float32(0.3)} | FILTERS, (0, 1, 6, 6),
         (BatchNorm2D(), Conv2D(2, 3, bias=False), Flatten())),
        ([CONV, ("Clip", ("x", "z"), {}), FLAT], FILTERS | {"z": np.float32(0)}, (0, 1, 6, 6),
         (Conv2D(2, 3, bias=False), ReLU(), Flatten())),
        ([CONV, ("PRelu", ("x", "s"), {}), FLAT], FILTERS | {"s": np.full((2, 1, 1), 0.25, np.float32)},
         (0, 1, 6, 6), (Conv2D(2, 3, bias=False), LeakyReLU(0.25), Flatten())),
        ([CONV, ("GlobalMaxPool", ("x",), {}), ("Squeeze", ("x", "a"), {})],
         FILTERS | {"a": np.array([-1, -2])}, (0, 1, 6, 6),
         (Conv2D(2, 3, bias=False), MaxPool2D((4, 4)), Flatten())),
        ([CONV, ("Transpose", ("x",), {"perm": [0, 2, 3, 1]}), ("ReduceMax", ("x",), {"axes": [1, 2]}), FLAT],
         FILTERS, (0, 1, 6, 6), (Conv2D(2, 3, bias=False), MaxPool2D((4, 4)), Flatten())),
        ([CONV, ("ReduceMean", ("x",), {"axes": [-1, -2], "keepdims": 0})],
         FILTERS, (0, 1, 6, 6), (Conv2D(2, 3, bias=False), GlobalAvgPool2D(), Flatten())),
        ([("Transpose", ("x",), {"perm": [0, 3, 1, 2]}), CONV, ("Transpose", ("x",), {"perm": [0, 2, 3, 1]}),
          FLAT, ("MatMul", ("x", "m"), {}), ("Add", ("b", "x"), {})],
         {"w": weights(2, 3, 3, 3), "m": weights(32, 4), "b": weights(4)}, (0, 6, 6, 3),
         (Conv2D(2, 3, bias=False), Flatten(), Dense(4))),
        ([("Unsqueeze", ("x", "a"), {}), ("Conv", ("x", "w", "b"), {}), ("Reshape", ("x", "t"), {})],
         FILTERS | {"a": np.array([1]), "b": weights(2), "t": np.array([-1, 32])}, (0, 6, 6),
         (Conv2D(2, 3), Flatten())),
        ([("Gemm", ("x", "m"), {"alpha": 0.5}), ("Relu", ("x",), {}), ("Mul", ("x", "s"), {}),
          ("Gemm", ("x", "n", "c"), {"transB": 1, "beta": 2.0})],
         {"m": weights(36, 5), "s": weights(5), "n": weights(3, 5), "c": weights(3)}, (0, 36),
         (Flatten(), Dense(5, bias=False), ReLU(), Dense(3))),
    ],
    ids=lambda value: "–".join(node[0] for node in value) if isinstance(value, list) else "",
)  # fmt: skip
def test_a_graph_becomes_layers_with_the_same_logits(
    nodes: Nodes, constants: dict[str, Any], shape: tuple[int, ...], layers: tuple[Any, ...]
) -> None:
    spec, difference = answers(graph(nodes, constants, ("n", *shape[1:])))
    if "SAME_LOWER" in str(nodes):
        # With an odd filter and no stride both say the same.
        assert spec.layers[0].padding == "same"
    assert spec.layers == layers
    assert difference < 1e-5


@pytest.mark.parametrize(("scale", "kind"), [(1 / 255, TensorProto.FLOAT), (1 / 255, TensorProto.UINT8)])
def test_scaling_0_to_255_is_left_to_the_engine(scale: float, kind: int) -> None:
    first = [("Cast", ("x",), {"to": 1})] if kind == TensorProto.UINT8 else []
    nodes = [*first, ("Mul", ("x", "s"), {}), CONV, FLAT]
    content = graph(nodes, FILTERS | {"s": np.float32(scale)}, kind=kind)
    model = model_from_onnx(content, "sample.onnx")
    assert model.spec.layers == (Conv2D(2, 3, bias=False), Flatten())
    x = RNG.integers(0, 256, (3, 1, 6, 6), np.uint8)
    wanted = onnx_runtime(content, x if first else x.astype(np.float32))
    found = Network.from_parameters(model.spec, model.parameters).forward(x)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)


def test_networks_are_read_and_used_as_onnx_by_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = NetworkSpec((1, 28, 28), (Conv2D(2, 5, 3), ReLU(), Flatten(), Dense(10)))
    network = Network(spec, 1)
    path, picture, back = tmp_path / "NET.ONNX", tmp_path / "one.npy", tmp_path / "net.safetensors"
    path.write_bytes(onnx_bytes(spec, network.parameters))
    np.save(picture, RNG.random((1, 28, 28), np.float32))
    assert main(["classify", str(path), str(picture)]) == 0
    assert main(["evaluate", str(path)]) == 0
    assert "accuracy" in capsys.readouterr().out
    assert main(["export", str(path), "--to", "safetensors", "--out", str(back)]) == 0
    np.testing.assert_array_equal(Network.load(back).parameters.vector, network.parameters.vector)


def test_without_the_package_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    content = onnx_bytes(SMALL, Network(SMALL, 1).parameters)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(FormatError, match="pip install onnx"):
        model_from_onnx(content, "net.onnx")
