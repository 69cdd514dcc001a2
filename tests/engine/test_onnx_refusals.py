"""ONNX files that cannot be a network here: one sentence that says what was wanted and what came."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto

from engine.errors import FormatError
from engine.formats.onnx_import import load_onnx, model_from_onnx
from tests.engine.onnx_samples import CONV, FILTERS, FLAT, Nodes, graph, weights


def refusal(content: bytes) -> str:
    with pytest.raises(FormatError) as caught:
        model_from_onnx(content, "sample.onnx")
    sentence = str(caught.value)
    assert sentence.startswith("“sample.onnx” ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 400
    return sentence


@pytest.mark.parametrize(
    ("nodes", "constants", "wanted"),
    [
        ([CONV, ("Elu", ("x",), {})], FILTERS, "it has the operator Elu, for which Filterscope has no layer"),
        ([("Resize", ("x", "", "s"), {})], {"s": np.ones(4, np.float32)}, "the operator Resize"),
        ([CONV, ("ArgMax", ("x",), {})], FILTERS, "the operator ArgMax"),
        ([CONV, ("Add", ("x", "x"), {})], FILTERS, "Add joins branches"),
        ([CONV, ("Concat", ("x", "pictures"), {"axis": 1})], FILTERS, "the operator Concat"),
        ([CONV, ("Relu", ("pictures",), {}), FLAT], FILTERS, "follow each other in one line, got branches"),
        ([("Conv", ("x", "w"), {"pads": [1, 0, 0, 0]}), FLAT], FILTERS, "Conv must be padded alike"),
        ([("Conv", ("x", "w"), {"pads": [-1, 0, 0, 0]}), FLAT], FILTERS, "at least 0, got (-1, 0, 0, 0)"),
        ([("Conv", ("x", "w"), {"group": 2}), FLAT], FILTERS, "Conv must have filters of 1 channels in 2"),
        ([("Conv", ("x", "w"), {"kernel_shape": [2, 2]}), FLAT], FILTERS, "that of its filters, (3, 3)"),
        ([("Conv", ("x", "w"), {"strides": [0, 1]}), FLAT], FILTERS, "two whole numbers of at least 1"),
        ([("Conv", ("x", "w"), {"dilations": [9, 9]}), FLAT], FILTERS, "must fit in its input"),
        ([("Conv", ("x", "v"), {})], {"v": weights(2, 1, 3)}, "(filters, channels, height, width)"),
        ([("Conv", ("x", "missing"), {})], {}, "reads 'missing', which nothing before it gives"),
        ([("MaxPool", ("x",), {"kernel_shape": [4, 4], "strides": [3, 3], "ceil_mode": 1}), FLAT], {},
         "MaxPool must drop pixels that fill no window"),
        ([("MaxPool", ("x",), {"kernel_shape": [2, 2], "dilations": [2, 2]}), FLAT], {},
         "MaxPool’s dilations must be 1"),
        ([("MaxPool", ("x",), {"kernel_shape": [2, 2], "pads": [0, 0, 1, 1]}), FLAT], {},
         "MaxPool must be padded alike on both sides"),
        ([("AveragePool", ("x",), {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}), FLAT], {},
         "AveragePool must count the zeros"),
        ([CONV, ("Clip", ("x", "z", "s"), {})], FILTERS | {"z": np.float32(0), "s": np.float32(6)},
         "Clip must be from 0 up, which is ReLU, got 0.0 to 6.0"),
        ([CONV, ("LeakyRelu", ("x",), {"alpha": 1.5}), FLAT], FILTERS, "slope must be at least 0.0"),
        ([CONV, ("Transpose", ("x",), {"perm": [1, 0, 2, 3]}), FLAT], FILTERS, "leave the pictures first"),
        ([("Transpose", ("x",), {"perm": [0, 1, 3, 2]}), CONV, FLAT], FILTERS, "Conv must get channels"),
        ([CONV, ("Reshape", ("x", "t"), {})], FILTERS | {"t": np.array([-1, 16])}, "keep each picture’s 32"),
        ([CONV, ("Softmax", ("x",), {"axis": 1}), FLAT], FILTERS, "Softmax must be over the classes"),
        ([FLAT, ("Softmax", ("x",), {}), ("MatMul", ("x", "m"), {})], {"m": weights(36, 2)},
         "nothing must follow the closing Softmax"),
        ([FLAT, ("MatMul", ("x", "m"), {})], {"m": weights(35, 2)}, "one row for each of the (36,) numbers"),
        ([FLAT, ("MatMul", ("m", "x"), {})], {"m": weights(2, 36)}, "MatMul must change the picture"),
        ([("Pad", ("x", "p"), {}), ("Relu", ("x",), {})], {"p": np.array([0, 0, 1, 1, 0, 0, 1, 1])},
         "Pad must stand before a Conv, got Relu"),
        ([("Pad", ("x", "p"), {"mode": "reflect"}), CONV], FILTERS | {"p": np.ones(8, int)},
         "Pad must put zeros around"),
        ([FLAT, ("Relu", ("x",), {}), ("Mul", ("x", "s"), {}), ("Tanh", ("x",), {})], {"s": weights(36)},
         "the same all over a channel"),
        ([CONV, FLAT], {"w": np.full((2, 1, 3, 3), np.nan, np.float32)}, "numbers that are not finite"),
        ([CONV, FLAT], {"w": np.array(["a"])}, "w must hold plain numbers, got the data type 8"),
        ([("Dropout", ("x", "", "t"), {}), FLAT], {"t": np.array(True)}, "training_mode true"),
        ([("Cast", ("x",), {"to": 7}), FLAT], {}, "Cast’s to must be a floating type, got 7"),
        ([("Identity", ("t",), {})], {"t": weights(3)}, "its output must come from its input"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_has_no_layer_is_refused_in_one_sentence(
    nodes: Nodes, constants: dict[str, Any], wanted: str
) -> None:
    assert wanted in refusal(graph(nodes, constants))


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        (("n", 1, "h", "w"), "its input must say the size of its pictures"),
        (("n", 35), "35 numbers without rows and columns"),
        (("n", 1, 1, 6, 6), "got 5 axes"),
        (("n", 1, 1 << 30, 1 << 30), "at most 4,194,304 numbers"),
    ],
)
def test_an_input_that_is_no_picture_is_refused(shape: tuple[Any, ...], wanted: str) -> None:
    assert wanted in refusal(graph([FLAT], {}, shape))


def test_another_operator_set_is_refused() -> None:
    assert "from 7 to" in refusal(graph([CONV, FLAT], FILTERS, opset=6))
    assert "from 7 to" in refusal(graph([CONV, FLAT], FILTERS, opset=999))


def test_an_operator_of_another_maker_is_named_with_its_maker() -> None:
    assert "the operator com.microsoft.FusedConv" in refusal(
        graph([("FusedConv", ("x", "w"), {})], FILTERS, domain="com.microsoft")
    )


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"PK\x03\x04" + bytes(100), b"<html>", b"\xff" * 1000])
def test_a_file_of_another_kind_is_refused(content: bytes) -> None:
    refusal(content)


def test_constants_that_would_fill_the_memory_are_refused() -> None:
    doubling: list[Any] = [("Concat", ("t", "t"), {"axis": 0})]
    doubling += [("Concat", ("x", "x"), {"axis": 0})] * 60
    doubling[1] = ("Concat", ("value0", "value0"), {"axis": 0})
    assert "Concat of constants must be of shapes" in refusal(graph(doubling, {"t": np.arange(9)}))


def outside(location: str, offset: str = "0", length: str = "72") -> bytes:
    model = onnx.load_model_from_string(graph([CONV, FLAT], FILTERS))
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", offset), ("length", length)):
        tensor.external_data.add(key=key, value=value)
    return bytes(model.SerializeToString())


def test_weights_beside_the_file_are_read(tmp_path: Path) -> None:
    (tmp_path / "net.data").write_bytes(bytes(8) + FILTERS["w"].tobytes())
    (tmp_path / "net.onnx").write_bytes(outside("net.data", "8"))
    np.testing.assert_array_equal(load_onnx(tmp_path / "net.onnx").parameters["conv1.weight"], FILTERS["w"])


@pytest.mark.parametrize(
    ("location", "offset", "length", "wanted"),
    [
        ("../secret.data", "0", "72", "must lie in the same folder"),
        ("/etc/passwd", "0", "72", "must lie in the same folder"),
        ("link.data", "0", "72", "must lie in the same folder"),
        ("none.data", "0", "72", "must lie beside the file, got none"),
        ("net.data", "70", "72", "must hold 72 bytes for w, got 10"),
        ("net.data", "-1", "72", "must take 72 bytes, got 72 at -1"),
        ("net.data", "0", "71", "must take 72 bytes, got 71"),
        ("net.data", "9" * 30, "72", "cannot be read"),
        ("net.data", "x", "72", "must be two numbers"),
        ("", "0", "72", "must be in the file"),
    ],
)
def test_weights_elsewhere_are_refused(
    location: str, offset: str, length: str, wanted: str, tmp_path: Path
) -> None:
    (tmp_path / "secret.data").write_bytes(bytes(80))
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "net.data").write_bytes(bytes(80))
    (folder / "link.data").symlink_to(tmp_path / "secret.data")
    (folder / "net.onnx").write_bytes(outside(location, offset, length))
    with pytest.raises(FormatError, match=r"^“net.onnx” cannot be read: .*\.$") as caught:
        load_onnx(folder / "net.onnx")
    assert wanted in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"“none.onnx” cannot be opened: no such file or directory\."):
        load_onnx(tmp_path / "none.onnx")
