"""Parameters under PyTorch's names, as `.safetensors` files that PyTorch reads and writes.

Shapes and layouts are PyTorch's already, and so are most names: only batch normalisation says other words.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from engine.errors import FormatError
from engine.formats.files import write_atomically
from engine.formats.model import Model, fit_parameters, read_safetensors
from engine.formats.spec_json import spec_from_json, spec_to_json
from engine.formats.text import brief
from engine.layers import BatchNorm2D
from engine.parameters import Parameters
from engine.spec import NetworkSpec

# The engine's word for each part of BatchNorm2D, and PyTorch's.
BATCH_NORM = {
    "scale": "weight",
    "shift": "bias",
    "running_mean": "running_mean",
    "running_variance": "running_var",
}
# What the metadata of PyTorch's own files say as their format.
TORCH = "pt"
# PyTorch counts batches, for a kind of running average that the engine does not have.
COUNTER = "num_batches_tracked"


def torch_names(spec: NetworkSpec) -> dict[str, str]:
    """Give PyTorch's name for each parameter, in the order of the layers: "batchnorm1.running_var"."""
    names = {}
    for layer_name, layer in zip(spec.layer_names, spec.layers, strict=True):
        shape = spec.input_shapes[layer_name]
        for part in (*layer.parameter_shapes(shape), *layer.state_shapes(shape)):
            theirs = BATCH_NORM[part] if isinstance(layer, BatchNorm2D) else part
            names[f"{layer_name}.{part}"] = f"{layer_name}.{theirs}"
    return names


def state_dict(spec: NetworkSpec, parameters: Parameters) -> dict[str, NDArray[np.generic]]:
    """Give copies of the parameters as `load_state_dict` of PyTorch wants them, float32."""
    found: dict[str, NDArray[np.generic]] = {
        theirs: np.array(parameters[ours], np.float32) for ours, theirs in torch_names(spec).items()
    }
    for name, layer in zip(spec.layer_names, spec.layers, strict=True):
        if isinstance(layer, BatchNorm2D):
            found[f"{name}.{COUNTER}"] = np.array(0, np.int64)
    return found


def parameters_from_state_dict(
    spec: NetworkSpec, tensors: Mapping[str, NDArray[np.generic]], name: str = "state_dict"
) -> Parameters:
    """Give the parameters of a network out of PyTorch's.

    Parameters
    ----------
    spec
        The network, whose layers are named as in PyTorch or, there, numbered as in ``nn.Sequential``.
    tensors
        Arrays by PyTorch's names, float32.
    name
        What an error's sentence calls them.

    Raises
    ------
    FormatError
        If a tensor is missing, left over, or has another shape or type.
    """
    wanted = torch_names(spec)
    given = {key: value for key, value in tensors.items() if not key.endswith(f".{COUNTER}")}
    if all(key.split(".")[0].isdecimal() for key in given):
        given = _named(given, wanted)
    ours = {theirs: key for key, theirs in wanted.items()}
    return fit_parameters(spec, {ours.get(key, key): value for key, value in given.items()}, name)


def save_state_dict(path: str | Path, spec: NetworkSpec, parameters: Parameters) -> None:
    """Write what ``safetensors.torch.load_file`` gives PyTorch; OSError if it cannot be written."""
    write_atomically(path, state_dict_bytes(spec, parameters))


def state_dict_bytes(spec: NetworkSpec, parameters: Parameters) -> bytes:
    """Give the content of such a file; its metadata also holds the network's description."""
    return save(state_dict(spec, parameters), {"format": TORCH, "spec": spec_to_json(spec)})


def load_state_dict(path: str | Path, spec: NetworkSpec) -> Parameters:
    """Read what ``safetensors.torch.save_file`` wrote; FormatError with one sentence if it does not fit."""
    return parameters_from_state_dict(spec, read_safetensors(path)[1], brief(Path(path).name))


def model_of_state_dict(
    metadata: Mapping[str, str], tensors: Mapping[str, NDArray[np.generic]], name: str
) -> Model:
    """Give the network of a state that says itself of which network it is; FormatError if it does not."""
    if "spec" not in metadata:
        raise FormatError(
            f"“{name}” holds PyTorch's parameters without their network: python -m engine import puts them "
            "into one."
        )
    try:
        spec = spec_from_json(metadata["spec"])
    except FormatError as error:
        raise FormatError(f"“{name}” is damaged: {brief(error, 200)}.") from None
    return Model(spec, parameters_from_state_dict(spec, tensors, name), {})


def _named(
    given: Mapping[str, NDArray[np.generic]], wanted: Mapping[str, str]
) -> dict[str, NDArray[np.generic]]:
    """Give numbered layers the names of those that have parameters, in order."""
    # Files keep no order, and "10" stands before "2" in the alphabet.
    numbers = sorted({int(key.split(".")[0][:9]) for key in given})
    layers = list(dict.fromkeys(theirs.split(".")[0] for theirs in wanted.values()))
    if len(numbers) != len(layers):
        raise FormatError(
            f"the state must be of {len(layers)} layers with parameters ({', '.join(layers)}), "
            f"got {len(numbers)}"
        )
    place = dict(zip(numbers, layers, strict=True))
    return {
        f"{place[int(key.split('.')[0][:9])]}.{key.partition('.')[2]}": value for key, value in given.items()
    }
