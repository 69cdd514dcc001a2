"""Scripts for PyTorch and Keras: the same layers, weights and logits."""

import ast
import importlib.util
import os
import subprocess
import sys
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from engine import Network
from engine.cli import main
from engine.errors import ConfigError
from engine.formats.keras_script import keras_script
from engine.formats.model import save_model
from engine.formats.pytorch_script import pytorch_script
from engine.layers import Conv2D, Dense, Flatten, MaxPool2D
from engine.parameters import Parameters
from engine.spec import NetworkSpec
from tests.engine.network_samples import EVERYTHING, SMALL, values_for
from tests.engine.onnx_samples import TEN
from tests.engine.torch_stand_in import stand_in

PADDED = NetworkSpec((2, 9, 9), (Conv2D(4, 3, padding=(2, 1)), MaxPool2D(3, 2, 1), Flatten(), Dense(3)))
NETWORKS = {"everything": EVERYTHING, "padded": PADDED, **TEN}
# Keras has no convolution with stride and dilation at once.
KERAS_NETWORKS = {name: spec for name, spec in NETWORKS.items() if spec is not EVERYTHING}

# Where PyTorch or Keras is not installed beside the tests, a Python that has it can be named.
PYTHONS = {
    library: os.environ.get(f"FILTERSCOPE_{library.upper()}_PYTHON")
    or (sys.executable if importlib.util.find_spec(library) else None)
    for library in ("torch", "keras")
}

# Runs each script of a folder on its pictures and keeps the logits.
RUN_ALL = """
import importlib.util, pathlib, sys
import numpy as np
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    answer = module.logits(module.load(), np.load(path.with_suffix(".npy")))
    np.save(path.with_suffix(".answer.npy"), answer)
"""


def written(kind: str, networks: dict[str, NetworkSpec], folder: Path) -> dict[str, np.ndarray]:
    """Write a script, weights and pictures for each network; give the logits that it must compute."""
    wanted = {}
    for index, (name, spec) in enumerate(networks.items()):
        rng = np.random.default_rng(index)
        network = Network.from_parameters(
            spec, Parameters(spec.layout, values_for(spec, rng).vector.astype(np.float32))
        )
        stem = name.replace(" ", "-")
        save_model(folder / f"{stem}.safetensors", spec, network.parameters)
        out = str(folder / f"{stem}.py")
        assert main(["export", str(folder / f"{stem}.safetensors"), "--to", kind, "--out", out]) == 0
        x = rng.random((20, *spec.input_shape), np.float32)
        np.save(folder / f"{stem}.npy", x)
        wanted[stem] = network.forward(x)
    return wanted


def loaded(source: str) -> ModuleType:
    module = ModuleType("script")
    module.__file__ = "/nowhere/script.py"
    exec(compile(source, "script.py", "exec"), module.__dict__)
    return module


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("kind", "library", "networks"),
    [("pytorch", "torch", NETWORKS), ("keras", "keras", KERAS_NETWORKS)],
    ids=["pytorch", "keras"],
)
def test_a_script_gives_the_same_logits_where_its_library_is(
    kind: str, library: str, networks: dict[str, NetworkSpec], tmp_path: Path
) -> None:
    python = PYTHONS[library]
    if python is None:
        pytest.skip(
            f"{library} is not installed: FILTERSCOPE_{library.upper()}_PYTHON may name a Python that has it"
        )
    wanted = written(kind, networks, tmp_path)
    done = subprocess.run([python, "-c", RUN_ALL, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name, logits in wanted.items():
        np.testing.assert_allclose(
            np.load(tmp_path / f"{name}.answer.npy"), logits, rtol=0, atol=1e-5, err_msg=name
        )


@pytest.mark.parametrize("name", NETWORKS)
def test_a_pytorch_script_builds_the_same_layers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, value in stand_in().items():
        monkeypatch.setitem(sys.modules, module, value)
    spec = NETWORKS[name]
    found = loaded(pytorch_script(spec, "net.npz")).build()
    assert isinstance(found, OrderedDict)
    pads = {key.removesuffix("_padding"): found.pop(key) for key in list(found) if key.endswith("_padding")}
    assert list(found) == list(spec.layer_names)
    for key, sides in pads.items():
        (top, bottom), (left, right) = spec.layer(key).sides(spec.input_shapes[key])
        assert sides == (left, right, top, bottom)
        found[key] = replace(found[key], padding="same")
    rebuilt = NetworkSpec(spec.input_shape, tuple(found.values()), spec.classes)
    assert rebuilt.layout == spec.layout
    assert rebuilt.shapes == spec.shapes
    for given, layer in zip(rebuilt.layers, spec.layers, strict=True):
        assert type(given) is type(layer)


def test_a_pytorch_script_gives_batch_normalisation_pytorchs_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, value in stand_in().items():
        monkeypatch.setitem(sys.modules, module, value)
    rename = loaded(pytorch_script(EVERYTHING, "net.npz")).rename
    assert rename("batchnorm1.running_variance") == "batchnorm1.running_var"
    assert rename("batchnorm1.scale") == "batchnorm1.weight"
    assert rename("conv1.bias") == "conv1.bias"


@pytest.mark.parametrize("name", KERAS_NETWORKS)
def test_a_keras_script_names_every_layer_in_order(name: str) -> None:
    spec = KERAS_NETWORKS[name]
    (build,) = (
        node
        for node in ast.parse(keras_script(spec, "net.npz")).body
        if isinstance(node, ast.FunctionDef) and node.name == "build"
    )
    calls = [node for node in ast.walk(build) if isinstance(node, ast.Call)]
    names = [k.value.value for call in calls for k in call.keywords if k.arg == "name"]
    assert [n for n in names if not n.endswith(("_padding", "_order"))] == list(spec.layer_names)


def test_keras_has_no_stride_with_dilation() -> None:
    with pytest.raises(ConfigError, match=r"got \(1, 2\) and \(2, 2\) in conv2"):
        keras_script(EVERYTHING, "net.npz")


def test_names_of_classes_and_files_cannot_become_code(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, value in stand_in().items():
        monkeypatch.setitem(sys.modules, module, value)
    classes = ('a\'"""\nraise SystemExit', "\\", "é\u2028")
    spec = NetworkSpec((1, 4, 4), (Flatten(), Dense(3)), classes)
    module = loaded(pytorch_script(spec, "x')\nraise SystemExit#.npz"))
    assert list(classes) == module.CLASSES


def test_without_out_the_script_is_shown_and_reads_the_network_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my net.safetensors"
    save_model(path, SMALL, Network(SMALL, 1).parameters)
    for kind in ("pytorch", "keras"):
        assert main(["export", str(path), "--to", kind]) == 0
        assert "with_name('my net.safetensors')" in capsys.readouterr().out


def test_a_script_may_not_take_the_place_of_its_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_model(tmp_path / "net.safetensors", SMALL, Network(SMALL, 1).parameters)
    with pytest.raises(SystemExit):
        main(["export", str(tmp_path / "net.safetensors"), "--to", "keras", "--out", str(tmp_path / "a.npz")])
    assert "another FILE than .npz" in capsys.readouterr().err
    assert not (tmp_path / "a.npz").exists()


def test_an_npz_has_the_arrays_that_a_script_reads(tmp_path: Path) -> None:
    written("pytorch", {"net": SMALL}, tmp_path)
    with np.load(tmp_path / "net.npz", allow_pickle=False) as arrays:
        found: dict[str, Any] = {name: arrays[name] for name in arrays.files if name != "spec"}
    assert {name: value.shape for name, value in found.items()} == dict(SMALL.layout.shapes)
