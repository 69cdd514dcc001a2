"""The ONNX project's own tests of every operator that the engine implements, on `engine.functional`."""

import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.loader import load_model_tests, load_node_model_tests
from onnx.reference import ReferenceEvaluator

from tests.engine.onnx_backend import OPERATORS, NotOurs, run

# A few of the cases of other operators overflow on purpose while they are made.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    NODE_CASES = {
        case.name: case
        for case in load_node_model_tests()
        if len(case.model.graph.node) == 1 and case.model.graph.node[0].op_type in OPERATORS
    }


def converted_cases() -> dict[str, Path]:
    """Give the folders of the small PyTorch networks that ship with ONNX and use only these operators."""
    found = {}
    for case in load_model_tests(kind="pytorch-converted"):
        graph = onnx.load(Path(case.model_dir) / "model.onnx").graph
        if {node.op_type for node in graph.node} <= set(OPERATORS):
            found[case.name] = Path(case.model_dir)
    return found


CONVERTED = converted_cases()


def compare(model: onnx.ModelProto, inputs: list[Any], expected: list[Any], case: Any) -> None:
    try:
        found = run(model, inputs, expected)
    except NotOurs as reason:
        pytest.skip(str(reason))
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=case.rtol, atol=max(case.atol, 1e-6))


@pytest.mark.parametrize("name", sorted(NODE_CASES))
def test_an_operator_is_as_onnx_says(name: str) -> None:
    case = NODE_CASES[name]
    for inputs, expected in case.data_sets:
        compare(case.model, inputs, expected, case)


@pytest.mark.parametrize("name", sorted(CONVERTED))
def test_a_layer_of_pytorch_is_as_onnx_says(name: str) -> None:
    folder = CONVERTED[name] / "test_data_set_0"

    def arrays(kind: str) -> list[Any]:
        paths = sorted(folder.glob(f"{kind}_*.pb"), key=lambda path: int(path.stem.split("_")[1]))
        return [numpy_helper.to_array(TensorProto.FromString(path.read_bytes())) for path in paths]

    case = type("Tolerance", (), {"rtol": 1e-3, "atol": 1e-5})
    compare(onnx.load(CONVERTED[name] / "model.onnx"), arrays("input"), arrays("output"), case)


@pytest.mark.parametrize(
    "settings",
    [
        {"dilations": [2, 1]},
        {"group": 2, "pads": [1, 0, 2, 3]},
        {"group": 4, "strides": [2, 1], "auto_pad": "SAME_UPPER"},
        {"strides": [3, 2], "dilations": [2, 2], "auto_pad": "SAME_LOWER"},
        {"auto_pad": "VALID", "kernel_shape": [3, 2]},
    ],
    ids=str,
)
def test_every_attribute_of_a_convolution_is_as_in_onnx_own_reference(settings: dict[str, Any]) -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(2, 4, 9, 8)).astype(np.float32)
    weight = rng.normal(size=(8, 4 // settings.get("group", 1), 3, 2)).astype(np.float32)
    bias = rng.normal(size=8).astype(np.float32)
    node = helper.make_node("Conv", ["x", "w", "b"], ["y"], **settings)
    ports = [
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in names] for names in ("xwb", "y")
    ]
    model = helper.make_model(
        helper.make_graph([node], "one", *ports), opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
    (wanted,) = ReferenceEvaluator(model).run(None, {"x": x, "w": weight, "b": bias})
    (found,) = run(model, [x, weight, bias], [])
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_there_are_cases_of_every_operator() -> None:
    counts = Counter(case.model.graph.node[0].op_type for case in NODE_CASES.values())
    assert set(counts) == set(OPERATORS)
    assert len(NODE_CASES) >= 90
    assert len(CONVERTED) >= 30
