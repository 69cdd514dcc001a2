"""The command line: what it writes, and the exit codes that its help promises."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Dense, Flatten, Network, NetworkSpec
from engine.cli import data, main, output, train
from engine.errors import ConfigError
from engine.formats.model import load_model
from engine.formats.spec_json import spec_from_json, spec_to_json
from engine.recipes import preset, recipe
from engine.version import VERSION
from tests.engine.network_samples import SMALL, digits_like

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a small data set that can be learned, as a file."""
    path = tmp_path_factory.mktemp("data") / "bars.npz"
    (x, y), (x_test, y_test) = digits_like(300), digits_like(60, seed=1)
    np.savez(path, x_train=x, y_train=y, x_test=x_test, y_test=y_test)
    return path


@pytest.fixture(scope="module")
def trained(bars: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a network that was trained by the command."""
    out = tmp_path_factory.mktemp("net") / "bars.safetensors"
    assert main([*TRAIN, "--data", str(bars), "--out", str(out), "--name", "Bars"]) == 0
    return out


TRAIN = ["train", "--preset", "one-filter", "--epochs", "4", "--batch-size", "32", "--seed", "3"]


def usage_error(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    return capsys.readouterr().err


def test_a_trained_network_carries_its_card(trained: Path) -> None:
    model = load_model(trained)
    card: Any = model.card
    assert card["name"] == "Bars"
    assert card["data"] == "bars.npz, 300 training pictures"
    assert card["test_data"] == "bars.npz, 60 test pictures"
    assert card["seed"] == 3
    assert card["recipe"]["preset"] == "one-filter"
    assert card["recipe"]["epochs"] == 4
    assert card["recipe"]["augmentation"] == "none"
    assert card["recipe"]["steps"] == 40
    assert card["weights"] == model.spec.weight_count
    assert card["engine_version"] == VERSION
    assert card["seconds"] >= 0
    assert len(card["created"]) == 10
    confusion = np.array(card["confusion"])
    assert confusion.shape == (10, 10)
    assert np.trace(confusion) / 60 == card["accuracy"]


def test_evaluate_repeats_what_the_card_says(
    trained: Path, bars: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card: Any = load_model(trained).card
    assert main(["evaluate", str(trained), "--data", str(bars), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["accuracy"] == card["accuracy"]
    assert found["confusion"] == card["confusion"]
    assert found["pictures"] == 60
    assert main(["evaluate", str(trained), "--data", str(bars), "--part", "train"]) == 0
    text = capsys.readouterr().out
    assert "bars.npz, train pictures: 300" in text
    assert "true\\answer" in text


def test_the_same_seed_gives_the_same_network(trained: Path, bars: Path, tmp_path: Path) -> None:
    vectors = []
    for seed in ("3", "4"):
        out = tmp_path / f"{seed}.safetensors"
        assert main([*TRAIN[:-1], seed, "--data", str(bars), "--out", str(out)]) == 0
        vectors.append(load_model(out).parameters.vector)
    np.testing.assert_array_equal(vectors[0], load_model(trained).parameters.vector)
    assert not np.array_equal(vectors[1], vectors[0])


def test_every_setting_reaches_the_recipe(bars: Path, tmp_path: Path) -> None:
    out = tmp_path / "net.safetensors"
    settings = (
        "--epochs 1 --batch-size 50 --learning-rate 0.01 --optimizer sgd --momentum 0.5 --nesterov "
        "--schedule cosine --weight-decay 0.1 --label-smoothing 0.2 --augment gentle --average 0.9 --seed 7 "
        "--workers 2"
    )
    arguments = ["train", "--data", str(bars), "--preset", "one-filter", *settings.split(), "--out", str(out)]
    assert main(arguments) == 0
    recipe: Any = load_model(out).card["recipe"]
    assert recipe == {
        "epochs": 1, "batch_size": 50, "learning_rate": 0.01, "optimizer": "sgd", "momentum": 0.5,
        "nesterov": True, "schedule": "cosine", "weight_decay": 0.1, "label_smoothing": 0.2,
        "augmentation": "gentle", "averaging": 0.9, "seed": 7, "workers": 2, "steps": 6,
        "preset": "one-filter",
    }  # fmt: skip


def test_a_recipe_is_taken_and_further_options_change_it(bars: Path, tmp_path: Path) -> None:
    out = tmp_path / "net.safetensors"
    chosen = ["--recipe", "accurate", "--epochs", "1", "--weight-decay", "0.3"]
    arguments = ["train", "--data", str(bars), "--preset", "one-filter", *chosen, "--out", str(out)]
    assert main(arguments) == 0
    found: Any = load_model(out).card["recipe"]
    config = recipe("accurate").config
    assert (found["epochs"], found["weight_decay"]) == (1, 0.3)
    assert (found["augmentation"], found["averaging"]) == ("gentle", config.averaging)
    assert (found["learning_rate"], found["schedule"]) == (config.learning_rate, "onecycle")


def test_an_unknown_recipe_is_said() -> None:
    with pytest.raises(ConfigError, match="recipe must be one of quick, accurate, got 'slow'"):
        recipe("slow")


def test_a_network_of_one_s_own_is_trained_from_its_description(bars: Path, tmp_path: Path) -> None:
    spec = SMALL.__class__(SMALL.input_shape, (*SMALL.layers[:-1], preset("8–16").spec.layers[-1]))
    (tmp_path / "mine.json").write_text(spec_to_json(spec))
    out = tmp_path / "net.safetensors"
    arguments = ["train", "--spec", str(tmp_path / "mine.json"), "--epochs", "1", "--data", str(bars)]
    assert main([*arguments, "--out", str(out)]) == 0
    model = load_model(out)
    assert model.spec == spec
    assert model.card["name"] == "mine"


def test_the_embedded_digits_are_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--preset", "one-filter", "--epochs", "1"]) == 0
    told = capsys.readouterr()
    assert "8,000 pictures of Embedded digits, 2,000 to test on" in told.err
    assert "epoch 1 of 1: loss" in told.err
    assert "\r" not in told.err
    assert "test accuracy" in told.out


def test_mnist_is_read_from_the_window_s_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FILTERSCOPE_HOME", str(tmp_path))
    (tmp_path / "cache").mkdir()
    x, y = digits_like(10, classes=10, side=28)
    np.savez(tmp_path / "cache" / "mnist.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    assert data.data_set("mnist").train.name == "MNIST"


def test_fetching_tells_each_stage_once(capsys: pytest.CaptureFixture[str]) -> None:
    tell = data._Teller()
    for text in ("Downloading MNIST, 1 of 15 MB", "Downloading MNIST, 2 of 15 MB", "Reading MNIST"):
        tell(text, None)
    assert capsys.readouterr().err == "Downloading MNIST …\nReading MNIST …\n"


def test_the_program_s_test_digits_can_be_left_out_of_mnist() -> None:
    whole = data.embedded_digits()
    mnist = whole.train.take(np.arange(60_000) % 8_000)
    left = data.without_embedded_test(mnist)
    assert len(left) == 58_000
    held_out = data.embedded_test_indices_in_mnist()
    kept = np.setdiff1d(np.arange(60_000), held_out)
    np.testing.assert_array_equal(left.labels, mnist.labels[kept])


def test_ctrl_c_saves_what_there_is(bars: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "net.safetensors"
    before = signal.getsignal(signal.SIGINT)

    class Interrupting(output.ProgressBar):
        def step(self, done: float, loss: float, accuracy: float) -> None:
            if done > 1:
                signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(train, "ProgressBar", Interrupting)
    assert main([*TRAIN, "--data", str(bars), "--out", str(out)]) == 130
    assert load_model(out).card["recipe"]["steps"] == 11
    assert signal.getsignal(signal.SIGINT) is before


def test_a_diverged_training_leaves_the_old_file(
    bars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "net.safetensors"
    Network(SMALL).save(out)
    before = out.read_bytes()
    arguments = [
        *TRAIN,
        "--data",
        str(bars),
        "--out",
        str(out),
        "--optimizer",
        "sgd",
        "--learning-rate",
        "1e38",
    ]
    assert main(arguments) == 3
    assert "learning rate ten times smaller" in capsys.readouterr().err
    assert out.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["train", "--data", "none.npz"], "none.npz"),
        (["train", "--preset", "huge"], "preset must be one of"),
        (["train", "--epochs", "0"], "epochs must be a whole number of at least 1, got 0"),
        (["train", "--learning-rate", "nan"], "learning_rate must be a number above 0, got nan"),
        (["train", "--out", "none/net.safetensors"], "--out must be in a folder that exists"),
        (["train", "--spec", "none.json"], "No such file"),
        (["evaluate", "none.safetensors"], "“none.safetensors” cannot be opened"),
        (["classify", "none.safetensors", "a.json"], "“none.safetensors” cannot be opened"),
        (["export", "none.safetensors", "--to", "card"], "“none.safetensors” cannot be opened"),
    ],
)
def test_what_cannot_be_used_gives_one_sentence_and_exit_code_1(
    arguments: list[str],
    wanted: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    told = capsys.readouterr()
    assert wanted in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], "COMMAND"),
        (["paint"], "invalid choice"),
        (["train", "--optimizer", "rmsprop"], "invalid choice: 'rmsprop'"),
        (["train", "--preset", "lenet", "--spec", "x.json"], "not allowed with"),
        (["train", "--without-embedded-test"], "--without-embedded-test needs --data mnist"),
        (["train", "--epochs", "many"], "invalid int value"),
        (["evaluate"], "FILE"),
        (["classify", "net.safetensors"], "PICTURE"),
        (["export", "net.safetensors"], "--to"),
        (["export", "net.safetensors", "--to", "tflite"], "invalid choice: 'tflite'"),
        (["export", "net.safetensors", "--to", "onnx"], "--to onnx needs --out FILE"),
        (["export", "net.safetensors", "--to", "npz"], "--to npz needs --out FILE"),
    ],
)
def test_wrong_arguments_give_exit_code_2(
    arguments: list[str], wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wanted in usage_error(arguments, capsys)


def test_a_network_for_other_pictures_is_refused(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(trained)]) == 1
    assert "pictures must be (n, 1, 12, 12)" in capsys.readouterr().err


def test_export_writes_what_other_programs_read(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = load_model(trained)
    assert main(["export", str(trained), "--to", "npz", "--out", str(tmp_path / "net.npz")]) == 0
    with np.load(tmp_path / "net.npz", allow_pickle=False) as arrays:
        assert set(arrays) == {*model.parameters, "spec"}
        np.testing.assert_array_equal(arrays["conv1.weight"], model.parameters["conv1.weight"])
        assert spec_from_json(arrays["spec"].item()) == model.spec
    assert main(["export", str(trained), "--to", "spec-json", "--out", str(tmp_path / "spec.json")]) == 0
    assert spec_from_json((tmp_path / "spec.json").read_text(encoding="utf-8")) == model.spec
    assert main(["export", str(trained), "--to", "card"]) == 0
    assert json.loads(capsys.readouterr().out) == model.card


def test_names_of_classes_in_any_script_can_be_exported_as_arrays(tmp_path: Path) -> None:
    spec = NetworkSpec((1, 4, 4), (Flatten(), Dense(2)), ("Größe – ×", "数"))
    Network(spec).save(tmp_path / "net.safetensors")
    out = tmp_path / "net.npz"
    assert main(["export", str(tmp_path / "net.safetensors"), "--to", "npz", "--out", str(out)]) == 0
    with np.load(out, allow_pickle=False) as arrays:
        assert spec_from_json(arrays["spec"].item()) == spec


@pytest.mark.parametrize("command", ["train", "evaluate", "classify", "export"])
def test_help_tells_the_exit_codes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert "130  interrupted with Ctrl+C" in capsys.readouterr().out


class Terminal:
    """A stream that says it is a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        pass


def test_a_terminal_gets_a_bar_that_is_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "REDRAW_SECONDS", 0)
    terminal: Any = Terminal()
    bar = output.ProgressBar(2, 100, terminal)
    bar.step(0.5, 1.0, 0.5)
    assert terminal.text.startswith("\r██████░░░░")
    assert "accuracy 50.0 %" in terminal.text
    assert terminal.text.endswith(" left")
    bar.epoch(1, "test 90.00 %")
    assert terminal.text.rstrip().endswith("test 90.00 %")
    bar.close()
    assert terminal.text.count("\n") == 1


def run_module(*arguments: str) -> subprocess.CompletedProcess[str]:
    without = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        cwd=ROOT,
        env=without,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_module_runs_by_itself_and_passes_its_exit_code_on() -> None:
    assert run_module("--version").stdout.strip() == VERSION
    refused = run_module("evaluate", "none.safetensors")
    assert refused.returncode == 1
    assert refused.stderr == "“none.safetensors” cannot be opened: no such file or directory.\n"
    assert run_module("paint").returncode == 2


def test_the_module_limits_linear_algebra_to_one_thread_unless_told_otherwise() -> None:
    # In place of the command, tell what a started Python is left with.
    code = (
        "import os, sys, runpy\n"
        "def report(path, arguments, environment):\n"
        "    print(environment['OPENBLAS_NUM_THREADS']); sys.exit()\n"
        "os.execve = report\n"
        "runpy.run_module('engine', run_name='__main__')\n"
    )
    for given, wanted in (({}, "1"), ({"OPENBLAS_NUM_THREADS": "2"}, "2")):
        without = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=without | given,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == wanted
