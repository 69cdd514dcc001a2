"""Parameters under PyTorch's names: out, in, and what does not fit."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from engine import Network
from engine.cli import main
from engine.errors import FormatError
from engine.formats.opening import open_network
from engine.formats.spec_json import spec_to_json
from engine.formats.state_dict import (
    load_state_dict,
    parameters_from_state_dict,
    save_state_dict,
    state_dict,
    torch_names,
)
from engine.layers import BatchNorm2D, Conv2D, Dense, Flatten, ReLU
from engine.spec import NetworkSpec
from tests.engine.network_samples import EVERYTHING, SMALL

NORMED = NetworkSpec((1, 6, 6), (Conv2D(2, 3), BatchNorm2D(), ReLU(), Flatten(), Dense(3)))


def test_names_and_shapes_are_pytorchs() -> None:
    found = state_dict(NORMED, Network(NORMED, 1).parameters)
    assert {name: value.shape for name, value in found.items()} == {
        "conv1.weight": (2, 1, 3, 3),
        "conv1.bias": (2,),
        "batchnorm1.weight": (2,),
        "batchnorm1.bias": (2,),
        "batchnorm1.running_mean": (2,),
        "batchnorm1.running_var": (2,),
        "batchnorm1.num_batches_tracked": (),
        "dense1.weight": (3, 32),
        "dense1.bias": (3,),
    }
    assert {value.dtype for name, value in found.items() if "tracked" not in name} == {np.dtype(np.float32)}


@pytest.mark.parametrize("spec", [SMALL, EVERYTHING, NORMED], ids=str)
def test_parameters_come_back_through_a_file(spec: NetworkSpec, tmp_path: Path) -> None:
    parameters = Network(spec, 1).parameters
    save_state_dict(tmp_path / "state.safetensors", spec, parameters)
    found = load_state_dict(tmp_path / "state.safetensors", spec)
    np.testing.assert_array_equal(found.vector, parameters.vector)


def test_the_numbered_layers_of_a_sequential_are_taken_in_order(tmp_path: Path) -> None:
    parameters = Network(NORMED, 1).parameters
    # Nine before eleven, though the file's alphabet says otherwise.
    number = {"conv1": "2", "batchnorm1": "9", "dense1": "11"}
    named = state_dict(NORMED, parameters)
    save_file(
        {f"{number[key.split('.')[0]]}.{key.split('.')[1]}": value for key, value in named.items()},
        tmp_path / "state.safetensors",
    )
    found = load_state_dict(tmp_path / "state.safetensors", NORMED)
    np.testing.assert_array_equal(found.vector, parameters.vector)


def test_every_parameter_has_a_name_of_its_own() -> None:
    names = torch_names(EVERYTHING)
    assert set(names) == set(Network(EVERYTHING).parameters)
    assert len(set(names.values())) == len(names)


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("conv1.bias", None, "conv1.bias is missing"),
        ("extra.bias", np.zeros(2, np.float32), "extra.bias is not part of"),
        ("conv1.bias", np.zeros(3, np.float32), r"conv1.bias must be float32 of shape \(2,\)"),
        ("dense1.bias", np.zeros(3), "dense1.bias must be float32"),
        ("dense1.bias", np.full(3, np.nan, np.float32), "not finite"),
        ("batchnorm1.running_var", np.full(2, -1, np.float32), "below zero"),
    ],
)
def test_what_does_not_fit_is_refused(key: str, value: np.ndarray | None, wanted: str) -> None:
    tensors = state_dict(NORMED, Network(NORMED, 1).parameters)
    tensors.pop(key, None)
    if value is not None:
        tensors[key] = value
    with pytest.raises(FormatError, match=wanted):
        parameters_from_state_dict(NORMED, tensors)


def test_another_number_of_layers_is_refused() -> None:
    with pytest.raises(FormatError, match=r"3 layers with parameters \(conv1, batchnorm1, dense1\), got 1"):
        parameters_from_state_dict(NORMED, {"0.weight": np.zeros((2, 1, 3, 3), np.float32)})


def test_the_command_line_writes_a_state_dict(tmp_path: Path) -> None:
    network = Network(NORMED, 1)
    network.save(tmp_path / "net.safetensors")
    out = tmp_path / "state.safetensors"
    assert main(["export", str(tmp_path / "net.safetensors"), "--to", "state-dict", "--out", str(out)]) == 0
    wanted = state_dict(NORMED, network.parameters)
    found = load_file(out)
    assert set(found) == set(wanted)
    np.testing.assert_array_equal(found["batchnorm1.running_var"], wanted["batchnorm1.running_var"])


def test_a_state_that_the_program_wrote_opens_as_a_network(tmp_path: Path) -> None:
    parameters = Network(NORMED, 1).parameters
    save_state_dict(tmp_path / "state.safetensors", NORMED, parameters)
    model = open_network(tmp_path / "state.safetensors")
    assert model.spec == NORMED
    np.testing.assert_array_equal(model.parameters.vector, parameters.vector)


@pytest.mark.parametrize("metadata", [{"format": "pt"}, {"format": "pt", "spec": "{"}])
def test_a_state_without_its_network_says_how_to_import_it(tmp_path: Path, metadata: dict[str, str]) -> None:
    path = tmp_path / "state.safetensors"
    save_file(state_dict(NORMED, Network(NORMED, 1).parameters), path, metadata)
    wanted = "is damaged" if "spec" in metadata else "python -m engine import puts them into one"
    with pytest.raises(FormatError, match=rf"“state.safetensors” .*{wanted}"):
        open_network(path)


@pytest.mark.parametrize("by", ["--like", "--spec"])
def test_the_command_line_imports_what_pytorch_saved(tmp_path: Path, by: str) -> None:
    network = Network(NORMED, 1)
    # Numbered layers, as nn.Sequential names them.
    numbers = {"conv1": "0", "batchnorm1": "1", "dense1": "5"}
    state = {
        f"{numbers[key.split('.')[0]]}.{key.split('.')[1]}": value
        for key, value in state_dict(NORMED, network.parameters).items()
    }
    save_file(state, tmp_path / "state.safetensors", {"format": "pt"})
    Network(NORMED, 2).save(tmp_path / "other.safetensors")
    like = tmp_path / "other.safetensors"
    if by == "--spec":
        like = tmp_path / "spec.json"
        like.write_text(spec_to_json(NORMED), encoding="utf-8")
    out = tmp_path / "back.safetensors"
    command = ["import", str(tmp_path / "state.safetensors"), by, str(like), "--out", str(out)]
    assert main(command) == 0
    np.testing.assert_array_equal(open_network(out).parameters.vector, network.parameters.vector)


def test_the_command_line_says_what_does_not_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_file({"0.weight": np.zeros((2, 1, 3, 3), np.float32)}, tmp_path / "state.safetensors")
    Network(NORMED, 2).save(tmp_path / "other.safetensors")
    out = tmp_path / "back.safetensors"
    like = str(tmp_path / "other.safetensors")
    assert main(["import", str(tmp_path / "state.safetensors"), "--like", like, "--out", str(out)]) == 1
    assert "3 layers with parameters (conv1, batchnorm1, dense1), got 1" in capsys.readouterr().err
    assert not out.exists()
