"""From the bytes of an `.onnx` file to a network."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from engine.errors import EngineError, FormatError
from engine.formats.files import read_network_file
from engine.formats.model import Model, fit_parameters
from engine.formats.onnx_export import CARD_KEY, CLASSES_KEY
from engine.formats.onnx_import.chain import Chain
from engine.formats.onnx_import.constants import fold
from engine.formats.onnx_import.operators import Value, apply
from engine.formats.onnx_import.signal import Signal, input_signal
from engine.formats.onnx_import.step import Step
from engine.formats.onnx_import.tensors import BYTE, FLOATS, Tensors
from engine.formats.onnx_package import onnx_package
from engine.formats.spec_json import require_modest
from engine.formats.text import brief
from engine.layers import Flatten
from engine.spec import NetworkSpec

# Far above any network that this program can show. The parsed form of a damaged file takes several times its
# size.
MOST_BYTES = 1 << 28
MOST_NODES = 2000

# Older operator sets mean other things by the same names.
OLDEST_OPSET = 7


def load_onnx(path: str | Path) -> Model:
    """Read a network out of an `.onnx` file, and out of the weights beside it if it has them there.

    The network gives the logits of the file's graph: a closing Softmax is left out. Pictures go in as the
    engine's always do: where the graph begins by dividing 0–255 by 255, that step is the engine's own.

    Raises
    ------
    FormatError
        If the package `onnx` is not installed, or the file is damaged, of another kind, or has operators or
        branches that the engine has no layers for. The text is one sentence that names the file.
    """
    path = Path(path)
    return model_from_onnx(read_network_file(path, MOST_BYTES), brief(path.name), folder=path.parent)


def model_from_onnx(content: bytes, name: str, *, folder: Path | None = None) -> Model:
    """Read a network out of the content of an `.onnx` file.

    Parameters
    ----------
    content, name
        The file's bytes, and what an error's sentence calls it.
    folder
        Where weights that lie in other files are; without it they are refused.
    """
    onnx = onnx_package()
    from google.protobuf.message import DecodeError

    try:
        with np.errstate(all="ignore"):
            model = onnx.ModelProto.FromString(content)
            if not model.HasField("graph") or not model.graph.node:
                raise FormatError("it must hold a graph with nodes, got none")
            spec, numbers = _read(model, Tensors(folder))
            tensors = {key: np.ascontiguousarray(v, np.float32) for key, v in numbers.items()}
    except DecodeError:
        raise FormatError(f"“{name}” is damaged or not an ONNX file.") from None
    except (
        EngineError, ValueError, TypeError, IndexError, KeyError, OverflowError, MemoryError, RecursionError
    ) as error:  # fmt: skip
        detail = brief(error, 250).rstrip(".") or type(error).__name__
        raise FormatError(f"“{name}” cannot be read: {detail}.") from None
    return Model(spec, fit_parameters(spec, tensors, name), _card(model))


def _read(model: Any, tensors: Tensors) -> tuple[NetworkSpec, Mapping[str, Any]]:
    graph = model.graph
    opset = _opset(model)
    if len(graph.node) > MOST_NODES:
        raise FormatError(f"a graph must have at most {MOST_NODES} nodes, got {len(graph.node)}")
    initializers = {tensor.name: tensor for tensor in graph.initializer}
    values: dict[str, Value] = {"": None}
    inputs = [value for value in graph.input if value.name not in initializers]
    if len(inputs) != 1 or len(graph.output) != 1:
        raise FormatError(f"it must have one input and one output, got {len(inputs)} and {len(graph.output)}")
    dims = inputs[0].type.tensor_type.shape.dim
    if not 2 <= len(dims) <= 4:
        raise FormatError(f"its input must be (n, channels, height, width), got {len(dims)} axes")
    start = input_signal([dim.dim_value for dim in dims])
    kind = inputs[0].type.tensor_type.elem_type
    if kind not in (*FLOATS, BYTE):
        raise FormatError(f"its input must be floating or 8-bit numbers, got the data type {kind}")
    chain = Chain()
    # The engine's own numbers are from 0 to 1.
    values[inputs[0].name] = chain.scaled(start, 255.0, 0.0) if kind == BYTE else start
    for node in graph.node:
        step = Step.of(node, opset)
        for name in step.inputs:
            if name not in values:
                if name not in initializers:
                    raise FormatError(
                        f"{step.operator} reads {brief(repr(name))}, which nothing before it gives"
                    )
                values[name] = tensors.array(initializers[name])
        result = _result(step, [values[name] for name in step.inputs], chain, tensors)
        if step.outputs and step.outputs[0]:
            values[step.outputs[0]] = result
    end = values.get(graph.output[0].name)
    if not isinstance(end, Signal):
        raise FormatError("its output must come from its input, got another value")
    return _finish(chain, start, end, _classes(model))


def _result(step: Step, values: list[Value], chain: Chain, tensors: Tensors) -> Value:
    constants = [value for value in values if isinstance(value, np.ndarray)]
    if len(constants) == len(values) and (found := fold(step, constants, tensors)) is not None:
        return found
    return apply(step, chain, values)


def _finish(
    chain: Chain, start: Signal, end: Signal, classes: tuple[str, ...]
) -> tuple[NetworkSpec, Mapping[str, Any]]:
    end = chain.settle(end)
    if end.layers != len(chain.layers) or not end.in_order:
        raise FormatError("its output must be that of its last layer, got another value")
    if len(end.shape) == 3:
        chain.add(Signal(end.shape, end.order, end.layers, end.batch), Flatten())
    count = end.order.size
    spec = NetworkSpec(start.shape, tuple(chain.layers), classes if len(classes) == count else ())
    require_modest(spec)
    return spec, chain.numbers()


def _opset(model: Any) -> int:
    versions = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    newest = onnx_package().defs.onnx_opset_version()
    if len(versions) != 1 or not OLDEST_OPSET <= versions[0] <= newest:
        raise FormatError(
            f"it must use one ONNX operator set from {OLDEST_OPSET} to {newest}, got {brief(versions)}"
        )
    return int(versions[0])


def _kept(model: Any, key: str) -> str:
    return next((str(entry.value) for entry in model.metadata_props if entry.key == key), "")


def _classes(model: Any) -> tuple[str, ...]:
    try:
        return msgspec.json.decode(_kept(model, CLASSES_KEY), type=tuple[str, ...])
    except (msgspec.MsgspecError, RecursionError):
        # Another program's file, or one whose names are spoilt: the network is still whole.
        return ()


def _card(model: Any) -> Mapping[str, Any]:
    try:
        return msgspec.json.decode(_kept(model, CARD_KEY), type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        return {"source": brief(f"ONNX, {model.producer_name} {model.producer_version}".strip(", "))}
