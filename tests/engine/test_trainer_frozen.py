"""Layers that training leaves alone, bit for bit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import (
    BatchNorm2D,
    Conv2D,
    Dense,
    Flatten,
    MaxPool2D,
    Network,
    NetworkSpec,
    ReLU,
    Trainer,
    TrainingConfig,
)
from engine.augment import GENTLE
from engine.cli import main
from engine.crew import Crew
from engine.errors import ConfigError
from engine.formats.config_json import config_from_json, config_to_json
from engine.formats.model import load_model
from tests.engine.network_samples import digits_like

SMALL = NetworkSpec(
    (1, 12, 12),
    (Conv2D(3, 3), BatchNorm2D(), ReLU(), MaxPool2D(2), Conv2D(4, 3), ReLU(), Flatten(), Dense(4)),
)
# So many weights that each member of a crew updates a part of them.
LARGE = NetworkSpec((1, 12, 12), (Conv2D(3, 3), BatchNorm2D(), ReLU(), Flatten(), Dense(400), Dense(4)))
# The last batch of an epoch has one picture: fewer than there are members.
DATA = digits_like(81)
CONFIG = TrainingConfig(epochs=2, batch_size=20, learning_rate=0.01, seed=3)
WAYS = {
    "sgd": replace(CONFIG, optimizer="sgd", nesterov=True, weight_decay=0.1),
    "adam": replace(CONFIG, optimizer="adam", weight_decay=0.1),
    "adamw": replace(CONFIG, optimizer="adamw", weight_decay=0.1, averaging=0.9, augmentation=GENTLE),
}


@pytest.fixture(scope="module")
def crew():
    crew = Crew(1)
    yield crew
    crew.close()


def trained(spec, config, crew=None, until=None):
    trainer = Trainer(Network(spec, 1), config, crew)
    for report in trainer.run(DATA):
        if report.step == until:
            break
    return trainer


def parts_of(parameters, layers):
    return {name: values for name, values in parameters.items() if name.split(".")[0] in layers}


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("spec", [SMALL, LARGE], ids=["small", "large"])
def test_what_is_frozen_stays_bit_equal_and_the_rest_learns(crew, spec, way, workers):
    frozen = ("conv1", "batchnorm1")
    config = replace(WAYS[way], workers=workers, frozen=frozen)
    start = Network(spec, 1).parameters
    trainer = trained(spec, config, crew)
    found = trainer.network.parameters
    kept = parts_of(start, frozen)
    assert len(kept) == 6
    for name, values in kept.items():
        np.testing.assert_array_equal(found[name], values, strict=True)
        if trainer.averaged is not None:
            np.testing.assert_array_equal(trainer.averaged[name], values, strict=True)
    for name in set(start) - set(kept):
        assert not np.array_equal(found[name], start[name]), name
    again = trained(spec, config, crew)
    np.testing.assert_array_equal(again.network.parameters.vector, found.vector)


@pytest.mark.parametrize("spec", [SMALL, LARGE], ids=["small", "large"])
def test_what_is_frozen_is_computed_with_as_it_is_by_every_member(crew, spec):
    # A decay that would shrink the frozen filters by a tenth, and with them what is computed.
    config = replace(
        WAYS["sgd"], nesterov=False, momentum=0.0, weight_decay=1.0, frozen=("conv1", "batchnorm1")
    )
    alone = trained(spec, config).network.parameters
    together = trained(spec, replace(config, workers=2), crew).network.parameters
    np.testing.assert_allclose(together.vector, alone.vector, atol=1e-5)


def test_a_layer_in_the_middle_can_be_frozen_alone():
    start = Network(SMALL, 1).parameters
    found = trained(SMALL, replace(CONFIG, frozen=("conv2",))).network.parameters
    np.testing.assert_array_equal(found["conv2.weight"], start["conv2.weight"])
    assert not np.array_equal(found["conv1.weight"], start["conv1.weight"])


def test_the_step_of_what_learns_is_that_of_a_run_with_nothing_frozen():
    free = trained(SMALL, CONFIG, until=1).network.parameters
    bound = trained(SMALL, replace(CONFIG, frozen=("conv1",)), until=1).network.parameters
    for name in set(free) - {"conv1.weight", "conv1.bias"}:
        np.testing.assert_array_equal(bound[name], free[name])


def test_the_optimiser_gathers_nothing_of_what_is_frozen():
    trainer = trained(SMALL, replace(CONFIG, frozen=("conv1",)))
    state = trainer.state().optimizer
    count = sum(trainer.network.parameters[f"conv1.{part}"].size for part in ("weight", "bias"))
    assert not state["mean"][:count].any()
    assert not state["square"][:count].any()
    assert state["mean"][count:].any()


def test_a_restored_run_goes_on_bit_for_bit(crew):
    config = replace(WAYS["adamw"], workers=2, frozen=("conv1",))
    whole = trained(LARGE, config, crew)
    first = trained(LARGE, config, crew, until=4)
    second = Trainer(Network(LARGE, 9), config, crew)
    second.restore(first.state())
    assert [report.step for report in second.run(DATA)] == list(range(5, 11))
    np.testing.assert_array_equal(second.network.parameters.vector, whole.network.parameters.vector)


@pytest.mark.parametrize("name", ["conv3", "relu1", "conv1.weight"])
def test_a_layer_that_cannot_be_frozen_is_said(name):
    able = "conv1, batchnorm1, conv2, dense1"
    with pytest.raises(ConfigError, match=rf"have weights \({able}\), got '{name}'"):
        Trainer(Network(SMALL), TrainingConfig(frozen=(name,)))


@pytest.mark.parametrize("value", ["conv1", ["conv1"], (1,), None])
def test_what_is_no_tuple_of_names_is_refused(value):
    with pytest.raises(ConfigError, match="frozen must be a tuple of layer names"):
        TrainingConfig(frozen=value)


def test_frozen_layers_are_kept_in_files_and_old_files_have_none():
    config = replace(CONFIG, frozen=("conv1", "dense1"))
    assert config_from_json(config_to_json(config)) == config
    text = config_to_json(CONFIG)
    old = text.replace(',"frozen":[]', "")
    assert old != text
    assert config_from_json(old) == CONFIG


def test_the_command_freezes_layers(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    data, out = tmp_path / "bars.npz", tmp_path / "net.safetensors"
    (x, y), (x_test, y_test) = digits_like(60), digits_like(20, seed=1)
    np.savez(data, x_train=x, y_train=y, x_test=x_test, y_test=y_test)
    arguments = ["train", "--data", str(data), "--preset", "one-filter", "--epochs", "1", "--seed", "5"]
    arguments += ["--workers", "1", "--out", str(out)]
    assert main([*arguments, "--freeze", "conv1"]) == 0
    model = load_model(out)
    start = Network(model.spec, 5).parameters
    np.testing.assert_array_equal(model.parameters["conv1.weight"], start["conv1.weight"])
    assert not np.array_equal(model.parameters["dense1.weight"], start["dense1.weight"])
    assert model.card["recipe"]["frozen"] == ["conv1"]
    capsys.readouterr()
    assert main([*arguments, "--freeze", "conv7"]) == 1
    assert "frozen must name layers of the network" in capsys.readouterr().err
